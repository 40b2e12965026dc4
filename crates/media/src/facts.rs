//! Facts: what a probe says of a file, before anybody judges it.

use crate::picture::{Colour, ContentLight, MasteringDisplay, Size};
use crate::timebase::FrameRate;

/// What a probe found in a file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facts {
    /// The demuxer's names for the container, such as `mov,mp4,m4a,3gp,3g2,mj2`.
    pub container: String,
    /// Duration that the container declares, in seconds.
    pub duration_s: Option<f64>,
    /// Video streams, attached pictures left out.
    pub video: Vec<VideoFacts>,
    /// Audio streams.
    pub audio: Vec<AudioFacts>,
    /// Subtitle streams.
    pub text: Vec<TextFacts>,
    /// Chapters that the container names, in its order.
    pub chapters: Vec<ChapterFacts>,
    /// What the probe complained of while reading, one line each.
    pub complaints: Vec<String>,
}

/// One video stream.
#[derive(Debug, Clone, PartialEq)]
pub struct VideoFacts {
    /// Index of the stream in the file.
    pub stream: usize,
    /// Codec name (ffmpeg's): `h264`.
    pub codec: String,
    /// Coded picture, before rotation and pixel aspect.
    pub size: Size,
    /// Pixel aspect as width:height; (1, 1) where not said.
    pub sample_aspect: (u32, u32),
    /// Clockwise rotation that the container asks of the player: 0, 90, 180 or 270.
    pub rotation_degrees: u16,
    /// Pixel format (ffmpeg's): `yuv420p`; empty where the decoder could not tell.
    pub pixel_format: String,
    /// Mean rate over the whole stream.
    pub frame_rate_average: Option<FrameRate>,
    /// Lowest rate at which all timestamps can be shown exactly (ffprobe's `r_frame_rate`).
    pub frame_rate_base: Option<FrameRate>,
    /// Number of frames that the container declares.
    pub frames: Option<u64>,
    /// Timestamp of the first frame, in seconds.
    pub start_s: f64,
    /// Declared duration in seconds.
    pub duration_s: Option<f64>,
    /// Whether fields are interlaced.
    pub interlaced: bool,
    /// Colour description; that of the coded stream where the container says another.
    pub colour: Colour,
    /// What the container itself says of the colour; `None` where it has no place for it.
    pub container_colour: Option<Colour>,
    /// Bits of a sample; 8 where the decoder could not tell.
    pub bit_depth: u8,
    /// The display on which it was graded, where said.
    pub mastering: Option<MasteringDisplay>,
    /// Light level, where said.
    pub light: Option<ContentLight>,
    /// Dolby Vision profile, where the stream has a configuration record.
    pub dolby_vision_profile: Option<u32>,
}

/// One audio stream.
#[derive(Debug, Clone, PartialEq)]
pub struct AudioFacts {
    /// Index of the stream in the file.
    pub stream: usize,
    /// Codec name (ffmpeg's): `aac`.
    pub codec: String,
    /// Number of channels; 0 where the decoder could not tell.
    pub channels: u32,
    /// Samples per second; 0 where not known.
    pub sample_rate_hz: u32,
    /// Timestamp of the first sample, in seconds.
    pub start_s: f64,
    /// Declared duration in seconds.
    pub duration_s: Option<f64>,
    /// Whether a voice in it says what is to be seen.
    pub describes_video: bool,
    /// What the container says about it.
    pub label: Label,
}

/// One chapter.
#[derive(Debug, Clone, PartialEq)]
pub struct ChapterFacts {
    /// Timestamp of its beginning, in seconds.
    pub start_s: f64,
    /// Its name.
    pub title: Option<String>,
    /// Language of the name as BCP 47, where said.
    pub language: Option<String>,
}

/// One subtitle stream.
#[derive(Debug, Clone, PartialEq)]
pub struct TextFacts {
    /// Index of the stream in the file.
    pub stream: usize,
    /// Codec name (ffmpeg's): `subrip`, `mov_text`, `hdmv_pgs_subtitle`.
    pub codec: String,
    /// Whether cues are pictures and not text.
    pub bitmap: bool,
    /// Shown even to viewers who asked for no subtitles.
    pub forced: bool,
    /// For the deaf and hard of hearing.
    pub hearing_impaired: bool,
    /// What the container says about it.
    pub label: Label,
}

/// How a container labels a stream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Label {
    /// Language as BCP 47 (RFC 5646), such as `en`; `None` where not said or `und`.
    pub language: Option<String>,
    /// Title of the stream.
    pub title: Option<String>,
    /// Whether the container marks it as the default.
    pub default: bool,
}
