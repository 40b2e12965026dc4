//! How often a slice is asked for by viewers who are not in sight yet.
//!
//! Owns the counts and the rates made of them. A rate has four factors, each known far better than the slice's own few
//! reads: plays of the group, the share of plays that read objects of this name, what the object itself shows against
//! that, and how many of them come as far as the slice.

use super::hash::HashedMap;
use super::spans::{SPANS, length_s, span};

/// Plays of so long ago count half. Releases fade within days, and the week's rhythm must not swamp them.
const HALF_LIFE_S: f64 = 2.0 * 86_400.0;
/// The time constant of that.
const MEMORY_S: f64 = HALF_LIFE_S / std::f64::consts::LN_2;
/// Plays for which the mean of all groups counts in a group's rate (the shape of a gamma prior). Few, since popularity
/// is spread over orders of magnitude.
const PLAYS_OF_MEAN: f64 = 0.3;
/// What a group nobody asked for yet has of that mean.
const SHARE_OF_UNSEEN: f64 = 0.5;
/// Plays for which the group counts in the rate of one of its objects: shares are much alike in all groups.
const PLAYS_OF_GROUP: f64 = 8.0;
/// The time for which a hint counts as if it had been counted here.
const HINT_S: f64 = 2.0 * 86_400.0;
/// Where counting has just begun, a rate is made as if it had gone on for so long.
const BEGUN_S: f64 = 600.0;
/// Groups and names that are kept in mind; beyond that the least played are forgotten.
const GROUPS_MAX: usize = 1 << 18;
const NAMES_MAX: usize = 1 << 12;

/// A count that fades.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Fading {
    value: f64,
    at_s: f64,
}

impl Fading {
    /// The count as it is at `now_s`.
    pub(super) fn at(&self, now_s: f64) -> f64 {
        self.value * (-(now_s - self.at_s).max(0.0) / MEMORY_S).exp()
    }

    /// Adds one.
    pub(super) fn add(&mut self, now_s: f64) {
        *self = Fading { value: self.at(now_s) + 1.0, at_s: now_s };
    }
}

/// See the module.
#[derive(Debug)]
pub(super) struct Demand {
    began_s: Option<f64>,
    groups: HashedMap<u64, Fading>,
    /// Plays a second, as somebody who sees more than this cache says.
    hints: HashedMap<u64, f64>,
    plays: Fading,
    /// Seconds read under each name, and under all.
    names: HashedMap<u64, f64>,
    read_s: f64,
    /// Plays ever, and seconds read in each span of their time.
    plays_ever: f64,
    reach_s: [f64; SPANS],
}

impl Demand {
    pub(super) fn new() -> Demand {
        Demand {
            began_s: None,
            groups: HashedMap::default(),
            hints: HashedMap::default(),
            plays: Fading::default(),
            names: HashedMap::default(),
            read_s: 0.0,
            plays_ever: 0.0,
            reach_s: [0.0; SPANS],
        }
    }

    /// Somebody begins with an object of `group`.
    pub(super) fn play(&mut self, group: u64, now_s: f64) {
        self.began_s.get_or_insert(now_s);
        self.plays.add(now_s);
        self.plays_ever += 1.0;
        if self.groups.len() >= GROUPS_MAX && !self.groups.contains_key(&group) {
            let mean = self.plays.at(now_s) / self.groups.len() as f64;
            self.groups.retain(|_, plays| plays.at(now_s) > mean);
        }
        self.groups.entry(group).or_default().add(now_s);
    }

    /// `seconds` at `position_s` were read under `name`.
    pub(super) fn read(&mut self, name: u64, position_s: f64, seconds: f64) {
        if let Some(reach_s) = self.reach_s.get_mut(span(position_s)) {
            *reach_s += seconds;
        }
        self.read_s += seconds;
        if self.names.len() < NAMES_MAX || self.names.contains_key(&name) {
            *self.names.entry(name).or_default() += seconds;
        }
    }

    /// Takes a hint: `plays_per_s` of the group are expected here.
    pub(super) fn hint(&mut self, group: u64, plays_per_s: f64) {
        if self.hints.len() < GROUPS_MAX || self.hints.contains_key(&group) {
            self.hints.insert(group, plays_per_s.max(0.0));
        }
    }

    /// Reads a second of the slice at `position_s` of an object that was begun `plays` times.
    pub(super) fn rate(&self, group: u64, name: u64, plays: &Fading, position_s: f64, now_s: f64) -> f64 {
        let counted_s = self.counted_s(now_s);
        let expected = self.group_rate(group, counted_s, now_s) * self.share(name);
        let object = (PLAYS_OF_GROUP + plays.at(now_s))
            / (PLAYS_OF_GROUP / expected.max(f64::MIN_POSITIVE) + counted_s);
        object * self.reach(position_s)
    }

    /// For how long plays have been counted, as they fade.
    fn counted_s(&self, now_s: f64) -> f64 {
        let since_s = now_s - self.began_s.unwrap_or(now_s);
        BEGUN_S + MEMORY_S * (1.0 - (-since_s / MEMORY_S).exp())
    }

    fn group_rate(&self, group: u64, counted_s: f64, now_s: f64) -> f64 {
        let plays = self.groups.get(&group).map_or(0.0, |plays| plays.at(now_s));
        if let Some(hint) = self.hints.get(&group) {
            return (hint * HINT_S + plays) / (HINT_S + counted_s);
        }
        let mean = self.plays.at(now_s) / counted_s / (self.groups.len() as f64 + 1.0) * SHARE_OF_UNSEEN;
        (PLAYS_OF_MEAN + plays) / (PLAYS_OF_MEAN / mean.max(f64::MIN_POSITIVE) + counted_s)
    }

    fn share(&self, name: u64) -> f64 {
        self.names.get(&name).map_or(0.0, |read_s| read_s / self.read_s)
    }

    /// The chance that a play comes to read at `position_s`.
    fn reach(&self, position_s: f64) -> f64 {
        let span = span(position_s);
        let read_s = self.reach_s.get(span).copied().unwrap_or_default();
        (read_s / (self.plays_ever.max(1.0) * length_s(span))).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: u64 = 7;

    /// A day in which group 1 was played a hundred times, half of them beyond `30 s`, and group 2 once.
    fn day() -> Demand {
        let mut demand = Demand::new();
        for play in 0..100 {
            let now_s = f64::from(play) * 864.0;
            demand.play(1, now_s);
            demand.read(NAME, 0.0, 2.0);
            if play % 2 == 0 {
                demand.read(NAME, 31.0, 2.0);
            }
        }
        demand.play(2, 86_000.0);
        demand
    }

    #[test]
    fn a_rate_is_plays_by_time() {
        let mut plays = Fading::default();
        (0..100).for_each(|play| plays.add(f64::from(play) * 864.0));
        let demand = day();
        let rate = demand.rate(1, NAME, &plays, 0.0, 86_400.0);
        // 100 in a day; of a span of 2.7 s two were read.
        let expected = 100.0 / 86_400.0 * 2.0 / length_s(0) * 100.0 / 101.0;
        assert!((rate / expected - 1.0).abs() < 0.05, "{rate}, not {expected}");
    }

    #[test]
    fn what_is_played_more_read_more_and_sooner_has_the_higher_rate() {
        let demand = day();
        let none = Fading::default();
        let rate = |group, name, position_s| demand.rate(group, name, &none, position_s, 86_400.0);
        // Although nobody read the object itself, in either.
        assert!(rate(1, NAME, 0.0) > 5.0 * rate(2, NAME, 0.0));
        assert!(rate(2, NAME, 0.0) > rate(3, NAME, 0.0), "seen before unseen");
        assert!(rate(3, NAME, 0.0) > 0.0, "the unseen may come");
        assert!(rate(1, NAME, 0.0) > rate(1, NAME, 31.0));
        assert_eq!(rate(1, NAME, 31.0 * 60.0), 0.0, "nobody came so far");
    }

    #[test]
    fn a_hint_tells_of_what_was_not_seen_yet() {
        let mut demand = day();
        let none = Fading::default();
        let before = demand.rate(3, NAME, &none, 0.0, 86_400.0);
        demand.hint(3, 1.0 / 60.0);
        assert!(demand.rate(3, NAME, &none, 0.0, 86_400.0) > 20.0 * before);
    }

    #[test]
    fn counts_fade_by_half() {
        let mut count = Fading::default();
        count.add(0.0);
        assert!((count.at(HALF_LIFE_S) - 0.5).abs() < 1e-9);
    }
}
