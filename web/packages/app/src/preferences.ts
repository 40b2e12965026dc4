/** What the viewer chose last, kept in local storage: volume and captions. */

export interface Preferences {
  /** 0 to 1. */
  volume: number;
  muted: boolean;
  /** BCP 47 language of the captions; empty for none. */
  captions: string;
}

const KEY = "matinee.preferences";
const DEFAULTS: Preferences = { volume: 1, muted: false, captions: "" };

export function preferences(): Preferences {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Preferences>) };
  } catch {
    return DEFAULTS;
  }
}

export function prefer(change: Partial<Preferences>): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...preferences(), ...change }));
  } catch {
    // Storage is refused in some private windows: the choice then lasts as long as the page.
  }
}
