//! How the worlds draw from chance: distributions over the numbers of `stdx::random`, the same for the same seed.

use stdx::random::Random;

/// A number that is any, and always the same for `value`.
pub(crate) fn mixed(value: u64) -> u64 {
    Random::new(value).bits()
}

/// A stream for `seed`; those of neighbouring seeds have nothing in common.
pub(crate) fn seeded(seed: u64) -> Random {
    Random::new(mixed(seed))
}

/// Draws that a stream of even numbers does not have by itself.
pub(crate) trait Draw {
    /// From 0 to `count`, without it; 0 where that is 0.
    fn below(&mut self, count: usize) -> usize;

    /// With the mean `mean`.
    fn exponential(&mut self, mean: f64) -> f64;

    /// Mean 0, deviation 1.
    fn normal(&mut self) -> f64;

    /// How many of independent rare things happen, `mean` of them on average.
    fn poisson(&mut self, mean: f64) -> usize;

    /// A step, each drawn as often as it is high; `sums` are theirs, from the first step on.
    fn in_steps(&mut self, sums: &[f64]) -> usize;
}

impl Draw for Random {
    fn below(&mut self, count: usize) -> usize {
        (self.unit() * count as f64) as usize
    }

    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.unit()).ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }

    fn poisson(&mut self, mean: f64) -> usize {
        let mut spent = 0.0;
        let happens = |_: &usize| {
            spent += self.exponential(1.0);
            spent <= mean
        };
        (0..).take_while(happens).count()
    }

    fn in_steps(&mut self, sums: &[f64]) -> usize {
        let at = self.unit() * sums.last().copied().unwrap_or_default();
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
        let mut random = seeded(3);
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
