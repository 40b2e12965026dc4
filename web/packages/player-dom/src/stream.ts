/**
 * A stream: keeps one `SourceBuffer` fed with one kind of media.
 *
 * Owns the loop of schedule, transfer and append for one kind, with at most one segment in flight. Which file
 * a segment is taken from is the feeder's answer; which segment is `player/schedule`'s.
 *
 *     idle --pump--> in flight --appended--> idle
 *                       |  drop (seek, other rung) --reset--> idle
 *                       |  failed for good ----------------> failed
 */
import {
  FULL_GOAL,
  aheadS,
  bytesOf,
  covers,
  evictable,
  keepsTransfer,
  next,
  playbackFailure,
  shrunk,
  spanOf,
  type PlaybackFailure,
  type Ranges,
  type Step,
  type TrackFile,
} from "@matinee/player";
import { AppendQueue, BufferFull } from "./append-queue.ts";
import { TransferError, type Bytes, type Network, type Span } from "./transfer.ts";

/**
 * A segment that is not in the buffer after its append is fetched this often in all before playback fails.
 */
const MAX_MISSES = 3;

/** Bytes of a file's header and first segment, fetched before playback was asked for. */
export interface WarmStart {
  readonly fileId: string;
  readonly bytes: Promise<Bytes>;
}

/** What a stream asks of its player. */
export interface Feeder {
  readonly startsS: readonly number[];
  readonly warm?: WarmStart | undefined;
  positionS(): number;
  /** The file that segment `index` is taken from, decided when its transfer begins. */
  fileFor(index: number): TrackFile;
  appended(index: number, file: TrackFile): void;
  /** An append did not end in the buffer. */
  dropped(): void;
  failed(failure: PlaybackFailure): void;
}

export interface InFlight {
  readonly index: number;
  readonly file: TrackFile;
  readonly startedMs: number;
  readonly receivedBytes: number;
}

interface Transfer extends InFlight {
  receivedBytes: number;
  readonly control: AbortController;
}

export class Stream {
  readonly #network: Network;
  readonly #queue: AppendQueue;
  readonly #feeder: Feeder;
  /** At most one a file of the title. */
  readonly #headers = new Map<string, Bytes>();
  #warm: WarmStart | undefined;
  #transfer: Transfer | undefined;
  #openFileId: string | undefined;
  #goal = FULL_GOAL;
  #filling = true;
  #misses = 0;
  #closed = false;

  constructor(network: Network, queue: AppendQueue, feeder: Feeder) {
    this.#network = network;
    this.#queue = queue;
    this.#feeder = feeder;
    this.#warm = feeder.warm;
  }

  get buffered(): Ranges {
    return this.#queue.buffered;
  }

  /** Seconds that can be played of this kind. */
  get aheadS(): number {
    return aheadS(this.buffered, this.#feeder.positionS());
  }

  get inFlight(): InFlight | undefined {
    return this.#transfer;
  }

  /** Whether all from the playhead to the film's end is buffered. */
  get complete(): boolean {
    return !this.#transfer && this.#next().kind === "end";
  }

  /** Begins the next transfer if one is due. Called whenever something has changed, and on every tick. */
  pump(): void {
    if (this.#transfer || this.#closed) return;
    const step = this.#next();
    this.#filling = step.kind === "fetch";
    if (step.kind === "fetch") void this.#take(step.index);
    else this.#evict(false);
  }

  /** The playhead has jumped. */
  sought(): void {
    const { startsS } = this.#feeder;
    const transfer = this.#transfer;
    if (transfer && !keepsTransfer(startsS, this.buffered, this.#feeder.positionS(), transfer.index))
      this.drop();
    this.#filling = true;
    this.pump();
  }

  /** Gives up the transfer in flight; what it appended in part is forgotten by the parser. */
  drop(): void {
    this.#transfer?.control.abort();
  }

  /** Drops what is buffered from `fromS` on, to be fetched again from another file. */
  async replaceFrom(fromS: number): Promise<void> {
    this.drop();
    await this.#queue.remove(fromS, Infinity).catch(() => undefined);
    this.#filling = true;
    this.pump();
  }

  close(): void {
    this.#closed = true;
    this.drop();
    this.#queue.clear();
  }

  #next(): Step {
    return next({
      startsS: this.#feeder.startsS,
      buffered: this.buffered,
      positionS: this.#feeder.positionS(),
      goal: this.#goal,
      filling: this.#filling,
    });
  }

  async #take(index: number): Promise<void> {
    const control = new AbortController();
    const file = this.#feeder.fileFor(index);
    const transfer: Transfer = { index, file, control, startedMs: performance.now(), receivedBytes: 0 };
    this.#transfer = transfer;
    try {
      await this.#load(transfer);
      this.#verify(transfer);
    } catch (error) {
      await this.#recover(error as Error);
    } finally {
      this.#transfer = undefined;
    }
    this.pump();
  }

  /**
   * The header only where the buffer does not hold this file's; together with segment 0, which lies next to
   * it.
   */
  async #load(transfer: Transfer): Promise<void> {
    const { index, file, control } = transfer;
    const [start, end] = bytesOf(file, index);
    const isOpen = this.#openFileId === file.id;
    if (!isOpen) void this.#queue.changeType(file.mime); // In its turn; fetching does not wait for it.
    const header = this.#headers.get(file.id);
    if (!isOpen) this.#openFileId = undefined;
    if (isOpen) await this.#append(transfer, [start, end]);
    else if (header) await Promise.all([this.#queue.append(header), this.#append(transfer, [start, end])]);
    else if (index === 0) await this.#append(transfer, [0, end]);
    else await this.#appendWithHeader(transfer, [start, end]);
    control.signal.throwIfAborted();
    this.#openFileId = file.id;
  }

  /** Appends bytes as they arrive; done when the last of them is in the buffer. */
  async #append(transfer: Transfer, span: Span, header?: Promise<void>): Promise<void> {
    const { file, control } = transfer;
    let last = Promise.resolve();
    const take = (chunk: Bytes): void => {
      transfer.receivedBytes += chunk.byteLength;
      last = header ? header.then(() => this.#queue.append(chunk)) : this.#queue.append(chunk);
      last.catch(() => control.abort());
    };
    const warm = span[0] === 0 ? await this.#warmBytes(file, span[1]) : undefined;
    if (warm) take(warm);
    else await this.#fetch(file, span, take, () => last, control.signal);
    await last;
  }

  /** A refused append aborts the transfer; then its own error is the one that tells. */
  async #fetch(
    file: TrackFile,
    span: Span,
    take: (chunk: Bytes) => void,
    last: () => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await this.#network.fetch(file.urls, span, take, signal);
    } catch (error) {
      if (signal.aborted) await last();
      throw error;
    }
  }

  /** Header and segment travel side by side; the segment's bytes wait for the header's append. */
  async #appendWithHeader(transfer: Transfer, span: Span): Promise<void> {
    const header = this.#header(transfer.file, transfer.control.signal).then((bytes) =>
      this.#queue.append(bytes),
    );
    header.catch(() => transfer.control.abort());
    await Promise.all([header, this.#append(transfer, span, header)]);
  }

  async #header(file: TrackFile, signal: AbortSignal): Promise<Bytes> {
    const bytes = await this.#network.bytes(file.urls, [0, file.headerBytes], signal);
    this.#headers.set(file.id, bytes);
    return bytes;
  }

  /** The prefetched start, once, if it is this file's and whole. */
  async #warmBytes(file: TrackFile, length: number): Promise<Bytes | undefined> {
    const warm = this.#warm;
    this.#warm = undefined;
    if (warm?.fileId !== file.id) return undefined;
    const bytes = await warm.bytes.catch(() => undefined);
    return bytes?.byteLength === length ? bytes : undefined;
  }

  #verify({ index, file }: InFlight): void {
    if (covers(this.buffered, ...spanOf(this.#feeder.startsS, index))) {
      this.#misses = 0;
      this.#feeder.appended(index, file);
    } else this.#missed();
  }

  #missed(): void {
    this.#feeder.dropped();
    if (++this.#misses >= MAX_MISSES) this.#fail(playbackFailure("undecodable"));
  }

  /** An abort is our own doing, and only leaves a parser to reset. */
  async #recover(error: Error): Promise<void> {
    if (this.#closed) return;
    await this.#queue.reset().catch(() => undefined);
    if (error instanceof BufferFull) {
      this.#goal = shrunk(this.aheadS);
      this.#filling = false;
      this.#missed();
      this.#evict(true);
    } else if (error instanceof TransferError) this.#fail(error.failure);
    else if (error.name !== "AbortError") this.#fail(playbackFailure("undecodable"));
  }

  #fail(failure: PlaybackFailure): void {
    this.close();
    this.#feeder.failed(failure);
  }

  #evict(full: boolean): void {
    const span = evictable(this.buffered, this.#feeder.positionS(), full);
    if (span) void this.#queue.remove(...span);
  }
}
