/** Layers of configuration: which object says what, and how they are laid over each other. Lists and null replace; objects merge. */

export type PlainObject = Readonly<Record<string, unknown>>;

export function isPlainObject(value: unknown): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `overlay` laid over `base`; neither is changed. Built with Object.fromEntries, so a key `__proto__` stays a key. */
export function mergeConfig(base: PlainObject, overlay: PlainObject): PlainObject {
  const merged = Object.entries(overlay).map(([key, value]): [string, unknown] => {
    const below = Object.hasOwn(base, key) ? base[key] : undefined;
    return [key, isPlainObject(below) && isPlainObject(value) ? mergeConfig(below, value) : value];
  });
  return Object.fromEntries([...Object.entries(base), ...merged]);
}

/** `nest(['a', 'b'], 1)` is `{ a: { b: 1 } }`. */
export function nest(path: readonly string[], value: unknown): unknown {
  return path.reduceRight<unknown>((inner, key) => Object.fromEntries([[key, inner]]), value);
}
