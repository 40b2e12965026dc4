/** Which segment is next. Four segments of 4 s. */
import { test } from "node:test";
import { deepEqual, equal } from "node:assert/strict";
import type { Ranges } from "../src/ranges.ts";
import { FULL_GOAL, evictable, firstMissing, next, shrunk, type StreamView } from "../src/schedule.ts";

const STARTS_S = [0, 4, 8, 12, 16];
const LONG_S = Array.from({ length: 31 }, (_, i) => i * 4);

function check(view: Partial<StreamView>, expected: string): void {
  const step = next({
    startsS: STARTS_S,
    buffered: [],
    positionS: 0,
    goal: FULL_GOAL,
    filling: true,
    ...view,
  });
  equal(step.kind === "fetch" ? `fetch ${step.index}` : step.kind, expected);
}

test("an empty buffer begins at the playhead's segment", () => {
  check({}, "fetch 0");
  check({ positionS: 9 }, "fetch 2");
  check({ positionS: 16 }, "fetch 3");
});

test("the next is the first that is missing", () => {
  check({ buffered: [[0, 8]] }, "fetch 2");
  check(
    {
      buffered: [
        [0, 4],
        [8, 16],
      ],
    },
    "fetch 1",
  );
  check({ buffered: [[0, 16]] }, "end");
  check({ buffered: [[8, 16]], positionS: 9 }, "end");
});

test("a segment's edges have slack for frames and priming", () => {
  check({ buffered: [[0.02, 3.96]] }, "fetch 1");
  check({ buffered: [[0, 3.5]] }, "fetch 0");
});

test("a burst ends at the high mark, the next begins at the target", () => {
  const ahead = (endS: number): Ranges => [[0, endS]];
  check({ startsS: LONG_S, buffered: ahead(44) }, "fetch 11");
  check({ startsS: LONG_S, buffered: ahead(48) }, "wait");
  check({ startsS: LONG_S, buffered: ahead(48), positionS: 10, filling: false }, "wait");
  check({ startsS: LONG_S, buffered: ahead(48), positionS: 19, filling: false }, "fetch 12");
});

test("a browser that is full lowers the goal, but not under five seconds", () => {
  deepEqual(shrunk(20), { targetS: 11.2, highS: 16 });
  equal(shrunk(1).highS, 5);
});

test("film well behind the playhead is evicted, in large steps", () => {
  equal(evictable([[0, 50]], 35, false), undefined);
  deepEqual(evictable([[0, 50]], 45, false), [0, 15]);
  deepEqual(evictable([[0, 50]], 35, true), [0, 32]);
  equal(evictable([], 45, true), undefined);
});

test("nothing is missing past what is buffered to the end", () => {
  equal(firstMissing({ startsS: STARTS_S, buffered: [[4, 16]], positionS: 4 }), undefined);
});
