/**
 * What earlier visits learnt, kept in local storage: the throughput for the choice of the first rung, how well
 * codecs are decoded, the channels of the audio output, and what this device calls itself.
 *
 * Storage is refused in some private windows: then every visit begins from nothing.
 */
import type { Decoding, Remembered } from "@matinee/player";

const THROUGHPUT = "matinee.throughput";
const DECODINGS = "matinee.decodings";
const OUTPUT = "matinee.output";
const DEVICE = "matinee.device";
/** As many random bytes as nobody guesses. */
const DEVICE_BYTES = 16;
/** After this a decoder is asked about anew: browsers and drivers are updated. */
const MAX_DECODING_AGE_MS = 7 * 24 * 3600 * 1000;
/** A library in four codecs, a few levels each and two dynamic ranges has fewer; the oldest answers go. */
const MAX_DECODINGS = 64;

export function remember(throughputBps: number): void {
  save(THROUGHPUT, { bps: Math.round(throughputBps), atMs: Date.now() });
}

export function remembered(): Remembered | undefined {
  const { bps, atMs } = load(THROUGHPUT);
  if (typeof bps !== "number" || typeof atMs !== "number") return undefined;
  return { throughputBps: bps, ageS: (Date.now() - atMs) / 1000 };
}

interface Answer extends Decoding {
  readonly atMs: number;
}

export function rememberDecoding(key: string, { supported, smooth, powerEfficient }: Decoding): void {
  const { [key]: _, ...others } = load(DECODINGS);
  const kept = Object.entries(others).slice(1 - MAX_DECODINGS);
  const answer: Answer = { supported, smooth, powerEfficient, atMs: Date.now() };
  save(DECODINGS, Object.fromEntries([...kept, [key, answer]]));
}

export function rememberedDecoding(key: string): Decoding | undefined {
  const answer = load(DECODINGS)[key] as Answer | undefined;
  const ageMs = Date.now() - (answer?.atMs ?? NaN);
  return ageMs >= 0 && ageMs < MAX_DECODING_AGE_MS ? answer : undefined;
}

export function rememberChannels(channels: number): void {
  save(OUTPUT, { channels });
}

export function rememberedChannels(): number | undefined {
  const { channels } = load(OUTPUT);
  return typeof channels === "number" ? channels : undefined;
}

let device: string | undefined;

/** What this device calls itself: a secret that goes with its play tokens. One a page where storage is refused. */
export function deviceName(): string {
  const { name } = load(DEVICE);
  device ??= typeof name === "string" ? name : newDeviceName();
  return device;
}

function newDeviceName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(DEVICE_BYTES));
  const name = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  save(DEVICE, { name });
  return name;
}

function load(key: string): Record<string, unknown> {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "{}") as Record<string, unknown>;
  } catch {
    return {};
  }
}

function save(key: string, value: object): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Refused or full: nothing is remembered.
  }
}
