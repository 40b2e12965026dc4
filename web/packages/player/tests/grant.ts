/** A small grant for tests: two rungs and one audio track of three 4-second segments. */
import type { PlayGrant, VideoTrack } from "@matinee/api/schema";

export function videoTrack(id: string, scale: number, change: Partial<VideoTrack> = {}): VideoTrack {
  return {
    id,
    rung: id,
    width: 640 * scale,
    height: 360 * scale,
    frame_rate: 24,
    codec: "h264",
    transfer: "sdr",
    codecs: "avc1.64001f",
    mime: "video/mp4",
    bitrate_bps_peak: 250_000 * scale,
    bitrate_bps_average: 200_000 * scale,
    vmaf: 80,
    path: `${id}.mp4`,
    header: [0, 900],
    offsets: [0, 1, 2, 3].map((n) => 1_000 + n * 100_000 * scale),
    protection: null,
    ...change,
  };
}

export function grant({
  tracks = [videoTrack("high", 2), videoTrack("low", 1)],
}: { tracks?: readonly VideoTrack[] } = {}): PlayGrant {
  return {
    title: { id: "t", name: "T", duration_s: 12, poster_url: "/p.jpg" },
    hls_url: "",
    dash_url: "",
    base_url: "/media/abc/",
    alternate_base_urls: ["https://b.example/abc/"],
    video: { timescale: 12_288, starts: [0, 49_152, 98_304, 147_456], tracks },
    audio: [
      {
        id: "en",
        name: "English",
        language: "en",
        codec: "aac",
        channels: 2,
        joc_objects: null,
        timescale: 48_000,
        starts: [0, 192_000, 384_000, 576_000],
        codecs: "mp4a.40.2",
        mime: "audio/mp4",
        bitrate_bps_peak: 130_000,
        path: "en.mp4",
        header: [0, 700],
        offsets: [800, 60_800, 120_800, 180_800],
        protection: null,
      },
    ],
    text: [],
    thumbnails: null,
    protection: null,
  };
}
