/**
 * Seeking: where a wish lands, what becomes of the transfer in flight, and what a change of rung keeps.
 */
import { firstMissing } from "./schedule.ts";
import type { Ranges } from "./ranges.ts";
import { segmentAt, spanOf } from "./tracks.ts";

/** Film that is certainly played before a replaced segment can arrive. */
const REPLACE_AFTER_S = 3;

/** `wishS` held inside the film; anything that is not a number is its start. */
export function landingS(wishS: number, durationS: number): number {
  return Number.isFinite(wishS) ? Math.min(Math.max(wishS, 0), durationS) : 0;
}

/** Whether the segment in flight is the one the new position needs first. */
export function keepsTransfer(
  startsS: readonly number[],
  buffered: Ranges,
  positionS: number,
  inFlight: number,
): boolean {
  return firstMissing({ startsS, buffered, positionS }) === inFlight;
}

/**
 * From where buffered film is replaced when the viewer picks another rung: a segment's start, a little ahead.
 */
export function replaceFromS(startsS: readonly number[], positionS: number): number {
  return spanOf(startsS, segmentAt(startsS, positionS + REPLACE_AFTER_S))[1];
}
