/**
 * Edges: which of the addresses that have the same file is asked next.
 *
 * A pure value of what each edge did lately. An edge that failed is left alone for a while, the longer the more
 * often it failed; then it is asked again, since the operator prefers the first. Reads no clock; times are
 * arguments.
 */

/** An edge that failed rests this long: long enough for a restart, and short enough to come back to it in a film. */
const REST_MS = 30_000;
/** Twice as long after each further failure, up to this: a request in ten minutes is little to lose. */
const MAX_REST_MS = 600_000;
/** A silent connection is given up sooner while another edge can be asked; over what a slow network takes. */
export const SWITCH_TIMEOUT_MS = 4_000;
/** A request goes elsewhere at once this often; then it waits, as where there is one edge. */
export const MAX_SWITCHES = 8;

interface Rest {
  /** Failures, but those while it rested. */
  readonly failures: number;
  readonly untilMs: number;
  readonly lastFailedMs: number;
}

/** What edges that failed are doing, by their names. */
export type Edges = ReadonlyMap<string, Rest>;

export const FRESH: Edges = new Map();

/** The edge of an address: its origin, empty for this page's own. */
export const edgeOf = (url: string): string => /^[a-z]+:\/\/[^/]*/.exec(url)?.[0] ?? "";

/** The address to ask: the first whose edge does not rest, else the one whose last failure is longest ago. */
export function pick(edges: Edges, urls: readonly string[], nowMs: number): string {
  const fresh = urls.find((url) => !isResting(edges, url, nowMs));
  const failedMs = (url: string): number => edges.get(edgeOf(url))?.lastFailedMs ?? 0;
  return fresh ?? urls.reduce((best, url) => (failedMs(url) < failedMs(best) ? url : best));
}

/** Whether some address has an edge that does not rest. */
export const hasFresh = (edges: Edges, urls: readonly string[], nowMs: number): boolean =>
  urls.some((url) => !isResting(edges, url, nowMs));

/** The edge of `url` failed. While it rests that tells little new: much was under way. */
export function failed(edges: Edges, url: string, nowMs: number): Edges {
  const before = edges.get(edgeOf(url));
  if (before && isResting(edges, url, nowMs))
    return new Map(edges).set(edgeOf(url), { ...before, lastFailedMs: nowMs });
  const failures = (before?.failures ?? 0) + 1;
  const untilMs = nowMs + Math.min(REST_MS * 2 ** (failures - 1), MAX_REST_MS);
  return new Map(edges).set(edgeOf(url), { failures, untilMs, lastFailedMs: nowMs });
}

/** The edge of `url` sent what it was asked for. Its failures are forgotten, but it rests to the end. */
export function served(edges: Edges, url: string, nowMs: number): Edges {
  if (!edges.has(edgeOf(url)) || isResting(edges, url, nowMs)) return edges;
  const others = new Map(edges);
  others.delete(edgeOf(url));
  return others;
}

const isResting = (edges: Edges, url: string, nowMs: number): boolean =>
  (edges.get(edgeOf(url))?.untilMs ?? 0) > nowMs;
