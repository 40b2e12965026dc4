//! Stretches of watching time, fine at the start and coarse later, since viewers leave early or late.

/// Spans within one doubling of time.
const PER_DOUBLING: f64 = 8.0;
/// Seconds at which the first doubling begins.
const FIRST_S: f64 = 30.0;
/// How many there are; the last has no end. The 79th ends after 7.8 hours.
pub(super) const SPANS: usize = 80;

/// The span in which `seconds` lies.
pub(super) fn span(seconds: f64) -> usize {
    let place = PER_DOUBLING * (1.0 + seconds.max(0.0) / FIRST_S).log2();
    // The conversion cuts off, and holds what is too large at the largest.
    (place as usize).min(SPANS - 1)
}

/// Where the span begins, in seconds.
pub(super) fn start_s(span: usize) -> f64 {
    FIRST_S * ((span as f64 / PER_DOUBLING).exp2() - 1.0)
}

/// How long the span is, in seconds; the last as if it had an end.
pub(super) fn length_s(span: usize) -> f64 {
    start_s(span + 1) - start_s(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_follow_each_other() {
        for each in 0..SPANS {
            let middle = start_s(each) + length_s(each) / 2.0;
            assert_eq!(span(middle), each, "{middle} s");
        }
    }

    #[test]
    fn they_begin_at_nought_and_have_no_end() {
        // 30 s make one doubling of 30 s + 0: eight spans.
        for (seconds, expected) in [(-1.0, 0), (0.0, 0), (30.1, 8), (90.1, 16), (1e12, SPANS - 1)] {
            assert_eq!(span(seconds), expected, "{seconds} s");
        }
    }
}
