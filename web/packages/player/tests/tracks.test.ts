/** Track tables from a grant. */
import { test } from "node:test";
import { deepEqual, equal, throws } from "node:assert/strict";
import { bitrateAheadBps, bytesOf, segmentAt, spanOf, tracksOf } from "../src/tracks.ts";
import { grant, videoTrack } from "./grant.ts";

test("ticks become seconds, paths become addresses, levels rise with bitrate", () => {
  const tracks = tracksOf(grant());
  deepEqual(tracks.startsS, [0, 4, 8, 12]);
  const [format] = tracks.formats;
  deepEqual(
    format?.rungs.map(({ id }) => id),
    ["low", "high"],
  );
  deepEqual(format?.rungs[0].urls, ["/media/abc/low.mp4", "https://b.example/abc/low.mp4"]);
  equal(format?.rungs[0].mime, 'video/mp4; codecs="avc1.64001f"');
  deepEqual(tracks.audio[0]?.startsS, [0, 4, 8, 12]);
});

test("rungs of one codec and dynamic range are one format, wherever they stand", () => {
  const tracks = [
    videoTrack("a", 2, { codec: "av1", transfer: "pq" }),
    videoTrack("b", 2),
    videoTrack("c", 1, { codec: "av1", transfer: "pq" }),
    videoTrack("d", 1, { codec: "av1" }),
  ];
  deepEqual(
    tracksOf(grant({ tracks })).formats.map(({ name, rungs }) => [name, rungs.map(({ id }) => id)]),
    [
      ["av1-pq", ["c", "a"]],
      ["h264", ["b"]],
      ["av1", ["d"]],
    ],
  );
});

test("a segment is found by time, inside and outside the film", () => {
  const startsS = [0, 4, 8, 12];
  const cases = [
    [-1, 0],
    [0, 0],
    [3.99, 0],
    [4, 1],
    [11, 2],
    [12, 2],
    [99, 2],
  ] as const;
  for (const [timeS, expected] of cases) equal(segmentAt(startsS, timeS), expected);
  deepEqual(spanOf(startsS, 1), [4, 8]);
});

test("bytes ahead give the bitrate that is really needed", () => {
  const low = tracksOf(grant()).formats[0]?.rungs[0];
  if (!low) throw new Error("no rung");
  deepEqual(bytesOf(low, 1), [101_000, 201_000]);
  equal(bitrateAheadBps(low, [0, 4, 8, 12], 0), (300_000 * 8) / 12);
  equal(bitrateAheadBps(low, [0, 4, 8, 12], 2), (100_000 * 8) / 4);
});

test("a grant that contradicts itself is refused", () => {
  throws(() => tracksOf(grant({ tracks: [] })), /no video rung/);
  throws(
    () => tracksOf(grant({ tracks: [videoTrack("low", 1, { offsets: [1000, 2000] })] })),
    /2 offsets for 4 starts/,
  );
  throws(() => tracksOf(grant({ tracks: [videoTrack("low", 1, { header: [8, 900] })] })), /not at 0/);
});
