/** Counting stalls: observations as `[ms, position, expected]`. */
import { test } from "node:test";
import { equal } from "node:assert/strict";
import { NO_STALL, watch } from "../src/stall.ts";

type Observed = readonly [nowMs: number, positionS: number, expected?: boolean];

function check(observations: readonly Observed[], stalls: number, stalledMs: number): void {
  const end = observations.reduce(
    (state, [nowMs, positionS, expected = true]) => watch(state, { nowMs, positionS, expected }),
    NO_STALL,
  );
  equal(end.stalls, stalls);
  equal(end.stalledMs, stalledMs);
}

test("a moving playhead does not stall", () =>
  check(
    [
      [0, 1],
      [200, 1.2],
      [400, 1.4],
      [600, 1.6],
    ],
    0,
    0,
  ));
test("a missed tick is not a stall", () =>
  check(
    [
      [0, 1],
      [200, 1],
      [390, 1],
      [600, 1.3],
    ],
    0,
    0,
  ));
test("standing still is one stall until it moves", () =>
  check(
    [
      [0, 1],
      [200, 1],
      [400, 1],
      [900, 1],
      [1000, 1.1],
    ],
    1,
    1000,
  ));
test("two stalls are two", () =>
  check(
    [
      [0, 1],
      [400, 1],
      [500, 1.1],
      [900, 1.1],
      [1000, 1.2],
    ],
    2,
    1000,
  ));
test("a pause or a seek is none", () =>
  check(
    [
      [0, 1],
      [300, 1, false],
      [600, 1],
      [690, 1],
    ],
    0,
    0,
  ));
