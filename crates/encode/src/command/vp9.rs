//! VP9 by libvpx: profile 0 in standard dynamic range, profile 2 (10-bit) in a high one.
//!
//! Viewers get two passes: hidden reference frames are placed by what the first one saw, which spares 10 to 25 % of the
//! bits (measured at VMAF 85 to 95). A probe is one pass of the encoder for live pictures, a tenth of that work.

use super::{Settings, VBV_S, pixel_format};
use media::picture::Transfer;
use media::rung::Effort;

/// Frames that the encoder looks ahead: its greatest, and what hidden reference frames need.
const LOOKAHEAD_FRAMES: &str = "25";
/// Layers of hidden reference frames: its greatest.
const HIDDEN_LAYERS: &str = "6";
/// Keyframes come only where they are forced: further apart than any shot is long.
const KEYFRAME_GAP_NEVER: &str = "1000000";
/// Beginning of the names of the files that tell the second pass what the first one saw.
const STATISTICS: &str = "pass";

pub(super) fn options(settings: &Settings) -> Vec<(&'static str, String)> {
    let profile = if settings.format.transfer == Transfer::Sdr { "0" } else { "2" };
    let mut options = vec![
        ("-c:v", "libvpx-vp9".to_owned()),
        ("-profile:v", profile.into()),
        ("-pix_fmt", pixel_format(settings.format)),
        ("-crf", (settings.crf.0 / 10).to_string()),
        ("-g", KEYFRAME_GAP_NEVER.into()),
        ("-lag-in-frames", LOOKAHEAD_FRAMES.into()),
        ("-row-mt", "0".into()),
        ("-tile-columns", "0".into()),
        ("-frame-parallel", "0".into()),
    ];
    let effort: &[(&'static str, &str)] = match settings.effort {
        Effort::Probe => &[("-deadline", "realtime"), ("-cpu-used", "6")],
        Effort::Final => &[
            ("-deadline", "good"),
            ("-cpu-used", "4"),
            ("-auto-alt-ref", HIDDEN_LAYERS),
            ("-pass", "2"),
            ("-passlogfile", STATISTICS),
        ],
    };
    options.extend(effort.iter().map(|&(option, value)| (option, value.to_owned())));
    // A rate beside the quality makes it "constrained quality": libvpx steers the mean of the encode to stay below the
    // rate, and has no cap on the peak beside it. On short shots it steers too late: two seconds that wanted 4.3 Mb/s
    // came out at 2.9 under a rate of 2.0, whatever the further options.
    match settings.bitrate_bps_max {
        Some(cap_bps) => {
            options.extend([("-b:v", cap_bps.to_string()), ("-bufsize", (cap_bps * VBV_S).to_string())])
        }
        None => options.push(("-b:v", "0".into())),
    }
    options
}
