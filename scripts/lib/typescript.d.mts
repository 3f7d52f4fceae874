/** Throws SetupError where the compiler refuses the sources. */
export function buildTypeScript(): void;
/** Whether `dist` is what `buildTypeScript` would make of the sources now. */
export function isTypeScriptBuilt(): boolean;
