/** The choice of sound. A variant is written as `language codec channels`, with ` joc` where it has objects. */
import { test } from "node:test";
import { deepEqual, equal } from "node:assert/strict";
import { soundsOf, variantOf, type Sound } from "../src/sounds.ts";
import { tracksOf, type Audio } from "../src/tracks.ts";
import { grant } from "./grant.ts";

const BITRATES: Readonly<Record<string, number>> = {
  "aac 2": 130,
  "opus 2": 100,
  "aac 6": 390,
  "eac3 6": 640,
  "opus 6": 260,
};

function audioOf(line: string): Audio {
  const [language = "", codec = "", channels = "", joc] = line.split(" ");
  const [track] = tracksOf(grant()).audio;
  if (!track) throw new Error("the grant has no sound");
  return {
    ...track,
    id: line,
    name: language,
    language,
    codec: codec as Audio["codec"],
    channels: Number(channels),
    objects: joc ? 12 : 0,
    mime: codec,
    bitrateBpsPeak: (BITRATES[`${codec} ${channels}`] ?? 500) * 1000,
  };
}

interface Case {
  readonly name: string;
  readonly variants: readonly string[];
  readonly channelsMax: number;
  readonly plays?: readonly string[];
  readonly failed?: readonly string[];
  readonly played?: string;
  readonly expected: string | undefined;
}

function check({
  variants,
  channelsMax,
  plays = ["aac", "eac3", "opus"],
  failed = [],
  played,
  expected,
}: Case): void {
  const sound = variants.map(audioOf) as unknown as Sound;
  const output = { supports: (mime: string) => plays.includes(mime), channelsMax, failed: new Set(failed) };
  equal(variantOf(sound, output, played === undefined ? undefined : audioOf(played))?.id, expected);
}

const EN = ["en aac 2", "en opus 2", "en aac 6", "en eac3 6", "en opus 6"];

const CASES: readonly Case[] = [
  { name: "stereo output: AAC stereo", variants: EN, channelsMax: 2, expected: "en aac 2" },
  {
    name: "an output that says nothing useful is stereo",
    variants: EN,
    channelsMax: 0,
    expected: "en aac 2",
  },
  { name: "six channels: surround, in the fewest bits", variants: EN, channelsMax: 6, expected: "en opus 6" },
  { name: "eight channels: the most there are", variants: EN, channelsMax: 8, expected: "en opus 6" },
  {
    name: "objects go before fewer bits",
    variants: [...EN, "en eac3 6 joc"],
    channelsMax: 8,
    expected: "en eac3 6 joc",
  },
  {
    name: "what is not decodable is left out",
    variants: EN,
    channelsMax: 6,
    plays: ["aac"],
    expected: "en aac 6",
  },
  {
    name: "surround alone is mixed down",
    variants: ["en eac3 8", "en eac3 6"],
    channelsMax: 2,
    expected: "en eac3 6",
  },
  {
    name: "Opus alone is stereo too",
    variants: ["en opus 2", "en opus 6"],
    channelsMax: 2,
    expected: "en opus 2",
  },
  {
    name: "the class played so far is kept",
    variants: ["de aac 2", "de aac 6"],
    channelsMax: 6,
    played: "en aac 2",
    expected: "de aac 2",
  },
  {
    name: "where it is there",
    variants: ["de aac 2"],
    channelsMax: 6,
    played: "en eac3 6",
    expected: "de aac 2",
  },
  { name: "what failed is left out", variants: EN, channelsMax: 6, failed: ["opus 6"], expected: "en aac 6" },
  { name: "nothing decodable", variants: EN, channelsMax: 6, plays: [], expected: undefined },
];

for (const one of CASES) test(one.name, () => check(one));

test("tracks of one language and name are one sound, the default one first", () => {
  const audio = ["en aac 2", "de aac 2", "en aac 6"].map(audioOf);
  const commentary = { ...audioOf("en opus 2"), name: "Commentary" };
  deepEqual(
    soundsOf([...audio, commentary]).map((sound) => sound.map(({ id }) => id)),
    [["en aac 2", "en aac 6"], ["de aac 2"], ["en opus 2"]],
  );
});
