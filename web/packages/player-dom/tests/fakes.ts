/**
 * A server and a `SourceBuffer` without a browser.
 *
 * The film's file says of each byte what it belongs to: 0 is the header, `n` is segment `n - 1`. So the fake
 * buffer can tell from bytes alone what was appended, and how much of it.
 */
import type { Ranges, TrackFile } from "@matinee/player";

export const SEGMENT_S = 4;
export const SEGMENT_BYTES = 100;
const HEADER_BYTES = 10;

export const startsOf = (segments: number): number[] =>
  Array.from({ length: segments + 1 }, (_, i) => i * SEGMENT_S);

export function fileOf(id: string, segments: number): TrackFile {
  const offsets = Array.from({ length: segments + 1 }, (_, i) => HEADER_BYTES + i * SEGMENT_BYTES);
  return { id, urls: [`/${id}.mp4`], mime: "video/mp4", headerBytes: HEADER_BYTES, offsets };
}

const byteAt = (offset: number): number =>
  offset < HEADER_BYTES ? 0 : Math.floor((offset - HEADER_BYTES) / SEGMENT_BYTES) + 1;

/**
 * What the server does with its `n`th request, from 0: cut the answer after some bytes, answer with a status, be
 * gone, or say nothing.
 */
export type Mishap = (
  request: number,
) =>
  | {
      readonly cutAfter?: number;
      readonly status?: number;
      readonly refused?: boolean;
      readonly silent?: boolean;
    }
  | undefined;

/** Replaces `fetch`; answers with the list of what was asked for. */
export function serve(mishap: Mishap = () => undefined): string[] {
  const asked: string[] = [];
  globalThis.fetch = (async (url: string, init: RequestInit) => {
    init.signal?.throwIfAborted();
    const [, start, end] =
      /bytes=(\d+)-(\d+)/.exec((init.headers as Record<string, string>).range ?? "") ?? [];
    const { cutAfter, status, refused, silent } = mishap(asked.length) ?? {};
    asked.push(`${url} ${start}-${end}`);
    if (refused) throw new TypeError("Failed to fetch");
    if (silent) await new Promise((_, gone) => init.signal?.addEventListener("abort", gone));
    if (status !== undefined) return new Response("", { status });
    const bytes = Uint8Array.from({ length: Number(end) - Number(start) + 1 }, (_, i) =>
      byteAt(Number(start) + i),
    );
    return new Response(bytes.subarray(0, cutAfter), { status: 206 });
  }) as typeof fetch;
  return asked;
}

export class FakeSourceBuffer extends EventTarget {
  updating = false;
  /** Segments that fit; more are refused as full. */
  capacity = Infinity;
  /** Swallows all it is given, as a buffer does with film outside of its append window. */
  swallows = false;
  appends = 0;
  readonly #arrived = new Map<number, number>();

  get buffered(): { length: number; start(i: number): number; end(i: number): number } {
    const ranges = this.ranges;
    return { length: ranges.length, start: (i) => ranges[i]?.[0] ?? 0, end: (i) => ranges[i]?.[1] ?? 0 };
  }

  get ranges(): Ranges {
    const whole = [...this.#arrived]
      .filter(([, bytes]) => bytes >= SEGMENT_BYTES)
      .map(([segment]) => segment);
    const spans = whole
      .sort((a, b) => a - b)
      .map((segment) => [segment * SEGMENT_S, (segment + 1) * SEGMENT_S] as const);
    return spans.reduce<Ranges>((all, span) => {
      const last = all.at(-1);
      return last && last[1] === span[0] ? [...all.slice(0, -1), [last[0], span[1]]] : [...all, span];
    }, []);
  }

  appendBuffer(bytes: Uint8Array): void {
    if (this.#arrived.size >= this.capacity) throw new DOMException("full", "QuotaExceededError");
    this.appends++;
    if (!this.swallows)
      for (const byte of bytes)
        if (byte > 0) this.#arrived.set(byte - 1, (this.#arrived.get(byte - 1) ?? 0) + 1);
    this.#update();
  }

  remove(fromS: number, toS: number): void {
    for (const segment of [...this.#arrived.keys()]) {
      if (segment * SEGMENT_S >= fromS && (segment + 1) * SEGMENT_S <= toS) this.#arrived.delete(segment);
    }
    this.#update();
  }

  abort(): void {}
  changeType(): void {}

  #update(): void {
    this.updating = true;
    queueMicrotask(() => {
      this.updating = false;
      this.dispatchEvent(new Event("updateend"));
    });
  }
}

/** Lets everything that is under way come to rest. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
}
