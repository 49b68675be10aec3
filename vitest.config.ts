// How tests run: one real Postgres from the global set-up, two workers (two cores are what a small CI machine has).
// The last line tells what was skipped as well: a test that needs what the machine lacks says why in its title or note.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/peers/**', 'node_modules/**'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    reporters: ['default', { onTestRunEnd: (modules) => void process.stdout.write(`${countLine(modules)}\n`) }],
  },
});

interface TestModule {
  readonly children: { allTests(): Iterable<{ result(): { state: string } }> };
}

function countLine(modules: readonly TestModule[]): string {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed' || state === 'failed' || state === 'skipped') counts[state] += 1;
    }
  }
  return `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
}
