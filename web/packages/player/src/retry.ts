/**
 * The retry policy of media transfers: how often, how long between, and what is not worth asking again.
 *
 * The only layer that retries media; the append queue and the page do not.
 */

export type Failure =
  /** No answer, or the connection broke. */
  | { readonly kind: "network" }
  /** Nothing arrived for `IDLE_TIMEOUT_MS`. */
  | { readonly kind: "idle" }
  /** An answer that is not the asked-for bytes. */
  | { readonly kind: "status"; readonly status: number };

/**
 * A connection that is silent this long is taken for dead; under the buffer's target, so that a stall is
 * rare.
 */
export const IDLE_TIMEOUT_MS = 8_000;
/** Waits before the second and later attempts: about 15 s in all, half of a full buffer. */
const WAITS_MS = [250, 500, 1_000, 2_000, 4_000, 8_000];
/** Request timeout, too early, too many requests. */
const RETRYABLE_STATUS = new Set([408, 425, 429]);

/**
 * Milliseconds to wait after failed attempt number `attempt` (from 0), or `undefined` to give up. `jitter` is
 * 0 to 1.
 */
export function waitBeforeRetryMs(failure: Failure, attempt: number, jitter: number): number | undefined {
  const waitMs = WAITS_MS[attempt];
  if (waitMs === undefined || (failure.kind === "status" && !isPassing(failure.status))) return undefined;
  return waitMs * (0.75 + 0.5 * jitter);
}

const isPassing = (status: number): boolean => status >= 500 || RETRYABLE_STATUS.has(status);
