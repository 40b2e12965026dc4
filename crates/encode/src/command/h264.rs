//! H.264 by x264: High profile, 8-bit.

use super::{Settings, VBV_S, pixel_format};
use crate::level::h264;
use media::rung::Effort;

/// Reference frames (x264's `medium` has 3).
const REFERENCES: u32 = 3;
/// Frames that a decoder must hold: x264 needs 4 for its pyramid of B-frames.
const BUFFERED: u32 = 4;
/// Most B-frames in a row (x264's `medium`).
const B_FRAMES: u32 = 3;

pub(super) fn options(settings: &Settings) -> Vec<(&'static str, String)> {
    let preset = match settings.effort {
        Effort::Probe => "veryfast",
        Effort::Final => "medium",
    };
    let cap_bps = settings.bitrate_bps_max;
    let level = h264::lowest(settings.size, settings.rate, BUFFERED, cap_bps.unwrap_or(0));
    let mut options = vec![
        ("-c:v", "libx264".to_owned()),
        ("-preset", preset.into()),
        ("-profile:v", "high".into()),
        ("-level:v", level.name.into()),
        ("-pix_fmt", pixel_format(settings.format)),
        ("-crf", settings.crf.to_string()),
    ];
    if let Some(cap_bps) = cap_bps {
        options.push(("-maxrate", cap_bps.to_string()));
        options.push(("-bufsize", (cap_bps * VBV_S).to_string()));
    }
    options.extend([
        ("-bf", B_FRAMES.to_string()),
        ("-refs", REFERENCES.to_string()),
        ("-forced-idr", "1".into()),
        // `stitchable` keeps x264 from fitting the parameter sets to what it finds in the shot; an infinite `keyint`
        // means no keyframe of its own.
        ("-x264-params", "stitchable=1:open-gop=0:scenecut=0:keyint=infinite:sliced-threads=0".into()),
        // The encoder's notes to itself (SEI) differ from quality to quality and tell a player nothing.
        ("-bsf:v", "filter_units=remove_types=6".into()),
    ]);
    options
}
