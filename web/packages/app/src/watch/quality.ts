/** Quality: the choice of rung, and a readout of what the network and the decoder are doing. */
import type { Rung } from "@matinee/player";
import { h } from "../dom.ts";
import { bitrate } from "../format.ts";
import { menu, type Choice } from "./menu.ts";
import type { Scene } from "./stage.ts";

const REFRESH_MS = 500;

export function qualityMenu(scene: Scene): HTMLElement {
  const { player, signal } = scene;
  const readout = h("dl", { class: "readout" });
  const refresh = (): void => readout.replaceChildren(...rowsOf(scene));
  const timer = setInterval(() => readout.checkVisibility() && refresh(), REFRESH_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
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
    head: readout,
    choices: () => [held("Auto", undefined), ...rungs()],
    onOpen: refresh,
    signal,
  });
}

function rowsOf({ player }: Scene): HTMLElement[] {
  const stats = player.stats();
  const rung = player.format.rungs[stats.level];
  const rows: readonly (readonly [string, string])[] = [
    ["Now", rung ? `${rung.width} × ${rung.height}` : "-"],
    ["Bitrate", rung ? bitrate(rung.bitrateBpsAverage) : "-"],
    ["VMAF", rung ? rung.vmaf.toFixed(1) : "-"],
    ["Buffer", `${stats.bufferS.toFixed(1)} s`],
    ["Throughput", stats.throughputBps === undefined ? "-" : bitrate(stats.throughputBps)],
    ["Dropped", `${stats.framesDropped} of ${stats.framesShown}`],
  ];
  return rows.map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value)));
}

const nameOf = (rung: Rung): string => `${rung.height}p`;
