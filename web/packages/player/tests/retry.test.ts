/** Which failures are tried again, for how long, and what is said in the end. */
import { test } from "node:test";
import { equal } from "node:assert/strict";
import { transferFailure } from "../src/failure.ts";
import { waitBeforeRetryMs, type Failure } from "../src/retry.ts";

const status = (code: number): Failure => ({ kind: "status", status: code });

test("what may pass is tried again", () => {
  for (const failure of [
    { kind: "network" },
    { kind: "idle" },
    status(500),
    status(503),
    status(429),
    status(408),
  ] as const) {
    equal(waitBeforeRetryMs(failure, 0, 0.5), 250);
  }
});

test("what will not pass is not", () => {
  for (const code of [200, 400, 401, 403, 404, 410, 416])
    equal(waitBeforeRetryMs(status(code), 0, 0.5), undefined);
});

test("waits double, are spread by a quarter either way, and end", () => {
  const waits = [0, 1, 2, 3, 4, 5, 6].map((attempt) => waitBeforeRetryMs({ kind: "network" }, attempt, 0.5));
  equal(waits.join(), "250,500,1000,2000,4000,8000,");
  equal(waitBeforeRetryMs({ kind: "network" }, 1, 0), 375);
  equal(waitBeforeRetryMs({ kind: "network" }, 1, 1), 625);
});

test("the failure names its cause", () => {
  const cases = [
    [404, "missing"],
    [416, "missing"],
    [403, "refused"],
    [502, "server"],
    [200, "server"],
  ] as const;
  for (const [code, expected] of cases) equal(transferFailure(status(code)).code, expected);
  equal(transferFailure({ kind: "idle" }).code, "unreachable");
});
