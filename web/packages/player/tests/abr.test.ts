/** The adaptation rule, as a table of situations. Levels need 1, 2, 4 and 8 Mb/s; segments are 4 s long. */
import { test } from "node:test";
import { equal, deepEqual } from "node:assert/strict";
import { choose, highestWithin, openingAt, type AbrState, type AbrView } from "../src/abr.ts";

const NEEDS_BPS = [1e6, 2e6, 4e6, 8e6];

interface Situation {
  readonly level: number;
  /** Film seconds since the level was taken; absent: the opening level. */
  readonly dwelt?: number;
  readonly mbps?: number;
  readonly bufferS: number;
}

function check({ level, dwelt, mbps, bufferS }: Situation, expected: number): void {
  const segmentStartS = 100;
  const state: AbrState = dwelt === undefined ? openingAt(level) : { level, sinceS: segmentStartS - dwelt };
  const throughputBps = mbps === undefined ? undefined : mbps * 1e6;
  const view: AbrView = { needsBps: NEEDS_BPS, throughputBps, bufferS, segmentStartS, segmentS: 4 };
  equal(choose(state, view).level, expected);
}

test("nothing measured: the level stays", () => check({ level: 0, bufferS: 20 }, 0));

test("a rung fits up to 0.7 of the throughput", () => {
  equal(highestWithin(NEEDS_BPS, 0.7 * 5.8e6), 2); // 4.06 Mb/s
  equal(highestWithin(NEEDS_BPS, 0.7 * 5.6e6), 1); // 3.92 Mb/s
  equal(highestWithin(NEEDS_BPS, 0), 0);
});

test("it rises by half of the way, rounded up", () => {
  check({ level: 0, mbps: 12, bufferS: 20 }, 2); // 3 fits, 2 is half of the way
  check({ level: 2, dwelt: 12, mbps: 12, bufferS: 20 }, 3);
  check({ level: 0, mbps: 3, bufferS: 20 }, 1);
});

test("it rises all the way where the network gives twice as much", () => {
  check({ level: 0, mbps: 23, bufferS: 20 }, 3); // 0.35 * 23 = 8.05
  check({ level: 0, mbps: 22, bufferS: 20 }, 2);
});

test("it rises at most once in ten seconds of film", () => {
  check({ level: 1, dwelt: 8, mbps: 12, bufferS: 20 }, 1);
  check({ level: 1, dwelt: 10, mbps: 12, bufferS: 20 }, 2);
});

test("a rise must arrive before half of the buffer is played", () => {
  // Level 1 of 4 s takes 4 * 2 / 3 = 2.7 s.
  check({ level: 0, mbps: 3, bufferS: 5.2 }, 0);
  check({ level: 0, mbps: 3, bufferS: 5.4 }, 1);
});

test("a nearly empty buffer falls to what fits at once", () => {
  check({ level: 3, dwelt: 1, mbps: 1.5, bufferS: 4 }, 0);
  check({ level: 3, dwelt: 1, mbps: 6, bufferS: 4 }, 2);
});

test("a thin buffer falls by at most two levels", () => {
  check({ level: 3, dwelt: 1, mbps: 1.5, bufferS: 8 }, 1);
  check({ level: 3, dwelt: 1, mbps: 1.5, bufferS: 20 }, 1);
});

test("over the low mark a rung is kept while 0.9 of the throughput carries it", () => {
  check({ level: 2, dwelt: 1, mbps: 4.5, bufferS: 12 }, 2); // 0.9 * 4.5 = 4.05
  check({ level: 2, dwelt: 1, mbps: 4.4, bufferS: 12 }, 1); // 3.96
  check({ level: 2, dwelt: 1, mbps: 4.5, bufferS: 9 }, 1); // under the low mark 0.7 holds
});

test("a full buffer outlasts a dip", () => check({ level: 3, dwelt: 1, mbps: 1, bufferS: 31 }, 3));

test("the state is the same value where nothing changes", () => {
  const state = openingAt(0);
  equal(
    choose(state, { needsBps: NEEDS_BPS, throughputBps: 1e6, bufferS: 3, segmentStartS: 4, segmentS: 4 }),
    state,
  );
});

test("where the top of six rungs just fits it is reached within 30 s of film", () => {
  const needsBps = [0.2e6, 0.5e6, 1e6, 2e6, 4e6, 6e6];
  let state = openingAt(0);
  const levels: number[] = [];
  for (let segmentStartS = 4; segmentStartS < 32; segmentStartS += 4) {
    state = choose(state, { needsBps, throughputBps: 9e6, bufferS: 12, segmentStartS, segmentS: 4 });
    levels.push(state.level);
  }
  deepEqual(levels, [3, 3, 3, 4, 4, 4, 5]);
});
