/**
 * Protection: which tracks of a grant this device gets keys for, and what it asks for them with.
 *
 * Owns Clear Key's initialisation data. Asks for nothing, and never sees a key.
 */
import type { AudioTrack, PlayGrant, VideoTrack } from "@matinee/api/schema";

/** The key system that every server of ours gives licences for. */
const CLEAR_KEY = "org.w3.clearkey";

export interface Protection {
  readonly system: string;
  readonly scheme: "cenc" | "cbcs";
  /** Key IDs of all tracks that may be played, in hexadecimal; none twice. */
  readonly keyIds: readonly string[];
  /** MIME types of one track of each kind, by which the browser is asked for its key system. */
  readonly videoMime: string;
  readonly audioMime: string | undefined;
  readonly licenceUrl: string;
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
  const server = protection?.licences.find(({ system }) => system === CLEAR_KEY);
  const video = videos[0];
  if (!protection || !server || !video) return undefined;
  const keyIds = [...videos, ...audios].flatMap((track) => track.protection?.key_ids ?? []);
  return {
    system: server.system,
    scheme: protection.scheme,
    keyIds: [...new Set(keyIds)],
    videoMime: mimeOf(video),
    audioMime: audios[0] && mimeOf(audios[0]),
    licenceUrl: server.url,
    token: protection.token,
    titleId: title.id,
  };
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
