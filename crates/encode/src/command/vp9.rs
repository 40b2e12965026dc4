//! VP9 by libvpx: profile 0 in standard dynamic range, profile 2 (10-bit) in a high one.

use super::{Settings, VBV_S, pixel_format};
use media::picture::Transfer;
use media::rung::Effort;

/// Frames that the encoder looks ahead; its greatest, and what hidden reference frames need.
const LOOKAHEAD_FRAMES: u32 = 25;
/// Keyframes come only where they are forced: further apart than any shot is long.
const KEYFRAME_GAP_NEVER: u32 = 1_000_000;

pub(super) fn options(settings: &Settings) -> Vec<(&'static str, String)> {
    let speed = match settings.effort {
        Effort::Probe => "6",
        Effort::Final => "3",
    };
    let profile = if settings.format.transfer == Transfer::Sdr { "0" } else { "2" };
    let mut options = vec![
        ("-c:v", "libvpx-vp9".to_owned()),
        ("-deadline", "good".into()),
        ("-cpu-used", speed.into()),
        ("-profile:v", profile.into()),
        ("-pix_fmt", pixel_format(settings.format)),
        ("-crf", (settings.crf.0 / 10).to_string()),
        ("-g", KEYFRAME_GAP_NEVER.to_string()),
        ("-auto-alt-ref", "1".into()),
        ("-lag-in-frames", LOOKAHEAD_FRAMES.to_string()),
        ("-row-mt", "0".into()),
        ("-tile-columns", "0".into()),
        ("-frame-parallel", "0".into()),
    ];
    // A rate beside the quality makes it "constrained quality": the mean of the encode stays below the rate. Libvpx
    // has no cap on the peak beside it.
    match settings.bitrate_bps_max {
        Some(cap_bps) => {
            options.extend([("-b:v", cap_bps.to_string()), ("-bufsize", (cap_bps * VBV_S).to_string())])
        }
        None => options.push(("-b:v", "0".into())),
    }
    options
}
