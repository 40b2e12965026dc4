/** The list of keys, in a dialog. */
import { h, iconButton } from "../dom.ts";

const KEYS: readonly (readonly [keys: readonly string[], what: string])[] = [
  [["Space", "k"], "Play or pause"],
  [["←", "→"], "5 seconds back or forward"],
  [["j", "l"], "10 seconds back or forward"],
  [["0", "…", "9"], "Jump to 0 % … 90 % of the film"],
  [["Home", "End"], "Start or end"],
  [["↑", "↓"], "Louder or softer"],
  [["m"], "Mute"],
  [["c"], "Captions"],
  [["f"], "Fullscreen"],
  [["s"], "Statistics"],
  [["Esc"], "Close a menu, or leave fullscreen"],
  [["?"], "These keys"],
];

export class Help {
  readonly element = h(
    "dialog",
    { class: "help", "aria-labelledby": "help-heading" },
    h(
      "header",
      {},
      h("h2", { id: "help-heading" }, "Keys"),
      iconButton("close", "Close", () => this.close()),
    ),
    h(
      "dl",
      {},
      ...KEYS.map(([keys, what]) =>
        h("div", {}, h("dt", {}, ...keys.map((key) => h("kbd", {}, key))), h("dd", {}, what)),
      ),
    ),
  );

  open(): void {
    this.element.showModal();
  }

  close(): void {
    this.element.close();
  }

  get isOpen(): boolean {
    return this.element.open;
  }
}
