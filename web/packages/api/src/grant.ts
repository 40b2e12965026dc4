/**
 * The play grant: everything a player needs to start a title, in one answer.
 *
 * Owns the shape of `POST /api/titles/{id}/play`. Byte tables are inlined, so that no manifest and no index has to
 * be fetched before the first segment. Paths are relative to `base_url`.
 */

/** A run of bytes in a track file: `[offset, length]`. */
export type ByteSpan = readonly [offset: number, length: number];

export interface GrantTitle {
  readonly id: string;
  readonly name: string;
  readonly duration_s: number;
  readonly poster_url: string;
}

/** One rung of the ladder as one CMAF file: header, `sidx`, then the segments back to back. */
export interface VideoTrack {
  readonly id: string;
  readonly rung: string | number;
  readonly width: number;
  readonly height: number;
  readonly frame_rate: number;
  /** RFC 6381, such as `avc1.640028`. */
  readonly codecs: string;
  readonly mime: string;
  readonly bitrate_bps_peak: number;
  readonly bitrate_bps_average: number;
  /** Pooled VMAF of the whole rendition, 0 to 100. */
  readonly vmaf: number | null;
  readonly path: string;
  /** Where `ftyp` and `moov` lie; always at offset 0. */
  readonly header: ByteSpan;
  /** Byte offset of each segment, then the end of the file. */
  readonly offsets: readonly number[];
}

/** All rungs share the cut points, so one table of starts serves them all. */
export interface VideoGroup {
  /** Ticks per second of `starts`. */
  readonly timescale: number;
  /** Presentation time in ticks of each segment's first frame, then the end of the last. */
  readonly starts: readonly number[];
  /** By falling bitrate. */
  readonly tracks: readonly VideoTrack[];
}

export interface AudioTrack {
  readonly id: string;
  readonly name: string;
  /** BCP 47. */
  readonly language: string;
  readonly channels: number;
  readonly timescale: number;
  readonly starts: readonly number[];
  readonly codecs: string;
  readonly mime: string;
  readonly bitrate_bps_peak: number;
  readonly path: string;
  readonly header: ByteSpan;
  readonly offsets: readonly number[];
}

/** A WebVTT file. */
export interface TextTrack {
  readonly id: string;
  readonly name: string;
  /** BCP 47. */
  readonly language: string;
  readonly forced: boolean;
  readonly hearing_impaired: boolean;
  readonly path: string;
}

/** Seek thumbnails: tile `n` shows the moment `n * interval_s`; sheets are filled row by row. */
export interface Thumbnails {
  readonly sheets: readonly string[];
  /** Pixels of one tile. */
  readonly tile: { readonly width: number; readonly height: number };
  readonly columns: number;
  readonly rows: number;
  /** Tiles in all sheets together. */
  readonly tiles: number;
  readonly interval_s: number;
}

export interface PlayGrant {
  readonly title: GrantTitle;
  readonly hls_url: string;
  readonly dash_url: string;
  /** Ends in `/`; every `path` is relative to it. */
  readonly base_url: string;
  readonly video: VideoGroup;
  /** Empty for a silent title. */
  readonly audio: readonly AudioTrack[];
  readonly text: readonly TextTrack[];
  readonly thumbnails: Thumbnails | null;
}
