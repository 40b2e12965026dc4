//! Pooling: many frames' scores to the few numbers by which renditions are compared.
//!
//! VMAF and its NEG variant share a scale and are pooled alike; XPSNR is in decibels and has no harmonic mean.

/// Greatest XPSNR of a frame in dB. That of a frame equal to its reference is infinite; libvmaf caps PSNR at
/// 6 dB for each bit and 12 more, which is this at 10 bits. One cap for all depths keeps formats comparable.
pub const XPSNR_DB_MAX: f64 = 72.0;

/// VMAF or VMAF NEG of a run of frames, each number from 0 to 100.
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

/// XPSNR of a run of frames.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PooledDb {
    /// Arithmetic mean of the frames' decibels, each at most [`XPSNR_DB_MAX`].
    pub mean_db: f64,
    /// The 5th percentile by nearest rank.
    pub p5_db: f64,
    /// The worst frame.
    pub min_db: f64,
}

/// Scores of a run of frames, in order. Metrics that were not measured are empty.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FrameScores {
    /// VMAF (0 to 100).
    pub vmaf: Vec<f64>,
    /// VMAF NEG, which gives no credit for sharpening or contrast (0 to 100).
    pub neg: Vec<f64>,
    /// XPSNR in dB; infinite where a frame equals its reference.
    pub xpsnr_db: Vec<f64>,
}

/// All metrics of a run of frames, pooled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PooledScores {
    /// VMAF.
    pub vmaf: Pooled,
    /// VMAF NEG, where measured.
    pub neg: Option<Pooled>,
    /// XPSNR, where measured.
    pub xpsnr: Option<PooledDb>,
}

impl FrameScores {
    /// The frames of all shots, one after the other.
    pub fn joined<'a>(shots: impl IntoIterator<Item = &'a FrameScores>) -> FrameScores {
        let mut whole = FrameScores::default();
        for shot in shots {
            whole.vmaf.extend(&shot.vmaf);
            whole.neg.extend(&shot.neg);
            whole.xpsnr_db.extend(&shot.xpsnr_db);
        }
        whole
    }

    /// Pools every metric; `None` where no frame has a VMAF.
    pub fn pool(&self) -> Option<PooledScores> {
        Some(PooledScores { vmaf: pool(&self.vmaf)?, neg: pool(&self.neg), xpsnr: pool_db(&self.xpsnr_db) })
    }
}

/// Pools the VMAF of frames; `None` where there is no frame.
pub fn pool(frames: &[f64]) -> Option<Pooled> {
    let sorted = sorted(frames.iter().copied());
    Some(Pooled {
        mean: mean(&sorted),
        harmonic_mean: sorted.len() as f64 / sorted.iter().map(|vmaf| 1.0 / (vmaf + 1.0)).sum::<f64>() - 1.0,
        p5: p5(&sorted)?,
        min: *sorted.first()?,
    })
}

/// Pools the XPSNR of frames, in dB; `None` where there is no frame.
pub fn pool_db(frames: &[f64]) -> Option<PooledDb> {
    let sorted = sorted(frames.iter().map(|db| db.min(XPSNR_DB_MAX)));
    Some(PooledDb { mean_db: mean(&sorted), p5_db: p5(&sorted)?, min_db: *sorted.first()? })
}

fn sorted(frames: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sorted: Vec<f64> = frames.collect();
    sorted.sort_by(f64::total_cmp);
    sorted
}

fn mean(frames: &[f64]) -> f64 {
    frames.iter().sum::<f64>() / frames.len() as f64
}

/// The 5th percentile by nearest rank, of frames from worst to best.
fn p5(sorted: &[f64]) -> Option<f64> {
    sorted.get(sorted.len().div_ceil(20).checked_sub(1)?).copied()
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
    fn a_frame_equal_to_its_reference_does_not_make_the_mean_infinite() {
        let pooled = pool_db(&[40.0, f64::INFINITY, 38.0]).unwrap();
        assert_eq!(pooled, PooledDb { mean_db: 50.0, p5_db: 38.0, min_db: 38.0 });
    }

    #[test]
    fn no_frames_pool_to_nothing() {
        assert_eq!(pool(&[]), None);
        assert_eq!(pool_db(&[]), None);
        let unscored = FrameScores { neg: vec![90.0], ..FrameScores::default() };
        assert_eq!(unscored.pool(), None);
    }

    #[test]
    fn shots_are_joined_metric_by_metric() {
        let shot = |vmaf: f64, neg: &[f64]| FrameScores {
            vmaf: vec![vmaf; 2],
            neg: neg.to_vec(),
            xpsnr_db: Vec::new(),
        };
        let pooled = FrameScores::joined(&[shot(90.0, &[88.0]), shot(80.0, &[])]).pool().unwrap();
        assert_eq!(pooled.vmaf.mean, 85.0);
        assert_eq!(pooled.neg.map(|neg| neg.mean), Some(88.0));
        assert_eq!(pooled.xpsnr, None);
    }
}
