//! The encoder's arguments: one shot of one rung, or a trial.
//!
//! Owns how each encoder is set, one file each. What stands in a stream's headers (parameter sets, sequence header)
//! depends on size, rate, cap, grain and level alone, never on the quality or the shot, so that a shot encoded again
//! still joins its neighbours. Input, scaling, clock and output file are the caller's; the colour description is that
//! of the pictures that come in, which ffmpeg hands on whatever the arguments say.
//!
//! Common to all: keyframes only where they are asked for, closed groups of pictures, one thread (the same bytes on
//! every machine, and no work split below the size of a shot).

mod av1;
mod h264;
mod hevc;
mod vp9;

use media::codec::{Format, VideoCodec};
use media::picture::{ContentLight, MasteringDisplay, Transfer};
use media::rung::{Crf, Effort, Rung, Trial};
use media::{FrameRate, Size};

/// Seconds of the VBV buffer at its maximum rate. Short, so that a segment's bitrate stays near the cap that the
/// playlists announce.
const VBV_S: u64 = 1;

/// How one encode is set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Codec and dynamic range.
    pub format: Format,
    /// Encoded size.
    pub size: Size,
    /// Frames per second of the encode.
    pub rate: FrameRate,
    /// Quality, on the codec's own scale: see [`crate::quality`].
    pub crf: Crf,
    /// Work spent for it: a probe is right in order and slope, on another scale of quality.
    pub effort: Effort,
    /// Greatest rate (VBV) in bits per second; a trial has none.
    pub bitrate_bps_max: Option<u64>,
    /// Strength of the film grain that AV1 takes out and describes instead, 1 to 50; 0 keeps the picture's own. The
    /// sequence header says whether there is any, so all shots of a rung have some or all have none. Only AV1 heeds it.
    pub film_grain: u8,
    /// What a high dynamic range stream tells of its grading; `None` in standard dynamic range.
    pub hdr: Option<Hdr>,
}

/// What a high dynamic range stream tells of its grading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Hdr {
    /// The mastering display, where the master says it.
    pub mastering: Option<MasteringDisplay>,
    /// Light levels, where the master says them.
    pub light: Option<ContentLight>,
}

impl Settings {
    /// A shot of `rung` at `rate`, at the rung's own quality, without grain and grading.
    pub fn rung(rung: &Rung, rate: FrameRate) -> Settings {
        let trial = Trial { size: rung.size, crf: rung.crf };
        let bitrate_bps_max = Some(rung.bitrate_bps_max);
        Settings { bitrate_bps_max, ..Settings::trial(rung.format, &trial, rate, Effort::Final) }
    }

    /// A trial: no cap, so that the curve of quality over bitrate is the encoder's own.
    pub fn trial(format: Format, trial: &Trial, rate: FrameRate, effort: Effort) -> Settings {
        Settings {
            format,
            size: trial.size,
            rate,
            crf: trial.crf,
            effort,
            bitrate_bps_max: None,
            film_grain: 0,
            hdr: None,
        }
    }
}

/// ffmpeg's output options. `keyframes` are frame numbers counted from the encode's first frame, which is always
/// one; an empty list asks for that one alone. Their times rest on the excerpt's clock, which starts at 0.
pub fn options(settings: &Settings, keyframes: &[u64]) -> Vec<String> {
    let mut options = match settings.format.codec {
        VideoCodec::H264 => h264::options(settings),
        VideoCodec::Hevc => hevc::options(settings),
        VideoCodec::Vp9 => vp9::options(settings),
        VideoCodec::Av1 => av1::options(settings),
    };
    options.push(("-threads", "1".into()));
    options.push(("-force_key_frames", keyframe_times(keyframes, settings.rate)));
    options.into_iter().flat_map(|(option, value)| [option.to_owned(), value]).collect()
}

/// Bits of a sample of the encoded picture.
pub fn bit_depth(format: Format) -> u8 {
    match (format.codec, format.transfer) {
        (VideoCodec::H264, _) | (VideoCodec::Vp9, Transfer::Sdr) => 8,
        _ => 10,
    }
}

/// The pixel format of that depth, in ffmpeg's name.
fn pixel_format(format: Format) -> String {
    if bit_depth(format) == 8 { "yuv420p".into() } else { "yuv420p10le".into() }
}

/// Times of `keyframes` in seconds, half a frame early: the encoder takes the first frame at or after each, and
/// neither rounding moves it to a neighbour. (An expression over frame numbers would be exact too, but ffmpeg
/// refuses one of more than about a hundred terms.)
fn keyframe_times(keyframes: &[u64], rate: FrameRate) -> String {
    let time = |&frame: &u64| format!("{:.6}", (rate.seconds(frame) - rate.seconds(1) / 2.0).max(0.0));
    let times: Vec<String> = keyframes.iter().map(time).collect();
    if times.is_empty() { "0".into() } else { times.join(",") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(crf: u16, bitrate_bps_max: Option<u64>) -> Settings {
        let trial = Trial { size: Size { width: 320, height: 180 }, crf: Crf(crf) };
        let rate = FrameRate { num: 24, den: 1 };
        Settings { bitrate_bps_max, ..Settings::trial(Format::BASE, &trial, rate, Effort::Final) }
    }

    /// The value that follows `option`.
    fn value<'a>(args: &'a [String], option: &str) -> Option<&'a str> {
        let at = args.iter().position(|arg| arg == option)?;
        args.get(at + 1).map(String::as_str)
    }

    #[test]
    fn a_shot_is_capped_and_a_trial_is_not() {
        let shot = options(&settings(235, Some(900_000)), &[0, 48]);
        assert_eq!(value(&shot, "-crf"), Some("23.5"));
        assert_eq!((value(&shot, "-maxrate"), value(&shot, "-bufsize")), (Some("900000"), Some("900000")));
        let trial = options(&settings(235, None), &[]);
        assert_eq!((value(&trial, "-maxrate"), value(&trial, "-bufsize")), (None, None));
    }

    #[test]
    fn keyframes_are_asked_for_half_a_frame_early() {
        let times = |keyframes: &[u64]| {
            value(&options(&settings(235, None), keyframes), "-force_key_frames").map(str::to_owned)
        };
        // Half a frame at 24 per second is 0.0208333 s.
        assert_eq!(times(&[0, 48, 49]), Some("0.000000,1.979167,2.020833".into()));
        assert_eq!(times(&[]), Some("0".into()));
    }

    #[test]
    fn the_level_does_not_follow_the_quality() {
        let level = |crf| value(&options(&settings(crf, Some(900_000)), &[0]), "-level:v").map(str::to_owned);
        assert_eq!(level(100), Some("1.3".into())); // 20 x 12 = 240 macroblocks, 5760 a second, 900 kb/s
        assert_eq!(level(400), level(100));
    }

    #[test]
    fn high_dynamic_range_has_ten_bits() {
        for (codec, transfer, expected) in [
            (VideoCodec::H264, Transfer::Sdr, "yuv420p"),
            (VideoCodec::Vp9, Transfer::Sdr, "yuv420p"),
            (VideoCodec::Hevc, Transfer::Sdr, "yuv420p10le"),
            (VideoCodec::Vp9, Transfer::Hlg, "yuv420p10le"),
            (VideoCodec::Av1, Transfer::Pq, "yuv420p10le"),
        ] {
            let format = Format { codec, transfer };
            let args = options(&Settings { format, ..settings(300, None) }, &[]);
            assert_eq!(value(&args, "-pix_fmt"), Some(expected), "{format}");
        }
    }
}
