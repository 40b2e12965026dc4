/**
 * Captions: WebVTT tracks on the video element, the menu that picks one, and the words on the picture.
 *
 * The browser reads and times the cues; we draw them, so that they rise above the controls and look the same
 * everywhere. A cue's own place and size are not followed. The language is remembered.
 */
import type { TextTrack as GrantText } from "@matinee/api";
import { urlsIn } from "@matinee/player";
import { h } from "../dom.ts";
import { prefer, preferences } from "../preferences.ts";
import { menu, type Choice } from "./menu.ts";
import type { Scene } from "./stage.ts";

export class Captions {
  /** The menu; `undefined` where the title has no captions. */
  readonly element: HTMLElement | undefined;
  /** The words on the picture. */
  readonly words = h("div", { class: "captions" });
  readonly #scene: Scene;
  readonly #texts: readonly GrantText[];
  readonly #tracks: readonly HTMLTrackElement[];
  #shown: number;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#texts = scene.grant.text;
    this.#tracks = this.#texts.map((text) => trackOf(text, scene));
    scene.video.append(...this.#tracks);
    for (const { track } of this.#tracks)
      track.addEventListener("cuechange", () => this.#draw(), { signal: scene.signal });
    this.#shown = this.#remembered();
    this.#apply();
    this.element = this.#texts.length > 0 ? this.#menu() : undefined;
  }

  /** Off, or on in the remembered language, else the first. */
  toggle(): void {
    if (this.#texts.length === 0) return this.#scene.say("This title has no captions");
    this.#show(this.#shown >= 0 ? -1 : Math.max(0, this.#remembered()));
    this.#scene.say(this.#shown < 0 ? "Captions off" : `Captions: ${this.#texts[this.#shown]?.name ?? ""}`);
  }

  #remembered(): number {
    return this.#texts.findIndex((text) => text.language === preferences().captions);
  }

  #menu(): HTMLElement {
    const choice = (label: string, index: number): Choice => ({
      label,
      isChosen: () => this.#shown === index,
      choose: () => this.#show(index),
    });
    const choices = [choice("Off", -1), ...this.#texts.map((text, index) => choice(nameOf(text), index))];
    return menu({
      icon: "captions",
      label: "Captions (c)",
      choices: () => choices,
      signal: this.#scene.signal,
    });
  }

  #show(index: number): void {
    this.#shown = index;
    prefer({ captions: this.#texts[index]?.language ?? "" });
    this.#apply();
  }

  /** `hidden` is the mode in which the browser times cues and leaves the drawing to us. */
  #apply(): void {
    this.#tracks.forEach(({ track }, index) => (track.mode = index === this.#shown ? "hidden" : "disabled"));
    this.#draw();
  }

  #draw(): void {
    const cues = Array.from(this.#tracks[this.#shown]?.track.activeCues ?? []) as VTTCue[];
    this.words.replaceChildren(...cues.map((cue) => h("p", {}, cue.getCueAsHTML())));
  }
}

/** Where an edge does not send the file, the next is asked, each once. */
function trackOf(text: GrantText, { grant, network, signal }: Scene): HTMLTrackElement {
  const urls = new Set(urlsIn(grant, text.path));
  const element = h("track", {
    kind: text.hearing_impaired ? "captions" : "subtitles",
    srclang: text.language,
    label: text.name,
  });
  const next = (): void => {
    if (urls.size === 0) return;
    const url = network.pick([...urls]);
    urls.delete(url);
    element.src = url;
  };
  element.addEventListener("error", next, { signal });
  next();
  return element;
}

const nameOf = (text: GrantText): string =>
  text.hearing_impaired ? `${text.name} (hearing impaired)` : text.name;
