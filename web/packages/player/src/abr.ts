/**
 * The adaptation rule: which rung the next video segment is fetched at.
 *
 * Owns every constant of the choice between rungs. A pure function over a state value: no clock, no network,
 * no memory but `AbrState`. The first segment's rung is `startup`'s choice; giving up a running transfer is
 * `abandon`'s.
 *
 * In words: a rung fits if the bytes ahead need at most 0.7 of the throughput. Rise towards it in halves, or
 * at once where the network has twice as much to give; at most once in 10 s of film, and only if the segment
 * arrives before half of the buffer is played. Fall when the rung no longer fits: not at all over a full
 * buffer, by at most two levels over a thin one, to any level over an empty one.
 */

/** Share of the measured throughput that may be planned for; the rest absorbs its variance. */
export const SAFETY = 0.7;
/**
 * Share up to which a running rung is kept while the buffer is neither low nor full: no flapping at the
 * border.
 */
const HOLD_SAFETY = 0.9;
/** Under this a drop goes to any level at once. */
export const PANIC_BUFFER_S = 5;
/** Under this a rung that does not fit is left. */
export const LOW_BUFFER_S = 10;
/** From here on the buffer outlasts a dip, so nothing is dropped; also the fetching goal (see `schedule`). */
export const TARGET_BUFFER_S = 30;
/** Seconds of film at a rung before the next rise, so that a viewer is not shown a staircase. */
const DWELL_S = 10;
const MAX_LEVELS_DOWN = 2;
/**
 * A rung that needs no more than this share is so far from the edge that there is nothing to feel the way
 * for.
 */
const AMPLE_SHARE = SAFETY / 2;
/** A rise must arrive within this share of the buffered seconds. */
const MAX_BUFFER_SPENT = 0.5;

export interface AbrState {
  readonly level: number;
  /** Film time of the first segment at this level. */
  readonly sinceS: number;
}

export interface AbrView {
  /** Bits per second that each level needs for the film ahead, audio included; by level. */
  readonly needsBps: readonly number[];
  readonly throughputBps: number | undefined;
  /** Seconds buffered ahead of the playhead. */
  readonly bufferS: number;
  /** Film time and length of the segment to choose for. */
  readonly segmentStartS: number;
  readonly segmentS: number;
}

export function choose(state: AbrState, view: AbrView): AbrState {
  const { throughputBps } = view;
  if (throughputBps === undefined) return state;
  const fitting = highestWithin(view.needsBps, SAFETY * throughputBps);
  const level =
    fitting > state.level
      ? risen(state, view, fitting, throughputBps)
      : fallen(state, view, fitting, throughputBps);
  return level === state.level ? state : { level, sinceS: view.segmentStartS };
}

/** The highest level that needs at most `budgetBps`; the lowest where none does. */
export function highestWithin(needsBps: readonly number[], budgetBps: number): number {
  return Math.max(
    0,
    needsBps.findLastIndex((need) => need <= budgetBps),
  );
}

function risen(state: AbrState, view: AbrView, fitting: number, throughputBps: number): number {
  const dwelt = Math.abs(view.segmentStartS - state.sinceS) >= DWELL_S || isFirstRise(state);
  if (!dwelt) return state.level;
  const halfWay = state.level + Math.ceil((fitting - state.level) / 2);
  const level = Math.max(halfWay, highestWithin(view.needsBps, AMPLE_SHARE * throughputBps));
  const arrivalS = (view.segmentS * (view.needsBps[level] ?? Infinity)) / throughputBps;
  return arrivalS <= MAX_BUFFER_SPENT * view.bufferS ? level : state.level;
}

/** The opening rung is a guess, made before anything was measured: it need not be dwelt on. */
const isFirstRise = (state: AbrState): boolean => state.sinceS === -Infinity;

function fallen(state: AbrState, view: AbrView, fitting: number, throughputBps: number): number {
  if (view.bufferS < PANIC_BUFFER_S) return fitting;
  if (view.bufferS >= TARGET_BUFFER_S) return state.level;
  const need = view.needsBps[state.level] ?? 0;
  if (view.bufferS >= LOW_BUFFER_S && need <= HOLD_SAFETY * throughputBps) return state.level;
  return Math.max(fitting, state.level - MAX_LEVELS_DOWN);
}

/** The state before the first choice. */
export const openingAt = (level: number): AbrState => ({ level, sinceS: -Infinity });
