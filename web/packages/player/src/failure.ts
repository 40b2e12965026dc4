/**
 * What ends playback, as a code for machines and a sentence for people.
 *
 * Sentences say what happened and what to do next. Whether trying again can help is part of the failure.
 */
import type { Failure } from "./retry.ts";

export type PlaybackFailureCode =
  | "missing"
  | "refused"
  | "unreachable"
  | "server"
  | "undecodable"
  | "unsupported"
  | "insecure_page"
  | "no_key_system"
  | "no_licence"
  | "bad_grant";

export interface PlaybackFailure {
  readonly code: PlaybackFailureCode;
  readonly message: string;
  readonly canRetry: boolean;
}

const FAILURES: Record<PlaybackFailureCode, Omit<PlaybackFailure, "code">> = {
  missing: { message: "A part of this film is missing on the server.", canRetry: true },
  refused: { message: "The server refused to send this film. Go back and open it again.", canRetry: true },
  unreachable: { message: "The connection to the server was lost. Check it and try again.", canRetry: true },
  server: {
    message: "The server has a problem and could not send the film. Try again in a moment.",
    canRetry: true,
  },
  undecodable: { message: "A part of this film could not be decoded.", canRetry: true },
  unsupported: {
    message: "This browser cannot play this film: it lacks Media Source Extensions or a decoder for it.",
    canRetry: false,
  },
  insecure_page: {
    message:
      "This film is protected, and browsers unlock such films on secure pages only. Open this site by https, or " +
      "on the server itself as localhost.",
    canRetry: false,
  },
  no_key_system: {
    message: "This browser cannot unlock this film: it lacks a key system for this kind of protection.",
    canRetry: false,
  },
  no_licence: { message: "The server gave no key for this film. Open it again.", canRetry: true },
  bad_grant: {
    message: "The server described this film in a way this player does not understand.",
    canRetry: false,
  },
};

export const playbackFailure = (code: PlaybackFailureCode): PlaybackFailure => ({ code, ...FAILURES[code] });

/** The failure that a transfer given up for good becomes. */
export function transferFailure(failure: Failure): PlaybackFailure {
  if (failure.kind !== "status") return playbackFailure("unreachable");
  if (failure.status === 404 || failure.status === 410 || failure.status === 416)
    return playbackFailure("missing");
  return playbackFailure(failure.status >= 400 && failure.status < 500 ? "refused" : "server");
}
