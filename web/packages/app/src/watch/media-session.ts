/** The system's own media keys and lock screen. */
import type { Scene } from "./stage.ts";

export function announceToSystem({ grant, video, player, signal }: Scene): void {
  if (!("mediaSession" in navigator)) return;
  const session = navigator.mediaSession;
  const { name, poster_url: poster } = grant.title;
  session.metadata = new MediaMetadata({ title: name, artwork: poster === null ? [] : [{ src: poster }] });
  session.setActionHandler("play", () => void video.play());
  session.setActionHandler("pause", () => video.pause());
  session.setActionHandler("seekto", ({ seekTime }) => player.seek(seekTime ?? video.currentTime));
  signal.addEventListener("abort", () => {
    session.metadata = null;
    for (const action of ["play", "pause", "seekto"] as const) session.setActionHandler(action, null);
  });
}
