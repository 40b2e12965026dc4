//! Seeded random changes, compared with a model after every opening.

use super::*;
use stdx::random::Random;

const CHANGES: usize = 300;

fn check(seed: u64) {
    let mut random = Random::new(seed);
    let (mut bench, mut model) = (Bench::new(), Model::default());
    let mut held: Vec<(Kept, Vec<u8>)> = Vec::new();
    for _ in 0..CHANGES {
        let some = some_object(&mut random);
        let slices = &bench.slices;
        match random.between(0, 31) {
            0..6 => model.put_object(slices, some).unwrap(),
            6..20 => model.put(slices, &some.key, random.between(0, 2) as u32).unwrap(),
            20..23 => {
                let slice = Slice { object: object_id(&some.key), index: random.between(0, 2) as u32 };
                model.remove(slices, slice).unwrap();
            }
            23 => model.remove_object(slices, &some.key).unwrap(),
            24..27 => held.extend(hold(slices, &model, &mut random)),
            27 => held.clear(),
            28 => damage(slices, &mut model, &mut random, &mut held),
            29 => slices.flush().unwrap(),
            _ => {
                held.clear();
                let orderly = random.chance(0.5);
                let (again, recovered) = bench.again(|slices| {
                    if orderly {
                        slices.close().unwrap()
                    }
                });
                assert_eq!(recovered.lost, crate::Lost::default(), "seed {seed}");
                bench = again;
                model.check(&bench.slices);
            }
        }
        for (kept, bytes) in &held {
            assert!(read(kept) == *bytes, "seed {seed}: a held slice changed");
        }
    }
    model.check(&bench.slices);
}

fn hold(slices: &Slices, model: &Model, random: &mut Random) -> Option<(Kept, Vec<u8>)> {
    let (key, index) = model.pick(random.between(0, 1000))?;
    let known = slices.object(key).unwrap();
    Some((slices.find(&known, index).unwrap(), content(&known, index)))
}

/// Flips a bit of a slice or its digests; that is found out, and only that slice goes.
fn damage(slices: &Slices, model: &mut Model, random: &mut Random, held: &mut Vec<(Kept, Vec<u8>)>) {
    let Some((kept, bytes)) = hold(slices, model, random) else { return };
    held.retain(|(other, _)| other.slice() != kept.slice());
    let digests = bytes.len().div_ceil(65_536) * 16;
    let bit = kept.offset() * 8 + random.between(0, (bytes.len() + digests) * 8 - 1) as u64;
    flip(&kept.entry.volume.path, bit);
    let key = slices.index.object(kept.slice().object).unwrap().key.clone();
    assert_eq!(slices.verify(kept.slice()), Verdict::Damaged);
    model.lose(&key, kept.slice().index);
}

#[test]
fn the_model_holds() {
    for seed in 0..6 {
        check(seed);
    }
}
