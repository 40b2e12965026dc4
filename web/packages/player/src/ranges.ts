/**
 * Buffered time ranges as plain values, and the questions asked of them.
 *
 * The browser's own answer is the truth about what is buffered; nothing here remembers what was appended.
 */

/** Ascending, apart from each other. */
export type Ranges = readonly (readonly [startS: number, endS: number])[];

/** Slack at a segment's edges: less than three frames at 24 Hz, more than one AAC frame or a rounded tick. */
export const EDGE_S = 0.12;
/** A hole up to this length is stepped over rather than waited for; longer ones are filled by fetching. */
const MAX_HOLE_S = 0.5;

/** Whether one range holds all of `startS..endS`, but for the slack at its edges. */
export function covers(ranges: Ranges, startS: number, endS: number): boolean {
  const slackS = Math.min(EDGE_S, (endS - startS) / 4);
  return ranges.some(([from, to]) => from <= startS + slackS && to >= endS - slackS);
}

/** Seconds that can be played from `positionS` without a hole. */
export function aheadS(ranges: Ranges, positionS: number): number {
  const range = ranges.find(([from, to]) => from - EDGE_S <= positionS && positionS < to);
  return range ? range[1] - positionS : 0;
}

/** Where to step to if the playhead stands at a small hole; `undefined` where it does not. */
export function pastHoleS(ranges: Ranges, positionS: number): number | undefined {
  if (ranges.some(([from, to]) => from <= positionS && positionS + EDGE_S < to)) return undefined;
  return ranges.find(([from]) => from > positionS && from - positionS <= MAX_HOLE_S)?.[0];
}

/** What every one of `streams` has: the ranges that can be played. */
export function common(streams: readonly Ranges[]): Ranges {
  return streams.reduce((left, right) => left.flatMap((a) => right.flatMap((b) => overlap(a, b))));
}

function overlap(a: Ranges[number], b: Ranges[number]): Ranges {
  const from = Math.max(a[0], b[0]);
  const to = Math.min(a[1], b[1]);
  return from < to ? [[from, to]] : [];
}
