/** The questions to the browser: which are asked, how long they are waited for, what is remembered. */
import { beforeEach, test } from "node:test";
import { deepEqual, equal } from "node:assert/strict";
import type { Decoding, Format, Rung, Tracks } from "@matinee/player";
import { Decoders, type Asked } from "../src/decoders.ts";
import { settle } from "./fakes.ts";

const BEST: Decoding = { supported: true, smooth: true, powerEfficient: true };
const never = new Promise<never>(() => undefined);

function formatOf(name: string, kbps: number): Format {
  const [codec, transfer = "sdr"] = name.split("-");
  const rung: Rung = {
    id: name,
    urls: [`/${name}.mp4`],
    mime: `video/mp4; codecs="${codec}"`,
    headerBytes: 1,
    offsets: [1, 2],
    width: 1920,
    height: 1080,
    frameRate: 24,
    bitrateBpsAverage: kbps * 1000,
    vmaf: 95,
  };
  return { name, codec: codec as Format["codec"], transfer: transfer as Format["transfer"], rungs: [rung] };
}

const tracksOf = (...formats: readonly Format[]): Tracks => ({
  durationS: 4,
  startsS: [0, 4],
  formats,
  audio: [],
});
const H264 = formatOf("h264", 3000);
const AV1 = formatOf("av1", 1500);
const HEVC_PQ = formatOf("hevc-pq", 2500);

/** A browser that answers at once that all is best, but for `change`. */
function browser(change: Partial<Asked> = {}) {
  const questions: MediaDecodingConfiguration[] = [];
  const asked: Asked = {
    supports: () => true,
    isHdrDisplay: () => false,
    decoding: (question) => {
      questions.push(question);
      return change.decoding ? change.decoding(question) : Promise.resolve(BEST);
    },
    wait: change.wait ?? (() => never),
    ...(change.isHdrDisplay ? { isHdrDisplay: change.isHdrDisplay } : {}),
  };
  return { decoders: new Decoders(asked), questions };
}

const namesOf = (tracks: Tracks): string => tracks.formats.map(({ name }) => name).join(" ");

beforeEach(() => {
  const items = new Map<string, string>();
  const storage = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  };
  Object.defineProperty(globalThis, "localStorage", { value: storage, configurable: true });
});

test("a title in one format raises no question", async () => {
  const { decoders, questions } = browser();
  equal(namesOf(await decoders.choose(tracksOf(H264))), "h264");
  deepEqual(questions, []);
});

test("high dynamic range is asked for in full, and not at all where the display has none", async () => {
  const sdr = browser();
  await sdr.decoders.choose(tracksOf(H264, AV1, HEVC_PQ));
  deepEqual(
    sdr.questions.map(({ video }) => video?.contentType),
    ['video/mp4; codecs="h264"', 'video/mp4; codecs="av1"'],
  );
  const hdr = browser({ isHdrDisplay: () => true });
  equal(namesOf(await hdr.decoders.choose(tracksOf(H264, HEVC_PQ))), "hevc-pq h264");
  deepEqual(hdr.questions, [
    {
      type: "media-source",
      video: {
        contentType: 'video/mp4; codecs="hevc"',
        width: 1920,
        height: 1080,
        bitrate: 2_500_000,
        framerate: 24,
        transferFunction: "pq",
        colorGamut: "rec2020",
        hdrMetadataType: "smpteSt2086",
      },
    },
  ]);
});

test("what was answered is not asked again, in a later visit either", async () => {
  const first = browser();
  await first.decoders.choose(tracksOf(H264, AV1));
  equal(first.questions.length, 2);
  const later = browser({ decoding: () => never });
  equal(namesOf(await later.decoders.choose(tracksOf(H264, AV1))), "av1 h264");
  equal(later.questions.length, 0);
});

test("an answer that takes too long is not waited for, and serves the next start", async () => {
  let answer: (decoding: Decoding) => void = () => undefined;
  const late = new Promise<Decoding>((resolve) => (answer = resolve));
  const { decoders } = browser({ decoding: () => late, wait: () => Promise.resolve() });
  equal(namesOf(await decoders.choose(tracksOf(AV1, H264))), "h264 av1");
  answer(BEST);
  await settle();
  equal(namesOf(await decoders.choose(tracksOf(AV1, H264))), "av1 h264");
});

test("a browser that cannot be asked plays H.264", async () => {
  const { decoders } = browser({ decoding: () => Promise.reject(new TypeError("no such thing")) });
  equal(namesOf(await decoders.choose(tracksOf(AV1, H264))), "h264 av1");
});

test("a format that failed is tried last from then on", async () => {
  const { decoders } = browser();
  decoders.failed(AV1);
  equal(namesOf(await decoders.choose(tracksOf(AV1, H264))), "h264 av1");
});
