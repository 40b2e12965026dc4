/** Questions asked of buffered ranges. */
import { test } from "node:test";
import { deepEqual, equal } from "node:assert/strict";
import { aheadS, common, pastHoleS } from "../src/ranges.ts";

test("what is ahead ends at the first hole", () => {
  equal(
    aheadS(
      [
        [0, 8],
        [9, 12],
      ],
      2,
    ),
    6,
  );
  equal(aheadS([[0, 8]], 8), 0);
  equal(aheadS([[0.05, 8]], 0), 8);
  equal(aheadS([], 3), 0);
});

test("a small hole is stepped over, a large one waited for", () => {
  const cases: readonly (readonly [number, number | undefined])[] = [
    [8, 8.3],
    [7.95, 8.3],
    [5, undefined],
    [12, undefined],
  ];
  for (const [positionS, expected] of cases)
    equal(
      pastHoleS(
        [
          [0, 8],
          [8.3, 12],
        ],
        positionS,
      ),
      expected,
    );
  equal(
    pastHoleS(
      [
        [0, 8],
        [9, 12],
      ],
      8,
    ),
    undefined,
  );
});

test("what can be played is what all streams have", () => {
  deepEqual(
    common([
      [
        [0, 8],
        [10, 14],
      ],
      [[1, 11]],
    ]),
    [
      [1, 8],
      [10, 11],
    ],
  );
  deepEqual(common([[[0, 8]]]), [[0, 8]]);
  deepEqual(common([[[0, 8]], []]), []);
});
