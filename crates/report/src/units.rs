//! Numbers for people: bytes, bitrates and times with their units; and names where the format is said already.

use crate::fixed::{FixedRow, Ours};
use crate::model::Loudness;
use media::{Format, FrameRate};

/// Bytes in decimal units: `22.7 MB`.
pub(crate) fn bytes(bytes: u64) -> String {
    scaled(bytes as f64, ["B", "kB", "MB", "GB", "TB"])
}

/// Bits per second in decimal units: `1.28 Mb/s`.
pub(crate) fn bitrate(bps: f64) -> String {
    scaled(bps, ["b/s", "kb/s", "Mb/s", "Gb/s", "Tb/s"])
}

/// A round bitrate, for an axis: `2 Mb/s`.
pub(crate) fn round_bitrate(bps: f64) -> String {
    bitrate(bps).replace(".00 ", " ").replace(".0 ", " ")
}

/// Three digits that count, and the unit that leaves them before or near the point.
fn scaled(value: f64, units: [&str; 5]) -> String {
    let (mut value, mut unit) = (value, 0);
    while value >= 999.5 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    let digits = match value {
        _ if unit == 0 => 0,
        v if v < 9.995 => 2,
        v if v < 99.95 => 1,
        _ => 0,
    };
    format!("{value:.digits$} {}", units[unit])
}

/// A length of time: `0.42 s`, `12.3 s`, `3 min 05 s`, `1 h 02 min`.
pub(crate) fn duration(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match seconds {
        s if s < 9.995 => format!("{s:.2} s"),
        s if s < 59.95 => format!("{s:.1} s"),
        s if s < 3599.5 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole % 3600 / 60),
    }
}

/// A place in the film: `1:02.5`, `1:00:02.5`.
pub(crate) fn timecode(seconds: f64) -> String {
    let tenths = (seconds * 10.0).round() as u64;
    let (hours, minutes, rest) = (tenths / 36_000, tenths / 600 % 60, tenths % 600);
    let seconds = format!("{:02}.{}", rest / 10, rest % 10);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds}") } else { format!("{minutes}:{seconds}") }
}

/// A round place in the film, for an axis: `1:02`, or `0:00.5` where it is no whole second.
pub(crate) fn round_timecode(seconds: f64) -> String {
    let timecode = timecode(seconds);
    timecode.strip_suffix(".0").map(str::to_owned).unwrap_or(timecode)
}

/// A rung's name among rungs of its own format: `1080p` of `av1-1080p`.
pub(crate) fn rung(name: &str, format: Format) -> &str {
    name.strip_prefix(&format!("{format}-")).unwrap_or(name)
}

/// Frames per second: `30`, `29.97`.
pub(crate) fn fps(rate: FrameRate) -> String {
    let fps = format!("{:.2}", rate.fps());
    fps.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A change as a part, with its sign: `-43 %`.
pub(crate) fn change(part: f64) -> String {
    format!("{:+.0} %", part * 100.0).replace('-', "\u{2212}")
}

/// What the title's ladder needs for the quality of a fixed rung, in words.
pub(crate) fn ours(row: &FixedRow) -> String {
    match row.ours {
        Ours::Needs { bitrate_bps: bps } => bitrate(bps),
        Ours::EndsBelow(best) => format!("ends at VMAF {:.1}, {}", best.vmaf, bitrate(best.bitrate_bps)),
        Ours::BeginsAbove(least) => {
            format!("begins at VMAF {:.1}, {}", least.vmaf, bitrate(least.bitrate_bps))
        }
    }
}

/// Measured loudness and what was done about it.
pub(crate) fn loudness(loudness: &Loudness) -> String {
    let Loudness { integrated_lufs, range_lu, true_peak_dbtp, gain_db } = *loudness;
    format!(
        "{integrated_lufs:.1} LUFS in the master, range {range_lu:.1} LU, peak {true_peak_dbtp:.1} dBTP; \
         gain {gain_db:+.1} dB"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_as_people_name_them() {
        for (num, den, expected) in [(30, 1, "30"), (30_000, 1001, "29.97"), (25, 2, "12.5"), (60, 1, "60")] {
            assert_eq!(fps(FrameRate { num, den }), expected);
        }
    }

    #[test]
    fn amounts_have_three_digits_that_count() {
        for (amount, expected) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.00 kB"),
            (22_718_509, "22.7 MB"),
            (999_499, "999 kB"),
            (999_500, "1.00 MB"),
            (1_234_000_000_000_000, "1234 TB"),
        ] {
            assert_eq!(bytes(amount), expected);
        }
        assert_eq!(bitrate(1_281_000.0), "1.28 Mb/s");
        assert_eq!(round_bitrate(1e6), "1 Mb/s");
        assert_eq!(round_bitrate(200e3), "200 kb/s");
    }

    #[test]
    fn names_and_changes_are_short() {
        let av1 = Format { codec: media::codec::VideoCodec::Av1, ..Format::BASE };
        assert_eq!((rung("av1-720p-2", av1), rung("720p", Format::BASE)), ("720p-2", "720p"));
        assert_eq!((change(-0.426), change(0.05)), ("\u{2212}43 %".into(), "+5 %".into()));
    }

    #[test]
    fn times_are_read_at_a_glance() {
        for (seconds, expected) in [
            (0.0, "0.00 s"),
            (12.34, "12.3 s"),
            (59.96, "1 min 00 s"),
            (185.2, "3 min 05 s"),
            (3599.6, "1 h 00 min"),
        ] {
            assert_eq!(duration(seconds), expected);
        }
        for (seconds, expected) in
            [(0.0, "0:00.0"), (62.46, "1:02.5"), (59.99, "1:00.0"), (3602.5, "1:00:02.5")]
        {
            assert_eq!(timecode(seconds), expected);
        }
        assert_eq!((round_timecode(65.0), round_timecode(0.5)), ("1:05".into(), "0:00.5".into()));
    }
}
