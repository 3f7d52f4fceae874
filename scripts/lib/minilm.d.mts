/** Path of the folder. */
export const MINILM: string;
export function ensureMiniLm(): void;
