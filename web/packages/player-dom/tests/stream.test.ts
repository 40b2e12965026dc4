/**
 * A stream against a fake server and a fake buffer: what it asks for, and how it gets over what goes wrong.
 */
import { test } from "node:test";
import { deepEqual, equal } from "node:assert/strict";
import type { PlaybackFailure, TrackFile } from "@matinee/player";
import { AppendQueue } from "../src/append-queue.ts";
import { Stream, type WarmStart } from "../src/stream.ts";
import { Network } from "../src/transfer.ts";
import { FakeSourceBuffer, fileOf, serve, settle, startsOf, type Mishap } from "./fakes.ts";

interface Stage {
  readonly segments: number;
  readonly mishap?: Mishap;
  readonly warm?: WarmStart;
  readonly fileFor?: (index: number) => TrackFile;
  readonly arrange?: (buffer: FakeSourceBuffer) => void;
}

function open({ segments, mishap, warm, fileFor, arrange }: Stage) {
  const asked = serve(mishap);
  const buffer = new FakeSourceBuffer();
  arrange?.(buffer);
  const seen = { positionS: 0, dropped: 0, failure: undefined as PlaybackFailure | undefined };
  const queue = new AppendQueue(Promise.resolve(buffer as unknown as SourceBuffer), "video/mp4");
  const stream = new Stream(new Network(), queue, {
    startsS: startsOf(segments),
    warm,
    positionS: () => seen.positionS,
    fileFor: fileFor ?? (() => fileOf("low", segments)),
    appended: () => undefined,
    dropped: () => seen.dropped++,
    failed: (failure) => (seen.failure = failure),
  });
  stream.pump();
  return { asked, buffer, stream, seen };
}

test("header and first segment are one request, and the rest follows to the end", async () => {
  const { asked, buffer, stream } = open({ segments: 3 });
  await settle();
  deepEqual(asked, ["/low.mp4 0-109", "/low.mp4 110-209", "/low.mp4 210-309"]);
  deepEqual(buffer.ranges, [[0, 12]]);
  equal(stream.complete, true);
});

test("it stops at the high mark", async () => {
  const { buffer, stream } = open({ segments: 30 });
  await settle();
  deepEqual(buffer.ranges, [[0, 48]]);
  equal(stream.complete, false);
});

test("a prefetched start is not asked for again", async () => {
  const bytes = Uint8Array.from({ length: 110 }, (_, i) => (i < 10 ? 0 : 1));
  const { asked, buffer } = open({ segments: 2, warm: { fileId: "low", bytes: Promise.resolve(bytes) } });
  await settle();
  deepEqual(asked, ["/low.mp4 110-209"]);
  deepEqual(buffer.ranges, [[0, 8]]);
});

test("a prefetch that failed costs nothing but itself", async () => {
  const bytes = Promise.reject(new Error("lost"));
  bytes.catch(() => undefined);
  const { asked } = open({ segments: 1, warm: { fileId: "low", bytes } });
  await settle();
  deepEqual(asked, ["/low.mp4 0-109"]);
});

test("another file's header is asked for beside the segment, once", async () => {
  const files = [fileOf("low", 4), fileOf("high", 4)] as const;
  const { asked, buffer } = open({ segments: 4, fileFor: (index) => files[index % 2 === 0 ? 0 : 1] });
  await settle();
  deepEqual(asked, [
    "/low.mp4 0-109",
    "/high.mp4 0-9",
    "/high.mp4 110-209",
    "/low.mp4 0-9",
    "/low.mp4 210-309",
    "/high.mp4 310-409",
  ]);
  deepEqual(buffer.ranges, [[0, 16]]);
});

test("a seek elsewhere drops the transfer and begins there", async () => {
  const { asked, buffer, stream, seen } = open({ segments: 8 });
  seen.positionS = 25;
  stream.sought();
  await settle();
  deepEqual(asked, ["/low.mp4 0-9", "/low.mp4 610-709", "/low.mp4 710-809"]);
  deepEqual(buffer.ranges, [[24, 32]]);
  equal(seen.failure, undefined);
  equal(stream.complete, true);
});

test("film ahead is replaced when asked", async () => {
  const { asked, buffer, stream } = open({ segments: 3 });
  await settle();
  await stream.replaceFrom(4);
  await settle();
  deepEqual(asked.slice(3), ["/low.mp4 110-209", "/low.mp4 210-309"]);
  deepEqual(buffer.ranges, [[0, 12]]);
});

test("a full buffer lowers the goal and is tried again when there is room", async () => {
  const { buffer, stream, seen } = open({ segments: 12, arrange: (buffer) => (buffer.capacity = 4) });
  await settle();
  deepEqual(buffer.ranges, [[0, 16]]);
  equal(seen.dropped, 1);
  equal(seen.failure, undefined);
  seen.positionS = 15;
  stream.pump();
  await settle();
  equal(seen.failure, undefined);
});

test("film that never reaches the buffer ends in words, not in a loop", async () => {
  const { asked, seen } = open({ segments: 2, arrange: (buffer) => (buffer.swallows = true) });
  await settle();
  equal(asked.length, 3);
  equal(seen.dropped, 3);
  equal(seen.failure?.code, "undecodable");
});

test("what is missing on the server ends in words at once", async () => {
  const { asked, seen } = open({ segments: 2, mishap: () => ({ status: 404 }) });
  await settle();
  equal(asked.length, 1);
  equal(seen.failure?.code, "missing");
});
