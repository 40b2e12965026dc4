/**
 * The player: one title on one video element.
 *
 * Composes media source, streams and rules, and reports what happened. Owns no control and no words but a
 * failure's. One `Player` plays once: to try again, close it and make another at the same position.
 */
import {
  NO_STALL,
  abandonFor,
  aheadS,
  bitrateAheadBps,
  bytesOf,
  choose,
  firstLevel,
  landingS,
  openingAt,
  pastHoleS,
  playbackFailure,
  replaceFromS,
  segmentAt,
  spanOf,
  common,
  watch,
  type AbrState,
  type Audio,
  type PlaybackFailure,
  type Rung,
  type Tracks,
} from "@matinee/player";
import { AppendQueue } from "./append-queue.ts";
import { Emitter } from "./events.ts";
import { attach, isPlayable, type Attachment } from "./media-source.ts";
import { remember, remembered } from "./remembered.ts";
import { Stream, type WarmStart } from "./stream.ts";
import type { Network } from "./transfer.ts";

/** How often the playhead is looked at: under the stall threshold, over what a timer costs. */
const TICK_MS = 200;
/** Ticks between two notes of the throughput for the next visit. */
const REMEMBER_TICKS = 25;

export interface PlayerOptions {
  readonly startS?: number;
  /** Level of the first segment; by the remembered throughput where absent. */
  readonly firstLevel?: number;
  /** Fetched before the click. */
  readonly warm?: readonly WarmStart[];
  /** When the viewer asked for the film, by `performance.now()`; the start of the start-up time. */
  readonly askedMs?: number;
}

export interface PlayerEvents {
  firstframe: { readonly startupMs: number };
  /** Another rung is fetched from here on. */
  rung: { readonly from: number; readonly to: number };
  stall: { readonly positionS: number };
  failure: PlaybackFailure;
}

export interface PlayerStats {
  /** From the viewer's wish to the first frame on the screen; `undefined` before it. */
  readonly startupMs: number | undefined;
  readonly stalls: number;
  readonly stalledMs: number;
  readonly droppedAppends: number;
  readonly rungSwitches: number;
  readonly abandonedSegments: number;
  readonly framesDropped: number;
  readonly framesShown: number;
  readonly bufferS: number;
  readonly throughputBps: number | undefined;
  /** The rung on the screen. */
  readonly level: number;
}

export class Player extends Emitter<PlayerEvents> {
  readonly tracks: Tracks;
  readonly #video: HTMLVideoElement;
  readonly #network: Network;
  readonly #attachment: Attachment;
  readonly #videoStream: Stream;
  readonly #audioStream: Stream | undefined;
  readonly #listening = new AbortController();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #askedMs: number;
  /** Level by segment index, as last appended. */
  readonly #levels: number[] = [];
  #abr: AbrState;
  #fixedLevel: number | undefined;
  #audio: Audio | undefined;
  #stall = NO_STALL;
  #startupMs: number | undefined;
  #droppedAppends = 0;
  #rungSwitches = 0;
  #abandoned = 0;
  #ticks = 0;

  /** Begins to fetch at once. Ask `canPlay` first. */
  constructor(video: HTMLVideoElement, tracks: Tracks, network: Network, options: PlayerOptions = {}) {
    super();
    this.tracks = tracks;
    this.#video = video;
    this.#network = network;
    this.#askedMs = options.askedMs ?? performance.now();
    this.#abr = openingAt(options.firstLevel ?? firstLevel(tracks, remembered()));
    this.#audio = tracks.audio[0];
    this.#attachment = attach(video);
    if (options.startS) video.currentTime = landingS(options.startS, tracks.durationS);
    this.#videoStream = this.#streamOf(this.#rung, tracks.startsS, options.warm, (index) =>
      this.#chooseRung(index),
    );
    const audio = this.#audio;
    this.#audioStream =
      audio && this.#streamOf(audio, audio.startsS, options.warm, () => this.#audio ?? audio);
    this.#listen();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#pump();
  }

  /** Whether this browser decodes the title's tracks. */
  static canPlay(tracks: Tracks): boolean {
    return [...tracks.rungs, ...tracks.audio.slice(0, 1)].every((file) => isPlayable(file.mime));
  }

  /** The level held by the viewer; `undefined` is automatic. */
  get fixedLevel(): number | undefined {
    return this.#fixedLevel;
  }

  get audio(): Audio | undefined {
    return this.#audio;
  }

  stats(): PlayerStats {
    const frames = this.#video.getVideoPlaybackQuality();
    const shown = this.#levels[segmentAt(this.tracks.startsS, this.#video.currentTime)];
    return {
      startupMs: this.#startupMs,
      stalls: this.#stall.stalls,
      stalledMs: this.#stall.stalledMs,
      droppedAppends: this.#droppedAppends,
      rungSwitches: this.#rungSwitches,
      abandonedSegments: this.#abandoned,
      framesDropped: frames.droppedVideoFrames,
      framesShown: frames.totalVideoFrames,
      bufferS: aheadS(this.#playable(), this.#video.currentTime),
      throughputBps: this.#network.throughputBps,
      level: shown ?? this.#abr.level,
    };
  }

  seek(wishS: number): void {
    this.#video.currentTime = landingS(wishS, this.tracks.durationS);
  }

  /**
   * Holds a level, or with `undefined` lets the rule choose; what lies ahead is fetched anew where it must
   * change.
   */
  holdLevel(level: number | undefined): void {
    const before = this.#fixedLevel ?? this.#abr.level;
    this.#fixedLevel = level;
    if (level === undefined || level === before) return;
    this.#moveTo({ level, sinceS: this.#video.currentTime });
    void this.#videoStream.replaceFrom(replaceFromS(this.tracks.startsS, this.#video.currentTime));
  }

  playAudio(id: string): void {
    const audio = this.tracks.audio.find((track) => track.id === id);
    if (!audio || audio === this.#audio) return;
    this.#audio = audio;
    void this.#audioStream?.replaceFrom(0);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#listening.abort();
    this.#remember();
    for (const stream of this.#streams()) stream.close();
    this.#attachment.close();
  }

  get #rung(): Rung {
    return this.tracks.rungs[this.#abr.level] ?? (this.tracks.rungs[0] as Rung);
  }

  #streams(): Stream[] {
    return this.#audioStream ? [this.#videoStream, this.#audioStream] : [this.#videoStream];
  }

  #playable(): ReturnType<typeof common> {
    return common(this.#streams().map((stream) => stream.buffered));
  }

  #streamOf(
    first: Rung | Audio,
    startsS: readonly number[],
    warm: readonly WarmStart[] | undefined,
    fileFor: (index: number) => Rung | Audio,
  ): Stream {
    const { source, opened } = this.#attachment;
    const buffer = opened.then(() => {
      if (Number.isNaN(source.duration)) source.duration = this.tracks.durationS;
      return source.addSourceBuffer(first.mime);
    });
    return new Stream(this.#network, new AppendQueue(buffer, first.mime), {
      startsS,
      warm: warm?.find(({ fileId }) => fileId === first.id),
      positionS: () => this.#video.currentTime,
      fileFor,
      appended: (index) => this.#appended(index, startsS === this.tracks.startsS),
      dropped: () => this.#droppedAppends++,
      failed: (failure) => this.#fail(failure),
    });
  }

  #listen(): void {
    const { signal } = this.#listening;
    const video = this.#video;
    video.addEventListener("seeking", () => this.#sought(), { signal });
    video.addEventListener("error", () => this.#fail(playbackFailure("undecodable")), { signal });
    video.requestVideoFrameCallback((nowMs) => {
      this.#startupMs = nowMs - this.#askedMs;
      this.emit("firstframe", { startupMs: this.#startupMs });
    });
  }

  #sought(): void {
    for (const stream of this.#streams()) stream.sought();
  }

  #pump(): void {
    for (const stream of this.#streams()) stream.pump();
    const { source } = this.#attachment;
    if (source.readyState !== "open" || !this.#streams().every((stream) => stream.complete)) return;
    if (Array.from(source.sourceBuffers).some((buffer) => buffer.updating)) return;
    source.endOfStream();
  }

  #appended(index: number, isVideo: boolean): void {
    if (isVideo) this.#levels[index] = this.#abr.level;
    queueMicrotask(() => this.#pump());
  }

  #tick(): void {
    this.#watchStall();
    this.#abandonIfHopeless();
    this.#pump();
    if (++this.#ticks % REMEMBER_TICKS === 0) this.#remember();
  }

  #watchStall(): void {
    const { currentTime, paused, seeking, ended } = this.#video;
    const expected = !paused && !seeking && !ended && this.#startupMs !== undefined;
    const before = this.#stall;
    this.#stall = watch(before, { nowMs: performance.now(), positionS: currentTime, expected });
    if (!paused && before.positionS === currentTime) this.#stepOverHole();
    if (this.#stall.stalls > before.stalls) this.emit("stall", { positionS: currentTime });
  }

  #stepOverHole(): void {
    const toS = pastHoleS(this.#playable(), this.#video.currentTime);
    if (toS !== undefined) this.#video.currentTime = toS;
  }

  #chooseRung(index: number): Rung {
    const { rungs, startsS } = this.tracks;
    const [startS, endS] = spanOf(startsS, index);
    const audioBps = this.#audio?.bitrateBpsPeak ?? 0;
    if (this.#fixedLevel === undefined) {
      this.#moveTo(
        choose(this.#abr, {
          needsBps: rungs.map((rung) => audioBps + bitrateAheadBps(rung, startsS, index)),
          throughputBps: this.#network.throughputBps,
          bufferS: this.#videoStream.aheadS,
          segmentStartS: startS,
          segmentS: endS - startS,
        }),
      );
    }
    return this.#rung;
  }

  #abandonIfHopeless(): void {
    const transfer = this.#videoStream.inFlight;
    if (!transfer || this.#fixedLevel !== undefined) return;
    const level = abandonFor({
      level: this.#abr.level,
      elapsedS: (performance.now() - transfer.startedMs) / 1000,
      receivedBytes: transfer.receivedBytes,
      segmentBytes: this.tracks.rungs
        .map((rung) => bytesOf(rung, transfer.index))
        .map(([start, end]) => end - start),
      bufferS: this.#videoStream.aheadS,
    });
    if (level === undefined) return;
    this.#abandoned++;
    this.#moveTo({ level, sinceS: spanOf(this.tracks.startsS, transfer.index)[0] });
    this.#videoStream.drop();
  }

  #moveTo(state: AbrState): void {
    const from = this.#abr.level;
    this.#abr = state;
    if (from === state.level) return;
    this.#rungSwitches++;
    this.emit("rung", { from, to: state.level });
  }

  #remember(): void {
    const { throughputBps } = this.#network;
    if (throughputBps !== undefined) remember(throughputBps);
  }

  #fail(failure: PlaybackFailure): void {
    clearInterval(this.#timer);
    for (const stream of this.#streams()) stream.close();
    this.emit("failure", failure);
  }
}
