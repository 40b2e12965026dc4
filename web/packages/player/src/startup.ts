/**
 * Start-up: the rung of the first segment.
 *
 * The lowest, unless an earlier visit measured a network on which a better first segment arrives just as
 * soon.
 */
import { SAFETY, highestWithin } from "./abr.ts";
import { bitrateAheadBps, type Rung } from "./tracks.ts";

/** The first segment may take this long at half the remembered throughput. */
const START_BUDGET_S = 0.4;
const REMEMBERED_TRUST = 0.5;
/** After this a remembered throughput says nothing: another place, another network. */
export const REMEMBER_S = 24 * 3600;

export interface Remembered {
  readonly throughputBps: number;
  readonly ageS: number;
}

export function firstLevel(
  rungs: readonly Rung[],
  startsS: readonly number[],
  remembered: Remembered | undefined,
): number {
  if (!remembered || remembered.ageS < 0 || remembered.ageS > REMEMBER_S) return 0;
  const budgetBytes = (remembered.throughputBps * REMEMBERED_TRUST * START_BUDGET_S) / 8;
  const soonEnough = rungs.findLastIndex((rung) => (rung.offsets[1] ?? Infinity) <= budgetBytes);
  const needsBps = rungs.map((rung) => bitrateAheadBps(rung, startsS, 0));
  return Math.max(0, Math.min(soonEnough, highestWithin(needsBps, SAFETY * remembered.throughputBps)));
}
