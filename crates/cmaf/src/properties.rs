//! Properties: what is written is read back the same, for values that nobody thought of.
//!
//! Seeded random values of everything that this crate both writes and reads; then the bytes cut short and changed, which
//! must give an error or a value that can itself be written and read. What the bytes have to be is said by the tests
//! beside each box, by hand; here is only said that writer and reader agree.

mod boxes;
mod entries;
mod header;
mod fragment;
mod samples;

use crate::cenc::{Key, Period, Protection, pssh};
use media::protection::{KeyId, KeySystem, Scheme};
use stdx::random::Random;

/// Values of each kind that are tried.
const VALUES: usize = 300;

/// Tries `property` on many streams of random numbers; a failure names the stream's seed.
#[track_caller]
fn check(property: impl Fn(&mut Random)) {
    for seed in 0..VALUES as u64 {
        let failed = std::panic::AssertUnwindSafe(|| property(&mut Random::new(seed)));
        if let Err(panic) = std::panic::catch_unwind(failed) {
            eprintln!("the property fails for seed {seed}");
            std::panic::resume_unwind(panic);
        }
    }
}

/// A value, or none.
fn maybe<T>(random: &mut Random, value: impl FnOnce(&mut Random) -> T) -> Option<T> {
    random.chance(0.5).then(|| value(random))
}

/// One of these.
fn one_of<T: Copy>(random: &mut Random, values: &[T]) -> T {
    values[random.between(0, values.len() - 1)]
}

/// Up to `most` bytes.
fn some_bytes(random: &mut Random, most: usize) -> Vec<u8> {
    let count = random.between(0, most);
    random.bytes(count)
}

fn array<const N: usize>(random: &mut Random) -> [u8; N] {
    std::array::from_fn(|_| random.bits() as u8)
}

/// Up to three keys, with what systems are told of them.
fn protection(random: &mut Random) -> Protection {
    let scheme = one_of(random, &Scheme::ALL);
    let period = |first_segment, random: &mut Random| Period {
        first_segment,
        key_id: KeyId(array(random)),
        key: Key::new(array(random)),
        iv: array(random),
    };
    let count = random.between(1, 3);
    let periods: Vec<_> = (0..count).map(|number| period(number * 2, random)).collect();
    let ids: Vec<_> = periods.iter().map(|period| period.key_id).collect();
    let clear_segments = one_of(random, &[0, 2]);
    let told = KeySystem::ALL.iter().filter(|_| random.chance(0.5));
    let pssh =
        told.map(|system| pssh::header(*system, scheme, &ids, None).pssh).filter(|pssh| !pssh.is_empty());
    Protection { scheme, clear_segments, pssh: pssh.collect(), periods }
}
