import { defineConfig } from 'vitest/config'

/** Where CI wants the figures of the run. */
const results = process.env['TIDEMARK_TEST_RESULTS']

export default defineConfig({
  // Tests run the sources: the `source` condition of package.json "imports" leads to the .ts files.
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: ['tests/servers/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    reporters: results === undefined ? ['default'] : ['default', ['json', { outputFile: results }]],
  },
})
