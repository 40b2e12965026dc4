/** The choice of sound, where a title has more than one; the device decides in which codec and layout. */
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
