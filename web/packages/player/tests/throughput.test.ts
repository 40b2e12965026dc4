/** Metering overlapping transfers, and smoothing what they give. */
import { test } from "node:test";
import { deepEqual, equal } from "node:assert/strict";
import {
  IDLE,
  MIN_SAMPLE_BYTES,
  UNKNOWN,
  bytesArrived,
  estimateBps,
  observe,
  transferEnded,
  transferStarted,
} from "../src/throughput.ts";

const near = (actual: number | undefined, expected: number): void =>
  equal(Math.round(actual ?? NaN), expected);

test("nothing is known before the first sample", () => equal(estimateBps(UNKNOWN), undefined));

test("one sample is the estimate, however short", () => {
  near(estimateBps(observe(UNKNOWN, { bytes: 125_000, seconds: 0.01 })), 100_000_000);
});

test("a drop is followed fast, a rise slowly", () => {
  const steady = observe(UNKNOWN, { bytes: 10_000_000, seconds: 8 }); // 10 Mb/s
  // Two seconds are one half-life of the fast average: the weights are 0.9375 * 0.5 and 0.5.
  const fallen = observe(steady, { bytes: 250_000, seconds: 2 }); // 1 Mb/s
  near(estimateBps(fallen), Math.round((0.9375 * 0.5 * 10e6 + 0.5 * 1e6) / (0.9375 * 0.5 + 0.5)));
  const risen = observe(steady, { bytes: 25_000_000, seconds: 2 }); // 100 Mb/s
  const keep = 0.5 ** 0.25;
  near(estimateBps(risen), Math.round((0.5 * keep * 10e6 + (1 - keep) * 100e6) / (0.5 * keep + 1 - keep)));
});

test("two transfers on one link are one sample of busy time", () => {
  const both = transferStarted(transferStarted(IDLE, 0), 0);
  const first = bytesArrived(both, 50_000, 100);
  equal(first.sample, undefined);
  const second = transferEnded(bytesArrived(first.meter, 50_000, 200).meter, 200);
  deepEqual(second.sample, { bytes: 100_000, seconds: 0.2 });
  equal(transferEnded(second.meter, 300).sample, undefined);
});

test("idle time does not count", () => {
  const early = transferEnded(bytesArrived(transferStarted(IDLE, 0), 1_000, 50).meter, 50);
  equal(early.sample, undefined); // Too small: kept for the next.
  const late = transferEnded(
    bytesArrived(transferStarted(early.meter, 9_000), MIN_SAMPLE_BYTES, 9_050).meter,
    9_050,
  );
  deepEqual(late.sample, { bytes: MIN_SAMPLE_BYTES + 1_000, seconds: 0.1 });
});

test("a long transfer reports itself while it runs", () => {
  const reading = bytesArrived(transferStarted(IDLE, 0), 200_000, 1_000);
  deepEqual(reading.sample, { bytes: 200_000, seconds: 1 });
});
