/** The choice of audio track, where a title has more than one. */
import { menu } from "./menu.ts";
import type { Scene } from "./stage.ts";

export function audioMenu({ player, signal }: Scene): HTMLElement | undefined {
  const { audio } = player.tracks;
  if (audio.length < 2) return undefined;
  const choices = audio.map((track) => ({
    label: track.name,
    note: track.channels > 2 ? "surround" : "stereo",
    isChosen: () => player.audio === track,
    choose: () => player.playAudio(track.id),
  }));
  return menu({ icon: "audio", label: "Audio", choices, signal });
}
