//! Pooling: many frames' VMAF to the few numbers by which renditions are compared.

/// VMAF of a run of frames, each number from 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pooled {
    /// Arithmetic mean.
    pub mean: f64,
    /// Harmonic mean, in which bad frames weigh more. Taken of VMAF + 1, as libvmaf does, so that a frame
    /// of 0 does not end it.
    pub harmonic_mean: f64,
    /// The 5th percentile by nearest rank: 95 frames of 100 are at least as good.
    pub p5: f64,
    /// The worst frame.
    pub min: f64,
}

/// Pools the VMAF of frames; `None` where there is no frame.
pub fn pool(frames: &[f64]) -> Option<Pooled> {
    let mut sorted = frames.to_vec();
    sorted.sort_by(f64::total_cmp);
    let count = sorted.len() as f64;
    let min = *sorted.first()?;
    let rank = sorted.len().div_ceil(20);
    Some(Pooled {
        mean: sorted.iter().sum::<f64>() / count,
        harmonic_mean: count / sorted.iter().map(|vmaf| 1.0 / (vmaf + 1.0)).sum::<f64>() - 1.0,
        p5: sorted[rank - 1],
        min,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(frames: &[f64], expected: [f64; 4]) {
        let p = pool(frames).unwrap();
        for (got, expected) in [p.mean, p.harmonic_mean, p.p5, p.min].into_iter().zip(expected) {
            assert!((got - expected).abs() < 1e-9, "{frames:?}: {p:?}");
        }
    }

    #[test]
    fn frames_are_pooled_by_the_book() {
        check(&[90.0], [90.0; 4]);
        // 2 / (1/100 + 1/50) - 1 = 65.666…
        check(&[99.0, 49.0], [74.0, 2.0 / 0.03 - 1.0, 49.0, 49.0]);
        // 1 to 100: the 5th of 100 by nearest rank.
        let frames: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        let harmonic = 100.0 / (2..=101).map(|n| 1.0 / f64::from(n)).sum::<f64>() - 1.0;
        check(&frames, [50.5, harmonic, 5.0, 1.0]);
        // With 21 frames the rank is rounded up to the second.
        let frames: Vec<f64> = (0..21).map(f64::from).collect();
        assert_eq!(pool(&frames).unwrap().p5, 1.0);
        assert_eq!(pool(&frames).unwrap().min, 0.0);
    }

    #[test]
    fn no_frames_pool_to_nothing() {
        assert_eq!(pool(&[]), None);
    }
}
