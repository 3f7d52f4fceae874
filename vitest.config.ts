import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // A process for each file: LibTorch's threads and its one-time settings are the process's, and a crash then names its file.
    pool: 'forks',
    // One for each core: vitest leaves a core free, which on two is half of them.
    maxWorkers: availableParallelism(),
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
