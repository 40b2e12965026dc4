//! H.264 levels (Rec. ITU-T H.264, Annex A, table A-1): what a decoder must be able to do.

use media::{FrameRate, Size};

/// One row of table A-1, as far as a progressive stream of the High profile needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Level number as the encoder takes it: `4.1`.
    pub name: &'static str,
    /// `MaxMBPS`: macroblocks a second.
    pub macroblocks_per_s_max: u64,
    /// `MaxFS`: macroblocks of a frame.
    pub macroblocks_max: u64,
    /// `MaxDpbMbs`: macroblocks of the decoded picture buffer.
    pub dpb_macroblocks_max: u64,
    /// `MaxBR` for the High profile: 1250 bits per second for each unit of the table (A.3.3, `cpbBrVclFactor`).
    pub bitrate_bps_max: u64,
}

const fn level(name: &'static str, mbps: u64, fs: u64, dpb: u64, br: u64) -> Level {
    Level {
        name,
        macroblocks_per_s_max: mbps,
        macroblocks_max: fs,
        dpb_macroblocks_max: dpb,
        bitrate_bps_max: br * 1250,
    }
}

/// Table A-1 from level 1 on, lowest first. Level 1b is left out: its mark differs from profile to profile.
pub const LEVELS: [Level; 19] = [
    level("1.0", 1_485, 99, 396, 64),
    level("1.1", 3_000, 396, 900, 192),
    level("1.2", 6_000, 396, 2_376, 384),
    level("1.3", 11_880, 396, 2_376, 768),
    level("2.0", 11_880, 396, 2_376, 2_000),
    level("2.1", 19_800, 792, 4_752, 4_000),
    level("2.2", 20_250, 1_620, 8_100, 4_000),
    level("3.0", 40_500, 1_620, 8_100, 10_000),
    level("3.1", 108_000, 3_600, 18_000, 14_000),
    level("3.2", 216_000, 5_120, 20_480, 20_000),
    level("4.0", 245_760, 8_192, 32_768, 20_000),
    level("4.1", 245_760, 8_192, 32_768, 50_000),
    level("4.2", 522_240, 8_704, 34_816, 50_000),
    level("5.0", 589_824, 22_080, 110_400, 135_000),
    level("5.1", 983_040, 36_864, 184_320, 240_000),
    level("5.2", 2_073_600, 36_864, 184_320, 240_000),
    level("6.0", 4_177_920, 139_264, 696_320, 240_000),
    level("6.1", 8_355_840, 139_264, 696_320, 480_000),
    level("6.2", 16_711_680, 139_264, 696_320, 800_000),
];

/// The lowest level for pictures of `size` at `rate`, with a decoded picture buffer of `buffered` frames and a
/// VBV maximum rate of `bitrate_bps_max`; the highest one where none is enough.
pub fn lowest(size: Size, rate: FrameRate, buffered: u32, bitrate_bps_max: u64) -> Level {
    let columns = u64::from(size.width.div_ceil(16));
    let rows = u64::from(size.height.div_ceil(16));
    let frame = columns * rows;
    let fits = |level: &&Level| {
        // A.3.1 f and g: neither side longer than the root of 8 MaxFS.
        columns.max(rows).pow(2) <= 8 * level.macroblocks_max
            && frame <= level.macroblocks_max
            && frame * u64::from(rate.num) <= level.macroblocks_per_s_max * u64::from(rate.den)
            && frame * u64::from(buffered) <= level.dpb_macroblocks_max
            && bitrate_bps_max <= level.bitrate_bps_max
    };
    *LEVELS.iter().find(fits).unwrap_or(&LEVELS[LEVELS.len() - 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(size: (u32, u32), rate: (u32, u32), bitrate_bps_max: u64, expected: &str) {
        let size = Size { width: size.0, height: size.1 };
        let rate = FrameRate { num: rate.0, den: rate.1 };
        assert_eq!(lowest(size, rate, 4, bitrate_bps_max).name, expected, "{size} {rate} {bitrate_bps_max}");
    }

    #[test]
    fn levels_are_those_of_the_standard() {
        check((176, 144), (15, 1), 64_000, "1.0"); // 99 macroblocks x 15 = 1485
        check((176, 144), (24, 1), 64_000, "1.1"); // 2376 a second
        check((426, 240), (24, 1), 600_000, "2.1"); // 27 x 15 = 405 macroblocks: over 396
        check((640, 360), (24, 1), 2_000_000, "3.0"); // 920 x 24 = 22080: over 20250
        check((1280, 720), (30, 1), 6_000_000, "3.1"); // 3600 x 30 = 108000
        check((1280, 720), (60, 1), 6_000_000, "3.2");
        check((1920, 1080), (24000, 1001), 25_000_000, "4.0"); // 8160 macroblocks; 20000 x 1250
        check((1920, 1080), (24, 1), 25_000_001, "4.1");
        check((1920, 1080), (60, 1), 10_000_000, "4.2");
        check((3840, 2160), (30, 1), 30_000_000, "5.1"); // 32400 macroblocks
        check((1920, 16), (24, 1), 100_000, "3.1"); // 120 columns: 14400 <= 8 x 1800; 3.1 is the first
        check((16384, 16384), (24, 1), 1, "6.2"); // beyond the table
    }
}
