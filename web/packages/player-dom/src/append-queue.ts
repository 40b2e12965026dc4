/**
 * The append queue: every change to one `SourceBuffer`, in order, one at a time.
 *
 * Owns the buffer and its `updating` dance. Chunks that wait are joined, so that a slow buffer gets fewer and
 * larger appends. Bounded by its user: a stream has one segment in flight. What "full" leads to is the
 * stream's.
 */
import type { Ranges } from "@matinee/player";
import type { Bytes } from "./transfer.ts";

interface Job {
  readonly kind: "append" | "other";
  readonly chunks: Bytes[];
  readonly run: (buffer: SourceBuffer) => void;
  readonly done: Promise<void>;
  readonly settle: (error?: Error) => void;
}

/** The browser has no room for more media. */
export class BufferFull extends Error {}

export class AppendQueue {
  readonly #opened: Promise<SourceBuffer>;
  readonly #jobs: Job[] = [];
  #buffer: SourceBuffer | undefined;
  #mime: string;
  #draining = false;
  /** After a failed append the parser stands inside a segment: until `reset` no more bytes make sense. */
  #broken: Error | undefined;

  /** `opened` may come later: jobs wait for it, so that fetching need not. */
  constructor(opened: Promise<SourceBuffer>, mime: string) {
    this.#opened = opened;
    this.#mime = mime;
    opened.then((buffer) => (this.#buffer = buffer)).catch(() => undefined);
  }

  get buffered(): Ranges {
    try {
      const ranges = this.#buffer?.buffered;
      return ranges
        ? Array.from({ length: ranges.length }, (_, i) => [ranges.start(i), ranges.end(i)] as const)
        : [];
    } catch {
      return []; // The buffer was detached: the player is closing.
    }
  }

  /** Rejects with `BufferFull` where there is no room; after any failure `reset` must come first. */
  append(chunk: Bytes): Promise<void> {
    if (this.#broken) return Promise.reject(this.#broken);
    const waiting = this.#jobs.at(-1);
    if (waiting?.kind === "append") {
      waiting.chunks.push(chunk);
      return waiting.done;
    }
    const chunks = [chunk];
    return this.#add("append", (buffer) => buffer.appendBuffer(joined(chunks)), chunks);
  }

  remove(fromS: number, toS: number): Promise<void> {
    return this.#add("other", (buffer) => buffer.remove(fromS, toS));
  }

  /** Forgets a segment that was appended in part, and what waits of it. */
  reset(): Promise<void> {
    this.clear();
    this.#broken = undefined;
    return this.#add("other", (buffer) => buffer.abort());
  }

  changeType(mime: string): Promise<void> {
    return this.#add("other", (buffer) => {
      if (mime !== this.#mime) buffer.changeType(mime);
      this.#mime = mime;
    });
  }

  #break(error: Error): void {
    this.#broken = error;
    this.clear();
  }

  /** Drops jobs that have not begun. */
  clear(): void {
    for (const job of this.#jobs.splice(0))
      job.settle(new DOMException("Dropped from the queue.", "AbortError"));
  }

  #add(kind: Job["kind"], run: Job["run"], chunks: Bytes[] = []): Promise<void> {
    let settle: Job["settle"] = () => undefined;
    const done = new Promise<void>((resolve, reject) => {
      settle = (error) => (error === undefined ? resolve() : reject(error));
    });
    done.catch(() => undefined); // Callers may look only at the last of several joined promises.
    this.#jobs.push({ kind, run, done, settle, chunks });
    void this.#drain();
    return done;
  }

  async #drain(): Promise<void> {
    if (this.#draining) return;
    this.#draining = true;
    const buffer = await this.#opened.catch(() => undefined);
    for (let job = this.#jobs.shift(); job; job = this.#jobs.shift()) {
      const error = buffer
        ? await perform(buffer, job.run)
        : new DOMException("The player is closed.", "AbortError");
      if (error && job.kind === "append") this.#break(error);
      job.settle(error);
    }
    this.#draining = false;
  }
}

/** Answers with the error, if there was one. */
async function perform(buffer: SourceBuffer, run: Job["run"]): Promise<Error | undefined> {
  try {
    run(buffer);
    if (buffer.updating) await updated(buffer);
    return undefined;
  } catch (error) {
    return error instanceof DOMException && error.name === "QuotaExceededError"
      ? new BufferFull(error.message)
      : (error as Error);
  }
}

function updated(buffer: SourceBuffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const heard = new AbortController();
    const on = (event: string, settle: () => void): void =>
      buffer.addEventListener(event, () => (heard.abort(), settle()), { signal: heard.signal });
    on("error", () => reject(new Error("The browser refused the bytes.")));
    on("updateend", resolve);
  });
}

function joined(chunks: readonly Bytes[]): Bytes {
  const [first] = chunks;
  if (chunks.length === 1 && first) return first;
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.byteLength;
  }
  return all;
}
