import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  // Tests that cross rooms use what users use: the build, whose roles are real processes.
  resolve: { alias: { gannet: resolve(import.meta.dirname, 'dist/index.js') } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // Whole crawls in processes of their own take seconds, and many times as many where others want the machine too.
    // What must be quick is held to its own limit, of the processor's time, by its test.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})
