//! What the standard library lacks for us: a clock that tests can hold in their hand, and random numbers that a seed repeats.
//!
//! The only place that reads the machine's clock.

pub mod clock;
pub mod random;
