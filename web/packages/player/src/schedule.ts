/**
 * The schedule of one stream: which segment is fetched next, or why none is.
 *
 * Owns the fetching goal and its hysteresis, and what may be dropped behind the playhead. Not which rung
 * (`abr`).
 */
import { TARGET_BUFFER_S } from "./abr.ts";
import { covers, type Ranges } from "./ranges.ts";
import { segmentAt, segmentCount, spanOf } from "./tracks.ts";

/**
 * A burst fills up to here; the next begins at `TARGET_BUFFER_S`. Bursts let the radio sleep and measure
 * better.
 */
export const HIGH_BUFFER_S = 45;
/** Kept behind the playhead for steps back. */
const BEHIND_S = 30;
/** What is left behind when the browser says its buffer is full. */
const BEHIND_WHEN_FULL_S = 3;
/** Evict in steps, since each removal costs the browser a pass over its buffer. */
const MIN_EVICTION_S = 10;
/** However often the browser says full, this much is still fetched ahead. */
const MIN_GOAL_S = 5;

export interface Goal {
  readonly targetS: number;
  readonly highS: number;
}

export const FULL_GOAL: Goal = { targetS: TARGET_BUFFER_S, highS: HIGH_BUFFER_S };

export interface StreamView {
  readonly startsS: readonly number[];
  readonly buffered: Ranges;
  readonly positionS: number;
  readonly goal: Goal;
  /** Whether a burst is under way. */
  readonly filling: boolean;
}

export type Step =
  { readonly kind: "fetch"; readonly index: number } | { readonly kind: "wait" } | { readonly kind: "end" };

const WAIT: Step = { kind: "wait" };
const END: Step = { kind: "end" };

export function next(view: StreamView): Step {
  const index = firstMissing(view);
  if (index === undefined) return END;
  const aheadS = spanOf(view.startsS, index)[0] - view.positionS;
  return aheadS < (view.filling ? view.goal.highS : view.goal.targetS) ? { kind: "fetch", index } : WAIT;
}

/** The first segment from the playhead on that is not buffered; `undefined` where all are. */
export function firstMissing({
  startsS,
  buffered,
  positionS,
}: Omit<StreamView, "goal" | "filling">): number | undefined {
  for (let index = segmentAt(startsS, positionS); index < segmentCount(startsS); index++) {
    if (!covers(buffered, ...spanOf(startsS, index))) return index;
  }
  return undefined;
}

/** The goal after the browser said full with `aheadS` buffered: somewhat less than what fitted. */
export function shrunk(aheadS: number): Goal {
  const highS = Math.max(MIN_GOAL_S, aheadS * 0.8);
  return { targetS: highS * 0.7, highS };
}

/** What to drop behind the playhead, if it is worth a pass. */
export function evictable(buffered: Ranges, positionS: number, full: boolean): Ranges[number] | undefined {
  const startS = buffered[0]?.[0];
  const endS = positionS - (full ? BEHIND_WHEN_FULL_S : BEHIND_S);
  if (startS === undefined || endS - startS < (full ? 0.5 : MIN_EVICTION_S)) return undefined;
  return [0, endS];
}
