/** The sound being played, on a browser that decodes what it is told to, with an output of some channels. */
import { beforeEach, test } from "node:test";
import { equal } from "node:assert/strict";
import type { Audio, Sound } from "@matinee/player";
import { AudioChoice } from "../src/audio-choice.ts";

const device = { plays: ["aac", "eac3"], channels: 2, clicked: true, contexts: 0 };

function define(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, configurable: true });
}

class FakeAudioContext {
  readonly destination = { maxChannelCount: device.channels };

  constructor() {
    device.contexts++;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

beforeEach(() => {
  const items = new Map<string, string>();
  Object.assign(device, { plays: ["aac", "eac3"], channels: 2, clicked: true, contexts: 0 });
  define("MediaSource", { isTypeSupported: (mime: string) => device.plays.includes(mime) });
  define("AudioContext", FakeAudioContext);
  define("navigator", {
    userActivation: {
      get hasBeenActive() {
        return device.clicked;
      },
    },
  });
  define("localStorage", {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  });
});

/** `en aac 2`. */
function audioOf(line: string): Audio {
  const [language = "", codec = "", channels = ""] = line.split(" ");
  return {
    id: line,
    urls: [],
    mime: codec,
    headerBytes: 0,
    offsets: [],
    name: language,
    language,
    codec: codec as Audio["codec"],
    channels: Number(channels),
    objects: 0,
    bitrateBpsPeak: 1,
    startsS: [],
  };
}

const choiceOf = (...lines: readonly string[]): AudioChoice => new AudioChoice(lines.map(audioOf));

const ALL = ["en aac 2", "en eac3 6", "de aac 2", "de eac3 6", "fr aac 2"];

test("it starts in stereo, and in surround once the output was found to have it", () => {
  device.channels = 6;
  const first = choiceOf(...ALL);
  equal(first.variant?.id, "en aac 2");
  equal(first.adaptToOutput(), true);
  equal(first.variant?.id, "en eac3 6");
  equal(first.adaptToOutput(), false);
  equal(choiceOf(...ALL).variant?.id, "en eac3 6");
});

test("the output is not measured where it has no say, nor before a click", () => {
  device.channels = 6;
  equal(choiceOf("en aac 2", "de aac 2").adaptToOutput(), false);
  device.clicked = false;
  equal(choiceOf(...ALL).adaptToOutput(), false);
  equal(device.contexts, 0);
});

test("another language keeps the class where it can", () => {
  device.channels = 6;
  const choice = choiceOf(...ALL);
  choice.adaptToOutput();
  const [english, german, french] = choice.sounds as [Sound, Sound, Sound];
  const played = [german, french, english].map((sound) => (choice.choose(sound), choice.variant?.id));
  equal(played.join(), "de eac3 6,fr aac 2,en eac3 6");
});

test("a sound that cannot be decoded is not chosen", () => {
  const choice = choiceOf("en aac 2", "de opus 2");
  const [, german] = choice.sounds;
  equal(german && choice.choose(german), false);
  equal(choice.variant?.id, "en aac 2");
  equal(choiceOf("de opus 2").variant, undefined);
});

test("after a failure the next variant plays, until there is none", () => {
  device.channels = 6;
  const choice = choiceOf(...ALL);
  choice.adaptToOutput();
  equal(choice.fallBack(), true);
  equal(choice.variant?.id, "en aac 2");
  equal(choice.fallBack(), false);
  equal(choice.variant?.id, "en aac 2");
});
