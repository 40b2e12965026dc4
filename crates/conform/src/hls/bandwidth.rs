//! Bit rates as the standard defines them (section 4.1).

/// Duration in seconds and bytes of each segment.
pub(super) type Sizes = [(f64, u64)];

/// The largest bit rate of any contiguous segments that last between half and one and a half of the target duration, in
/// bits per second; `None` where there are none.
pub(super) fn peak_bps(sizes: &Sizes, target_s: f64) -> Option<f64> {
    let mut peak: Option<f64> = None;
    for first in 0..sizes.len() {
        let (mut seconds, mut bytes) = (0.0, 0u64);
        for (duration, size) in &sizes[first..] {
            seconds += duration;
            bytes += size;
            if seconds > 1.5 * target_s || *duration <= 0.0 {
                break;
            }
            if seconds >= 0.5 * target_s {
                let rate = bytes as f64 * 8.0 / seconds;
                peak = Some(peak.map_or(rate, |peak| peak.max(rate)));
            }
        }
    }
    peak.or_else(|| average_bps(sizes))
}

/// The mean bit rate, in bits per second; `None` without duration.
pub(super) fn average_bps(sizes: &Sizes) -> Option<f64> {
    let seconds: f64 = sizes.iter().map(|(duration, _)| duration).sum();
    let bytes: u64 = sizes.iter().map(|(_, bytes)| bytes).sum();
    (seconds > 0.0).then(|| bytes as f64 * 8.0 / seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: with a target of 4 s a window lasts 2 to 6 s.
    #[test]
    fn peaks_are_of_windows() {
        for (sizes, expected) in [
            (&[(4.0, 1000), (4.0, 500)][..], Some(2000.0)),
            (&[(1.0, 1000), (1.0, 500), (4.0, 100)], Some(6000.0)), // not 8000: 1 s is no window
            (&[(1.0, 1000)], Some(8000.0)),                         // nothing else is there
            (&[], None),
        ] {
            assert_eq!(peak_bps(sizes, 4.0), expected, "{sizes:?}");
        }
        assert_eq!(average_bps(&[(1.0, 1000), (3.0, 1000)]), Some(4000.0));
    }
}
