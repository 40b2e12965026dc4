/** Where seeks land and what they keep. */
import { test } from "node:test";
import { equal } from "node:assert/strict";
import { keepsTransfer, landingS, replaceFromS } from "../src/seek.ts";

const STARTS_S = [0, 4, 8, 12, 16];

test("a wish is held inside the film", () => {
  const cases = [
    [-3, 0],
    [7, 7],
    [99, 16],
    [NaN, 0],
  ] as const;
  for (const [wishS, expected] of cases) equal(landingS(wishS, 16), expected);
});

test("a transfer is kept if the new position needs it first", () => {
  equal(keepsTransfer(STARTS_S, [], 9, 2), true);
  equal(keepsTransfer(STARTS_S, [[8, 12]], 9, 3), true);
  equal(keepsTransfer(STARTS_S, [], 9, 1), false);
  equal(keepsTransfer(STARTS_S, [[0, 16]], 9, 3), false);
});

test("a picked rung replaces film from the next cut that is three seconds away", () => {
  equal(replaceFromS(STARTS_S, 0.5), 4);
  equal(replaceFromS(STARTS_S, 1.5), 8);
  equal(replaceFromS(STARTS_S, 15), 16);
});
