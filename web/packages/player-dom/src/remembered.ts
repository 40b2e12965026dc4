/** The throughput of earlier visits, kept in local storage for the choice of the first rung. */
import type { Remembered } from "@matinee/player";

const KEY = "matinee.throughput";

export function remember(throughputBps: number): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ bps: Math.round(throughputBps), atMs: Date.now() }));
  } catch {
    // Storage is refused in some private windows: then the next visit starts at the lowest rung.
  }
}

export function remembered(): Remembered | undefined {
  try {
    const { bps, atMs } = JSON.parse(localStorage.getItem(KEY) ?? "{}") as { bps?: unknown; atMs?: unknown };
    if (typeof bps !== "number" || typeof atMs !== "number") return undefined;
    return { throughputBps: bps, ageS: (Date.now() - atMs) / 1000 };
  } catch {
    return undefined;
  }
}
