/**
 * The catalogue page: the newest title large, and all titles as cards. One click on any of them plays it.
 *
 * Owns the signs of interest (a resting pointer, focus, a finger down) that warm a title up.
 */
import { titles, type Title } from "@matinee/api";
import type { Preloader } from "@matinee/player-dom";
import { h, icon, type Attributes } from "./dom.ts";
import { runtime, spoken } from "./format.ts";
import { notice } from "./notice.ts";
import { watchPath, type Page } from "./router.ts";

/** A pointer that only crosses a card does not rest on it this long. */
const HOVER_INTENT_MS = 60;

export function cataloguePage(preloader: Preloader): Page {
  const main = h("main", { class: "catalogue", "aria-busy": "true" });
  const element = h("div", {}, h("header", { class: "masthead" }, wordmark()), main);
  const load = (): void => {
    titles()
      .then(
        (catalogue) => main.replaceChildren(...shelves(catalogue.titles, preloader)),
        (error: Error) =>
          main.replaceChildren(notice("The catalogue could not be loaded", error.message, load)),
      )
      .finally(() => main.removeAttribute("aria-busy"));
  };
  load();
  return { element, name: "Matinee", close: () => undefined };
}

function wordmark(): HTMLElement {
  return h(
    "a",
    { class: "wordmark", href: "/" },
    h("span", { class: "sun", "aria-hidden": "true" }),
    "Matinee",
  );
}

function shelves(all: readonly Title[], preloader: Preloader): HTMLElement[] {
  const byAge = [...all].sort((a, b) => b.published_ms - a.published_ms);
  const [newest] = byAge;
  if (!newest) return [nothingYet()];
  const feature = featured(newest, preloader);
  return byAge.length > 1 ? [feature, shelf(byAge, preloader)] : [feature];
}

function nothingYet(): HTMLElement {
  return h(
    "section",
    { class: "notice" },
    h("h1", {}, "Nothing is showing yet"),
    h("p", {}, "Prepare a film and it appears here:"),
    h("p", {}, h("code", {}, 'matinee prepare FILM.mp4 --title "My film"')),
  );
}

function featured(title: Title, preloader: Preloader): HTMLElement {
  const play = h(
    "a",
    { class: "play-button", href: watchPath(title.id), "data-title": title.id },
    icon("play"),
    "Play",
  );
  play.setAttribute("aria-label", `Play ${title.name}`);
  warmOnInterest(play, title.id, preloader);
  return h(
    "section",
    { class: "feature", "aria-label": "Newest title" },
    poster(title, { class: "feature-art", fetchpriority: "high" }),
    h(
      "div",
      { class: "feature-words" },
      h("h1", {}, title.name),
      h("p", {}, runtime(title.duration_s)),
      play,
    ),
  );
}

function shelf(all: readonly Title[], preloader: Preloader): HTMLElement {
  const list = h("ul", { class: "cards" }, ...all.map((title) => h("li", {}, card(title, preloader))));
  return h("section", { class: "shelf" }, h("h2", {}, "All titles"), list);
}

function card(title: Title, preloader: Preloader): HTMLElement {
  const link = h(
    "a",
    { class: "card", href: watchPath(title.id), "data-title": title.id },
    h(
      "span",
      { class: "card-art" },
      poster(title, { loading: "lazy", decoding: "async" }),
      h("span", { class: "card-play" }, icon("play")),
      h("span", { class: "card-time", "aria-hidden": "true" }, runtime(title.duration_s)),
    ),
    h("span", { class: "card-name" }, title.name),
    h("span", { class: "unseen" }, `, ${spoken(title.duration_s)}`),
  );
  warmOnInterest(link, title.id, preloader);
  return link;
}

/** For the eye only: the name stands beside it. */
function poster({ poster_url: src }: Title, attributes: Attributes): HTMLElement | undefined {
  return src === null ? undefined : h("img", { src, alt: "", ...attributes });
}

function warmOnInterest(link: HTMLElement, id: string, preloader: Preloader): void {
  const warm = (): void => preloader.warm(id);
  let resting: ReturnType<typeof setTimeout> | undefined;
  link.addEventListener("pointerenter", () => (resting = setTimeout(warm, HOVER_INTENT_MS)));
  link.addEventListener("pointerleave", () => clearTimeout(resting));
  link.addEventListener("pointerdown", warm);
  link.addEventListener("focus", warm);
}
