//! Chance that is the same for the same seed.

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): small, and good enough to draw worlds from.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// A number that is any, and always the same for `value`.
pub(crate) fn mixed(value: u64) -> u64 {
    Random(value).next()
}

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(mixed(seed))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(SPREAD);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        value ^ (value >> 31)
    }

    /// From 0 to 1, without 1.
    pub(crate) fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn is(&mut self, chance: f64) -> bool {
        self.share() < chance
    }

    /// From 0 to `count`, without it; 0 where that is 0.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        (self.share() * count as f64) as usize
    }

    pub(crate) fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.share()).ln()
    }

    /// Mean 0, deviation 1.
    pub(crate) fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.share()).ln()).sqrt() * (std::f64::consts::TAU * self.share()).cos()
    }

    /// How many of independent rare things happen, `mean` of them on average.
    pub(crate) fn poisson(&mut self, mean: f64) -> usize {
        let mut spent = 0.0;
        (0..)
            .take_while(|_| {
                spent += self.exponential(1.0);
                spent <= mean
            })
            .count()
    }

    /// A place in `steps`, each chosen as often as it is high; sums of them all, the last the highest.
    pub(crate) fn in_steps(&mut self, sums: &[f64]) -> usize {
        let at = self.share() * sums.last().copied().unwrap_or_default();
        sums.partition_point(|sum| *sum <= at).min(sums.len().saturating_sub(1))
    }
}

/// Each value added to all before it.
pub(crate) fn sums(values: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut sum = 0.0;
    values
        .into_iter()
        .map(|value| {
            sum += value;
            sum
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_is_spread_as_it_says() {
        let mut random = Random::new(3);
        let mean = |mut draw: Box<dyn FnMut() -> f64>| (0..20_000).map(|_| draw()).sum::<f64>() / 20_000.0;
        let mut again = random.clone();
        assert!((mean(Box::new(move || again.exponential(7.0))) - 7.0).abs() < 0.2);
        let mut again = random.clone();
        assert!((mean(Box::new(move || again.poisson(2.5) as f64)) - 2.5).abs() < 0.05);
        let mut again = random.clone();
        assert!(mean(Box::new(move || again.normal())).abs() < 0.03);
        let steps = sums([1.0, 0.0, 3.0]);
        let thirds = (0..4000).filter(|_| random.in_steps(&steps) == 2).count();
        assert!((2900..3100).contains(&thirds), "{thirds}");
    }
}
