/**
 * Unlocking: a key system on the video element, and the licences that it needs.
 *
 * Owns the `MediaKeys` and one session of theirs with all keys of the title, asked for at once and beside the
 * first segments, of the first key system in the grant that the browser has. A licence is renewed while the player lives.
 * Keys pass through as bytes and are not looked at.
 *
 *     key system --> media keys --> session --message--> licence --update--> open
 *                                                  ^                          |
 *                                                  +------- due again --------+
 */
import { ApiError, certificate, licence, play, type Licence } from "@matinee/api";
import {
  keyIdsData,
  playbackFailure,
  type KeyServer,
  type PlaybackFailure,
  type Protection,
} from "@matinee/player";
import { challengeOf, fromBase64 } from "./challenge.ts";
import { deviceName } from "./remembered.ts";

/** How often a licence is asked for before playback fails; each time but the first with a new token. */
const LICENCE_TRIES_MAX = 3;

/** Not in TypeScript's library yet (W3C Encrypted Media Extensions, 2024, 3.2). */
interface Capability extends MediaKeySystemMediaCapability {
  readonly encryptionScheme: string;
}

/** What prevents unlocking, in words. */
class Locked extends Error {
  readonly failure: PlaybackFailure;

  constructor(failure: PlaybackFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

export class Unlocking {
  readonly #element: HTMLVideoElement;
  readonly #protection: Protection;
  readonly #failed: (failure: PlaybackFailure) => void;
  #token: string;
  #session: MediaKeySession | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /** Begins at once; `failed` is told, later, where the title cannot be unlocked. */
  constructor(
    element: HTMLVideoElement,
    protection: Protection,
    failed: (failure: PlaybackFailure) => void,
  ) {
    this.#element = element;
    this.#protection = protection;
    this.#token = protection.token;
    this.#failed = failed;
    this.#watched(this.#open());
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    if (!this.#session) return;
    // The browser may have closed it already; nobody waits for it.
    this.#session.close().catch(() => undefined);
    this.#element.setMediaKeys(null).catch(() => undefined);
  }

  async #open(): Promise<void> {
    const { access, server } = await keySystem(this.#protection);
    const keys = await access.createMediaKeys();
    if (this.#closed) return;
    const attached = this.#element.setMediaKeys(keys);
    if (server.certificateUrl) await keys.setServerCertificate(await certificate(server.certificateUrl));
    if (this.#closed) return;
    const session = keys.createSession("temporary");
    this.#session = session;
    session.addEventListener("message", ({ message }) => {
      this.#watched(this.#license(session, server, challengeOf(message)));
    });
    const { initData } = server;
    const data =
      initData.type === "cenc"
        ? fromBase64(initData.pssh)
        : new TextEncoder().encode(keyIdsData(initData.keyIds));
    await Promise.all([attached, session.generateRequest(initData.type, data)]);
  }

  async #license(session: MediaKeySession, server: KeyServer, message: ArrayBuffer): Promise<void> {
    const { bytes, next } = await this.#ask(server.licenceUrl, message);
    if (this.#closed) return;
    this.#token = next?.token ?? this.#token;
    await session.update(bytes);
    if (!next || server.renewsItself) return;
    this.#timer = setTimeout(() => this.#watched(this.#license(session, server, message)), next.inS * 1000);
  }

  /** A token whose answer was lost is used up, and one that waited too long is over: then a new one is asked. */
  async #ask(url: string, message: ArrayBuffer): Promise<Licence> {
    const { titleId } = this.#protection;
    const device = deviceName();
    for (let tries = 1; ; tries++) {
      try {
        return await licence({ url, token: this.#token, device, message });
      } catch (error) {
        if (tries >= LICENCE_TRIES_MAX || this.#closed || !isPassing(error)) throw error;
      }
      const grant = await play(titleId, { device });
      this.#token = grant.protection?.token ?? this.#token;
    }
  }

  #watched(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (!this.#closed) this.#failed(failureOf(error));
    });
  }
}

/** Refusals (403) that a new token helps against. */
const PASSING: readonly string[] = ["token_replayed", "session_too_old"];

/** Whether another token can help. */
const isPassing = (error: unknown): boolean =>
  error instanceof ApiError &&
  (error.status === 0 || error.status === 401 || error.status >= 500 || PASSING.includes(error.code));

/** What the browser has, and its server in the grant. */
interface Found {
  readonly access: MediaKeySystemAccess;
  readonly server: KeyServer;
}

/** The first key system of the grant that the browser has. */
async function keySystem({ servers, scheme, videoMime, audioMime }: Protection): Promise<Found> {
  if (!globalThis.isSecureContext) throw new Locked(playbackFailure("insecure_page"));
  for (const server of servers) {
    const { robustness } = server;
    const capable = (contentType: string): Capability[] => [
      { contentType, encryptionScheme: scheme, robustness },
    ];
    const configuration: MediaKeySystemConfiguration = {
      initDataTypes: [server.initData.type],
      videoCapabilities: capable(videoMime),
      ...(audioMime === undefined ? {} : { audioCapabilities: capable(audioMime) }),
      sessionTypes: ["temporary"],
    };
    const access = await navigator
      .requestMediaKeySystemAccess?.(server.system, [configuration])
      .catch(() => undefined);
    if (access) return { access, server };
  }
  throw new Locked(playbackFailure("no_key_system"));
}

/** The server's own words, where it gave some. */
function failureOf(error: unknown): PlaybackFailure {
  if (error instanceof Locked) return error.failure;
  if (!(error instanceof ApiError)) return playbackFailure("no_licence");
  if (error.status === 0) return playbackFailure("unreachable");
  return { ...playbackFailure("no_licence"), message: error.message };
}
