/**
 * The player: one title on one video element.
 *
 * Composes session and rules, falls back to another format where one cannot be decoded, and reports what
 * happened. Owns no control and no words but a failure's. One `Player` plays once: to try again, close it and
 * make another at the same position.
 */
import {
  NO_STALL,
  abandonFor,
  aheadS,
  bitrateAheadBps,
  bytesOf,
  choose,
  firstLevel,
  hasSurround,
  landingS,
  levelWithin,
  openingAt,
  pastHoleS,
  replaceFromS,
  segmentAt,
  spanOf,
  watch,
  type AbrState,
  type Audio,
  type Format,
  type PlaybackFailure,
  type Rung,
  type Sound,
  type Tracks,
} from "@matinee/player";
import { AudioChoice } from "./audio-choice.ts";
import { Emitter } from "./events.ts";
import { Unlocking } from "./unlocking.ts";
import { remember, remembered } from "./remembered.ts";
import { Session, type Kind } from "./session.ts";
import type { WarmStart } from "./stream.ts";
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
  /** Told of every format that could not be decoded. */
  readonly formatFailed?: (format: Format) => void;
  /** When the viewer asked for the film, by `performance.now()`; the start of the start-up time. */
  readonly askedMs?: number;
}

export interface PlayerEvents {
  firstframe: { readonly startupMs: number };
  /** Another rung is fetched from here on. */
  rung: { readonly from: number; readonly to: number };
  /** What was played could not be decoded: another format, or another variant of the sound, plays on. */
  fallback: { readonly format: Format; readonly audio: Audio | undefined };
  stall: { readonly positionS: number };
  /** An edge failed or came back: the bytes come from another, by name; empty is this page's own server. */
  edge: { readonly from: string; readonly to: string };
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
  /** How often something else was played because a format or a sound could not be decoded. */
  readonly fallbacks: number;
  /** How often the bytes came from another edge than before. */
  readonly edgeSwitches: number;
  readonly framesDropped: number;
  readonly framesShown: number;
  readonly bufferS: number;
  readonly throughputBps: number | undefined;
  /** Name of the format. */
  readonly format: string;
  /** The rung on the screen, as an index into the format's rungs. */
  readonly level: number;
}

export class Player extends Emitter<PlayerEvents> {
  /** Formats in the order in which they are tried. */
  readonly tracks: Tracks;
  readonly #video: HTMLVideoElement;
  readonly #network: Network;
  readonly #options: PlayerOptions;
  readonly #audio: AudioChoice;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #listening = new AbortController();
  readonly #askedMs: number;
  /** File of each video segment, as last appended. */
  readonly #appendedIds: string[] = [];
  readonly #unlocking: Unlocking | undefined;
  #session: Session;
  /** Index of the format being played. */
  #formatAt = 0;
  #abr: AbrState;
  #fixedLevel: number | undefined;
  #stall = NO_STALL;
  #startupMs: number | undefined;
  #droppedAppends = 0;
  #rungSwitches = 0;
  #abandoned = 0;
  #fallbacks = 0;
  #edgeSwitches = 0;
  #hasAdapted = false;
  #ticks = 0;

  /** Begins to fetch at once. Ask `canPlay` first. */
  constructor(video: HTMLVideoElement, tracks: Tracks, network: Network, options: PlayerOptions = {}) {
    super();
    this.tracks = tracks;
    this.#video = video;
    this.#network = network;
    this.#options = options;
    this.#askedMs = options.askedMs ?? performance.now();
    this.#audio = new AudioChoice(tracks.audio);
    const level = options.firstLevel ?? firstLevel(this.format.rungs, tracks.startsS, remembered());
    this.#abr = openingAt(level);
    this.#session = this.#begin(landingS(options.startS ?? 0, tracks.durationS), options.warm);
    this.#unlocking =
      tracks.protection && new Unlocking(video, tracks.protection, (failure) => this.#failed(failure));
    this.#listen();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#session.pump();
  }

  /** Whether this browser decodes the title; `tracks` as `Decoders` has chosen them. */
  static canPlay(tracks: Tracks): boolean {
    const isHeard = tracks.audio.length === 0 || new AudioChoice(tracks.audio).variant !== undefined;
    return tracks.formats.length > 0 && isHeard;
  }

  /** The format being played. */
  get format(): Format {
    return this.tracks.formats[this.#formatAt] as Format;
  }

  /** The level held by the viewer; `undefined` is automatic. */
  get fixedLevel(): number | undefined {
    return this.#fixedLevel;
  }

  /** What can be heard: languages and commentaries, the default one first. */
  get sounds(): readonly Sound[] {
    return this.#audio.sounds;
  }

  get sound(): Sound | undefined {
    return this.#audio.sound;
  }

  /** The variant of `sound` that is played. */
  get audio(): Audio | undefined {
    return this.#audio.variant;
  }

  stats(): PlayerStats {
    const frames = this.#video.getVideoPlaybackQuality();
    const id = this.#appendedIds[segmentAt(this.tracks.startsS, this.#video.currentTime)];
    const shown = this.format.rungs.findIndex((rung) => rung.id === id);
    return {
      startupMs: this.#startupMs,
      stalls: this.#stall.stalls,
      stalledMs: this.#stall.stalledMs,
      droppedAppends: this.#droppedAppends,
      rungSwitches: this.#rungSwitches,
      abandonedSegments: this.#abandoned,
      fallbacks: this.#fallbacks,
      edgeSwitches: this.#edgeSwitches,
      framesDropped: frames.droppedVideoFrames,
      framesShown: frames.totalVideoFrames,
      bufferS: aheadS(this.#session.playable, this.#video.currentTime),
      throughputBps: this.#network.throughputBps,
      format: this.format.name,
      level: shown < 0 ? this.#abr.level : shown,
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
    void this.#session.video.replaceFrom(replaceFromS(this.tracks.startsS, this.#video.currentTime));
  }

  /** Plays another of `sounds`, in the class of the one played so far. */
  playSound(sound: Sound): void {
    if (sound !== this.#audio.sound && this.#audio.choose(sound)) void this.#session.audio?.replaceFrom(0);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#listening.abort();
    this.#remember();
    this.#session.close();
    this.#unlocking?.close();
  }

  get #rung(): Rung {
    return this.format.rungs[this.#abr.level] ?? this.format.rungs[0];
  }

  #begin(startS: number, warm: readonly WarmStart[] = []): Session {
    const audio = this.#audio.variant;
    const { startsS, durationS } = this.tracks;
    return new Session(this.#video, this.#network, {
      durationS,
      startS,
      warm,
      video: { startsS, first: this.#rung, fileFor: (index) => this.#chooseRung(index) },
      audio: audio && {
        startsS: audio.startsS,
        first: audio,
        fileFor: () => this.#audio.variant ?? audio,
      },
      appended: (kind, index, file) => {
        if (kind === "video") this.#appendedIds[index] = file.id;
        queueMicrotask(() => this.#session.pump());
      },
      dropped: () => this.#droppedAppends++,
      failed: (failure, kind) => this.#failed(failure, kind),
    });
  }

  #listen(): void {
    this.#video.addEventListener("seeking", () => this.#session.sought(), { signal: this.#listening.signal });
    const forget = this.#network.on("edge", (change) => {
      this.#edgeSwitches++;
      this.emit("edge", change);
    });
    this.#listening.signal.addEventListener("abort", forget);
    this.#video.requestVideoFrameCallback((nowMs) => {
      this.#startupMs = nowMs - this.#askedMs;
      this.emit("firstframe", { startupMs: this.#startupMs });
    });
  }

  /** Once, when the film plays and there is time to measure; the sound changes a little ahead. */
  #adaptToOutput(): void {
    if (this.#hasAdapted || this.#startupMs === undefined || this.#video.paused) return;
    this.#hasAdapted = true;
    if (!this.#audio.adaptToOutput()) return;
    const startsS = this.audio?.startsS ?? [];
    void this.#session.audio?.replaceFrom(replaceFromS(startsS, this.#video.currentTime));
  }

  #tick(): void {
    this.#watchStall();
    this.#adaptToOutput();
    this.#abandonIfHopeless();
    this.#session.pump();
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
    const toS = pastHoleS(this.#session.playable, this.#video.currentTime);
    if (toS !== undefined) this.#video.currentTime = toS;
  }

  #chooseRung(index: number): Rung {
    const { rungs } = this.format;
    const { startsS } = this.tracks;
    const [startS, endS] = spanOf(startsS, index);
    const audioBps = this.#audio.variant?.bitrateBpsPeak ?? 0;
    if (this.#fixedLevel === undefined) {
      this.#moveTo(
        choose(this.#abr, {
          needsBps: rungs.map((rung) => audioBps + bitrateAheadBps(rung, startsS, index)),
          throughputBps: this.#network.throughputBps,
          bufferS: this.#session.video.aheadS,
          segmentStartS: startS,
          segmentS: endS - startS,
        }),
      );
    }
    return this.#rung;
  }

  #abandonIfHopeless(): void {
    const transfer = this.#session.video.inFlight;
    if (!transfer || this.#fixedLevel !== undefined) return;
    const level = abandonFor({
      level: this.#abr.level,
      elapsedS: (performance.now() - transfer.startedMs) / 1000,
      receivedBytes: transfer.receivedBytes,
      segmentBytes: this.format.rungs
        .map((rung) => bytesOf(rung, transfer.index))
        .map(([start, end]) => end - start),
      bufferS: this.#session.video.aheadS,
    });
    if (level === undefined) return;
    this.#abandoned++;
    this.#moveTo({ level, sinceS: spanOf(this.tracks.startsS, transfer.index)[0] });
    this.#session.video.drop();
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

  #failed(failure: PlaybackFailure, kind?: Kind): void {
    if (failure.code === "undecodable" && this.#chooseAnother(kind)) return this.#fallBack();
    clearInterval(this.#timer);
    this.#session.stop();
    this.emit("failure", failure);
  }

  /** Chooses something else to play; whether there was anything. */
  #chooseAnother(kind: Kind | undefined): boolean {
    const isPlainSound = !this.#audio.variant || !hasSurround([this.#audio.variant]);
    const hasSound = kind !== "video" && !(kind === undefined && isPlainSound) && this.#audio.fallBack();
    return (kind !== "audio" && this.#nextFormat()) || hasSound;
  }

  #nextFormat(): boolean {
    const { format } = this;
    this.#options.formatFailed?.(format);
    const next = this.tracks.formats[this.#formatAt + 1];
    if (!next) return false;
    const { height, bitrateBpsAverage } = this.#rung;
    const held = next.rungs.findLastIndex((rung) => rung.height <= height);
    const level =
      this.#fixedLevel === undefined ? levelWithin(next.rungs, bitrateBpsAverage) : Math.max(0, held);
    if (this.#fixedLevel !== undefined) this.#fixedLevel = level;
    this.#formatAt++;
    this.#abr = { level, sinceS: this.#video.currentTime };
    return true;
  }

  /** A new session where the old one stands; attaching it pauses the element, which a viewer did not ask for. */
  #fallBack(): void {
    const { currentTime, paused } = this.#video;
    this.#session.close();
    this.#fallbacks++;
    this.#session = this.#begin(currentTime);
    this.#session.pump();
    if (!paused) this.#video.play().catch(() => undefined); // Interrupted by a pause or by leaving.
    this.emit("fallback", { format: this.format, audio: this.audio });
  }
}
