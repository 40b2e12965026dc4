/** Giving up a transfer. Segment bytes by level: 100, 300 and 900 kB. */
import { test } from "node:test";
import { equal } from "node:assert/strict";
import { abandonFor, type Transfer } from "../src/abandon.ts";

const check = (transfer: Partial<Transfer>, expected: number | undefined): void =>
  equal(
    abandonFor({
      level: 2,
      elapsedS: 1,
      receivedBytes: 100_000,
      bufferS: 4,
      segmentBytes: [100_000, 300_000, 900_000],
      ...transfer,
    }),
    expected,
  );

test("what arrives in time is waited for", () => check({ bufferS: 8.5 }, undefined)); // 800 kB at 100 kB/s

test("else the highest level that arrives before the buffer is empty", () => {
  check({ bufferS: 4 }, 1); // 3 s
  check({ bufferS: 2 }, 0); // 1 s
});

test("over an empty buffer the lowest, if it halves the wait", () => {
  check({ bufferS: 0 }, 0); // 1 s for 8 s
  check({ bufferS: 0, receivedBytes: 750_000 }, undefined); // 0.13 s for 0.2 s
});

test("never from the lowest level, nor before it can tell", () => {
  check({ level: 0, bufferS: 0 }, undefined);
  check({ elapsedS: 0.4, bufferS: 0 }, undefined);
  check({ receivedBytes: 0, bufferS: 0 }, undefined);
});
