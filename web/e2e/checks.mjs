/** Counts checks and prints a line for each; a suite that throws fails its running check, not the run. */

export class Checks {
  passed = 0;
  failed = 0;

  /** Runs `body`; it fails by throwing. What it returns is printed after the name. */
  async check(name, body) {
    try {
      const detail = await body();
      this.passed++;
      console.log(`ok    ${name}${detail === undefined ? "" : ` (${detail})`}`);
    } catch (error) {
      this.failed++;
      console.log(`FAIL  ${name}: ${String(error?.message ?? error).split("\n")[0]}`);
    }
  }

  /** Prints the sum and sets the exit code. */
  finish() {
    console.log(`${this.passed} passed, ${this.failed} failed`);
    if (this.failed > 0) process.exitCode = 1;
  }
}

/** Throws `what` where `truth` does not hold. */
export function expect(truth, what) {
  if (!truth) throw new Error(what);
}

export function expectNear(actual, wanted, slack, what) {
  expect(Math.abs(actual - wanted) <= slack, `${what}: ${actual}, not within ${slack} of ${wanted}`);
}
