//! HEVC levels (Rec. ITU-T H.265, Annex A, tables A.8 and A.9), Main tier.

use super::samples_per_s;
use media::{FrameRate, Size};

/// One row of tables A.8 and A.9.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Ten times the level number, as encoders take it: 41 is level 4.1 (`general_level_idc` is three times this).
    pub number: u32,
    /// `MaxLumaPs`: luma samples of a picture.
    pub samples_max: u64,
    /// `MaxLumaSr`: luma samples a second.
    pub samples_per_s_max: u64,
    /// `MaxBR` of the Main tier for Main and Main 10: 1000 bits per second for each unit (`CpbVclFactor`).
    pub bitrate_bps_max: u64,
}

const fn level(number: u32, ps: u64, sr: u64, br: u64) -> Level {
    Level { number, samples_max: ps, samples_per_s_max: sr, bitrate_bps_max: br * 1000 }
}

/// Lowest first.
pub const LEVELS: [Level; 13] = [
    level(10, 36_864, 552_960, 128),
    level(20, 122_880, 3_686_400, 1_500),
    level(21, 245_760, 7_372_800, 3_000),
    level(30, 552_960, 16_588_800, 6_000),
    level(31, 983_040, 33_177_600, 10_000),
    level(40, 2_228_224, 66_846_720, 12_000),
    level(41, 2_228_224, 133_693_440, 20_000),
    level(50, 8_912_896, 267_386_880, 25_000),
    level(51, 8_912_896, 534_773_760, 40_000),
    level(52, 8_912_896, 1_069_547_520, 60_000),
    level(60, 35_651_584, 1_069_547_520, 60_000),
    level(61, 35_651_584, 2_139_095_040, 120_000),
    level(62, 35_651_584, 4_278_190_080, 240_000),
];

/// The lowest level for pictures of `size` at `rate` with a VBV maximum rate of `bitrate_bps_max`; the highest one
/// where none is enough. Up to six buffered pictures fit into each (A.4.2, `maxDpbPicBuf`).
pub fn lowest(size: Size, rate: FrameRate, bitrate_bps_max: u64) -> Level {
    // Pictures are coded in whole units of 8 x 8 samples.
    let coded = Size { width: size.width.next_multiple_of(8), height: size.height.next_multiple_of(8) };
    let long = u64::from(coded.width.max(coded.height));
    let fits = |level: &&Level| {
        // A.4.1 b and c: neither side longer than the root of 8 MaxLumaPs.
        long.pow(2) <= 8 * level.samples_max
            && coded.pixels() <= level.samples_max
            && samples_per_s(coded, rate) <= level.samples_per_s_max
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
    fn levels_are_those_of_the_standard() {
        check((192, 108), 30, 100_000, 20); // 192 x 112 x 30 = 645 120: over 552 960
        check((416, 240), 30, 1_500_000, 20); // 99 840; 2 995 200 a second
        check((640, 360), 30, 2_000_000, 21); // 230 400; 6 912 000
        check((960, 540), 24, 4_000_000, 30); // coded 960 x 544 = 522 240; 12 533 760
        check((1280, 720), 30, 6_000_000, 31); // 921 600; 27 648 000
        check((1280, 720), 60, 6_000_000, 40); // 55 296 000
        check((1920, 1080), 30, 12_000_000, 40); // coded 1920 x 1080; 62 208 000
        check((1920, 1080), 30, 12_000_001, 41);
        check((1920, 1080), 60, 12_000_000, 41);
        check((3840, 2160), 30, 25_000_000, 50); // 248 832 000
        check((3840, 2160), 60, 25_000_000, 51);
        check((16384, 16384), 60, 1, 62); // beyond the table
    }
}
