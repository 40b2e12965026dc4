/**
 * A session: one media source on the video element, with a stream for the picture and one for the sound.
 *
 * Owns their buffers from opening to the end of the film. A `MediaSource` that has met bytes it cannot decode
 * is of no more use: the player then closes its session and begins another at the same position.
 */
import { common, playbackFailure, type PlaybackFailure, type Ranges, type TrackFile } from "@matinee/player";
import { AppendQueue } from "./append-queue.ts";
import { attach, type Attachment } from "./media-source.ts";
import { Stream, type Feeder, type WarmStart } from "./stream.ts";
import type { Network } from "./transfer.ts";

export type Kind = "video" | "audio";

/** One kind of media: what its buffer begins with, and where its segments are. */
export interface Part {
  readonly startsS: readonly number[];
  readonly first: TrackFile;
  fileFor(index: number): TrackFile;
}

/** What a session asks of its player. */
export interface Host {
  readonly durationS: number;
  readonly startS: number;
  readonly warm: readonly WarmStart[];
  readonly video: Part;
  readonly audio: Part | undefined;
  appended(kind: Kind, index: number, file: TrackFile): void;
  dropped(): void;
  /** `kind` is absent where the browser does not tell what it could not decode. */
  failed(failure: PlaybackFailure, kind?: Kind): void;
}

export class Session {
  readonly video: Stream;
  readonly audio: Stream | undefined;
  readonly #element: HTMLVideoElement;
  readonly #network: Network;
  readonly #host: Host;
  readonly #attachment: Attachment;
  readonly #listening = new AbortController();

  constructor(element: HTMLVideoElement, network: Network, host: Host) {
    this.#element = element;
    this.#network = network;
    this.#host = host;
    this.#attachment = attach(element);
    if (host.startS > 0) element.currentTime = host.startS;
    this.video = this.#open("video", host.video);
    this.audio = host.audio && this.#open("audio", host.audio);
    element.addEventListener("error", () => host.failed(playbackFailure("undecodable")), {
      signal: this.#listening.signal,
    });
  }

  /** What can be played: picture and sound. */
  get playable(): Ranges {
    return common(this.#streams().map((stream) => stream.buffered));
  }

  pump(): void {
    for (const stream of this.#streams()) stream.pump();
    const { source } = this.#attachment;
    if (source.readyState !== "open" || !this.#streams().every((stream) => stream.complete)) return;
    if (Array.from(source.sourceBuffers).some((buffer) => buffer.updating)) return;
    source.endOfStream();
  }

  sought(): void {
    for (const stream of this.#streams()) stream.sought();
  }

  /** Ends all transfers; what is buffered stays on the element until `close`. */
  stop(): void {
    this.#listening.abort();
    for (const stream of this.#streams()) stream.close();
  }

  close(): void {
    this.stop();
    this.#attachment.close();
  }

  #streams(): Stream[] {
    return [this.video, this.audio].filter((stream) => stream !== undefined);
  }

  #open(kind: Kind, { startsS, first, fileFor }: Part): Stream {
    const host = this.#host;
    const feeder: Feeder = {
      startsS,
      warm: host.warm.find(({ fileId }) => fileId === first.id),
      positionS: () => this.#element.currentTime,
      fileFor,
      appended: (index, file) => host.appended(kind, index, file),
      dropped: () => host.dropped(),
      failed: (failure) => host.failed(failure, kind),
    };
    return new Stream(this.#network, new AppendQueue(this.#buffer(kind, first), first.mime), feeder);
  }

  /** A browser may refuse a buffer for a type that it said it supports. */
  async #buffer(kind: Kind, { mime }: TrackFile): Promise<SourceBuffer> {
    const { source, opened } = this.#attachment;
    await opened;
    try {
      if (Number.isNaN(source.duration)) source.duration = this.#host.durationS;
      return source.addSourceBuffer(mime);
    } catch (error) {
      if (!this.#listening.signal.aborted) this.#host.failed(playbackFailure("undecodable"), kind);
      throw error;
    }
  }
}
