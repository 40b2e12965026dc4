//! What the high dynamic range mezzanine says of the master's grading, as x264 takes it.

use media::facts::VideoFacts;
use media::picture::{ContentLight, MasteringDisplay};

/// The option that writes the SEI messages (Rec. ITU-T H.264, D.2.29 and D.2.31); none where the master says nothing.
pub(super) fn x264_options(video: &VideoFacts) -> Vec<String> {
    let params: Vec<String> =
        video.mastering.map(display).into_iter().chain(video.light.map(light)).collect();
    if params.is_empty() { Vec::new() } else { vec!["-x264-params".into(), params.join(":")] }
}

fn display(display: MasteringDisplay) -> String {
    format!("mastering-display={display}")
}

fn light(light: ContentLight) -> String {
    format!("cll={},{}", light.max, light.frame_average_max)
}
