/** Quality: the choice of rung, under the figures of the moment. */
import type { Rung } from "@matinee/player";
import { bitrate } from "../format.ts";
import { menu, type Choice } from "./menu.ts";
import type { Scene } from "./stage.ts";
import { figures, readout } from "./statistics.ts";

export function qualityMenu(scene: Scene): HTMLElement {
  const { player, signal } = scene;
  const held = (label: string, level: number | undefined, note?: string): Choice => ({
    label,
    ...(note === undefined ? {} : { note }),
    isChosen: () => player.fixedLevel === level,
    choose: () => player.holdLevel(level),
  });
  const rungs = (): Choice[] =>
    player.format.rungs
      .map((rung, level) => held(nameOf(rung), level, bitrate(rung.bitrateBpsAverage)))
      .reverse();
  return menu({
    icon: "quality",
    label: "Quality",
    head: readout(scene, () => figures(scene)),
    choices: () => [held("Auto", undefined), ...rungs()],
    signal,
  });
}

const nameOf = (rung: Rung): string => `${rung.height}p`;
