/**
 * The stall watch: counts the times playback should run and does not.
 *
 * A pure reducer over observations. A stall is a playhead that stands still for `STALL_AFTER_MS` while it is
 * expected to move; waiting for the first frame, a pause and a seek are not stalls.
 */

/** Longer than a missed tick of the observer, shorter than what a viewer calls a hiccup. */
export const STALL_AFTER_MS = 400;

export interface StallWatch {
  readonly positionS: number;
  /** When the playhead last moved, or was last not expected to. */
  readonly movedMs: number;
  readonly stalled: boolean;
  readonly stalls: number;
  /** Time spent in stalls that have ended. */
  readonly stalledMs: number;
}

export interface Observation {
  readonly nowMs: number;
  readonly positionS: number;
  /** Not paused, seeking, ended, nor before the first frame. */
  readonly expected: boolean;
}

export const NO_STALL: StallWatch = { positionS: 0, movedMs: 0, stalled: false, stalls: 0, stalledMs: 0 };

export function watch(state: StallWatch, { nowMs, positionS, expected }: Observation): StallWatch {
  const standsStill = expected && positionS === state.positionS;
  if (!standsStill) {
    const stalledMs = state.stalledMs + (state.stalled ? nowMs - state.movedMs : 0);
    return { ...state, positionS, movedMs: nowMs, stalled: false, stalledMs };
  }
  if (state.stalled || nowMs - state.movedMs < STALL_AFTER_MS) return state;
  return { ...state, stalled: true, stalls: state.stalls + 1 };
}
