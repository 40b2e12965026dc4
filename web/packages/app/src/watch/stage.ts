/**
 * The stage: the picture, the controls over it, and what keeps both in step.
 *
 * Owns the video element, its player and the state shown by the page's `data-state`. Each control is a module
 * of its own and gets the `Scene`.
 */
import type { PlayGrant } from "@matinee/api";
import type { PlaybackFailure } from "@matinee/player";
import { Player, type Network, type Start } from "@matinee/player-dom";
import { h, icon, iconButton, setIcon } from "../dom.ts";
import { clock } from "../format.ts";
import { audioMenu } from "./audio.ts";
import { Captions } from "./captions.ts";
import { fullscreenButton, toggleFullscreen } from "./fullscreen.ts";
import { Help } from "./help.ts";
import { hideWhenIdle } from "./idle.ts";
import { listenToKeys } from "./keyboard.ts";
import { announceToSystem } from "./media-session.ts";
import { qualityMenu } from "./quality.ts";
import { seekBar } from "./seek-bar.ts";
import { Statistics } from "./statistics.ts";
import { Volume } from "./volume.ts";

/** What a control works on. Listeners end with `signal`. */
export interface Scene {
  readonly root: HTMLElement;
  readonly video: HTMLVideoElement;
  readonly player: Player;
  readonly grant: PlayGrant;
  readonly network: Network;
  readonly signal: AbortSignal;
  /** Says a short sentence to screen readers and shows it for a moment. */
  say(words: string): void;
}

const SAID_MS = 1_200;

export class Stage {
  readonly element: HTMLElement;
  onFailure: (failure: PlaybackFailure, atS: number) => void = () => undefined;
  readonly #video: HTMLVideoElement;
  readonly #player: Player;
  readonly #leaving = new AbortController();

  constructor(start: Start, network: Network, { startS, askedMs }: { startS: number; askedMs: number }) {
    const { grant, tracks } = start;
    this.#video = h("video", {
      playsinline: true,
      crossorigin: "anonymous", // Captions may come from another origin.
      poster: grant.title.poster_url ?? undefined,
      "aria-label": grant.title.name,
    });
    this.#player = new Player(this.#video, tracks, network, { ...start, startS, askedMs });
    const said = h("div", { class: "said", role: "status" });
    this.element = h("div", { class: "stage", "data-state": "starting" }, this.#video);
    const scene: Scene = {
      root: this.element,
      video: this.#video,
      player: this.#player,
      grant,
      network,
      signal: this.#leaving.signal,
      say: speaker(said),
    };
    this.#furnish(scene, said);
    this.#followState(scene);
    this.#player.on("failure", (failure) => this.onFailure(failure, this.#video.currentTime));
    exposeForTests(this.#player);
  }

  /** With sound if the browser lets us; else the large button asks for the click that it wants. */
  play(): void {
    this.#video.play().catch((error: DOMException) => {
      if (error.name === "NotAllowedError") this.element.dataset.state = "ready";
    });
  }

  close(): void {
    this.#leaving.abort();
    if (document.fullscreenElement === this.element) void document.exitFullscreen();
    this.#player.close();
  }

  #furnish(scene: Scene, said: HTMLElement): void {
    const help = new Help();
    const volume = new Volume(scene);
    const captions = new Captions(scene);
    const statistics = new Statistics(scene);
    const toggle = (): void => togglePlay(scene);
    this.element.append(
      h("div", { class: "spinner" }),
      h("button", { type: "button", class: "big-play", "aria-label": "Play", onclick: toggle }, icon("play")),
      captions.words,
      statistics.element,
      said,
      titleBar(scene),
      h(
        "div",
        { class: "controls", role: "group", "aria-label": "Player controls" },
        seekBar(scene),
        h(
          "div",
          { class: "buttons" },
          playButton(scene, toggle),
          iconButton("back10", "Back 10 seconds (j)", () => this.#player.seek(scene.video.currentTime - 10)),
          iconButton("forward10", "Forward 10 seconds (l)", () =>
            this.#player.seek(scene.video.currentTime + 10),
          ),
          volume.element,
          timeReadout(scene),
          h("span", { class: "spacer" }),
          captions.element,
          audioMenu(scene),
          qualityMenu(scene),
          iconButton("help", "Keyboard shortcuts (?)", () => help.open()),
          fullscreenButton(scene),
        ),
      ),
      help.element,
    );
    scene.video.addEventListener("click", toggle);
    scene.video.addEventListener("dblclick", () => toggleFullscreen(scene.root));
    listenToKeys(scene, { toggle, volume, captions, statistics, help });
    hideWhenIdle(scene);
    announceToSystem(scene);
  }

  #followState({ video, root, signal }: Scene): void {
    const set = (state: string) => () => {
      root.dataset.state = state;
    };
    video.addEventListener("playing", set("playing"), { signal });
    video.addEventListener("pause", set("paused"), { signal });
    video.addEventListener("ended", set("ended"), { signal });
    video.addEventListener("waiting", set("waiting"), { signal });
    video.addEventListener("seeked", () => video.paused && !video.ended && set("paused")(), { signal });
  }
}

function togglePlay({ video, say }: Scene): void {
  if (video.paused)
    video.play().catch(() => undefined); // Interrupted by a pause or by leaving: nothing to say.
  else video.pause();
  say(video.paused ? "Paused" : "Playing");
}

function titleBar({ grant }: Scene): HTMLElement {
  return h(
    "header",
    { class: "title-bar" },
    h(
      "a",
      { class: "icon-button", href: "/", "aria-label": "Back to all titles", title: "Back to all titles" },
      icon("back"),
    ),
    h("h1", {}, grant.title.name),
  );
}

function playButton({ video, signal }: Scene, toggle: () => void): HTMLElement {
  const button = iconButton("play", "Play (k)", toggle);
  const show = (): void => {
    if (video.ended) setIcon(button, "replay", "Play again (k)");
    else if (video.paused) setIcon(button, "play", "Play (k)");
    else setIcon(button, "pause", "Pause (k)");
  };
  for (const event of ["play", "pause", "ended", "seeking"]) video.addEventListener(event, show, { signal });
  return button;
}

function timeReadout({ video, player, signal }: Scene): HTMLElement {
  const { durationS } = player.tracks;
  const text = h("span", { class: "time" }, `0:00 / ${clock(durationS)}`);
  const show = (): void => {
    text.textContent = `${clock(video.currentTime)} / ${clock(durationS)}`;
  };
  for (const event of ["timeupdate", "seeking"]) video.addEventListener(event, show, { signal });
  return text;
}

function speaker(said: HTMLElement): (words: string) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (words) => {
    clearTimeout(timer);
    said.textContent = words;
    timer = setTimeout(() => said.replaceChildren(), SAID_MS);
  };
}

/** `matinee.player` on the page: statistics for end-to-end tests and for the curious. */
function exposeForTests(player: Player): void {
  (globalThis as { matinee?: { player: Player } }).matinee = { player };
}
