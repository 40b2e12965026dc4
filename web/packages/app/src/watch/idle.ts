/**
 * Controls fade while the film plays and nobody does anything; they never fade under the focus of the
 * keyboard.
 */
import type { Scene } from "./stage.ts";

const IDLE_MS = 2_800;

export function hideWhenIdle({ root, video, signal }: Scene): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const mayHide = (): boolean =>
    !video.paused &&
    !root.querySelector("[aria-expanded=true], dialog[open]") &&
    !root.querySelector(".controls :focus-visible");
  const hide = (): void => {
    if (mayHide()) root.classList.add("idle");
    else wake();
  };
  const wake = (): void => {
    root.classList.remove("idle");
    clearTimeout(timer);
    timer = setTimeout(hide, IDLE_MS);
  };
  for (const event of ["pointermove", "pointerdown", "keydown", "focusin"])
    root.addEventListener(event, wake, { signal });
  for (const event of ["play", "pause", "ended", "seeking"]) video.addEventListener(event, wake, { signal });
  document.addEventListener("keydown", wake, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
  wake();
}
