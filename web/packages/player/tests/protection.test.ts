/** Which tracks of a protected title are played, and what is asked for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { keyIdsData, protectionOf, tracksOf } from "../src/index.ts";
import type { PlayGrant, VideoTrack } from "@matinee/api/schema";
import { grant, videoTrack } from "./grant.ts";

const KEY_IDS = { hd: "00112233445566778899aabbccddeeff", fhd: "f".repeat(32), audio: "0".repeat(32) };

const locked = (cls: keyof typeof KEY_IDS): NonNullable<VideoTrack["protection"]> => ({
  class: cls,
  clear_segments: 0,
  key_ids: [KEY_IDS[cls]],
});

function protectedGrant(classes: readonly string[]): PlayGrant {
  const tracks = [
    videoTrack("1080p", 3, { protection: locked("fhd") }),
    videoTrack("720p", 2, { protection: locked("hd") }),
    videoTrack("360p", 1, { protection: locked("hd") }),
  ];
  const whole = grant({ tracks });
  return {
    ...whole,
    audio: whole.audio.map((track) => ({ ...track, protection: locked("audio") })),
    protection: {
      scheme: "cbcs",
      classes: classes as NonNullable<PlayGrant["protection"]>["classes"],
      token: "token",
      token_expires_ms: 1,
      licences: [{ system: "org.w3.clearkey", url: "/licences", certificate_url: null, pssh: null }],
    },
  };
}

test("tracks without keys for this device are left out", () => {
  for (const [classes, rungs, sounds] of [
    [["audio", "sd", "hd"], ["360p", "720p"], 1],
    [["audio", "sd", "hd", "fhd"], ["360p", "720p", "1080p"], 1],
    [["audio", "sd"], [], 1],
    [[], [], 0],
  ] as const) {
    const { formats, audio } = tracksOf(protectedGrant(classes));
    const found = formats.flatMap((format) => format.rungs.map(({ id }) => id));
    assert.deepEqual([found, audio.length], [rungs, sounds], classes.join());
  }
});

test("keys of what is left are asked for, each once", () => {
  assert.deepEqual(protectionOf(protectedGrant(["audio", "hd"])), {
    servers: [
      {
        system: "org.w3.clearkey",
        licenceUrl: "/licences",
        certificateUrl: undefined,
        robustness: "",
        initData: { type: "keyids", keyIds: [KEY_IDS.hd, KEY_IDS.audio] },
        renewsItself: false,
      },
    ],
    scheme: "cbcs",
    videoMime: 'video/mp4; codecs="avc1.64001f"',
    audioMime: 'audio/mp4; codecs="mp4a.40.2"',
    token: "token",
    titleId: "t",
  });
  assert.equal(protectionOf(grant()), undefined);
  assert.equal(tracksOf(grant()).protection, undefined);
});

test("licence services come before Clear Key, with their own initialisation data", () => {
  const whole = protectedGrant(["audio", "hd"]);
  const protection = whole.protection;
  assert.ok(protection);
  const service = (system: "com.widevine.alpha" | "com.apple.fps", pssh: string | null) =>
    ({ system, url: `/${system}`, certificate_url: "/certificate", pssh }) as const;
  const services = [service("com.widevine.alpha", "AAAA"), service("com.apple.fps", null)];
  const licences = [...services, ...protection.licences];
  const found = protectionOf({ ...whole, protection: { ...protection, licences } });
  assert.deepEqual(
    found?.servers.map(({ system }) => system),
    ["com.widevine.alpha", "org.w3.clearkey"],
  );
  assert.deepEqual(found?.servers[0], {
    system: "com.widevine.alpha",
    licenceUrl: "/com.widevine.alpha",
    certificateUrl: "/certificate",
    robustness: "SW_SECURE_CRYPTO",
    initData: { type: "cenc", pssh: "AAAA" },
    renewsItself: true,
  });
  const none = { ...protection, licences: services.slice(1) };
  assert.deepEqual(protectionOf({ ...whole, protection: none })?.servers, [], "the title is locked, not clear");
});

test("key IDs are written as base64url", () => {
  const { kids } = JSON.parse(keyIdsData(Object.values(KEY_IDS))) as { kids: string[] };
  const expected = Object.values(KEY_IDS).map((id) => Buffer.from(id, "hex").toString("base64url"));
  assert.deepEqual(kids, expected);
});
