/**
 * What this browser decodes, and how well.
 *
 * Owns the questions to the browser and how long playback may wait for the answers. The choice that follows
 * from them is `player/formats`'s; a title in one format is played without a question.
 */
import { playableFormats, ranked, type Decoding, type Format, type Tracks } from "@matinee/player";
import { isPlayable } from "./media-source.ts";
import { rememberDecoding, rememberedDecoding } from "./remembered.ts";

/**
 * Answers that come later are too late for this start, and remembered for the next one. Chromium answers
 * within 10 ms once it has started; the limit is half of what a viewer takes for an instant.
 */
const MAX_WAIT_MS = 50;

/** The browser, as far as it is asked. */
export interface Asked {
  supports(mime: string): boolean;
  isHdrDisplay(): boolean;
  /** Rejects where the browser does not know the question. */
  decoding(configuration: MediaDecodingConfiguration): Promise<Decoding>;
  wait(ms: number): Promise<void>;
}

export class Decoders {
  readonly #asked: Asked;
  readonly #failed = new Set<string>();

  constructor(asked: Asked = BROWSER) {
    this.#asked = asked;
  }

  /** `tracks` with the formats that play here, the one to play first; `wanted` goes before all, if it plays. */
  async choose(tracks: Tracks, wanted?: string): Promise<Tracks> {
    const formats = playableFormats(tracks.formats, this.#asked.supports, this.#asked.isHdrDisplay());
    const decodings = formats.length > 1 ? await this.#decodings(formats) : new Map<string, Decoding>();
    return { ...tracks, formats: ranked(formats, { decodings, failed: this.#failed, wanted }) };
  }

  /** `format` could not be decoded, whatever the browser had said. */
  failed({ name }: Format): void {
    this.#failed.add(name);
  }

  /** By format name: what is known within `MAX_WAIT_MS`. */
  async #decodings(formats: readonly Format[]): Promise<ReadonlyMap<string, Decoding>> {
    const found = new Map<string, Decoding>();
    const asking = formats.map(async (format) => {
      const decoding = rememberedDecoding(keyOf(format)) ?? (await this.#ask(format));
      if (decoding) found.set(format.name, decoding);
    });
    if (found.size < formats.length) await Promise.race([Promise.all(asking), this.#asked.wait(MAX_WAIT_MS)]);
    return new Map(found);
  }

  async #ask(format: Format): Promise<Decoding | undefined> {
    const decoding = await this.#asked.decoding(questionOf(format)).catch(() => undefined);
    if (decoding) rememberDecoding(keyOf(format), decoding);
    return decoding;
  }
}

/** A format is judged by its most demanding rung. */
const topOf = ({ rungs }: Format) => rungs.at(-1) ?? rungs[0];

/** The codec string has profile, level and depth; what it lacks is the dynamic range. */
const keyOf = (format: Format): string => `${topOf(format).mime} ${format.transfer}`;

/** Media Capabilities, 2.1: HDR10 is PQ with static metadata; HLG has none. */
function questionOf(format: Format): MediaDecodingConfiguration {
  const { mime, width, height, bitrateBpsAverage, frameRate } = topOf(format);
  const { transfer } = format;
  const video: VideoConfiguration = {
    contentType: mime,
    width,
    height,
    bitrate: bitrateBpsAverage,
    framerate: frameRate,
    ...(transfer === "sdr" ? {} : { transferFunction: transfer, colorGamut: "rec2020" }),
    ...(transfer === "pq" ? { hdrMetadataType: "smpteSt2086" } : {}),
  };
  return { type: "media-source", video };
}

/** `video-dynamic-range` is for screens whose video plane shows more than the page. */
const HDR_DISPLAY = "(dynamic-range: high), (video-dynamic-range: high)";

const BROWSER: Asked = {
  supports: isPlayable,
  isHdrDisplay: () => matchMedia(HDR_DISPLAY).matches,
  decoding: async (configuration) => navigator.mediaCapabilities.decodingInfo(configuration),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
