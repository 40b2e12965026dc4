/** The choice of sound, where a title has more than one; the device decides in which codec and layout. */
import type { Audio } from "@matinee/player";
import { menu } from "./menu.ts";
import type { Scene } from "./stage.ts";

export function audioMenu({ player, signal }: Scene): HTMLElement | undefined {
  const { sounds } = player;
  if (sounds.length < 2) return undefined;
  const choices = sounds.map((sound) => ({
    label: sound[0].name,
    isChosen: () => player.sound === sound,
    choose: () => player.playSound(sound),
  }));
  return menu({ icon: "audio", label: "Audio", choices: () => choices, signal });
}

/** `AAC stereo`, `E-AC-3 5.1 with 12 objects`. */
export function soundName({ codec, channels, objects }: Audio): string {
  const codecName = { aac: "AAC", eac3: "E-AC-3", opus: "Opus" }[codec];
  const layout = LAYOUTS[channels] ?? `${channels} channels`;
  return `${codecName} ${layout}${objects > 0 ? ` with ${objects} objects` : ""}`;
}

const LAYOUTS: Readonly<Record<number, string>> = { 1: "mono", 2: "stereo", 6: "5.1", 8: "7.1" };
