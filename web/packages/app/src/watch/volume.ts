/** Volume: a mute button and a slider; the choice is remembered. */
import { h, iconButton, setIcon } from "../dom.ts";
import { prefer, preferences } from "../preferences.ts";
import type { Scene } from "./stage.ts";

const STEP = 0.1;

export class Volume {
  readonly element: HTMLElement;
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
    const { video, signal } = scene;
    const silent = scene.grant.audio.length === 0;
    const { volume, muted } = preferences();
    video.volume = volume;
    video.muted = muted;
    const button = iconButton("loud", "Mute (m)", () => this.toggleMute(), { disabled: silent });
    const slider = h("input", {
      type: "range",
      min: 0,
      max: 1,
      step: 0.05,
      "aria-label": "Volume",
      disabled: silent,
    });
    slider.addEventListener("input", () => this.#set(Number(slider.value)));
    const show = (): void => {
      const quiet = video.muted || video.volume === 0;
      setIcon(
        button,
        quiet || silent ? "muted" : "loud",
        silent ? "This title has no sound" : quiet ? "Unmute (m)" : "Mute (m)",
      );
      slider.value = String(video.muted ? 0 : video.volume);
      slider.style.setProperty("--share", slider.value);
    };
    video.addEventListener("volumechange", show, { signal });
    show();
    this.element = h("div", { class: "volume" }, button, slider);
  }

  toggleMute(): void {
    const { video, say } = this.#scene;
    video.muted = !video.muted;
    prefer({ muted: video.muted });
    say(video.muted ? "Muted" : "Sound on");
  }

  louder(): void {
    this.#step(STEP);
  }

  softer(): void {
    this.#step(-STEP);
  }

  #step(by: number): void {
    this.#set(Math.round((this.#scene.video.volume + by) * 20) / 20);
    this.#scene.say(`Volume ${Math.round(this.#scene.video.volume * 100)} %`);
  }

  #set(volume: number): void {
    const { video } = this.#scene;
    video.volume = Math.min(Math.max(volume, 0), 1);
    video.muted = false;
    prefer({ volume: video.volume, muted: false });
  }
}
