/**
 * Attaching a media source to a video element.
 *
 * Owns the object URL and the two kinds of source: `MediaSource`, and `ManagedMediaSource` where only that
 * exists.
 */

interface MediaSourceKind {
  new (): MediaSource;
  isTypeSupported(mime: string): boolean;
}

export interface Attachment {
  readonly source: MediaSource;
  /** Rejects where `close` comes first. */
  readonly opened: Promise<void>;
  close(): void;
}

export function isPlayable(mime: string): boolean {
  return kind()?.isTypeSupported(mime) ?? false;
}

/** Throws where the browser has no media source; ask `isPlayable` first. */
export function attach(video: HTMLVideoElement): Attachment {
  const Kind = kind();
  if (!Kind) throw new Error("This browser has no media source.");
  const source = new Kind();
  if (Kind !== globalThis.MediaSource) video.disableRemotePlayback = true; // ManagedMediaSource demands it.
  const url = URL.createObjectURL(source);
  let close = (): void => undefined;
  const opened = new Promise<void>((resolve, reject) => {
    source.addEventListener("sourceopen", () => resolve(), { once: true });
    close = () => {
      reject(new DOMException("The player is closed.", "AbortError"));
      URL.revokeObjectURL(url);
      video.removeAttribute("src");
      video.load();
    };
  });
  opened.catch(() => undefined);
  video.src = url;
  return { source, opened, close };
}

function kind(): MediaSourceKind | undefined {
  return (
    globalThis.MediaSource ?? (globalThis as { ManagedMediaSource?: MediaSourceKind }).ManagedMediaSource
  );
}
