import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/bench/**', 'test/soak/**', '**/fixtures/**', '**/node_modules/**'],
    // Owns the control plane that test files share; starts nothing until one of them asks.
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 20_000,
    hookTimeout: 120_000,
    // A control plane on two cores leaves little room: more workers make every file slower.
    maxWorkers: 2,
    pool: 'forks',
  },
});
