//! VP9 levels (WebM Project, "VP9 Levels"): they are signalled in the file, not in the stream.

use super::samples_per_s;
use media::{FrameRate, Size};

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Ten times the level number: 41 is level 4.1.
    pub number: u32,
    /// Luma samples a second.
    pub samples_per_s_max: u64,
    /// Luma samples of a picture.
    pub samples_max: u64,
    /// Bits per second.
    pub bitrate_bps_max: u64,
    /// Longest side in samples.
    pub side_max: u32,
}

const fn level(number: u32, rate: u64, size: u64, kbps: u64, side_max: u32) -> Level {
    Level { number, samples_per_s_max: rate, samples_max: size, bitrate_bps_max: kbps * 1000, side_max }
}

/// Lowest first.
pub const LEVELS: [Level; 14] = [
    level(10, 829_440, 36_864, 200, 512),
    level(11, 2_764_800, 73_728, 800, 768),
    level(20, 4_608_000, 122_880, 1_800, 960),
    level(21, 9_216_000, 245_760, 3_600, 1_344),
    level(30, 20_736_000, 552_960, 7_200, 2_048),
    level(31, 36_864_000, 983_040, 12_000, 2_752),
    level(40, 83_558_400, 2_228_224, 18_000, 4_160),
    level(41, 160_432_128, 2_228_224, 30_000, 4_160),
    level(50, 311_951_360, 8_912_896, 60_000, 8_384),
    level(51, 588_251_136, 8_912_896, 120_000, 8_384),
    level(52, 1_176_502_272, 8_912_896, 180_000, 8_384),
    level(60, 1_176_502_272, 35_651_584, 180_000, 16_832),
    level(61, 2_353_004_544, 35_651_584, 240_000, 16_832),
    level(62, 4_706_009_088, 35_651_584, 480_000, 16_832),
];

/// The lowest level for pictures of `size` at `rate` with a maximum rate of `bitrate_bps_max`; the highest one where
/// none is enough.
pub fn lowest(size: Size, rate: FrameRate, bitrate_bps_max: u64) -> Level {
    let fits = |level: &&Level| {
        size.width.max(size.height) <= level.side_max
            && size.pixels() <= level.samples_max
            && samples_per_s(size, rate) <= level.samples_per_s_max
            && bitrate_bps_max <= level.bitrate_bps_max
    };
    *LEVELS.iter().find(fits).unwrap_or(&LEVELS[LEVELS.len() - 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(size: (u32, u32), fps: u32, bitrate_bps_max: u64, expected: u32) {
        let size = Size { width: size.0, height: size.1 };
        let level = lowest(size, FrameRate { num: fps, den: 1 }, bitrate_bps_max);
        assert_eq!(level.number, expected, "{size} {fps} {bitrate_bps_max}");
    }

    #[test]
    fn levels_are_those_of_the_project() {
        check((256, 144), 15, 200_000, 10);
        check((192, 108), 30, 400_000, 11);
        check((480, 256), 30, 1_800_000, 20);
        check((640, 360), 30, 2_000_000, 21);
        check((1080, 512), 30, 7_200_000, 30);
        check((1280, 720), 30, 12_000_000, 31); // 27 648 000 a second
        check((1920, 1080), 30, 18_000_000, 40);
        check((1920, 1080), 60, 18_000_000, 41); // 124 416 000
        check((3840, 2160), 30, 60_000_000, 50);
        check((3840, 2160), 60, 60_000_000, 51);
        check((16384, 16384), 60, 1, 62); // beyond the table
    }
}
