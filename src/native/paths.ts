/** Where the built addon lies. The same depth below the package from src/ and from dist/, so one relative path serves both. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder with package.json. */
export const packageRoot = path.resolve(fileURLToPath(new URL('../..', import.meta.url)));

export interface AddonPaths {
  /** The package's folder. */
  readonly root: string;
  readonly addon: string;
  /** What the build wrote about the LibTorch it linked: JSON of a `Libtorch`. */
  readonly record: string;
}

export function addonPaths(root: string = packageRoot): AddonPaths {
  return { root, addon: path.join(root, 'build', 'Release', 'bornagain.node'), record: path.join(root, 'build', 'libtorch.json') };
}

/** The command that builds the addon: a clone sets itself up, an installed package is rebuilt by npm (which hides output unless asked). */
export function buildCommand(root: string): string {
  return root.split(path.sep).includes('node_modules') ? 'npm rebuild bornagain --foreground-scripts' : `npm run setup (in ${root})`;
}
