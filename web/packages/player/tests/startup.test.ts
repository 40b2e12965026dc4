/** The first rung. First segments with header: 101 kB and 201 kB; needs: 0.2 and 0.4 Mb/s. */
import { test } from "node:test";
import { equal } from "node:assert/strict";
import { REMEMBER_S, firstLevel, type Remembered } from "../src/startup.ts";
import { tracksOf } from "../src/tracks.ts";
import { grant } from "./grant.ts";

function check(remembered: Remembered | undefined, expected: number): void {
  const { formats, startsS } = tracksOf(grant());
  equal(firstLevel(formats[0]?.rungs ?? [], startsS, remembered), expected);
}

test("the lowest where nothing is remembered", () => check(undefined, 0));

test("a better one where its first segment arrives in 0.4 s at half the remembered throughput", () => {
  check({ throughputBps: 8.1e6, ageS: 60 }, 1); // 202,500 B
  check({ throughputBps: 7.9e6, ageS: 60 }, 0); // 197,500 B
});

test("old memories and clocks set back do not count", () => {
  check({ throughputBps: 1e9, ageS: REMEMBER_S + 1 }, 0);
  check({ throughputBps: 1e9, ageS: -5 }, 0);
});
