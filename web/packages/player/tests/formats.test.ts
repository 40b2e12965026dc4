/**
 * The choice of format.
 *
 * A format is written as its name and the points (kb/s @ VMAF) of its rungs.
 */
import { test } from "node:test";
import { deepEqual, equal } from "node:assert/strict";
import { levelWithin, playableFormats, ranked, type Decoding } from "../src/formats.ts";
import { tracksOf, type Format } from "../src/tracks.ts";
import { grant, videoTrack } from "./grant.ts";

const H264 = "h264 400@60 800@75 1600@85 3200@95";
const HEVC = "hevc 300@60 600@75 1200@85 2400@95";
const VP9 = "vp9 320@60 640@75 1280@85 2560@95";
const AV1 = "av1 250@60 500@75 1000@85 2000@95";
const HEVC_PQ = "hevc-pq 900@75 1800@85 3600@95";
const AV1_PQ = "av1-pq 800@75 1600@85 3200@95";

function formatsOf(...lines: readonly string[]): readonly Format[] {
  const tracks = lines.flatMap((line) => {
    const [name = "", ...points] = line.split(" ");
    const [codec, transfer = "sdr"] = name.split("-");
    return points.map((point) => {
      const [kbps, vmaf] = point.split("@").map(Number);
      return videoTrack(`${name}-${vmaf}`, 1, {
        codec: codec as Format["codec"],
        transfer: transfer as Format["transfer"],
        codecs: `${name}.${vmaf}`,
        bitrate_bps_average: (kbps ?? 0) * 1000,
        vmaf: vmaf ?? 0,
      });
    });
  });
  return tracksOf(grant({ tracks })).formats;
}

/** `-` not supported, `slow`, `smooth`, `best`; nothing: not answered. */
const DECODINGS: Readonly<Record<string, Decoding>> = {
  "-": { supported: false, smooth: false, powerEfficient: false },
  slow: { supported: true, smooth: false, powerEfficient: false },
  smooth: { supported: true, smooth: true, powerEfficient: false },
  best: { supported: true, smooth: true, powerEfficient: true },
};

interface Case {
  readonly name: string;
  readonly formats: readonly string[];
  readonly hdr?: boolean;
  /** What the browser says, by format. */
  readonly says?: Readonly<Record<string, string>>;
  readonly failed?: readonly string[];
  readonly wanted?: string;
  readonly expected: string;
}

function check({ formats, hdr, says = {}, failed = [], wanted, expected }: Case): void {
  const decodings = new Map(
    Object.entries(says).map(([name, words]) => [name, DECODINGS[words] as Decoding]),
  );
  const playable = playableFormats(formatsOf(...formats), () => true, hdr ?? false);
  const order = ranked(playable, { decodings, failed: new Set(failed), wanted });
  equal(order.map(({ name }) => name).join(" "), expected);
}

const ALL_BEST = {
  h264: "best",
  hevc: "best",
  vp9: "best",
  av1: "best",
  "hevc-pq": "best",
  "av1-pq": "best",
};

const CASES: readonly Case[] = [
  { name: "one format is played as it is", formats: [H264], expected: "h264" },
  {
    name: "equal decoders: the fewest bits at equal VMAF, whatever the order in the grant",
    formats: [H264, HEVC, VP9, AV1],
    says: ALL_BEST,
    expected: "av1 hevc vp9 h264",
  },
  {
    name: "bits are counted, codecs are not ranked: HEVC that needs less than AV1 goes before it",
    formats: [H264, HEVC, "av1 700@75 1400@85 2800@95"],
    says: ALL_BEST,
    expected: "hevc av1 h264",
  },
  {
    name: "more rungs and other VMAFs do not matter: only the range in common is compared",
    formats: ["h264 100@30 400@60 3200@95", "vp9 1500@85 3300@97"],
    says: ALL_BEST,
    expected: "vp9 h264", // H.264 and VP9 at 85: 1766 and 1500 kb/s; at 95: 3200 and 2893.
  },
  {
    name: "nothing in common: the codec that needs fewer bits in general",
    formats: ["h264 400@60 800@70", "av1 900@80 1800@90"],
    says: ALL_BEST,
    expected: "av1 h264",
  },
  {
    name: "a decoder that saves power goes before fewer bits",
    formats: [H264, VP9, AV1],
    says: { h264: "best", vp9: "best", av1: "smooth" },
    expected: "vp9 h264 av1",
  },
  {
    name: "a decoder that does not keep up is the last resort",
    formats: [H264, AV1],
    says: { h264: "smooth", av1: "slow" },
    expected: "h264 av1",
  },
  {
    name: "what the browser does not support after all is left out",
    formats: [H264, HEVC, AV1],
    says: { h264: "best", hevc: "-", av1: "best" },
    expected: "av1 h264",
  },
  {
    name: "where it supports nothing, all are tried",
    formats: [HEVC, AV1],
    says: { hevc: "-", av1: "-" },
    expected: "av1 hevc",
  },
  { name: "no answer in time: H.264", formats: [AV1, HEVC, H264], expected: "h264 av1 hevc" },
  {
    name: "no answer for H.264 alone: it is taken for the best",
    formats: [H264, AV1],
    says: { av1: "smooth" },
    expected: "h264 av1",
  },
  {
    name: "an answer for another codec in time is used",
    formats: [H264, HEVC, AV1],
    says: { av1: "best" },
    expected: "av1 h264 hevc",
  },
  {
    name: "a display without high dynamic range gets none",
    formats: [HEVC_PQ, AV1_PQ, H264, HEVC],
    says: ALL_BEST,
    expected: "hevc h264",
  },
  {
    name: "a display with high dynamic range gets it first, in the fewest bits",
    formats: [H264, AV1, HEVC_PQ, AV1_PQ],
    hdr: true,
    says: ALL_BEST,
    expected: "av1-pq hevc-pq av1 h264",
  },
  {
    name: "high dynamic range that stutters is not wanted",
    formats: [H264, AV1_PQ],
    hdr: true,
    says: { h264: "best", "av1-pq": "slow" },
    expected: "h264 av1-pq",
  },
  {
    name: "a title in high dynamic range alone is played on any display",
    formats: [HEVC_PQ, AV1_PQ],
    says: ALL_BEST,
    expected: "av1-pq hevc-pq",
  },
  {
    name: "what failed before is tried last",
    formats: [H264, HEVC, AV1],
    says: ALL_BEST,
    failed: ["av1"],
    expected: "hevc h264 av1",
  },
  {
    name: "a wish goes before all but failure",
    formats: [H264, HEVC, AV1],
    says: ALL_BEST,
    wanted: "h264",
    expected: "h264 av1 hevc",
  },
  {
    name: "a wish for what is not there is no wish",
    formats: [H264, AV1],
    says: ALL_BEST,
    wanted: "hevc",
    expected: "av1 h264",
  },
];

for (const one of CASES) test(one.name, () => check(one));

test("rungs that are not decodable are left out, and formats that have no other", () => {
  const supports = (mime: string): boolean => mime.includes("h264") || mime.includes("av1.60");
  deepEqual(
    playableFormats(formatsOf(H264, HEVC, AV1), supports, false).map(({ name, rungs }) => [
      name,
      rungs.length,
    ]),
    [
      ["h264", 4],
      ["av1", 1],
    ],
  );
  deepEqual(playableFormats(formatsOf(HEVC), supports, false), []);
});

test("in the next format it goes on with no more bits", () => {
  const rungs = formatsOf(H264)[0]?.rungs ?? [];
  const cases = [
    [200_000, 0],
    [400_000, 0],
    [1_599_000, 1],
    [9_000_000, 3],
  ] as const;
  for (const [bps, level] of cases) equal(levelWithin(rungs, bps), level, String(bps));
});
