//! The records of version 1: the vocabulary's values as JSON has them.
//!
//! Sizes are `[width, height]`, rates `[num, den]`, byte ranges `[offset, length]`, and segments `[start,
//! duration, offset, length, first_sample_end]`; all other values go under their names in the vocabulary.

use media::codec::{AudioCodec, VideoCodec};
use media::package::{
    AudioTrack, Chapter, Marker, MarkerKind, Package, Picture, SegmentSpan, SegmentedText, TextForms,
    TextTrack, Thumbnails, Track, TrackIndex, VideoTrack,
};
use media::picture::Transfer;
use media::protection::{KeyId, KeyPeriod, KeySystem, Protection, Scheme, Signal, TrackClass};
use media::{ByteRange, Format, FrameRate, Size};
use serde::{Deserialize, Serialize};

/// Declares a record with the vocabulary's field names, and the ways to it and back.
///
/// Each field is followed by the type in which JSON has it; `Wire` turns the vocabulary's type into that and
/// back.
macro_rules! record {
    ($(#[$derive:meta])* $record:ident of $value:ident { $($(#[$attribute:meta])* $field:ident: $wire:ty,)* }) => {
        $(#[$derive])*
        #[derive(Serialize, Deserialize)]
        pub(super) struct $record {
            $($(#[$attribute])* $field: $wire,)*
        }

        impl From<&$value> for $record {
            fn from(value: &$value) -> Self {
                $record { $($field: Wire::wire(&value.$field),)* }
            }
        }

        impl From<$record> for $value {
            fn from(record: $record) -> Self {
                $value { $($field: Wire::value(record.$field),)* }
            }
        }

        impl Wire<$record> for $value {
            fn wire(&self) -> $record {
                self.into()
            }

            fn value(record: $record) -> Self {
                record.into()
            }
        }
    };
}

/// A value of the vocabulary that JSON has as a `W`.
trait Wire<W> {
    fn wire(&self) -> W;
    fn value(wire: W) -> Self;
}

record!(PackageRecord of Package {
    duration_s: f64,
    video: Vec<VideoTrackRecord>,
    audio: Vec<AudioTrackRecord>,
    text: Vec<TextTrackRecord>,
    poster: Option<PictureRecord>,
    thumbnails: Option<ThumbnailsRecord>,
    #[serde(default)]
    chapters: Vec<ChapterRecord>,
    #[serde(default)]
    markers: Vec<MarkerRecord>,
});

record!(TrackRecord of Track {
    id: String,
    path: String,
    codecs: String,
    bitrate_bps_peak: u64,
    bitrate_bps_average: u64,
    index: TrackIndexRecord,
    #[serde(default)]
    protection: Option<ProtectionRecord>,
});

record!(TrackIndexRecord of TrackIndex {
    timescale: u32,
    header: [u64; 2],
    sidx: [u64; 2],
    segments: Vec<SpanRecord>,
});

record!(VideoTrackRecord of VideoTrack {
    track: TrackRecord,
    rung: String,
    #[serde(default)]
    format: FormatRecord,
    size: [u32; 2],
    rate: [u32; 2],
    vmaf: f64,
    #[serde(default)]
    keyframe_bitrate_bps_peak: u64,
    #[serde(default)]
    supplemental_codecs: Option<String>,
});

record!(AudioTrackRecord of AudioTrack {
    track: TrackRecord,
    name: String,
    language: Option<String>,
    #[serde(default)]
    codec: AudioCodecRecord,
    #[serde(default)]
    joc_objects: Option<u32>,
    channels: u32,
    sample_rate_hz: u32,
    #[serde(default)]
    describes_video: bool,
});

record!(TextTrackRecord of TextTrack {
    id: String,
    path: String,
    name: String,
    language: Option<String>,
    forced: bool,
    hearing_impaired: bool,
    #[serde(default)]
    forms: TextFormsRecord,
});

record!(#[derive(Default)] TextFormsRecord of TextForms {
    segmented: Option<SegmentedTextRecord>,
    wvtt: Option<TrackRecord>,
    imsc: Option<TrackRecord>,
});

record!(SegmentedTextRecord of SegmentedText {
    path: String,
    timescale: u32,
    segments: Vec<SpanRecord>,
});

record!(PictureRecord of Picture {
    path: String,
    size: [u32; 2],
});

record!(ThumbnailsRecord of Thumbnails {
    sheets: Vec<String>,
    tile: [u32; 2],
    columns: u32,
    rows: u32,
    tiles: u32,
    interval_s: f64,
    #[serde(default)]
    sheet_bytes_max: u64,
});

record!(ChapterRecord of Chapter {
    start_s: f64,
    title: String,
    language: Option<String>,
});

record!(MarkerRecord of Marker {
    kind: MarkerKindRecord,
    start_s: f64,
    end_s: f64,
});

record!(FormatRecord of Format {
    codec: VideoCodecRecord,
    transfer: TransferRecord,
});

/// Before there were others, every track had this one.
impl Default for FormatRecord {
    fn default() -> Self {
        FormatRecord::from(&Format::BASE)
    }
}

/// Declares the names of a choice in JSON, and the ways to it and back. The first is the default of old descriptions.
macro_rules! choice {
    ($record:ident of $value:ident { $first:ident, $($other:ident,)* }) => {
        #[derive(Default, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        enum $record {
            #[default]
            $first,
            $($other,)*
        }

        impl Wire<$record> for $value {
            fn wire(&self) -> $record {
                match self {
                    $value::$first => $record::$first,
                    $($value::$other => $record::$other,)*
                }
            }

            fn value(record: $record) -> Self {
                match record {
                    $record::$first => $value::$first,
                    $($record::$other => $value::$other,)*
                }
            }
        }
    };
}

choice!(VideoCodecRecord of VideoCodec { H264, Hevc, Vp9, Av1, });
choice!(TransferRecord of Transfer { Sdr, Pq, Hlg, });
choice!(AudioCodecRecord of AudioCodec { Aac, Eac3, Opus, });
choice!(SchemeRecord of Scheme { Cbcs, Cenc, });
choice!(TrackClassRecord of TrackClass { Audio, Sd, Hd, FullHd, Uhd, });
choice!(MarkerKindRecord of MarkerKind { Recap, Intro, Credits, });
choice!(KeySystemRecord of KeySystem { Common, Widevine, PlayReady, FairPlay, });

impl Wire<[u8; 16]> for KeyId {
    fn wire(&self) -> [u8; 16] {
        self.0
    }

    fn value(wire: [u8; 16]) -> Self {
        KeyId(wire)
    }
}

impl Wire<[u32; 2]> for Size {
    fn wire(&self) -> [u32; 2] {
        [self.width, self.height]
    }

    fn value([width, height]: [u32; 2]) -> Self {
        Size { width, height }
    }
}

impl Wire<[u32; 2]> for FrameRate {
    fn wire(&self) -> [u32; 2] {
        [self.num, self.den]
    }

    fn value([num, den]: [u32; 2]) -> Self {
        FrameRate { num, den }
    }
}

record!(ProtectionRecord of Protection {
    scheme: SchemeRecord,
    class: TrackClassRecord,
    clear_segments: usize,
    periods: Vec<KeyPeriodRecord>,
    signals: Vec<SignalRecord>,
});

record!(KeyPeriodRecord of KeyPeriod {
    first_segment: usize,
    key_id: [u8; 16],
});

record!(SignalRecord of Signal {
    system: KeySystemRecord,
    pssh: Vec<u8>,
    object: Vec<u8>,
    licence_url: Option<String>,
});

impl Wire<[u64; 2]> for ByteRange {
    fn wire(&self) -> [u64; 2] {
        [self.offset, self.length]
    }

    fn value([offset, length]: [u64; 2]) -> Self {
        ByteRange { offset, length }
    }
}

/// A segment; the fifth number came later, and is 0 where a package is older.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum SpanRecord {
    Five([u64; 5]),
    Four([u64; 4]),
}

impl Wire<SpanRecord> for SegmentSpan {
    fn wire(&self) -> SpanRecord {
        let ByteRange { offset, length } = self.bytes;
        SpanRecord::Five([self.start, self.duration, offset, length, self.first_sample_end])
    }

    fn value(wire: SpanRecord) -> Self {
        let [start, duration, offset, length, first_sample_end] = match wire {
            SpanRecord::Five(numbers) => numbers,
            SpanRecord::Four([start, duration, offset, length]) => [start, duration, offset, length, 0],
        };
        SegmentSpan { start, duration, bytes: ByteRange { offset, length }, first_sample_end }
    }
}

impl<W, V: Wire<W>> Wire<Vec<W>> for Vec<V> {
    fn wire(&self) -> Vec<W> {
        self.iter().map(Wire::wire).collect()
    }

    fn value(wire: Vec<W>) -> Self {
        wire.into_iter().map(Wire::value).collect()
    }
}

impl<W, V: Wire<W>> Wire<Option<W>> for Option<V> {
    fn wire(&self) -> Option<W> {
        self.as_ref().map(Wire::wire)
    }

    fn value(wire: Option<W>) -> Self {
        wire.map(Wire::value)
    }
}

/// Values that JSON has as they are.
macro_rules! plain {
    ($($value:ty),*) => {
        $(impl Wire<$value> for $value {
            fn wire(&self) -> $value {
                self.clone()
            }

            fn value(wire: $value) -> Self {
                wire
            }
        })*
    };
}

plain!(String, bool, u8, u32, u64, usize, f64);
