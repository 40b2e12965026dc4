/**
 * The seek bar: a slider over the film with what is buffered and a thumbnail under the pointer.
 *
 * Pointer and keys do the same: dragging has arrow keys, number keys and the 10-second buttons as
 * alternatives.
 */
import { h } from "../dom.ts";
import { spoken } from "../format.ts";
import type { Scene } from "./stage.ts";
import { Thumbnail } from "./thumbnail.ts";

export function seekBar(scene: Scene): HTMLElement {
  const { video, player, signal } = scene;
  const { durationS } = player.tracks;
  const buffered = h("div", { class: "seek-buffered" });
  const played = h("div", { class: "seek-played" });
  const knob = h("div", { class: "seek-knob" });
  const thumbnail = new Thumbnail(scene.grant, scene.network);
  const bar = h(
    "div",
    {
      class: "seek-bar",
      role: "slider",
      tabindex: 0,
      "aria-label": "Seek",
      "aria-valuemin": 0,
      "aria-valuemax": Math.round(durationS),
    },
    h("div", { class: "seek-track" }, buffered, played),
    knob,
    thumbnail.element,
  );

  const show = (): void => {
    const share = video.currentTime / durationS;
    bar.style.setProperty("--played", String(share));
    bar.style.setProperty("--buffered", String(bufferedEnd(video) / durationS));
    bar.setAttribute("aria-valuenow", String(Math.round(video.currentTime)));
    bar.setAttribute("aria-valuetext", `${spoken(video.currentTime)} of ${spoken(durationS)}`);
  };
  for (const event of ["timeupdate", "seeking", "progress", "loadedmetadata"])
    video.addEventListener(event, show, { signal });
  show();
  followPointer(bar, {
    hover: (share) => thumbnail.show(share * durationS, share),
    leave: () => thumbnail.hide(),
    seek: (share) => player.seek(share * durationS),
  });
  return bar;
}

interface Pointing {
  hover(share: number): void;
  leave(): void;
  seek(share: number): void;
}

function followPointer(bar: HTMLElement, on: Pointing): void {
  const shareOf = (event: PointerEvent): number => {
    const { left, width } = bar.getBoundingClientRect();
    return Math.min(Math.max((event.clientX - left) / width, 0), 1);
  };
  bar.addEventListener("pointermove", (event) => {
    on.hover(shareOf(event));
    if (bar.hasPointerCapture(event.pointerId)) on.seek(shareOf(event));
  });
  bar.addEventListener("pointerleave", () => on.leave());
  bar.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    bar.setPointerCapture(event.pointerId);
    on.seek(shareOf(event));
  });
}

/** End of the range that holds the playhead. */
function bufferedEnd({ buffered, currentTime }: HTMLVideoElement): number {
  for (let i = 0; i < buffered.length; i++) {
    if (buffered.start(i) <= currentTime + 0.1 && currentTime < buffered.end(i)) return buffered.end(i);
  }
  return currentTime;
}
