//! Candidate sizes: the source's own, and the usual ones below it.

use media::Size;

/// Boxes of 16:9 (by their height) into which a picture is fitted, so that a wide or a narrow film gets the same
/// classes of pixel count as a 16:9 one.
const BOXES: [u32; 8] = [2160, 1440, 1080, 720, 540, 432, 360, 240];
/// A size is left out where its sides are more than this part of the next larger candidate's: two so near give
/// no choice.
const SIDE_PART_MAX: f64 = 0.85;

/// Sizes to try for a source of `source`, largest first. The first is the source itself; all have its aspect (to a
/// pixel), even sides, and the same orientation.
pub fn candidates(source: Size) -> Vec<Size> {
    let mut sizes = vec![source];
    for height in BOXES {
        let (long, short) = (height * 16 / 9, height);
        let scale = if source.width >= source.height {
            scale_into(source, long, short)
        } else {
            scale_into(source, short, long)
        };
        let size = Size { width: even(source.width, scale), height: even(source.height, scale) };
        let smallest = sizes[sizes.len() - 1];
        if f64::from(size.width) <= f64::from(smallest.width) * SIDE_PART_MAX {
            sizes.push(size);
        }
    }
    sizes
}

/// The name of a size: its short side, as viewers know it: `720p`.
pub fn name(size: Size) -> String {
    format!("{}p", size.width.min(size.height))
}

fn scale_into(size: Size, width: u32, height: u32) -> f64 {
    (f64::from(width) / f64::from(size.width)).min(f64::from(height) / f64::from(size.height))
}

/// `side` scaled to the nearest even number, at least 2.
fn even(side: u32, scale: f64) -> u32 {
    ((f64::from(side) * scale / 2.0).round() as u32 * 2).max(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: (u32, u32), expected: &str) {
        let sizes = candidates(Size { width: source.0, height: source.1 });
        let text: Vec<String> = sizes.iter().map(Size::to_string).collect();
        assert_eq!(text.join(" "), expected);
    }

    #[test]
    fn sizes_keep_the_aspect_and_stay_below_the_source() {
        check((1920, 1080), "1920x1080 1280x720 960x540 768x432 640x360 426x240");
        check((1920, 804), "1920x804 1280x536 960x402 768x322 640x268 426x178");
        check((1440, 1074), "1440x1074 966x720 724x540 580x432 482x360 322x240");
        check((720, 404), "720x404 426x240");
        check((800, 332), "800x332 640x266 426x176");
        check((176, 144), "176x144");
        check((720, 1280), "720x1280 540x960 432x768 360x640 240x426");
        check((1080, 1080), "1080x1080 720x720 540x540 432x432 360x360 240x240");
        check((2, 2), "2x2");
    }

    #[test]
    fn a_name_is_the_short_side() {
        assert_eq!(name(Size { width: 1280, height: 720 }), "720p");
        assert_eq!(name(Size { width: 720, height: 1280 }), "720p");
    }
}
