/** A notice: what went wrong in words, and the way on. */
import { h } from "./dom.ts";

/** `retry` absent means that trying again cannot help. */
export function notice(
  heading: string,
  message: string,
  retry?: () => void,
  ...more: HTMLElement[]
): HTMLElement {
  const again = retry && h("button", { type: "button", class: "play-button", onclick: retry }, "Try again");
  return h(
    "section",
    { class: "notice", role: "alert" },
    h("h1", {}, heading),
    h("p", {}, message),
    h("div", { class: "ways" }, again, ...more),
  );
}
