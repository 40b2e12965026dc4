/**
 * How many channels the audio output has.
 *
 * Only an audio context tells, and the first one of a page takes up to 100 ms: so a start goes by what was
 * found last time, and the output is measured when the film is on the screen.
 */
import { rememberChannels, rememberedChannels } from "./remembered.ts";

const STEREO_CHANNELS = 2;

/** As measured last; stereo before that. */
export const outputChannels = (): number => rememberedChannels() ?? STEREO_CHANNELS;

/**
 * Before the first click a page may make no sound, and the browser complains about the context: then nothing
 * is learnt.
 */
export function measureOutput(): void {
  if (!navigator.userActivation?.hasBeenActive) return;
  try {
    const context = new AudioContext();
    rememberChannels(context.destination.maxChannelCount);
    void context.close();
  } catch {
    rememberChannels(STEREO_CHANNELS); // No audio device.
  }
}
