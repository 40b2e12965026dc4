/**
 * The watch page: asks for the grant, plays, and says in words what prevents it.
 *
 * Owns the order of things (ask, play, fail, try again at the same place). The picture and its controls are
 * `stage`'s.
 */
import { ApiError } from "@matinee/api";
import { playbackFailure, type PlaybackFailure } from "@matinee/player";
import { Player, type Network, type Preloader, type Start } from "@matinee/player-dom";
import { h } from "../dom.ts";
import { notice } from "../notice.ts";
import type { Page } from "../router.ts";
import { Stage } from "./stage.ts";

export interface WatchContext {
  readonly network: Network;
  readonly preloader: Preloader;
  /** When the viewer asked for the title, by `performance.now()`. */
  readonly askedMs: number;
}

export function watchPage(id: string, context: WatchContext): Page {
  const element = h(
    "main",
    { class: "watch" },
    h("div", { class: "spinner", role: "status", "aria-label": "Loading" }),
  );
  let stage: Stage | undefined;
  let closed = false;

  const fail = (failure: PlaybackFailure, startS: number): void => {
    stage?.close();
    const again = (): void => open(startS, performance.now());
    element.replaceChildren(failed(failure.message, failure.canRetry ? again : undefined));
  };

  const play = (start: Start, startS: number, askedMs: number): void => {
    if (closed) return;
    if (!Player.canPlay(start.tracks)) return fail(playbackFailure("unsupported"), startS);
    stage = new Stage(start, context.network, { startS, askedMs });
    stage.onFailure = fail;
    element.replaceChildren(stage.element);
    stage.play();
    document.title = `${start.grant.title.name} - Matinee`;
  };

  const open = (startS: number, askedMs: number): void => {
    context.preloader.take(id, wantedFormat()).then(
      (start) => play(start, startS, askedMs),
      (error: unknown) => fail(refusal(error), startS),
    );
  };

  open(0, context.askedMs);
  return {
    element,
    name: "Matinee",
    close: () => {
      closed = true;
      stage?.close();
    },
  };
}

/** `?format=av1` asks for a format, for tests and for comparing by eye. */
const wantedFormat = (): string | undefined =>
  new URLSearchParams(location.search).get("format") ?? undefined;

/** The grant could not be had: the server's own words, where it gave some. */
function refusal(error: unknown): PlaybackFailure {
  if (!(error instanceof ApiError)) return playbackFailure("bad_grant");
  if (error.status === 404)
    return { code: "missing", message: "There is no such title here.", canRetry: false };
  return { code: error.status === 0 ? "unreachable" : "server", message: error.message, canRetry: true };
}

function failed(message: string, again: (() => void) | undefined): HTMLElement {
  return notice(
    "This cannot be played now",
    message,
    again,
    h("a", { class: "quiet-button", href: "/" }, "All titles"),
  );
}
