/**
 * Transfers: bytes of a track file by HTTP range, handed on as they arrive.
 *
 * Owns the request, its idle timeout and its repetition (the policies are `player/retry` and `player/edges`): a
 * broken transfer resumes at the byte where it broke, at another edge if there is one. Feeds the throughput
 * meter. Knows nothing of segments.
 */
import {
  FRESH,
  IDLE,
  IDLE_TIMEOUT_MS,
  MAX_SWITCHES,
  SWITCH_TIMEOUT_MS,
  UNKNOWN,
  bytesArrived,
  edgeOf,
  estimateBps,
  failed,
  hasFresh,
  observe,
  pick,
  served,
  transferEnded,
  transferStarted,
  transferFailure,
  waitBeforeRetryMs,
  type Failure,
  type PlaybackFailure,
  type Reading,
} from "@matinee/player";
import { Emitter } from "./events.ts";

/** First and one-past-last byte. */
export type Span = readonly [start: number, end: number];
export type Bytes = Uint8Array<ArrayBuffer>;
export type OnChunk = (chunk: Bytes) => void;

/** A transfer that failed for good, in words. */
export class TransferError extends Error {
  readonly failure: PlaybackFailure;

  constructor(failure: PlaybackFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

export interface NetworkEvents {
  /** Another edge is asked from here on, by name; empty is this page's own server. */
  edge: { readonly from: string; readonly to: string };
}

/** The network as seen by all transfers of one page. */
export class Network extends Emitter<NetworkEvents> {
  #meter = IDLE;
  #throughput = UNKNOWN;
  #edges = FRESH;
  #asked: string | undefined;

  /** Bits per second, or `undefined` before anything was measured. */
  get throughputBps(): number | undefined {
    return estimateBps(this.#throughput);
  }

  /** Which of the addresses that have the same file to ask now. */
  pick(urls: readonly string[]): string {
    return pick(this.#edges, urls, performance.now());
  }

  /** Leaves the edge of `url` alone for a while: it did not send what it was asked for. */
  failed(url: string): void {
    this.#edges = failed(this.#edges, url, performance.now());
  }

  /** Resolves when all of `span` was handed on. Rejects with `TransferError`, or with the signal's reason. */
  async fetch(urls: readonly string[], span: Span, onChunk: OnChunk, signal: AbortSignal): Promise<void> {
    let from = span[0];
    const take: OnChunk = (chunk) => {
      from += chunk.byteLength;
      onChunk(chunk);
    };
    for (let attempt = 0, switches = 0; ; ) {
      const url = this.#choose(urls);
      const failure = await this.#attempt(url, [from, span[1]], take, this.#patienceMs(url, urls), signal);
      if (!failure) {
        this.#edges = served(this.#edges, url, performance.now());
        return;
      }
      this.failed(url);
      if (switches < MAX_SWITCHES && this.#hasFresh(urls)) {
        switches++;
        continue;
      }
      const waitMs = waitBeforeRetryMs(failure, attempt++, Math.random());
      if (waitMs === undefined) throw new TransferError(transferFailure(failure));
      await pause(waitMs, signal);
    }
  }

  /** All of `span` in one piece. */
  async bytes(urls: readonly string[], span: Span, signal: AbortSignal): Promise<Bytes> {
    const bytes = new Uint8Array(span[1] - span[0]);
    let at = 0;
    await this.fetch(urls, span, (chunk) => (bytes.set(chunk, at), (at += chunk.byteLength)), signal);
    return bytes;
  }

  #choose(urls: readonly string[]): string {
    const url = this.pick(urls);
    const [from, to] = [this.#asked, edgeOf(url)];
    this.#asked = to;
    if (from !== undefined && from !== to) this.emit("edge", { from, to });
    return url;
  }

  #hasFresh(urls: readonly string[]): boolean {
    return hasFresh(this.#edges, urls, performance.now());
  }

  /** A silence that is over sooner where it can be broken elsewhere. */
  #patienceMs(url: string, urls: readonly string[]): number {
    const others = urls.filter((other) => edgeOf(other) !== edgeOf(url));
    return this.#hasFresh(others) ? SWITCH_TIMEOUT_MS : IDLE_TIMEOUT_MS;
  }

  async #attempt(
    url: string,
    span: Span,
    onChunk: OnChunk,
    patienceMs: number,
    signal: AbortSignal,
  ): Promise<Failure | undefined> {
    const idle = new AbortController();
    let timer = setTimeout(() => idle.abort(), patienceMs);
    this.#meter = transferStarted(this.#meter, performance.now());
    try {
      return await receive(url, span, AbortSignal.any([signal, idle.signal]), (chunk) => {
        clearTimeout(timer);
        timer = setTimeout(() => idle.abort(), patienceMs);
        this.#read(bytesArrived(this.#meter, chunk.byteLength, performance.now()));
        onChunk(chunk);
      });
    } catch {
      signal.throwIfAborted();
      return { kind: idle.signal.aborted ? "idle" : "network" };
    } finally {
      clearTimeout(timer);
      this.#read(transferEnded(this.#meter, performance.now()));
    }
  }

  #read({ meter, sample }: Reading): void {
    this.#meter = meter;
    if (sample) this.#throughput = observe(this.#throughput, sample);
  }
}

/** One request. Throws what `fetch` throws; an answer cut short is a network failure. */
async function receive(
  url: string,
  [start, end]: Span,
  signal: AbortSignal,
  onChunk: OnChunk,
): Promise<Failure | undefined> {
  const response = await fetch(url, { signal, headers: { range: `bytes=${start}-${end - 1}` } });
  if (response.status !== 206 || !response.body) {
    await response.body?.cancel();
    return { kind: "status", status: response.status };
  }
  const reader = response.body.getReader();
  let missing = end - start;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    missing -= value.byteLength;
    onChunk(value);
  }
  return missing > 0 ? { kind: "network" } : undefined;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}
