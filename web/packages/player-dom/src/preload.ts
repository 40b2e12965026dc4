/**
 * Preloading: the grant and the first bytes of a title that will probably be played.
 *
 * Owns a few warm starts, by title, and their age. Off where the viewer saves data. A warm start that fails
 * is forgotten: the click then starts from nothing.
 */
import { play, type PlayGrant } from "@matinee/api";
import { firstLevel, tracksOf, type Format, type TrackFile, type Tracks } from "@matinee/player";
import { AudioChoice } from "./audio-choice.ts";
import { Decoders } from "./decoders.ts";
import { deviceName, remembered } from "./remembered.ts";
import type { WarmStart } from "./stream.ts";
import type { Network } from "./transfer.ts";

/** Titles kept warm: a pointer crosses several cards, and the last ones are the likely ones. */
const MAX_WARM = 3;
/** A grant older than this is asked for again. */
const MAX_AGE_MS = 60_000;

export interface Start {
  readonly grant: PlayGrant;
  /** With the formats that play here, the one to play first; none where none does. */
  readonly tracks: Tracks;
  readonly firstLevel: number;
  readonly warm: readonly WarmStart[];
  readonly formatFailed: (format: Format) => void;
}

export class Preloader {
  readonly #network: Network;
  readonly #decoders: Decoders;
  readonly #starts = new Map<
    string,
    { readonly start: Promise<Start>; readonly atMs: number; readonly control: AbortController }
  >();

  constructor(network: Network, decoders: Decoders = new Decoders()) {
    this.#network = network;
    this.#decoders = decoders;
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

  /**
   * The warm start, if there is one, else a cold one. With `wanted`, the name of a format, always a cold one
   * that plays that format if it can. Rejects with `ApiError`.
   */
  async take(titleId: string, wanted?: string): Promise<Start> {
    const warm = wanted === undefined ? this.#fresh(titleId) : undefined;
    this.#starts.delete(titleId);
    const ready = await warm?.catch(() => undefined);
    return ready ?? this.#cold(titleId, wanted);
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
    const start = await this.#cold(titleId);
    const { formats, audio } = start.tracks;
    const files = [formats[0]?.rungs[start.firstLevel], new AudioChoice(audio).variant].filter(
      (file) => file !== undefined,
    );
    return { ...start, warm: files.map((file) => this.#firstBytes(file, signal)) };
  }

  #firstBytes(file: TrackFile, signal: AbortSignal): WarmStart {
    const bytes = this.#network.bytes(file.urls, [0, file.offsets[1] ?? 0], signal);
    bytes.catch(() => undefined); // Looked at when it is used, if it is.
    return { fileId: file.id, bytes };
  }

  async #cold(titleId: string, wanted?: string): Promise<Start> {
    const grant = await play(titleId, { device: deviceName() });
    const tracks = await this.#decoders.choose(tracksOf(grant), wanted);
    return {
      grant,
      tracks,
      firstLevel: firstLevel(tracks.formats[0]?.rungs ?? [], tracks.startsS, remembered()),
      warm: [],
      formatFailed: (format) => this.#decoders.failed(format),
    };
  }
}

function savesData(): boolean {
  return (navigator as { connection?: { saveData?: boolean } }).connection?.saveData ?? false;
}
