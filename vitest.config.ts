import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Folders whose tests never load the addon: a process runs many of their files, which saves it reading the same modules for each. */
const WITHOUT_ADDON = ['bench', 'config', 'data', 'distill', 'metrics', 'scripts', 'statistics', 'tasks', 'text'].map(
  (folder) => `test/${folder}/**/*.test.ts`,
);

export default defineConfig({
  test: {
    pool: 'forks',
    // One for each core: vitest leaves a core free, which on two is half of them.
    maxWorkers: availableParallelism(),
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // They run in the order of their names, so the short files come last and fill what is left of the cores.
    projects: [
      {
        extends: true,
        // A process for each file: LibTorch's threads and its one-time settings are the process's, and a crash then names its file.
        test: { name: 'addon', include: ['test/**/*.test.ts'], exclude: WITHOUT_ADDON },
      },
      { extends: true, test: { name: 'pure', include: WITHOUT_ADDON, isolate: false } },
    ],
  },
});
