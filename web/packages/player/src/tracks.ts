/**
 * Track tables: the grant's ticks and paths turned into seconds, addresses and byte spans.
 *
 * Owns the order of rungs (level 0 is the lowest bitrate), which of them are one format, and every look-up by
 * time. Fetches nothing.
 */
import type { AudioTrack, PlayGrant, VideoTrack } from "@matinee/api/schema";
import { isPermitted, protectionOf, type Protection } from "./protection.ts";

/** One CMAF file: where its header and its segments lie. */
export interface TrackFile {
  readonly id: string;
  /** Its addresses at all edges, the preferred one first. */
  readonly urls: readonly string[];
  /** MIME type with codecs, as `SourceBuffer.changeType` takes it. */
  readonly mime: string;
  /** Bytes of `ftyp` and `moov`, from offset 0. */
  readonly headerBytes: number;
  /** Byte offset of each segment, then the end of the last. */
  readonly offsets: readonly number[];
}

export interface Rung extends TrackFile {
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
  readonly bitrateBpsAverage: number;
  readonly vmaf: number;
}

/** The rungs between which playback may switch: one codec and one dynamic range. */
export interface Format {
  /** `h264`, `av1-pq`. */
  readonly name: string;
  readonly codec: VideoTrack["codec"];
  readonly transfer: VideoTrack["transfer"];
  /** By rising bitrate, at least one; an index into this list is a level. */
  readonly rungs: readonly [Rung, ...Rung[]];
}

export interface Audio extends TrackFile {
  readonly name: string;
  readonly language: string;
  readonly codec: AudioTrack["codec"];
  readonly channels: number;
  /** Objects beside the channels; 0 where there are none. */
  readonly objects: number;
  readonly bitrateBpsPeak: number;
  readonly startsS: readonly number[];
}

export interface Tracks {
  readonly durationS: number;
  /** Start of each video segment, then the end of the last; shared by all rungs. */
  readonly startsS: readonly number[];
  /** The one to play first, then those to fall back to; `tracksOf` gives the grant's order. */
  readonly formats: readonly Format[];
  readonly audio: readonly Audio[];
  /** What is needed to decrypt them; absent where they are clear. */
  readonly protection?: Protection | undefined;
}

/**
 * How far ahead `bitrateAheadBps` looks: about two segments, so one heavy scene is seen before it is needed.
 */
const LOOK_AHEAD_S = 10;

/**
 * Reads a grant; leaves out what this device gets no keys for. Throws where it names no video rung or a table
 * does not fit its starts.
 */
export function tracksOf(grant: PlayGrant): Tracks {
  const { video } = grant;
  const urlsOf = (path: string): readonly string[] => urlsIn(grant, path);
  const startsS = seconds(video.starts, video.timescale);
  const permitted = isPermitted(grant);
  const formats = formatsOf(video.tracks.filter(permitted), urlsOf);
  const audio = grant.audio.filter(permitted).map((track) => audioOf(track, urlsOf));
  if (video.tracks.length === 0) throw new Error("The grant names no video rung.");
  for (const rung of formats.flatMap((format) => format.rungs)) mustFit(rung, startsS);
  for (const track of audio) mustFit(track, track.startsS);
  return { durationS: grant.title.duration_s, startsS, formats, audio, protection: protectionOf(grant) };
}

/** Addresses of a file of the package at all edges, the preferred one first. */
export const urlsIn = ({ base_url, alternate_base_urls }: PlayGrant, path: string): readonly string[] =>
  [base_url, ...alternate_base_urls].map((base) => base + path);

/** Index of the segment that holds `timeS`; times outside the table give its first or last segment. */
export function segmentAt(startsS: readonly number[], timeS: number): number {
  let low = 0;
  let high = segmentCount(startsS) - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((startsS[middle] ?? Infinity) <= timeS) low = middle;
    else high = middle - 1;
  }
  return low;
}

export const segmentCount = (startsS: readonly number[]): number => startsS.length - 1;

/** Start and end in seconds of segment `index`. */
export function spanOf(startsS: readonly number[], index: number): readonly [startS: number, endS: number] {
  return [startsS[index] ?? 0, startsS[index + 1] ?? startsS.at(-1) ?? 0];
}

/** First and one-past-last byte of segment `index`. */
export function bytesOf(file: TrackFile, index: number): readonly [start: number, end: number] {
  const end = file.offsets[index + 1] ?? 0;
  return [file.offsets[index] ?? end, end];
}

/** Bitrate of the real bytes from segment `index` over the next `LOOK_AHEAD_S` seconds. */
export function bitrateAheadBps(file: TrackFile, startsS: readonly number[], index: number): number {
  const last = segmentAt(startsS, (startsS[index] ?? 0) + LOOK_AHEAD_S);
  const bytes = (file.offsets[last + 1] ?? 0) - (file.offsets[index] ?? 0);
  const spanS = (startsS[last + 1] ?? 0) - (startsS[index] ?? 0);
  return spanS > 0 ? (bytes * 8) / spanS : 0;
}

type UrlsOf = (path: string) => readonly string[];

function formatsOf(tracks: readonly VideoTrack[], urlsOf: UrlsOf): Format[] {
  const formats = new Map<string, Format>();
  for (const track of tracks) {
    const { codec, transfer } = track;
    const name = transfer === "sdr" ? codec : `${codec}-${transfer}`;
    const rungs = [...(formats.get(name)?.rungs ?? []), rungOf(track, urlsOf)].sort(byBitrate);
    formats.set(name, { name, codec, transfer, rungs: rungs as [Rung, ...Rung[]] });
  }
  return [...formats.values()];
}

function rungOf(track: VideoTrack, urlsOf: UrlsOf): Rung {
  return {
    ...fileOf(track, urlsOf),
    width: track.width,
    height: track.height,
    frameRate: track.frame_rate,
    bitrateBpsAverage: track.bitrate_bps_average,
    vmaf: track.vmaf,
  };
}

function audioOf(track: AudioTrack, urlsOf: UrlsOf): Audio {
  return {
    ...fileOf(track, urlsOf),
    name: track.name,
    language: track.language,
    codec: track.codec,
    channels: track.channels,
    objects: track.joc_objects ?? 0,
    bitrateBpsPeak: track.bitrate_bps_peak,
    startsS: seconds(track.starts, track.timescale),
  };
}

function fileOf(track: VideoTrack | AudioTrack, urlsOf: UrlsOf): TrackFile {
  const [offset, length] = track.header;
  if (offset !== 0) throw new Error(`Track ${track.id} has its header at byte ${offset}, not at 0.`);
  return {
    id: track.id,
    urls: urlsOf(track.path),
    mime: `${track.mime}; codecs="${track.codecs}"`,
    headerBytes: length,
    offsets: track.offsets,
  };
}

function mustFit(file: TrackFile, startsS: readonly number[]): void {
  if (file.offsets.length === startsS.length && segmentCount(startsS) > 0) return;
  throw new Error(`Track ${file.id} has ${file.offsets.length} offsets for ${startsS.length} starts.`);
}

const seconds = (ticks: readonly number[], timescale: number): number[] =>
  ticks.map((tick) => tick / timescale);
const byBitrate = (a: Rung, b: Rung): number => a.bitrateBpsAverage - b.bitrateBpsAverage;
