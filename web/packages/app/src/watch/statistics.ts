/**
 * What network, decoder and choices are doing, in figures: the readout over the quality menu, and the panel over
 * the picture.
 */
import type { Audio, Format } from "@matinee/player";
import { h } from "../dom.ts";
import { bitrate } from "../format.ts";
import type { Scene } from "./stage.ts";

const REFRESH_MS = 250;

type Row = readonly [term: string, value: string];

/** The panel: all figures. */
export class Statistics {
  readonly element = h("aside", { class: "statistics", "aria-label": "Statistics", hidden: true });

  constructor(scene: Scene) {
    this.element.append(readout(scene, () => [...choices(scene), ...figures(scene), ...mishaps(scene)]));
  }

  toggle(): void {
    this.element.hidden = !this.element.hidden;
  }
}

/** The figures of the moment. */
export function figures({ player }: Scene): readonly Row[] {
  const stats = player.stats();
  const rung = player.format.rungs[stats.level];
  return [
    ["Now", rung ? `${rung.width} × ${rung.height}` : "-"],
    ["Bitrate", rung ? bitrate(rung.bitrateBpsAverage) : "-"],
    ["VMAF", rung ? rung.vmaf.toFixed(1) : "-"],
    ["Buffer", `${stats.bufferS.toFixed(1)} s`],
    ["Throughput", stats.throughputBps === undefined ? "-" : bitrate(stats.throughputBps)],
    ["Dropped", `${stats.framesDropped} of ${stats.framesShown}`],
  ];
}

/** A list of rows that is kept up to date while it can be seen. */
export function readout({ signal }: Scene, rows: () => readonly Row[]): HTMLElement {
  const list = h("dl", { class: "readout" });
  const timer = setInterval(() => list.checkVisibility() && refresh(), REFRESH_MS);
  const refresh = (): void =>
    list.replaceChildren(
      ...rows().map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value))),
    );
  signal.addEventListener("abort", () => clearInterval(timer));
  refresh();
  return list;
}

function choices({ player }: Scene): readonly Row[] {
  const { audio, format } = player;
  return [
    ["Format", formatName(format)],
    ["Sound", audio ? soundName(audio) : "-"],
    ["Rungs", `${player.stats().rungSwitches} changes`],
  ];
}

function mishaps({ player }: Scene): readonly Row[] {
  const { startupMs, stalls, fallbacks, edgeSwitches } = player.stats();
  return [
    ["First frame", startupMs === undefined ? "-" : `${Math.round(startupMs)} ms`],
    ["Stalls", String(stalls)],
    ["Fallbacks", String(fallbacks)],
    ["Edges", `${edgeSwitches} changes`],
  ];
}

const CODECS: Readonly<Record<Format["codec"], string>> = {
  h264: "H.264",
  hevc: "HEVC",
  vp9: "VP9",
  av1: "AV1",
};

/** `H.264`, `AV1 PQ`. */
export const formatName = ({ codec, transfer }: Format): string =>
  CODECS[codec] + (transfer === "sdr" ? "" : ` ${transfer.toUpperCase()}`);

const SOUND_CODECS: Readonly<Record<Audio["codec"], string>> = { aac: "AAC", eac3: "E-AC-3", opus: "Opus" };
const LAYOUTS: Readonly<Record<number, string>> = { 1: "mono", 2: "stereo", 6: "5.1", 8: "7.1" };

/** `AAC stereo`, `E-AC-3 5.1 with 12 objects`. */
export function soundName({ codec, channels, objects }: Audio): string {
  const layout = LAYOUTS[channels] ?? `${channels} channels`;
  return `${SOUND_CODECS[codec]} ${layout}${objects > 0 ? ` with ${objects} objects` : ""}`;
}
