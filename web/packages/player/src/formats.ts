/**
 * The choice of format: in which codec and dynamic range a film is played, and what is tried after it.
 *
 * A pure ranking over what the browser and the display say of themselves; asking them is `player-dom`'s. A
 * format is chosen once, before playback; which of its rungs is fetched is `abr`'s.
 *
 * In words: what is not decodable is left out, and high dynamic range where the display has none. Before all
 * comes a decoder that keeps up, then high dynamic range, then a decoder that saves power. Among equals the
 * format wins that needs the fewest bits at the same VMAF, by the title's own rungs.
 */
import { lexicographic } from "./order.ts";
import type { Format, Rung } from "./tracks.ts";

/** What the browser says of a decoder (Media Capabilities, 2.2.3). */
export interface Decoding {
  readonly supported: boolean;
  /** It keeps up with the frame rate. */
  readonly smooth: boolean;
  readonly powerEfficient: boolean;
}

export interface Device {
  /** By format name; absent where the browser did not answer in time. */
  readonly decodings: ReadonlyMap<string, Decoding>;
  /** Names of formats that failed here before: tried last. */
  readonly failed: ReadonlySet<string>;
  /** Name of the format that a person asked for, if anybody did. */
  readonly wanted?: string | undefined;
}

/** H.264 in standard dynamic range is taken for decodable everywhere, whether the browser answers or not. */
const BASE_FORMAT = "h264";
const BASE_DECODING: Decoding = { supported: true, smooth: true, powerEfficient: true };
const UNKNOWN_DECODING: Decoding = { supported: true, smooth: false, powerEfficient: false };
/** Decides only where the rungs do not: the fewest bits in general first. */
const CODECS: readonly string[] = ["av1", "hevc", "vp9", "h264"];
/** Places of the common VMAF range at which bitrates are compared, but for its start. */
const COMPARED_STEPS = 8;

/** The formats that may be played, with those of their rungs that may. */
export function playableFormats(
  formats: readonly Format[],
  supports: (mime: string) => boolean,
  isHdrDisplay: boolean,
): readonly Format[] {
  const decodable = formats.flatMap((format) => {
    const [first, ...rest] = format.rungs.filter(({ mime }) => supports(mime));
    return first ? [{ ...format, rungs: [first, ...rest] as const }] : [];
  });
  return orAll(decodable, (format) => isHdrDisplay || !isHdr(format));
}

/** `formats` in the order in which they are tried. */
export function ranked(formats: readonly Format[], { decodings, failed, wanted }: Device): readonly Format[] {
  const decodingOf = ({ name }: Format): Decoding =>
    decodings.get(name) ?? (name === BASE_FORMAT ? BASE_DECODING : UNKNOWN_DECODING);
  const rivals = orAll(formats, (format) => decodingOf(format).supported || format.name === wanted);
  const keysOf = (format: Format): readonly number[] => {
    const { smooth, powerEfficient } = decodingOf(format);
    return [
      +failed.has(format.name),
      +(format.name !== wanted),
      +!smooth,
      +!isHdr(format),
      +!powerEfficient,
      bitsBeside(format, rivals),
      CODECS.indexOf(format.codec),
    ];
  };
  return rivals
    .map((format) => ({ format, keys: keysOf(format) }))
    .sort((a, b) => lexicographic(a.keys, b.keys))
    .map(({ format }) => format);
}

/** The level to go on with in another format: the best that needs no more than `bitrateBps`, else the lowest. */
export function levelWithin(rungs: readonly Rung[], bitrateBps: number): number {
  return Math.max(
    0,
    rungs.findLastIndex((rung) => rung.bitrateBpsAverage <= bitrateBps),
  );
}

/** Rungs by rising VMAF. */
type Curve = readonly Rung[];

/**
 * Mean logarithm of the bitrate that `format` needs over the VMAF range which it has in common with all rivals
 * of its dynamic range; 0 where there is no such range. Scores of high and standard dynamic range are not
 * comparable.
 */
function bitsBeside(format: Format, rivals: readonly Format[]): number {
  const curves = rivals.filter((rival) => isHdr(rival) === isHdr(format)).map(curveOf);
  const from = Math.max(...curves.map((curve) => curve[0]?.vmaf ?? 0));
  const to = Math.min(...curves.map((curve) => curve.at(-1)?.vmaf ?? 0));
  if (from > to) return 0;
  const curve = curveOf(format);
  const steps = Array.from(
    { length: COMPARED_STEPS + 1 },
    (_, i) => from + ((to - from) * i) / COMPARED_STEPS,
  );
  return steps.reduce((sum, vmaf) => sum + logBitrateAt(curve, vmaf), 0) / steps.length;
}

const curveOf = ({ rungs }: Format): Curve => [...rungs].sort((a, b) => a.vmaf - b.vmaf);

/** Between two rungs the logarithm of the bitrate rises evenly with VMAF, near enough for a comparison. */
function logBitrateAt(curve: Curve, vmaf: number): number {
  const above = curve.find((rung) => rung.vmaf >= vmaf) ?? curve.at(-1);
  const below = curve.findLast((rung) => rung.vmaf <= vmaf) ?? above;
  if (!above || !below) return 0;
  const share = above.vmaf > below.vmaf ? (vmaf - below.vmaf) / (above.vmaf - below.vmaf) : 0;
  const [low, high] = [Math.log(below.bitrateBpsAverage), Math.log(above.bitrateBpsAverage)];
  return low + share * (high - low);
}

const isHdr = ({ transfer }: Format): boolean => transfer !== "sdr";

/** Those that pass, or all where none does. */
function orAll<T>(all: readonly T[], passes: (one: T) => boolean): readonly T[] {
  const some = all.filter(passes);
  return some.length > 0 ? some : all;
}
