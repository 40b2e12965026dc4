/** How many channels the audio output has. */

const STEREO_CHANNELS = 2;
let known: number | undefined;

/**
 * Asked of an audio context that is closed at once, and once a page. Before the first click a page may make no
 * sound, and the browser complains about the context: until then the output is taken for stereo.
 */
export function outputChannels(): number {
  if (known !== undefined) return known;
  if (!navigator.userActivation?.hasBeenActive) return STEREO_CHANNELS;
  try {
    const context = new AudioContext();
    known = context.destination.maxChannelCount;
    void context.close();
  } catch {
    known = STEREO_CHANNELS; // No audio device.
  }
  return known;
}
