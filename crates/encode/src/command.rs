//! The encoder's arguments: one shot of one rung, or a trial.
//!
//! Owns how x264 is set. The parameter sets (SPS, PPS) depend on size, rate and level alone, never on the quality
//! or the shot, so that a shot encoded again still joins its neighbours. Input, scaling, clock and output file
//! are the caller's.

use crate::level::{self, Level};
use media::rung::{Crf, Rung, Trial};
use media::{FrameRate, Size};

/// Reference frames (x264's `medium` has 3).
const REFERENCES: u32 = 3;
/// Frames that a decoder must hold: x264 needs 4 for its pyramid of B-frames.
const BUFFERED: u32 = 4;
/// Most B-frames in a row (x264's `medium`).
const B_FRAMES: u32 = 3;
/// Speed against size. Trials use the same: at another preset the same CRF means another quality.
const PRESET: &str = "medium";
/// Seconds of the VBV buffer at its maximum rate. Short, so that a segment's bitrate stays near the cap that the
/// playlists announce.
const VBV_S: u64 = 1;
/// Keyframes come only where they are forced; x264 takes this for "never of its own".
const KEYFRAME_GAP_NEVER: &str = "infinite";

/// How one encode is set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Encoded size.
    pub size: Size,
    /// Frames per second.
    pub rate: FrameRate,
    /// Quality.
    pub crf: Crf,
    /// VBV maximum rate in bits per second; a trial has none.
    pub bitrate_bps_max: Option<u64>,
}

impl Settings {
    /// A shot of `rung`, at the rung's own quality.
    pub fn rung(rung: &Rung, rate: FrameRate) -> Settings {
        Settings { size: rung.size, rate, crf: rung.crf, bitrate_bps_max: Some(rung.bitrate_bps_max) }
    }

    /// A trial: no cap, so that the curve of quality over bitrate is the encoder's own.
    pub fn trial(trial: &Trial, rate: FrameRate) -> Settings {
        Settings { size: trial.size, rate, crf: trial.crf, bitrate_bps_max: None }
    }

    /// The stream's level. It follows from what all shots of a rung share, never from one shot.
    pub fn level(&self) -> Level {
        level::lowest(self.size, self.rate, BUFFERED, self.bitrate_bps_max.unwrap_or(0))
    }
}

/// ffmpeg's output options for x264. `keyframes` are frame numbers counted from the encode's first frame, which is
/// always one; an empty list asks for that one alone. Their times rest on the excerpt's clock, which starts at 0.
pub fn x264(settings: &Settings, keyframes: &[u64]) -> Vec<String> {
    let mut options = vec![
        ("-c:v", "libx264".to_owned()),
        ("-preset", PRESET.into()),
        ("-profile:v", "high".into()),
        ("-level:v", settings.level().name.into()),
        ("-pix_fmt", "yuv420p".into()),
        // One thread: the same bytes on every machine, and no work split below the size of a shot.
        ("-threads", "1".into()),
        ("-crf", settings.crf.to_string()),
    ];
    if let Some(bitrate_bps_max) = settings.bitrate_bps_max {
        options.push(("-maxrate", bitrate_bps_max.to_string()));
        options.push(("-bufsize", (bitrate_bps_max * VBV_S).to_string()));
    }
    options.extend([
        ("-bf", B_FRAMES.to_string()),
        ("-refs", REFERENCES.to_string()),
        ("-force_key_frames", keyframe_times(keyframes, settings.rate)),
        ("-forced-idr", "1".into()),
        ("-x264-params", x264_params()),
        ("-color_primaries", "bt709".into()),
        ("-color_trc", "bt709".into()),
        ("-colorspace", "bt709".into()),
        ("-color_range", "tv".into()),
        // The encoder's notes to itself (SEI) differ from quality to quality and tell a player nothing.
        ("-bsf:v", "filter_units=remove_types=6".into()),
    ]);
    options.into_iter().flat_map(|(option, value)| [option.to_owned(), value]).collect()
}

/// `stitchable` keeps x264 from fitting the parameter sets to what it finds in the shot.
fn x264_params() -> String {
    format!("stitchable=1:open-gop=0:scenecut=0:keyint={KEYFRAME_GAP_NEVER}:sliced-threads=0")
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
        let size = Size { width: 320, height: 180 };
        Settings { size, rate: FrameRate { num: 24, den: 1 }, crf: Crf(crf), bitrate_bps_max }
    }

    /// The value that follows `option`.
    fn value<'a>(args: &'a [String], option: &str) -> Option<&'a str> {
        let at = args.iter().position(|arg| arg == option)?;
        args.get(at + 1).map(String::as_str)
    }

    #[test]
    fn a_shot_is_capped_and_a_trial_is_not() {
        let shot = x264(&settings(235, Some(900_000)), &[0, 48]);
        assert_eq!(value(&shot, "-crf"), Some("23.5"));
        assert_eq!((value(&shot, "-maxrate"), value(&shot, "-bufsize")), (Some("900000"), Some("900000")));
        let trial = x264(&settings(235, None), &[]);
        assert_eq!((value(&trial, "-maxrate"), value(&trial, "-bufsize")), (None, None));
    }

    #[test]
    fn keyframes_are_asked_for_half_a_frame_early() {
        let times = |keyframes: &[u64]| {
            value(&x264(&settings(235, None), keyframes), "-force_key_frames").map(str::to_owned)
        };
        // Half a frame at 24 per second is 0.0208333 s.
        assert_eq!(times(&[0, 48, 49]), Some("0.000000,1.979167,2.020833".into()));
        assert_eq!(times(&[]), Some("0".into()));
    }

    #[test]
    fn the_level_does_not_follow_the_quality() {
        let level = |crf| value(&x264(&settings(crf, Some(900_000)), &[0]), "-level:v").map(str::to_owned);
        assert_eq!(level(100), Some("1.3".into())); // 20 x 12 = 240 macroblocks, 5760 a second, 900 kb/s
        assert_eq!(level(400), level(100));
    }
}
