//! The play grant: all that a player needs to start, in one answer. The manifests are inlined as byte tables, so that
//! the first segment is one round trip away. Paths are relative to `base_url`.

use media::ByteRange;
use media::package::{self, DASH_FILE, HLS_FILE, Package, TrackIndex};
use media::picture::Transfer;
use serde::Serialize;
use title::Release;

use crate::wire::protection::{Protection, TrackProtection};

/// Answer to `POST /api/titles/{id}/play`.
#[derive(Debug, Serialize)]
pub struct Grant {
    /// The title.
    pub title: Title,
    /// HLS multivariant playlist, for other players; of a protected title it has what this device gets keys of. It names
    /// all edges.
    pub hls_url: String,
    /// DASH manifest, likewise.
    pub dash_url: String,
    /// The package's folder at the edge to ask first; ends in a slash.
    pub base_url: String,
    /// The same folder at other edges, in the order in which to ask them where the first fails.
    pub alternate_base_urls: Vec<String>,
    /// The picture.
    pub video: Video,
    /// Audio tracks, the default one first; empty for a silent title.
    pub audio: Vec<AudioTrack>,
    /// Text tracks.
    pub text: Vec<TextTrack>,
    /// Pictures for seeking.
    pub thumbnails: Option<Thumbnails>,
    /// How to get its keys; `None` where it is clear.
    pub protection: Option<Protection>,
}

/// The title, as the player shows it.
#[derive(Debug, Serialize)]
pub struct Title {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Duration in seconds.
    pub duration_s: f64,
    /// Where its poster is, if it has one.
    pub poster_url: Option<String>,
}

/// The picture. All tracks have the same segment boundaries.
#[derive(Debug, Serialize)]
pub struct Video {
    /// Ticks per second of `starts`.
    pub timescale: u32,
    /// Start of each segment in ticks, then the end of the last.
    pub starts: Vec<u64>,
    /// One format (codec and transfer) after the other, each by falling bitrate.
    pub tracks: Vec<VideoTrack>,
}

/// One rung.
#[derive(Debug, Serialize)]
pub struct VideoTrack {
    /// Unique within the package.
    pub id: String,
    /// The rung's name: `1080p`.
    pub rung: String,
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Frames per second.
    pub frame_rate: f64,
    /// `h264`, `hevc`, `vp9` or `av1`.
    pub codec: &'static str,
    /// Dynamic range: `sdr`, `pq` or `hlg`.
    pub transfer: &'static str,
    /// RFC 6381 codecs parameter.
    pub codecs: String,
    /// Media type.
    pub mime: &'static str,
    /// Highest bitrate of any segment, in bits per second.
    pub bitrate_bps_peak: u64,
    /// Mean bitrate in bits per second.
    pub bitrate_bps_average: u64,
    /// VMAF of the whole rendition (0 to 100).
    pub vmaf: f64,
    /// The track's file.
    pub path: String,
    /// Where its header is.
    pub header: Span,
    /// Byte offset of each segment, then the end of the last.
    pub offsets: Vec<u64>,
    /// Its keys; `None` where it is clear.
    pub protection: Option<TrackProtection>,
}

/// An audio track.
#[derive(Debug, Serialize)]
pub struct AudioTrack {
    /// Unique within the package.
    pub id: String,
    /// Name for the viewer.
    pub name: String,
    /// BCP 47 language; `und` where it is not known.
    pub language: String,
    /// `aac`, `eac3` or `opus`.
    pub codec: &'static str,
    /// Channels; of sound with objects those of its bed.
    pub channels: u32,
    /// Objects beside the channels (E-AC-3 JOC), where there are any.
    pub joc_objects: Option<u32>,
    /// Ticks per second of `starts`.
    pub timescale: u32,
    /// Start of each segment in ticks, then the end of the last.
    pub starts: Vec<u64>,
    /// RFC 6381 codecs parameter.
    pub codecs: String,
    /// Media type.
    pub mime: &'static str,
    /// Highest bitrate of any segment, in bits per second.
    pub bitrate_bps_peak: u64,
    /// The track's file.
    pub path: String,
    /// Where its header is.
    pub header: Span,
    /// Byte offset of each segment, then the end of the last.
    pub offsets: Vec<u64>,
    /// Its keys; `None` where it is clear.
    pub protection: Option<TrackProtection>,
}

/// A text track: one WebVTT file.
#[derive(Debug, Serialize)]
pub struct TextTrack {
    /// Unique within the package.
    pub id: String,
    /// Name for the viewer.
    pub name: String,
    /// BCP 47 language; `und` where it is not known.
    pub language: String,
    /// Shown even to viewers who asked for no subtitles.
    pub forced: bool,
    /// For the deaf and hard of hearing.
    pub hearing_impaired: bool,
    /// The file.
    pub path: String,
}

/// Seek thumbnails: sheets of tiles, row by row.
#[derive(Debug, Serialize)]
pub struct Thumbnails {
    /// Sheet files in order.
    pub sheets: Vec<String>,
    /// Size of one tile.
    pub tile: Tile,
    /// Tiles in a row of a sheet.
    pub columns: u32,
    /// Rows of a sheet.
    pub rows: u32,
    /// Number of tiles over all sheets.
    pub tiles: u32,
    /// Seconds from one tile to the next.
    pub interval_s: f64,
}

/// Size of a tile in pixels.
#[derive(Debug, Serialize)]
pub struct Tile {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// First byte and number of bytes.
#[derive(Debug, Serialize)]
pub struct Span(pub u64, pub u64);

impl Grant {
    /// The grant for `release`, whose files are in each of `folders`, the preferred one first, and whose keys are had as
    /// `protection` says, or `None` where it has no picture or is nowhere. Where other manifests than the package's own are
    /// written for it, `manifests` is what stands before and after their file names.
    pub fn new(
        release: Release,
        folders: Vec<String>,
        manifests: Option<(String, String)>,
        protection: Option<Protection>,
    ) -> Option<Grant> {
        let mut folders = folders.into_iter();
        let base_url = folders.next()?;
        let (before, after) = manifests.unwrap_or_else(|| (base_url.clone(), String::new()));
        let Package { duration_s, video, audio, text, poster, thumbnails, .. } = release.package;
        Some(Grant {
            title: Title {
                id: release.title.id.0,
                name: release.title.name,
                duration_s,
                poster_url: poster.map(|poster| base_url.clone() + &poster.path),
            },
            hls_url: format!("{before}{HLS_FILE}{after}"),
            dash_url: format!("{before}{DASH_FILE}{after}"),
            base_url,
            alternate_base_urls: folders.collect(),
            video: Video::new(video)?,
            audio: audio.into_iter().map(AudioTrack::new).collect(),
            text: text.into_iter().map(TextTrack::new).collect(),
            thumbnails: thumbnails.map(Thumbnails::new),
            protection,
        })
    }
}

impl Video {
    fn new(tracks: Vec<package::VideoTrack>) -> Option<Video> {
        let index = &tracks.first()?.track.index;
        Some(Video {
            timescale: index.timescale,
            starts: starts(index),
            tracks: tracks.into_iter().map(VideoTrack::new).collect(),
        })
    }
}

impl VideoTrack {
    fn new(video: package::VideoTrack) -> VideoTrack {
        let track = video.track;
        VideoTrack {
            id: track.id,
            rung: video.rung,
            width: video.size.width,
            height: video.size.height,
            frame_rate: video.rate.fps(),
            codec: video.format.codec.name(),
            transfer: transfer_name(video.format.transfer),
            codecs: track.codecs,
            mime: "video/mp4",
            bitrate_bps_peak: track.bitrate_bps_peak,
            bitrate_bps_average: track.bitrate_bps_average,
            vmaf: video.vmaf,
            path: track.path,
            header: track.index.header.into(),
            offsets: offsets(&track.index),
            protection: track.protection.map(TrackProtection::new),
        }
    }
}

impl AudioTrack {
    fn new(audio: package::AudioTrack) -> AudioTrack {
        let track = audio.track;
        AudioTrack {
            id: track.id,
            name: audio.name,
            language: language(audio.language),
            codec: audio.codec.name(),
            channels: audio.channels,
            joc_objects: audio.joc_objects,
            timescale: track.index.timescale,
            starts: starts(&track.index),
            codecs: track.codecs,
            mime: "audio/mp4",
            bitrate_bps_peak: track.bitrate_bps_peak,
            path: track.path,
            header: track.index.header.into(),
            offsets: offsets(&track.index),
            protection: track.protection.map(TrackProtection::new),
        }
    }
}

impl TextTrack {
    fn new(text: package::TextTrack) -> TextTrack {
        TextTrack {
            id: text.id,
            name: text.name,
            language: language(text.language),
            forced: text.forced,
            hearing_impaired: text.hearing_impaired,
            path: text.path,
        }
    }
}

impl Thumbnails {
    fn new(thumbnails: package::Thumbnails) -> Thumbnails {
        Thumbnails {
            sheets: thumbnails.sheets,
            tile: Tile { width: thumbnails.tile.width, height: thumbnails.tile.height },
            columns: thumbnails.columns,
            rows: thumbnails.rows,
            tiles: thumbnails.tiles,
            interval_s: thumbnails.interval_s,
        }
    }
}

impl From<ByteRange> for Span {
    fn from(range: ByteRange) -> Span {
        Span(range.offset, range.length)
    }
}

fn starts(index: &TrackIndex) -> Vec<u64> {
    let end = index.segments.last().map(|last| last.start + last.duration);
    index.segments.iter().map(|segment| segment.start).chain(end).collect()
}

/// Segments of a track lie back to back, so each ends where the next begins.
fn offsets(index: &TrackIndex) -> Vec<u64> {
    let end = index.segments.last().map(|last| last.bytes.end());
    index.segments.iter().map(|segment| segment.bytes.offset).chain(end).collect()
}

fn transfer_name(transfer: Transfer) -> &'static str {
    match transfer {
        Transfer::Sdr => "sdr",
        Transfer::Pq => "pq",
        Transfer::Hlg => "hlg",
    }
}

fn language(known: Option<String>) -> String {
    known.unwrap_or_else(|| "und".to_owned())
}
