import type { Reporter, TestModule } from 'vitest/node';

/** Ends the output with the plain line 'N passed, N failed, N skipped'. With CI=true a skip counts as a failure. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const states = modules
      .flatMap((module) => [...module.children.allTests()])
      .map((test) => test.result().state);
    const count = (state: string) => states.filter((it) => it === state).length;
    const broken = modules.filter((module) => module.errors().length > 0).length;
    const skipped = count('skipped') + count('pending');
    const line = `${count('passed')} passed, ${count('failed') + broken} failed, ${skipped} skipped`;
    // Not before the end: a slow worker is still reported while the pool closes.
    process.once('exit', () => console.log(line));
    if (process.env.CI === 'true' && skipped > 0) process.exitCode = 1;
  }
}
