/**
 * A menu of choices of which one holds, opened by a button over it.
 *
 * Follows the ARIA menu-button pattern: arrows move, Enter chooses, Escape and a click elsewhere close.
 */
import { h, icon, iconButton, type IconName } from "../dom.ts";

export interface Choice {
  readonly label: string;
  /** Small words after the label. */
  readonly note?: string;
  readonly isChosen: () => boolean;
  readonly choose: () => void;
}

export interface MenuOptions {
  readonly icon: IconName;
  readonly label: string;
  /** Asked for whenever the menu opens. */
  readonly choices: () => readonly Choice[];
  /** Shown over the choices. */
  readonly head?: HTMLElement;
  readonly signal: AbortSignal;
}

export function menu(options: MenuOptions): HTMLElement {
  let items: readonly HTMLElement[] = [];
  const list = h("div", { role: "menu", "aria-label": options.label });
  const panel = h("div", { class: "menu-panel", hidden: true }, options.head, list);
  const button = iconButton(options.icon, options.label, () => (panel.hidden ? open() : close()), {
    "aria-haspopup": "menu",
    "aria-expanded": "false",
  });

  function open(): void {
    items = options.choices().map(itemOf);
    list.replaceChildren(...items);
    panel.hidden = false;
    button.setAttribute("aria-expanded", "true");
    (items.find((item) => item.getAttribute("aria-checked") === "true") ?? items[0])?.focus();
  }

  function close(): void {
    if (panel.hidden) return;
    const hadFocus = panel.contains(document.activeElement);
    panel.hidden = true;
    button.setAttribute("aria-expanded", "false");
    if (hadFocus) button.focus();
  }

  list.addEventListener("click", () => close());
  panel.addEventListener("keydown", (event) => moveFocus(event, items, close));
  const outside = (event: Event): void => {
    if (!element.contains(event.target as Node)) close();
  };
  document.addEventListener("pointerdown", outside, { signal: options.signal });
  document.addEventListener("focusin", outside, { signal: options.signal });
  const element = h("div", { class: "menu" }, button, panel);
  return element;
}

function itemOf({ label, note, isChosen, choose }: Choice): HTMLButtonElement {
  return h(
    "button",
    {
      type: "button",
      role: "menuitemradio",
      "aria-checked": String(isChosen()),
      tabindex: -1,
      onclick: choose,
    },
    icon("check"),
    h("span", {}, label),
    note === undefined ? undefined : h("span", { class: "note" }, note),
  );
}

function moveFocus(event: KeyboardEvent, items: readonly HTMLElement[], close: () => void): void {
  const at = items.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (to !== undefined) items.at(to % items.length)?.focus();
  else if (event.key === "Escape" || event.key === "Tab") close();
  else if (event.key !== "Enter" && event.key !== " ") return;
  event.stopPropagation();
  if (to !== undefined || event.key === "Escape") event.preventDefault();
}
