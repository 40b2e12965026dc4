//! Package: the files that viewers fetch, described once for every manifest format and for the player.

use crate::artefact::ByteRange;
use crate::codec::{AudioCodec, Format};
use crate::picture::Size;
use crate::protection::Protection;
use crate::timebase::FrameRate;

/// File name of the HLS multivariant playlist in every package.
pub const HLS_FILE: &str = "master.m3u8";

/// File name of the DASH manifest in every package.
pub const DASH_FILE: &str = "manifest.mpd";

/// A title ready to play. All paths are relative to the package's folder and hold only `[A-Za-z0-9._-]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Package {
    /// Duration in seconds.
    pub duration_s: f64,
    /// Video tracks, one format after the other, each by falling bitrate; all have the same segment boundaries.
    pub video: Vec<VideoTrack>,
    /// Audio tracks; the first is the default one.
    pub audio: Vec<AudioTrack>,
    /// Text tracks.
    pub text: Vec<TextTrack>,
    /// Poster picture.
    pub poster: Option<Picture>,
    /// Pictures for seeking.
    pub thumbnails: Option<Thumbnails>,
    /// Parts of the film that have names, in order; together they are all of it, or there are none.
    pub chapters: Vec<Chapter>,
    /// Stretches that a viewer may want to skip.
    pub markers: Vec<Marker>,
}

/// One CMAF track file (ISO/IEC 23000-19): header, segment index, then one fragment for each segment.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    /// Unique within the package: `video-1080p`.
    pub id: String,
    /// File name.
    pub path: String,
    /// RFC 6381 codecs parameter: `avc1.640028`.
    pub codecs: String,
    /// Peak segment bitrate in bits per second (RFC 8216, 4.1; HLS `BANDWIDTH`).
    pub bitrate_bps_peak: u64,
    /// Mean bitrate in bits per second.
    pub bitrate_bps_average: u64,
    /// Where what is in the file.
    pub index: TrackIndex,
    /// How its samples are encrypted; `None` where they are clear.
    pub protection: Option<Protection>,
}

/// Where header, index and segments are in a track file.
#[derive(Debug, Clone, PartialEq)]
pub struct TrackIndex {
    /// Ticks per second of the segment times.
    pub timescale: u32,
    /// CMAF header (`ftyp` and `moov`).
    pub header: ByteRange,
    /// Segment index (`sidx`).
    pub sidx: ByteRange,
    /// Segments in order.
    pub segments: Vec<SegmentSpan>,
}

/// One segment of a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentSpan {
    /// Presentation start in ticks.
    pub start: u64,
    /// Duration in ticks.
    pub duration: u64,
    /// `moof` and `mdat`.
    pub bytes: ByteRange,
    /// Bytes from the segment's first to the end of its first sample: what a player of keyframes alone fetches. 0 where it
    /// is not known.
    pub first_sample_end: u64,
}

/// A video track.
#[derive(Debug, Clone, PartialEq)]
pub struct VideoTrack {
    /// The file.
    pub track: Track,
    /// The rung's name: `1080p`.
    pub rung: String,
    /// Codec and dynamic range.
    pub format: Format,
    /// Picture size.
    pub size: Size,
    /// Frames per second.
    pub rate: FrameRate,
    /// VMAF measured on the whole rendition (0 to 100); 0 where none of the title's was measured.
    pub vmaf: f64,
    /// Peak bitrate of its segments' first samples alone, in bits per second: what a player of keyframes fetches. 0 where
    /// it is not known where they end.
    pub keyframe_bitrate_bps_peak: u64,
    /// A codec that the stream may also be decoded as, with its brands, as HLS writes it: `dvh1.08.07/db4h`.
    pub supplemental_codecs: Option<String>,
}

/// An audio track.
#[derive(Debug, Clone, PartialEq)]
pub struct AudioTrack {
    /// The file.
    pub track: Track,
    /// Name for the viewer: `English`.
    pub name: String,
    /// BCP 47 language, where known.
    pub language: Option<String>,
    /// How it is coded.
    pub codec: AudioCodec,
    /// Channels; of sound with objects those of its bed.
    pub channels: u32,
    /// Objects beside the channels (E-AC-3 JOC, ETSI TS 103 420), as its decoder counts them; `None` where there are none.
    pub joc_objects: Option<u32>,
    /// Samples per second.
    pub sample_rate_hz: u32,
    /// Whether a voice tells what is to be seen.
    pub describes_video: bool,
}

/// A text track: one WebVTT file for the whole title, and the same cues in other forms.
#[derive(Debug, Clone, PartialEq)]
pub struct TextTrack {
    /// Unique within the package: `text-0`.
    pub id: String,
    /// File name.
    pub path: String,
    /// Name for the viewer: `English`.
    pub name: String,
    /// BCP 47 language, where known.
    pub language: Option<String>,
    /// Shown even to viewers who asked for no subtitles.
    pub forced: bool,
    /// For the deaf and hard of hearing.
    pub hearing_impaired: bool,
    /// Its other forms.
    pub forms: TextForms,
}

/// Forms of a text track that are cut into segments, those of the picture.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TextForms {
    /// WebVTT files, one for each segment, one after the other in a file.
    pub segmented: Option<SegmentedText>,
    /// WebVTT in a CMAF track (ISO/IEC 14496-30, 7).
    pub wvtt: Option<Track>,
    /// IMSC 1 text in a CMAF track (ISO/IEC 14496-30, 5; ISO/IEC 23000-19, 11.3).
    pub imsc: Option<Track>,
}

/// WebVTT in segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentedText {
    /// File name.
    pub path: String,
    /// Ticks per second of the segment times.
    pub timescale: u32,
    /// Segments in order; each is a whole WebVTT file.
    pub segments: Vec<SegmentSpan>,
}

/// A still picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// File name.
    pub path: String,
    /// Size.
    pub size: Size,
}

/// Seek thumbnails: sheets of tiles, row by row, one tile every `interval_s` seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Thumbnails {
    /// Sheet files in order; the last may be partly empty.
    pub sheets: Vec<String>,
    /// Size of one tile.
    pub tile: Size,
    /// Tiles in a row of a sheet.
    pub columns: u32,
    /// Rows of a sheet.
    pub rows: u32,
    /// Number of tiles over all sheets.
    pub tiles: u32,
    /// Seconds from one tile to the next.
    pub interval_s: f64,
    /// Bytes of the largest sheet; 0 where it is not known.
    pub sheet_bytes_max: u64,
}

/// A part of the film with a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Chapter {
    /// Where it begins, in seconds; it ends where the next one does, or the film.
    pub start_s: f64,
    /// Its name.
    pub title: String,
    /// BCP 47 language of the name, where known.
    pub language: Option<String>,
}

/// A stretch of the film of a certain kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Marker {
    /// What it is.
    pub kind: MarkerKind,
    /// Where it begins, in seconds.
    pub start_s: f64,
    /// Where it ends, in seconds.
    pub end_s: f64,
}

/// What a marked stretch of the film is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MarkerKind {
    /// What happened before.
    Recap,
    /// The opening titles.
    Intro,
    /// The closing titles.
    Credits,
}

impl MarkerKind {
    /// `recap`, `intro` or `credits`.
    pub fn name(self) -> &'static str {
        match self {
            MarkerKind::Recap => "recap",
            MarkerKind::Intro => "intro",
            MarkerKind::Credits => "credits",
        }
    }
}
