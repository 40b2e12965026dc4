/** The thumbnail over the seek bar: one tile of a sprite sheet and the time it shows. */
import type { PlayGrant, Thumbnails } from "@matinee/api";
import { urlsIn } from "@matinee/player";
import type { Network } from "@matinee/player-dom";
import { h } from "../dom.ts";
import { clock } from "../format.ts";

/** Where tile `index` lies: its sheet and its corner in pixels. */
export function tileAt(
  thumbnails: Thumbnails,
  timeS: number,
): { readonly sheet: number; readonly x: number; readonly y: number } {
  const { columns, rows, tiles, tile, interval_s } = thumbnails;
  const index = Math.min(Math.max(Math.floor(timeS / interval_s), 0), tiles - 1);
  const place = index % (columns * rows);
  return {
    sheet: Math.floor(index / (columns * rows)),
    x: (place % columns) * tile.width,
    y: Math.floor(place / columns) * tile.height,
  };
}

export class Thumbnail {
  readonly element: HTMLElement;
  readonly #picture = h("div", { class: "thumbnail-picture" });
  readonly #time = h("span", { class: "thumbnail-time" });
  readonly #grant: PlayGrant;
  readonly #network: Network;
  /** Loads the sheet that is shown, to learn whether its edge sends it. */
  readonly #sheet = new Image();

  constructor(grant: PlayGrant, network: Network) {
    this.#grant = grant;
    this.#network = network;
    this.#sheet.addEventListener("error", () => network.failed(this.#sheet.getAttribute("src") ?? ""));
    this.element = h("div", { class: "thumbnail", "aria-hidden": "true" }, this.#picture, this.#time);
    const tile = grant.thumbnails?.tile;
    this.#picture.hidden = !tile;
    if (!tile) return;
    this.#picture.style.width = `${tile.width}px`;
    this.#picture.style.height = `${tile.height}px`;
  }

  show(timeS: number, share: number): void {
    const { thumbnails } = this.#grant;
    this.element.classList.add("shown");
    this.element.style.setProperty("--at", String(share));
    this.#time.textContent = clock(timeS);
    if (!thumbnails) return;
    const { sheet, x, y } = tileAt(thumbnails, timeS);
    const url = this.#network.pick(urlsIn(this.#grant, thumbnails.sheets[sheet] ?? ""));
    if (this.#sheet.getAttribute("src") !== url) this.#sheet.src = url;
    this.#picture.style.background = `url("${url}") -${x}px -${y}px`;
  }

  hide(): void {
    this.element.classList.remove("shown");
  }
}
