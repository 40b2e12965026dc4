/**
 * The choice of sound: which of the tracks that say the same is played.
 *
 * A *sound* is what a viewer chooses (a language, a commentary); its *variants* are the same in several codecs
 * and channel layouts, of which the device decides. A pure choice; asking the device is `player-dom`'s.
 */
import { lexicographic } from "./order.ts";
import type { Audio } from "./tracks.ts";

/** At least one variant, in the grant's order. */
export type Sound = readonly [Audio, ...Audio[]];

export interface Output {
  readonly supports: (mime: string) => boolean;
  /** Channels that the output can play; 2 where it is not known. */
  readonly channelsMax: number;
  /** Classes that failed here before. */
  readonly failed: ReadonlySet<string>;
}

/** What every browser decodes and every output plays. */
const BASE_CLASS = "aac 2";
const STEREO_CHANNELS = 2;

/** What a variant shares with those of other languages. */
export const classOf = ({ codec, channels }: Audio): string => `${codec} ${channels}`;

/** Tracks of one name and language are one sound; in the grant's order, so the default one is first. */
export function soundsOf(audio: readonly Audio[]): readonly Sound[] {
  const sounds = new Map<string, Sound>();
  for (const track of audio) {
    const key = `${track.language} ${track.name}`;
    sounds.set(key, [...(sounds.get(key) ?? []), track] as unknown as Sound);
  }
  return [...sounds.values()];
}

/** Whether the number of output channels has a say in the choice. */
export const hasSurround = (sound: Sound): boolean =>
  sound.some(({ channels }) => channels > STEREO_CHANNELS);

/**
 * The variant to play: one of the class of `like`, else the most channels that the output has, then the
 * most objects; stereo is AAC. `undefined` where none can be decoded.
 */
export function variantOf(sound: Sound, output: Output, like?: Audio): Audio | undefined {
  const fits = Math.max(output.channelsMax, STEREO_CHANNELS);
  const keysOf = (audio: Audio): readonly number[] => [
    like ? +(classOf(audio) !== classOf(like)) : 0,
    Math.max(0, audio.channels - fits),
    -audio.channels,
    +(classOf(audio) !== BASE_CLASS),
    -audio.objects,
    audio.bitrateBpsPeak,
  ];
  return sound
    .filter((audio) => output.supports(audio.mime) && !output.failed.has(classOf(audio)))
    .map((audio) => ({ audio, keys: keysOf(audio) }))
    .sort((a, b) => lexicographic(a.keys, b.keys))[0]?.audio;
}
