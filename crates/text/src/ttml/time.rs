//! Time expressions (TTML 2, 12.3.1): clock times with fractions or frames, and offsets in six units.

use crate::time::{SECOND_US, field};

/// What time expressions are counted in (TTML 2, 7.2): the parameters of the document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    /// Frames a second, with the multiplier.
    frames_per_s: f64,
    /// Ticks a second.
    ticks_per_s: f64,
}

impl Default for Clock {
    fn default() -> Clock {
        Clock { frames_per_s: 30.0, ticks_per_s: 1.0 }
    }
}

impl Clock {
    /// The clock of a document whose root has the attributes that `get` finds by their local names.
    pub(super) fn new<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Clock {
        let number = |name| get(name).and_then(|text| text.parse::<f64>().ok()).filter(|value| *value >= 1.0);
        let frame_rate = number("frameRate");
        let frames_per_s = frame_rate.unwrap_or(30.0) * get("frameRateMultiplier").map_or(1.0, multiplier);
        let sub_frames = number("subFrameRate").unwrap_or(1.0);
        // Without a tick rate, ticks are sub-frames where a frame rate is given, and seconds where none is.
        let ticks = frame_rate.map_or(1.0, |_| frames_per_s * sub_frames);
        Clock { frames_per_s, ticks_per_s: number("tickRate").unwrap_or(ticks) }
    }

    /// The time that `text` tells, in microseconds.
    pub(super) fn time(&self, text: &str) -> Option<i64> {
        if text.contains(':') { self.clock_time(text) } else { self.offset_time(text) }
    }

    /// `hh:mm:ss`, with `.fraction` or `:frames` after it.
    fn clock_time(&self, text: &str) -> Option<i64> {
        let mut parts = text.split(':');
        let (hours, minutes) = (field(parts.next()?)?, field(parts.next()?)?);
        let seconds = decimal(parts.next()?)?;
        // Sub-frames, after a dot, are shorter than anything seen.
        let frames = parts.next().map(|frames| field(frames.split('.').next()?));
        let frames = frames.map_or(Some(0), |frames| frames)?;
        let whole = (hours * 3600 + minutes * 60) as f64;
        let seconds = whole + seconds + frames as f64 / self.frames_per_s;
        parts.next().is_none().then(|| microseconds(seconds))
    }

    /// A number and its unit.
    fn offset_time(&self, text: &str) -> Option<i64> {
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, unit) = text.split_at(digits);
        let unit_s = match unit {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            "f" => 1.0 / self.frames_per_s,
            "t" => 1.0 / self.ticks_per_s,
            _ => return None,
        };
        Some(microseconds(decimal(number)? * unit_s))
    }
}

/// `1000 1001`: numerator and denominator; drafts had a colon between them.
fn multiplier(text: &str) -> f64 {
    let mut parts = text.split([' ', ':']).map(|part| part.parse::<f64>().ok().filter(|value| *value >= 1.0));
    match (parts.next().flatten(), parts.next().flatten()) {
        (Some(numerator), Some(denominator)) => numerator / denominator,
        _ => 1.0,
    }
}

fn decimal(text: &str) -> Option<f64> {
    let is_decimal = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.parse().ok().filter(|_| is_decimal)
}

/// Rounded, and within what can be counted.
fn microseconds(seconds: f64) -> i64 {
    (seconds * SECOND_US as f64).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions() {
        let film = |name: &str| match name {
            "frameRate" => Some("24"),
            "frameRateMultiplier" => Some("1000 1001"),
            "tickRate" => Some("10000000"),
            _ => None,
        };
        for (text, expected) in [
            ("00:01:09.583", Some(69_583_000)),
            ("01:00:00", Some(3_600_000_000)),
            ("00:00:01:12", Some(1_500_500)), // 12 frames of 1001/24000 s
            ("00:00:01:12.1", Some(1_500_500)),
            ("10s", Some(10_000_000)),
            ("1.5s", Some(1_500_000)),
            ("250ms", Some(250_000)),
            ("2m", Some(120_000_000)),
            ("1h", Some(3_600_000_000)),
            ("24f", Some(1_001_000)),
            ("15000000t", Some(1_500_000)),
            ("10", None),
            ("", None),
            ("00:01", None),
            ("-1s", None),
            ("1:2:3:4:5", None),
            ("é", None),
            ("1e9s", None),
        ] {
            assert_eq!(Clock::new(film).time(text), expected, "{text:?}");
        }
        assert_eq!(Clock::new(|_| None).time("30f"), Some(1_000_000));
        assert_eq!(Clock::new(|_| None).time("3t"), Some(3_000_000));
    }
}
