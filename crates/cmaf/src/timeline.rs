//! Timeline: the ticks in which a film of constant frame rate is written.

use media::FrameRate;

/// Ticks of a video track. Frame `n` of the film is shown at tick `n * frame_ticks`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeline {
    /// Ticks per second.
    pub timescale: u32,
    /// Ticks that a frame lasts.
    pub frame_ticks: u32,
}

/// Fewest ticks per second: players derive times in milliseconds from them, and 10 to a millisecond leave no
/// doubt.
const TIMESCALE_MIN: u32 = 10_000;

/// Most ticks per second: some readers keep the timescale in a signed 32-bit number.
const TIMESCALE_MAX: u32 = i32::MAX as u32;

impl Timeline {
    /// The ticks in which every frame of `rate` lasts a whole number: the rate's own numerator, or that times
    /// a power of ten where it is small. `None` where no timescale holds the rate.
    pub fn of(rate: FrameRate) -> Option<Timeline> {
        let (mut timescale, mut frame_ticks) = (rate.num, rate.den);
        if timescale == 0 || frame_ticks == 0 {
            return None;
        }
        while timescale < TIMESCALE_MIN {
            timescale = timescale.checked_mul(10)?;
            frame_ticks = frame_ticks.checked_mul(10)?;
        }
        (timescale <= TIMESCALE_MAX).then_some(Timeline { timescale, frame_ticks })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timescales() {
        for (num, den, expected) in [
            (24000, 1001, Some((24000, 1001))),
            (25, 1, Some((25_000, 1000))),
            (10_000, 1, Some((10_000, 1))),
            (60, 1, Some((60_000, 1000))),
            (120_000, 1001, Some((120_000, 1001))),
            (1, 1, Some((10_000, 10_000))),
            (2_147_483_647, 1, Some((2_147_483_647, 1))),
            (2_147_483_648, 1, None),
            (1, 4_000_000_000, None),
            (0, 1, None),
            (1, 0, None),
        ] {
            let timeline = Timeline::of(FrameRate { num, den }).map(|t| (t.timescale, t.frame_ticks));
            assert_eq!(timeline, expected, "{num}/{den}");
        }
    }
}
