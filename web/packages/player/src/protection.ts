/**
 * Protection: which tracks of a grant this device gets keys for, and what it asks for them with.
 *
 * Owns which of the grant's key systems can be asked, in which order, and Clear Key's initialisation data. Asks for nothing,
 * and never sees a key.
 */
import type { AudioTrack, PlayGrant, VideoTrack } from "@matinee/api/schema";

/** The key system that hands keys to the browser in the clear. */
const CLEAR_KEY = "org.w3.clearkey";
const WIDEVINE = "com.widevine.alpha";
/** Widevine's level for keys that are kept in software; browsers warn where none is asked for. */
const WIDEVINE_SOFTWARE = "SW_SECURE_CRYPTO";

/** A key system that licences are given for, and how its CDM is asked for its message. */
export interface KeyServer {
  readonly system: string;
  readonly licenceUrl: string;
  /** Where the certificate is that the CDM is given first. */
  readonly certificateUrl: string | undefined;
  readonly initData:
    /** Key IDs as `keyIdsData` writes them. */
    | { readonly type: "keyids"; readonly keyIds: readonly string[] }
    /** A `pssh` box in base64. */
    | { readonly type: "cenc"; readonly pssh: string };
  /** The least that the CDM must do, in its system's words; the player counts as software everywhere. */
  readonly robustness: string;
  /** Whether the CDM says by itself when a licence has to be renewed. */
  readonly renewsItself: boolean;
}

export interface Protection {
  /** The first that the browser has is the best. Empty where the server has none that can be asked from here. */
  readonly servers: readonly KeyServer[];
  readonly scheme: "cenc" | "cbcs";
  /** MIME types of one track of each kind, by which the browser is asked for its key system. */
  readonly videoMime: string;
  readonly audioMime: string | undefined;
  readonly token: string;
  /** The title for which a new token can be asked. */
  readonly titleId: string;
}

type Track = VideoTrack | AudioTrack;

/** Whether a track may be played: it is clear, or its keys are for this device. */
export function isPermitted({ protection }: PlayGrant): (track: Track) => boolean {
  const classes: readonly string[] = protection?.classes ?? [];
  return (track) => track.protection === null || classes.includes(track.protection.class);
}

/** What is needed to decrypt the permitted tracks; `undefined` where they are clear. */
export function protectionOf(grant: PlayGrant): Protection | undefined {
  const { protection, title } = grant;
  const permitted = isPermitted(grant);
  const [videos, audios] = [grant.video.tracks.filter(permitted), grant.audio.filter(permitted)];
  const video = videos[0];
  if (!protection || !video) return undefined;
  const ids = [...videos, ...audios].flatMap((track) => track.protection?.key_ids ?? []);
  const keyIds = [...new Set(ids)];
  const servers = protection.licences.flatMap((server) => keyServer(server, keyIds) ?? []);
  return {
    servers,
    scheme: protection.scheme,
    videoMime: mimeOf(video),
    audioMime: audios[0] && mimeOf(audios[0]),
    token: protection.token,
    titleId: title.id,
  };
}

type Server = NonNullable<PlayGrant["protection"]>["licences"][number];

/** FairPlay is left out: it has no initialisation data for all keys at once. */
function keyServer({ system, url, certificate_url, pssh }: Server, keyIds: readonly string[]): KeyServer | undefined {
  const robustness = system === WIDEVINE ? WIDEVINE_SOFTWARE : "";
  const common = { system, licenceUrl: url, certificateUrl: certificate_url ?? undefined, robustness };
  if (system === CLEAR_KEY) return { ...common, initData: { type: "keyids", keyIds }, renewsItself: false };
  return pssh === null ? undefined : { ...common, initData: { type: "cenc", pssh }, renewsItself: true };
}

/** Initialisation data of the type `keyids` (W3C Encrypted Media Extensions, "keyids" Initialization Data Format). */
export function keyIdsData(keyIds: readonly string[]): string {
  return JSON.stringify({ kids: keyIds.map(base64url) });
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** A key ID of 32 hexadecimal digits as base64url without padding (RFC 4648, 5): three digits are two characters. */
function base64url(keyId: string): string {
  const triples = `${keyId}0`.match(/.{3}/g) ?? [];
  return triples
    .map((triple) => parseInt(triple, 16))
    .map((bits) => `${ALPHABET[bits >> 6]}${ALPHABET[bits & 63]}`)
    .join("");
}

const mimeOf = ({ mime, codecs }: Track): string => `${mime}; codecs="${codecs}"`;
