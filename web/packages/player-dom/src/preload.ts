/**
 * Preloading: the grant and the first bytes of a title that will probably be played.
 *
 * Owns a few warm starts, by title, and their age. Off where the viewer saves data. A warm start that fails
 * is forgotten: the click then starts from nothing.
 */
import { play, type PlayGrant } from "@matinee/api";
import { firstLevel, tracksOf, type TrackFile, type Tracks } from "@matinee/player";
import { remembered } from "./remembered.ts";
import type { WarmStart } from "./stream.ts";
import type { Network } from "./transfer.ts";

/** Titles kept warm: a pointer crosses several cards, and the last ones are the likely ones. */
const MAX_WARM = 3;
/** A grant older than this is asked for again. */
const MAX_AGE_MS = 60_000;

export interface Start {
  readonly grant: PlayGrant;
  readonly tracks: Tracks;
  readonly firstLevel: number;
  readonly warm: readonly WarmStart[];
}

export class Preloader {
  readonly #network: Network;
  readonly #starts = new Map<
    string,
    { readonly start: Promise<Start>; readonly atMs: number; readonly control: AbortController }
  >();

  constructor(network: Network) {
    this.#network = network;
  }

  /** Fetches what a click on this title will need first. */
  warm(titleId: string): void {
    if (savesData() || this.#fresh(titleId)) return;
    this.#forget(titleId);
    const control = new AbortController();
    const start = this.#begin(titleId, control.signal);
    this.#starts.set(titleId, { start, atMs: performance.now(), control });
    start.catch(() => this.#starts.delete(titleId));
    const [oldest] = this.#starts.keys();
    if (this.#starts.size > MAX_WARM && oldest !== undefined) this.#forget(oldest);
  }

  /** The warm start, if there is one, else a cold one. Rejects with `ApiError`. */
  async take(titleId: string): Promise<Start> {
    const warm = this.#fresh(titleId);
    this.#starts.delete(titleId);
    const ready = await warm?.catch(() => undefined);
    return ready ?? cold(await play(titleId));
  }

  #fresh(titleId: string): Promise<Start> | undefined {
    const entry = this.#starts.get(titleId);
    return entry && performance.now() - entry.atMs < MAX_AGE_MS ? entry.start : undefined;
  }

  #forget(titleId: string): void {
    this.#starts.get(titleId)?.control.abort();
    this.#starts.delete(titleId);
  }

  async #begin(titleId: string, signal: AbortSignal): Promise<Start> {
    const start = cold(await play(titleId));
    const files = [start.tracks.rungs[start.firstLevel], start.tracks.audio[0]].filter(
      (file) => file !== undefined,
    );
    return { ...start, warm: files.map((file) => this.#firstBytes(file, signal)) };
  }

  #firstBytes(file: TrackFile, signal: AbortSignal): WarmStart {
    const bytes = this.#network.bytes(file.url, [0, file.offsets[1] ?? 0], signal);
    bytes.catch(() => undefined); // Looked at when it is used, if it is.
    return { fileId: file.id, bytes };
  }
}

function cold(grant: PlayGrant): Start {
  const tracks = tracksOf(grant);
  return { grant, tracks, firstLevel: firstLevel(tracks, remembered()), warm: [] };
}

function savesData(): boolean {
  return (navigator as { connection?: { saveData?: boolean } }).connection?.saveData ?? false;
}
