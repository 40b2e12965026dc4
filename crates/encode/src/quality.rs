//! Scales of quality: what a constant rate factor may be for each codec.
//!
//! The scales are the encoders' own: 23 means another picture in each. Smaller is better everywhere.

use media::codec::VideoCodec;
use media::rung::Crf;

/// Best and worst quality worth a trial: beyond the first no metric sees a difference, beyond the second nobody
/// wants to look.
pub fn crf_range(codec: VideoCodec) -> (Crf, Crf) {
    match codec {
        VideoCodec::H264 | VideoCodec::Hevc => (Crf(120), Crf(450)),
        VideoCodec::Vp9 | VideoCodec::Av1 => (Crf(120), Crf(630)),
    }
}

/// Distance of the qualities that the encoder can be asked for, in tenths: VP9 takes whole numbers, the others are asked
/// in halves, the step that still moves VMAF.
pub fn crf_step(codec: VideoCodec) -> u16 {
    if codec == VideoCodec::Vp9 { 10 } else { 5 }
}

/// The nearest quality that the encoder can be asked for, inside its range.
pub fn quantise(codec: VideoCodec, crf: Crf) -> Crf {
    let step = crf_step(codec);
    let (best, worst) = crf_range(codec);
    let nearest = (crf.0.saturating_add(step / 2) / step) * step;
    Crf(nearest.clamp(best.0, worst.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qualities_are_what_encoders_take() {
        for (codec, crf, expected) in [
            (VideoCodec::H264, 231, 230),
            (VideoCodec::Hevc, 233, 235),
            (VideoCodec::Vp9, 234, 230),
            (VideoCodec::Vp9, 235, 240),
            (VideoCodec::Av1, 0, 120),
            (VideoCodec::Av1, u16::MAX, 630),
        ] {
            assert_eq!(quantise(codec, Crf(crf)), Crf(expected), "{codec} {crf}");
        }
    }
}
