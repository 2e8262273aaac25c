import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  // Tests that cross rooms use what users use: the build, whose roles are real processes.
  resolve: { alias: { gannet: resolve(import.meta.dirname, 'dist/index.js') } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})
