//! AV1 levels (AV1 Bitstream & Decoding Process Specification, annex A.3), Main tier.

use super::samples_per_s;
use media::{FrameRate, Size};

/// One row of the table of levels, as far as a stream that shows every picture it codes needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Ten times the level number, as encoders take it: 41 is level 4.1.
    pub number: u32,
    /// `MaxPicSize` in luma samples.
    pub samples_max: u64,
    /// `MaxHSize` in luma samples.
    pub width_max: u32,
    /// `MaxVSize` in luma samples.
    pub height_max: u32,
    /// `MaxDisplayRate` in luma samples a second.
    pub samples_per_s_max: u64,
    /// `MainMbps` in bits per second.
    pub bitrate_bps_max: u64,
}

const fn level(number: u32, size: u64, width: u32, height: u32, rate: u64, kbps: u64) -> Level {
    Level {
        number,
        samples_max: size,
        width_max: width,
        height_max: height,
        samples_per_s_max: rate,
        bitrate_bps_max: kbps * 1000,
    }
}

/// Lowest first. Level 5.3 is left out: it differs from 5.2 in what is decoded and not shown.
pub const LEVELS: [Level; 12] = [
    level(20, 147_456, 2_048, 1_152, 4_423_680, 1_500),
    level(21, 278_784, 2_816, 1_584, 8_363_520, 3_000),
    level(30, 665_856, 4_352, 2_448, 19_975_680, 6_000),
    level(31, 1_065_024, 5_504, 3_096, 31_950_720, 10_000),
    level(40, 2_359_296, 6_144, 3_456, 70_778_880, 12_000),
    level(41, 2_359_296, 6_144, 3_456, 141_557_760, 20_000),
    level(50, 8_912_896, 8_192, 4_352, 267_386_880, 30_000),
    level(51, 8_912_896, 8_192, 4_352, 534_773_760, 40_000),
    level(52, 8_912_896, 8_192, 4_352, 1_069_547_520, 60_000),
    level(60, 35_651_584, 16_384, 8_704, 1_069_547_520, 60_000),
    level(61, 35_651_584, 16_384, 8_704, 2_139_095_040, 100_000),
    level(62, 35_651_584, 16_384, 8_704, 4_278_190_080, 160_000),
];

/// The lowest level for pictures of `size` at `rate` with a maximum rate of `bitrate_bps_max`; the highest one where
/// none is enough.
pub fn lowest(size: Size, rate: FrameRate, bitrate_bps_max: u64) -> Level {
    let fits = |level: &&Level| {
        size.width <= level.width_max
            && size.height <= level.height_max
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
    fn levels_are_those_of_the_specification() {
        check((192, 108), 30, 100_000, 20);
        check((426, 240), 30, 1_500_001, 21); // the rate alone asks for it
        check((640, 360), 30, 2_000_000, 21); // 230 400; 6 912 000 a second
        check((960, 540), 24, 4_000_000, 30); // 518 400; 12 441 600
        check((1280, 720), 30, 6_000_000, 31); // 27 648 000
        check((1280, 720), 60, 6_000_000, 40); // 55 296 000
        check((1920, 1080), 30, 8_000_000, 40); // 62 208 000
        check((1920, 1080), 60, 8_000_000, 41);
        check((1080, 1920), 30, 8_000_000, 40); // upright
        check((2160, 3840), 30, 20_000_000, 50); // 3840 rows are below 4352
        check((3840, 2160), 60, 20_000_000, 51);
        check((16384, 16384), 60, 1, 62); // beyond the table
    }
}
