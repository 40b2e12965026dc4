/** Edges: who is asked, who rests and for how long. */
import { test } from "node:test";
import { deepEqual, equal } from "node:assert/strict";
import { FRESH, edgeOf, failed, hasFresh, pick, served, type Edges } from "../src/edges.ts";

const A = "https://a.example/media/x.mp4";
const B = "https://b.example:8443/media/x.mp4";
const OWN = "/media/x.mp4";

/** What has happened: who failed or served, when. */
type Event = readonly [what: "failed" | "served", url: string, atMs: number];

const after = (events: readonly Event[]): Edges =>
  events.reduce(
    (edges, [what, url, atMs]) => (what === "failed" ? failed(edges, url, atMs) : served(edges, url, atMs)),
    FRESH,
  );

test("an edge is an origin", () => {
  deepEqual([A, B, OWN].map(edgeOf), ["https://a.example", "https://b.example:8443", ""]);
});

test("the first that does not rest is asked", () => {
  const cases: readonly (readonly [Event[], number, string, boolean])[] = [
    [[], 0, A, true],
    [[["failed", A, 0]], 0, B, true],
    [[["failed", A, 0]], 29_999, B, true],
    [[["failed", A, 0]], 30_000, A, true],
    [[["failed", B, 0]], 0, A, true],
    // All rest: the one whose failure is longest ago, also of failures while it rested.
    [[["failed", A, 0], ["failed", B, 1], ["failed", OWN, 2]], 3, A, false],
    [[["failed", A, 0], ["failed", B, 1], ["failed", OWN, 2], ["failed", A, 3]], 4, B, false],
    // What fails while it rests makes the rest no longer.
    [[["failed", A, 0], ["failed", A, 10]], 30_000, A, true],
    // What fails after it makes the next one twice as long, and at most ten minutes.
    [[["failed", A, 0], ["failed", A, 30_000]], 89_999, B, true],
    [[["failed", A, 0], ["failed", A, 30_000]], 90_000, A, true],
    // What it serves is thanked with a short rest at the next failure, but ends none.
    [[["failed", A, 0], ["served", A, 30_000], ["failed", A, 40_000]], 70_000, A, true],
    [[["failed", A, 0], ["served", A, 10]], 20, B, true],
    [[["served", B, 0]], 0, A, true],
  ];
  for (const [events, nowMs, expected, isFresh] of cases) {
    const edges = after(events);
    equal(pick(edges, [A, B, OWN], nowMs), expected, JSON.stringify(events));
    equal(hasFresh(edges, [A, B, OWN], nowMs), isFresh, JSON.stringify(events));
  }
});

test("no rest is longer than ten minutes", () => {
  let [edges, nowMs] = [FRESH, 0];
  for (let failures = 0; failures < 9; failures++) {
    edges = failed(edges, A, nowMs);
    nowMs += 600_000;
  }
  equal(pick(edges, [A, B], nowMs - 1), B);
  equal(pick(edges, [A, B], nowMs), A);
});
