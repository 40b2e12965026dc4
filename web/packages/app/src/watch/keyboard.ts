/**
 * The keys of the watch page. Keys of a focused control (a slider's arrows, a button's Space) stay its own.
 */
import type { Captions } from "./captions.ts";
import { toggleFullscreen } from "./fullscreen.ts";
import type { Help } from "./help.ts";
import type { Scene } from "./stage.ts";
import type { Statistics } from "./statistics.ts";
import type { Volume } from "./volume.ts";

const SMALL_STEP_S = 5;
const LARGE_STEP_S = 10;

export interface KeyTargets {
  readonly toggle: () => void;
  readonly volume: Volume;
  readonly captions: Captions;
  readonly statistics: Statistics;
  readonly help: Help;
}

export function listenToKeys(scene: Scene, targets: KeyTargets): void {
  const keys = keyTable(scene, targets);
  const listener = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || targets.help.isOpen || isOwnKey(event)) return;
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  document.addEventListener("keydown", listener, { signal: scene.signal });
}

function keyTable(
  { root, video, player }: Scene,
  { toggle, volume, captions, statistics, help }: KeyTargets,
): Record<string, () => void> {
  const step = (seconds: number) => () => player.seek(video.currentTime + seconds);
  const jump = (share: number) => () => player.seek(share * player.tracks.durationS);
  const tenths = Array.from({ length: 10 }, (_, digit) => [String(digit), jump(digit / 10)] as const);
  return {
    " ": toggle,
    k: toggle,
    j: step(-LARGE_STEP_S),
    l: step(LARGE_STEP_S),
    ArrowLeft: step(-SMALL_STEP_S),
    ArrowRight: step(SMALL_STEP_S),
    ArrowUp: () => volume.louder(),
    ArrowDown: () => volume.softer(),
    Home: jump(0),
    End: jump(1),
    m: () => volume.toggleMute(),
    c: () => captions.toggle(),
    f: () => toggleFullscreen(root),
    s: () => statistics.toggle(),
    "?": () => help.open(),
    ...Object.fromEntries(tenths),
  };
}

function isOwnKey({ key, target }: KeyboardEvent): boolean {
  const element = target as HTMLElement;
  if (element instanceof HTMLInputElement) return key.startsWith("Arrow") || key === "Home" || key === "End";
  return (
    (key === " " || key === "Enter") &&
    (element instanceof HTMLButtonElement || element instanceof HTMLAnchorElement)
  );
}
