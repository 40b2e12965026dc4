/** Building elements: one function for HTML, one for icons. No templates, no diffing. */

type Attribute = string | number | boolean | undefined;
type Listener = (event: never) => void;
export type Attributes = Record<string, Attribute | Listener>;
type Child = Node | string | undefined;

/**
 * Makes an element. A function is a listener of the event that its name says after `on`; `true` is an empty
 * attribute; `false` and `undefined` are none.
 */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value as EventListener);
    else if (value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** Strokes on a 24 by 24 grid. */
const ICONS = {
  play: "M8 5.5v13L18.5 12z",
  pause: "M7 5.5h2.5v13H7zM14.5 5.5H17v13h-2.5z",
  replay: "M6.5 6v12M18 6.5v11L10 12z",
  back10: "M6.3 7.5A7.5 7.5 0 1 1 4.5 13M6 3v4.5h4.5",
  forward10: "M17.7 7.5A7.5 7.5 0 1 0 19.5 13M18 3v4.5h-4.5",
  loud: "M4 9.5h3.5L12 6v12l-4.5-3.5H4zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11",
  muted: "M4 9.5h3.5L12 6v12l-4.5-3.5H4zM16 9.5l5 5M21 9.5l-5 5",
  captions: "M4 5.5h16v13H4zM7.5 12H11M14 12h2.5M7.5 15.3H13M16 15.3h.5",
  quality: "M5.5 18v-4M12 18v-8M18.5 18V6",
  audio: "M5 17v-5a7 7 0 0 1 14 0v5M5 14.5h2.5v5H5zM16.5 14.5H19v5h-2.5z",
  expand: "M4.5 9V4.5H9M15 4.5h4.5V9M19.5 15v4.5H15M9 19.5H4.5V15",
  shrink: "M9 4.5V9H4.5M19.5 9H15V4.5M15 19.5V15h4.5M4.5 15H9v4.5",
  help: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM9.5 9.7a2.5 2.5 0 1 1 3.6 2.3q-1.1.5-1.1 1.8M12 16.7v.1",
  back: "M19.5 12H5M11 5.5 4.5 12l6.5 6.5",
  close: "m6 6 12 12M18 6 6 18",
  check: "m5 12.5 4.5 4.5L19 7.5",
} as const;

export type IconName = keyof typeof ICONS;

/** Drawn filled. */
const SOLID: ReadonlySet<IconName> = new Set(["play", "pause", "replay"]);

/** Digits inside an icon. */
const DIGITS: Partial<Record<IconName, string>> = { back10: "10", forward10: "10" };

const SVG = "http://www.w3.org/2000/svg";

/** Drawn for the eye only: the control around it carries the name. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  svg.classList.toggle("solid", SOLID.has(name));
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  const digits = DIGITS[name];
  if (digits) {
    const text = document.createElementNS(SVG, "text");
    text.setAttribute("x", "12");
    text.setAttribute("y", "15.4");
    text.textContent = digits;
    svg.append(text);
  }
  return svg;
}

/** A button that shows an icon and says `label`. */
export function iconButton(
  name: IconName,
  label: string,
  onclick: () => void,
  attributes: Attributes = {},
): HTMLButtonElement {
  return h(
    "button",
    { type: "button", class: "icon-button", "aria-label": label, title: label, onclick, ...attributes },
    icon(name),
  );
}

export function setIcon(button: HTMLElement, name: IconName, label: string): void {
  if (button.getAttribute("aria-label") === label) return;
  button.replaceChildren(icon(name));
  button.setAttribute("aria-label", label);
  button.title = label;
}
