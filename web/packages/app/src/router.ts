/**
 * Routes: `/` is the catalogue, `/watch/{id}` plays a title.
 *
 * Owns the address bar and which page is mounted. A page is an element and what to do when it leaves.
 */

export interface Page {
  readonly element: HTMLElement;
  readonly name: string;
  close(): void;
}

export type Route = { readonly page: "catalogue" } | { readonly page: "watch"; readonly id: string };

export function routeOf(path: string): Route {
  const id = /^\/watch\/([^/]+)\/?$/.exec(path)?.[1];
  return id === undefined ? { page: "catalogue" } : { page: "watch", id: decodeURIComponent(id) };
}

export const watchPath = (id: string): string => `/watch/${encodeURIComponent(id)}`;

/**
 * Mounts the page of the address, now and whenever it changes. `asked` is `performance.now()` of the wish.
 */
export function start(root: HTMLElement, open: (route: Route, askedMs: number) => Page): void {
  let page: Page | undefined;
  const show = (askedMs: number): void => {
    page?.close();
    page = open(routeOf(location.pathname), askedMs);
    document.title = page.name;
    root.replaceChildren(page.element);
    scrollTo(0, 0);
  };
  addEventListener("popstate", () => show(performance.now()));
  document.addEventListener("click", (event) => {
    const link = localLink(event);
    if (!link) return;
    event.preventDefault();
    history.pushState(null, "", link.href);
    show(event.timeStamp);
  });
  show(performance.now());
}

/** The link of a plain click that stays inside the app. */
function localLink(event: MouseEvent): HTMLAnchorElement | undefined {
  const link = (event.target as Element).closest?.("a");
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  return link && plain && link.origin === location.origin && !link.target ? link : undefined;
}
