/**
 * Challenges: what of a CDM's message goes to its licence server.
 *
 * PlayReady's CDM of some browsers wraps it in XML, in UTF-16, with headers that the server adds by itself; messages of others
 * are sent as they are.
 */

/** The challenge in a message. */
export function challengeOf(message: ArrayBuffer): ArrayBuffer {
  const wrapped = /<Challenge[^>]*>([^<]*)<\/Challenge>/.exec(new TextDecoder("utf-16le").decode(message));
  return wrapped?.[1] === undefined ? message : fromBase64(wrapped[1]).buffer;
}

/** The bytes that `text` stands for (RFC 4648, 4). */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
