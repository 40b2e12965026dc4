/**
 * The sound being played: which one the viewer chose, and in which variant it is heard.
 *
 * Owns the memory of what could not be decoded in this playback. The rule is `player/sounds`'s.
 */
import { classOf, hasSurround, soundsOf, variantOf, type Audio, type Sound } from "@matinee/player";
import { isPlayable } from "./media-source.ts";
import { measureOutput, outputChannels } from "./output.ts";

export class AudioChoice {
  readonly sounds: readonly Sound[];
  readonly #failed = new Set<string>();
  #sound: Sound | undefined;
  #variant: Audio | undefined;
  /** What the device decided: other sounds are played in its class, but for those that lack it. */
  #decided: Audio | undefined;

  /** Begins with the default sound. */
  constructor(audio: readonly Audio[]) {
    this.sounds = soundsOf(audio);
    this.#sound = this.sounds[0];
    this.#decide();
  }

  get sound(): Sound | undefined {
    return this.#sound;
  }

  /** `undefined` for a silent title, and where nothing can be decoded. */
  get variant(): Audio | undefined {
    return this.#variant;
  }

  /** Whether `sound` can be played, and now is. */
  choose(sound: Sound): boolean {
    const variant = this.#variantOf(sound, this.#decided);
    if (!variant) return false;
    this.#sound = sound;
    this.#variant = variant;
    return true;
  }

  /** Whether the output, measured anew, has changed the variant. Measured only where it has a say. */
  adaptToOutput(): boolean {
    if (!this.sounds.some(hasSurround)) return false;
    const before = outputChannels();
    measureOutput();
    return outputChannels() !== before && this.#decide();
  }

  /** Whether there is another variant of this sound, now chosen, after the one played failed. */
  fallBack(): boolean {
    if (!this.#variant) return false;
    this.#failed.add(classOf(this.#variant));
    return this.#decide();
  }

  /** Whether the device's choice for this sound is another variant than before. */
  #decide(): boolean {
    const variant = this.#sound && this.#variantOf(this.#sound);
    if (!variant || variant === this.#variant) return false;
    this.#variant = this.#decided = variant;
    return true;
  }

  #variantOf(sound: Sound, played?: Audio): Audio | undefined {
    const output = { supports: isPlayable, channelsMax: outputChannels(), failed: this.#failed };
    return variantOf(sound, output, played);
  }
}
