/** The control API's shapes, generated from `api/openapi.json` by `npm run schema`. Do not edit. */

export interface AudioTrack {
  /** Highest bitrate of any segment, in bits per second. */
  readonly bitrate_bps_peak: number;
  /** Number of channels; of sound with objects those of its bed. */
  readonly channels: number;
  /** How the sound is coded. */
  readonly codec: "aac" | "eac3" | "opus";
  /** RFC 6381 codecs parameter. */
  readonly codecs: string;
  /** CMAF header (`ftyp` and `moov`). */
  readonly header: Span;
  /** Unique within the package. */
  readonly id: string;
  readonly joc_objects: number | null;
  /** BCP 47 (RFC 5646); `und` where it is not known. */
  readonly language: string;
  /** Media type. */
  readonly mime: string;
  /** Name for the viewer. */
  readonly name: string;
  /** Byte offset of each segment, then the end of the last. */
  readonly offsets: readonly number[];
  /** The track's file, relative to `base_url`. */
  readonly path: string;
  readonly protection: TrackProtection | null;
  /** Start of each segment in ticks, then the end of the last. */
  readonly starts: readonly number[];
  /** Ticks per second of `starts`. */
  readonly timescale: number;
}

export interface Catalogue {
  readonly titles: readonly Title[];
}

export interface ClearKeyLicence {
  /** A JSON Web Key set (RFC 7517). */
  readonly keys: readonly {
    /** The key, likewise. */
    readonly k: string;
    /** Key ID in base64url without padding. */
    readonly kid: string;
    readonly kty: "oct";
  }[];
  /** As it was asked for. */
  readonly type: "temporary" | "persistent-license";
}

export interface ClearKeyRequest {
  /** The keys that are wanted. */
  readonly kids: readonly string[];
  /** While it plays (the default), or to keep. */
  readonly type?: "temporary" | "persistent-license";
}

export interface Health {
  readonly status: "ok";
}

export interface PlayGrant {
  /** The same folder at other edges, in the order in which to ask them where the first fails. */
  readonly alternate_base_urls: readonly string[];
  /** The default one first; empty for a silent title. */
  readonly audio: readonly AudioTrack[];
  /** The package's folder at the edge to ask first; ends in a slash. Every `path` is relative to it. */
  readonly base_url: string;
  /** DASH manifest, likewise. */
  readonly dash_url: string;
  /** HLS multivariant playlist, for other players; of a protected title it has what this device gets keys of. It names all edges. */
  readonly hls_url: string;
  readonly protection: Protection | null;
  readonly text: readonly TextTrack[];
  readonly thumbnails: Thumbnails | null;
  readonly title: {
    /** Duration in seconds. */
    readonly duration_s: number;
    /** Its id. */
    readonly id: string;
    /** Its name. */
    readonly name: string;
    readonly poster_url: string | null;
  };
  readonly video: Video;
}

export interface PlayRequest {
  /** What the device calls itself; it keeps it to itself. Needed by protected titles. */
  readonly device?: string;
  /** The profile that watches, where there are some. */
  readonly profile?: string;
  /** How well it keeps keys; `software` by default. */
  readonly security?: "software" | "hardware";
}

export interface Protection {
  /** Classes whose keys the device gets: it plays tracks of these. */
  readonly classes: readonly TrackClass[];
  /** Key systems that licences are given for here, those that keep keys best first. */
  readonly licences: readonly {
    readonly certificate_url: string | null;
    readonly pssh: string | null;
    /** Key system, as EME names it. */
    readonly system: "com.widevine.alpha" | "com.microsoft.playready" | "com.apple.fps" | "org.w3.clearkey";
    /** Where its licences are asked for. */
    readonly url: string;
  }[];
  /** Scheme of Common Encryption (ISO/IEC 23001-7). */
  readonly scheme: "cenc" | "cbcs";
  /** The play token, for the first licence request. Each licence brings the next one. */
  readonly token: string;
  /** When the token ends, in milliseconds since 1970 (UTC). */
  readonly token_expires_ms: number;
}

export interface Refusal {
  readonly error: {
    /** For programs; never changes. */
    readonly code: string;
    /** For people. */
    readonly message: string;
  };
}

export interface Revocation {
  /** Since when, in milliseconds since 1970 (UTC). */
  readonly revoked_ms: number;
  /** A session (32 hexadecimal digits) or a device's fingerprint (64). */
  readonly subject: string;
  /** Until when, likewise. */
  readonly until_ms: number;
}

export interface RevocationRequest {
  /** For how many seconds at least; it lasts as long as tokens that were given before could be renewed. */
  readonly for_s?: number;
  /** A session (32 hexadecimal digits) or a device's fingerprint (64). */
  readonly subject: string;
}

export interface Revocations {
  /** The newest first; at most 1000. */
  readonly revocations: readonly Revocation[];
}

/** A run of bytes of a file. */
export type Span = readonly [number, number];

export interface TextTrack {
  /** Shown even to viewers who asked for no subtitles. */
  readonly forced: boolean;
  /** For the deaf and hard of hearing. */
  readonly hearing_impaired: boolean;
  /** Unique within the package. */
  readonly id: string;
  /** BCP 47 (RFC 5646); `und` where it is not known. */
  readonly language: string;
  /** Name for the viewer. */
  readonly name: string;
  /** WebVTT file, relative to `base_url`. */
  readonly path: string;
}

export interface Thumbnails {
  /** Tiles in a row of a sheet. */
  readonly columns: number;
  /** Seconds from one tile to the next. */
  readonly interval_s: number;
  /** Rows of a sheet. */
  readonly rows: number;
  /** In order; filled row by row. */
  readonly sheets: readonly string[];
  /** Size of one tile. */
  readonly tile: {
    /** Rows. */
    readonly height: number;
    /** Pixels in a row. */
    readonly width: number;
  };
  /** Tiles over all sheets; the last sheet may be partly empty. */
  readonly tiles: number;
}

export interface Title {
  /** Duration in seconds. */
  readonly duration_s: number;
  /** Its id. */
  readonly id: string;
  /** Its name. */
  readonly name: string;
  readonly poster_url: string | null;
  /** When it became visible, in milliseconds since 1970 (UTC). */
  readonly published_ms: number;
}

/** What tracks share a key: sound, or pictures up to 576, 720, 1080 lines, or more. */
export type TrackClass = "audio" | "sd" | "hd" | "fhd" | "uhd";

export interface TrackProtection {
  readonly class: TrackClass;
  /** Segments before this one are clear. */
  readonly clear_segments: number;
  /** In order of their periods; each 32 hexadecimal digits. */
  readonly key_ids: readonly string[];
}

export interface Video {
  /** Start of each segment in ticks, then the end of the last. */
  readonly starts: readonly number[];
  /** Ticks per second of `starts`. */
  readonly timescale: number;
  /** One format (codec and transfer) after the other, each by falling bitrate; all have these starts. */
  readonly tracks: readonly VideoTrack[];
}

export interface VideoTrack {
  /** Mean bitrate in bits per second. */
  readonly bitrate_bps_average: number;
  /** Highest bitrate of any segment, in bits per second. */
  readonly bitrate_bps_peak: number;
  /** How the picture is coded. */
  readonly codec: "h264" | "hevc" | "vp9" | "av1";
  /** RFC 6381 codecs parameter. */
  readonly codecs: string;
  /** Frames per second. */
  readonly frame_rate: number;
  /** CMAF header (`ftyp` and `moov`). */
  readonly header: Span;
  /** Rows. */
  readonly height: number;
  /** Unique within the package. */
  readonly id: string;
  /** Media type. */
  readonly mime: string;
  /** Byte offset of each segment, then the end of the last. */
  readonly offsets: readonly number[];
  /** The track's file, relative to `base_url`. */
  readonly path: string;
  readonly protection: TrackProtection | null;
  /** The rung's name, such as `1080p`. */
  readonly rung: string;
  /** Dynamic range: standard, or high by PQ or HLG. */
  readonly transfer: "sdr" | "pq" | "hlg";
  /** VMAF of the whole rendition, 0 to 100. */
  readonly vmaf: number;
  /** Pixels in a row. */
  readonly width: number;
}
