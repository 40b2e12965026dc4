//! Cadence: how many of the film's frames a rendition shows.
//!
//! Small pictures of a fast film have half of its frames: their few bits are then spent on half as many pictures, as
//! large services do (ADR 12). Owns the rule, and how frames of a shot are counted after it.

use crate::picture::Size;
use crate::timebase::FrameRate;

/// Frames a second above which a film is fast; none in use are between 30 and 48.
const FPS_SLOW_MAX: f64 = 40.0;
/// The box, on its side or upright, into which pictures fit that have half the frames: 540 lines of 16:9.
const HALF_SIDES_MAX: (u32, u32) = (960, 540);

/// Which frames of each shot a rendition shows. It is counted from the shot's first one, so that all renditions cut from
/// shot to shot at the same time; a frame is shown until the next one that is left, or until the shot ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cadence {
    /// All.
    Full,
    /// The first, the third, and so on.
    Half,
}

impl Cadence {
    /// That of pictures of `size` made from a film of `source` size and `rate`. The source's own size has all frames,
    /// however small: nobody should be without them for good.
    pub fn of(size: Size, source: Size, rate: FrameRate) -> Cadence {
        let (long, short) = (size.width.max(size.height), size.width.min(size.height));
        let small = long <= HALF_SIDES_MAX.0 && short <= HALF_SIDES_MAX.1;
        if small && size != source { Cadence::slowest(rate) } else { Cadence::Full }
    }

    /// The slowest that any rendition of a film of `rate` has.
    pub fn slowest(rate: FrameRate) -> Cadence {
        if rate.fps() > FPS_SLOW_MAX { Cadence::Half } else { Cadence::Full }
    }

    /// From one frame that is shown to the next, in frames of the film.
    pub fn step(self) -> u64 {
        match self {
            Cadence::Full => 1,
            Cadence::Half => 2,
        }
    }

    /// Frames that are left of the first `frames` of a shot.
    pub fn left(self, frames: u64) -> u64 {
        frames.div_ceil(self.step())
    }

    /// The rate of a rendition, where the film's is `rate`. The last frame of a shot may be shorter.
    pub fn rate(self, rate: FrameRate) -> FrameRate {
        match self {
            Cadence::Full => rate,
            Cadence::Half if rate.num.is_multiple_of(2) => FrameRate { num: rate.num / 2, ..rate },
            Cadence::Half => FrameRate { den: rate.den.saturating_mul(2), ..rate },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(size: (u32, u32), source: (u32, u32), rate: (u32, u32), expected: (u32, u32)) {
        let as_size = |(width, height)| Size { width, height };
        let rate = FrameRate { num: rate.0, den: rate.1 };
        let (source, size) = (as_size(source), as_size(size));
        let FrameRate { num, den } = Cadence::of(size, source, rate).rate(rate);
        assert_eq!((num, den), expected, "{size} of {source} at {rate}");
    }

    #[test]
    fn small_pictures_of_fast_films_have_half_the_frames() {
        let hd = (1920, 1080);
        check((1280, 720), hd, (60, 1), (60, 1));
        check((960, 540), hd, (60, 1), (30, 1));
        check((426, 240), hd, (60_000, 1001), (30_000, 1001));
        check((640, 360), hd, (50, 1), (25, 1));
        check((640, 360), hd, (48_000, 1001), (24_000, 1001));
        check((640, 360), hd, (12_345, 247), (12_345, 494));
    }

    #[test]
    fn other_pictures_have_them_all() {
        for rate in [(24_000, 1001), (24, 1), (25, 1), (30_000, 1001), (30, 1), (40, 1)] {
            check((426, 240), (1920, 1080), rate, rate);
        }
        // The source's own size.
        check((640, 360), (640, 360), (60, 1), (60, 1));
        check((426, 240), (640, 360), (60, 1), (30, 1));
        // 720 lines of 16:9 with bars cut off; upright; nearly square.
        check((1280, 536), (1920, 804), (60, 1), (60, 1));
        check((540, 960), (1080, 1920), (60, 1), (30, 1));
        check((720, 720), (1080, 1080), (60, 1), (60, 1));
    }

    #[test]
    fn frames_are_counted_from_the_first() {
        for (frames, left) in [(0, 0), (1, 1), (2, 1), (3, 2), (240, 120), (241, 121)] {
            assert_eq!(Cadence::Half.left(frames), left);
            assert_eq!(Cadence::Full.left(frames), frames);
        }
    }
}
