//! The mezzanine's size: upright, square pixels, even, inside 3840x2160 or 2160x3840, never enlarged.

use crate::rules::{blocker, warning};
use media::Size;
use media::facts::VideoFacts;
use media::master::Finding;

/// Longest and second longest side of the mezzanine.
const LONG_SIDE_MAX: f64 = 3840.0;
const SHORT_SIDE_MAX: f64 = 2160.0;
/// Longest side of the picture in parts of the shortest: the widest films ever shown are 4:1. Beyond it the small rungs
/// would have no lines left, and scoring, which enlarges the short side, would need pictures of millions of columns.
const ASPECT_MAX: f64 = 8.0;
/// Pixel aspects beyond this, either way, are mistakes: the widest in use is 2:1.
const PIXEL_ASPECT_MAX: f64 = 4.0;
/// Pixel aspects this near to 1 come from rounding in the container and are not worth a resampling.
const SQUARE_SHARE_MAX: f64 = 0.01;

pub(super) fn decide(video: &VideoFacts, findings: &mut Vec<Finding>) -> Size {
    let (mut width, mut height) =
        (f64::from(video.size.width) * pixel_aspect(video, findings), f64::from(video.size.height));
    if video.rotation_degrees % 180 == 90 {
        (width, height) = (height, width);
    }
    let (long, short) = (width.max(height), width.min(height));
    if long > ASPECT_MAX * short {
        let message = format!(
            "The picture of {width:.0}x{height:.0} is more than {ASPECT_MAX:.0} times as long as it is short; hand in a film."
        );
        findings.push(blocker("picture-too-narrow", message));
    }
    let factor = (LONG_SIDE_MAX / long).min(SHORT_SIDE_MAX / short).min(1.0);
    Size { width: even(width * factor), height: even(height * factor) }
}

/// The width is what changes, so that the lines of the source are kept.
fn pixel_aspect(video: &VideoFacts, findings: &mut Vec<Finding>) -> f64 {
    let (width, height) = video.sample_aspect;
    let aspect = f64::from(width) / f64::from(height.max(1));
    if (aspect - 1.0).abs() <= SQUARE_SHARE_MAX {
        return 1.0;
    }
    if (1.0 / PIXEL_ASPECT_MAX..=PIXEL_ASPECT_MAX).contains(&aspect) {
        return aspect;
    }
    let message = format!("The pixel aspect {width}:{height} cannot be meant; pixels are taken as square.");
    findings.push(warning("odd-pixel-aspect", message));
    1.0
}

/// The nearest even number that is not more than `side`, rounded up to a whole one; at least 2.
fn even(side: f64) -> u32 {
    let nearest = (side / 2.0).round() * 2.0;
    let whole = (side - 1e-6).ceil();
    let below = (whole / 2.0).floor() * 2.0;
    nearest.min(below).max(2.0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conform::rate::tests::video;

    #[test]
    fn sizes() {
        for (size, aspect, rotation, expected) in [
            ((1920, 1080), (1, 1), 0, (1920, 1080)),
            ((7680, 4320), (1, 1), 0, (3840, 2160)),
            ((4096, 2160), (1, 1), 0, (3840, 2024)), // 2160 x 3840 / 4096 = 2025
            ((1920, 1080), (1, 1), 90, (1080, 1920)),
            ((3840, 2160), (1, 1), 270, (2160, 3840)),
            ((720, 1280), (1, 1), 0, (720, 1280)),
            ((1440, 1074), (1, 1), 0, (1440, 1074)),
            ((1440, 1080), (4, 3), 0, (1920, 1080)),
            ((720, 576), (64, 45), 0, (1024, 576)),
            ((720, 480), (8, 9), 0, (640, 480)),
            ((720, 405), (1, 1), 0, (720, 404)),
            ((1919, 1079), (1, 1), 0, (1918, 1078)),
            ((176, 144), (12, 11), 0, (192, 144)),
            ((854, 480), (1280, 1281), 180, (854, 480)),
            ((800, 332), (399, 400), 0, (800, 332)),
            ((640, 480), (1000, 1), 0, (640, 480)),
            ((4096, 512), (1, 1), 0, (3840, 480)),
        ] {
            let video = VideoFacts {
                size: Size { width: size.0, height: size.1 },
                sample_aspect: aspect,
                rotation_degrees: rotation,
                ..video()
            };
            let mut findings = Vec::new();
            let decided = decide(&video, &mut findings);
            assert_eq!((decided.width, decided.height), expected, "{size:?} {aspect:?} {rotation}");
            assert_eq!(findings.len(), usize::from(aspect == (1000, 1)));
        }
    }
}
