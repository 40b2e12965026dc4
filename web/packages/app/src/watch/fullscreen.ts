/** Fullscreen of the whole stage, so that our controls come along. */
import { iconButton, setIcon } from "../dom.ts";
import type { Scene } from "./stage.ts";

export function toggleFullscreen(root: HTMLElement): void {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void root.requestFullscreen().catch(() => undefined); // Refused without a click: then nothing changes.
}

export function fullscreenButton({ root, signal }: Scene): HTMLElement | undefined {
  if (!document.fullscreenEnabled) return undefined;
  const button = iconButton("expand", "Fullscreen (f)", () => toggleFullscreen(root));
  const show = (): void =>
    document.fullscreenElement
      ? setIcon(button, "shrink", "Leave fullscreen (f)")
      : setIcon(button, "expand", "Fullscreen (f)");
  document.addEventListener("fullscreenchange", show, { signal });
  return button;
}
