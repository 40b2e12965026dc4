//! Long runs in which everything fails at random, by a seed.
//!
//! `FAULTS_STEPS` makes them longer, `FAULTS_SEED` others. As long as one way to the origin is whole, every client has its
//! bytes; where none is, nobody has wrong ones.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use stdx::clock::{Clock as _, SystemClock};

use crate::client::Got;
use crate::proxy::{Fault, Proxy};
use crate::world::{OBJECTS, World, mixed};

/// Steps of a run where nothing else is said: some seconds.
const STEPS: u64 = 250;

/// Who ask at once in each step.
const CLIENTS: u64 = 3;

/// Room in the edge: less than all objects take.
const CAPACITY_BYTES: u64 = 4 << 20;

/// Longest run, so that a machine in trouble ends it in time; one step a millisecond is usual, and ten are slow.
fn longest(steps: u64) -> Duration {
    Duration::from_secs(60) + Duration::from_millis(50) * u32::try_from(steps).unwrap()
}

fn set(name: &str, value: u64) -> u64 {
    std::env::var(name).ok().map_or(value, |text| text.parse().unwrap())
}

/// Numbers without order.
#[derive(Clone)]
struct Dice(u64);

impl Dice {
    /// One of `0..sides`.
    fn throw(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(1);
        mixed(self.0) % sides
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.throw(all.len() as u64) as usize]
    }

    /// A fault, of which those that take time are rare.
    fn fault(&mut self) -> Fault {
        let fault = self.of(&Fault::all(mixed(self.0)));
        let takes_time = fault.is_slow() || fault == Fault::Delay;
        if takes_time && self.throw(50) > 0 { Fault::None } else { fault }
    }

    /// A part of an object, or all of it.
    fn range(&mut self, bytes: u64) -> Option<std::ops::Range<u64>> {
        let (one, other) = (self.throw(bytes), self.throw(bytes));
        (self.throw(4) > 0).then(|| one.min(other)..one.max(other) + 1)
    }
}

/// Spoils a line from now on: `in_ten` of ten answers.
fn spoil(proxy: &Proxy, mut dice: Dice, in_ten: u64) {
    proxy.plan(move || if dice.throw(10) < in_ten { dice.fault() } else { Fault::None });
}

/// A run where each step leaves `whole` ways of two to the origin alone.
async fn run(seed: u64, whole: usize) {
    let (steps, seed) = (set("FAULTS_STEPS", STEPS), set("FAULTS_SEED", seed));
    let mut dice = Dice(mixed(seed));
    let mut world = Arc::new(World::with_capacity(CAPACITY_BYTES).await);
    let (clock, longest) = (SystemClock::new(), longest(steps));
    let begin = clock.monotonic();
    let mut all = 0;
    for step in 0..steps {
        let well = dice.throw(2) as usize;
        for (way, (above, between)) in world.above.iter().zip(&world.between).enumerate() {
            let in_ten = if way == well && whole > 0 { 0 } else { dice.throw(11) };
            for (line, proxy) in [above, between].into_iter().enumerate() {
                let place = (2 * way + line) as u64;
                spoil(proxy, Dice(mixed(seed ^ step << 8 ^ place << 4)), in_ten);
            }
        }
        for got in ask(&world, &mut dice).await {
            let is_right = got.is_all() || whole == 0 && matches!(got, Got::Refused | Got::Broken(_));
            assert!(is_right, "seed {seed}, step {step}: {got:?}");
            all += u64::from(got.is_all());
        }
        world = disturb(world, &mut dice).await;
        if clock.monotonic() - begin > longest {
            eprintln!("CUT SHORT: {step} steps of {steps} took {longest:?}");
            break;
        }
    }
    let lasted = clock.monotonic() - begin;
    eprintln!("seed {seed}: {all} answers of {} are whole, in {lasted:?}", steps * CLIENTS);
    assert!(all > 0, "seed {seed}: who refuses everybody deceives nobody, and proves nothing");
}

async fn ask(world: &Arc<World>, dice: &mut Dice) -> Vec<Got> {
    let asked: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let (path, bytes) = dice.of(&OBJECTS);
            let (world, range) = (Arc::clone(world), dice.range(bytes));
            tokio::spawn(async move { world.get(path, range).await })
        })
        .collect();
    let mut got = Vec::new();
    for asked in asked {
        got.push(asked.await.unwrap());
    }
    got
}

/// What happens between two steps: time passes, somebody purges, the edge is killed and its disk spoilt.
async fn disturb(world: Arc<World>, dice: &mut Dice) -> Arc<World> {
    match dice.throw(50) {
        0 => {
            let mut world = Arc::into_inner(world).unwrap();
            let harm = dice.of(&[crate::disk::spoil as fn(&Path), crate::disk::cut_off, |_| ()]);
            world.restart_edge(harm).await;
            return Arc::new(world);
        }
        1..5 => world.purge().await,
        5..40 => world.pass_ms(dice.throw(2000) as i64),
        _ => {}
    }
    world
}

#[tokio::test]
async fn with_one_way_whole_everybody_is_served() {
    run(1, 1).await;
}

#[tokio::test]
async fn with_no_way_whole_nobody_is_deceived() {
    run(2, 0).await;
}
