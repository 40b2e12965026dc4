//! Who reads which object, where they are, and how long such walks go on.
//!
//! Owns the walkers in sight and what was learned of those before: how fast they go and when they leave. A *walk* is one
//! walker's slices of one object, one after the other; a jump or another object ends it.

use super::demand::{Demand, Fading};
use super::density::{Arrival, density};
use super::hash::HashedMap;
use super::spans::{SPANS, length_s, span, start_s};
use super::{Request, Slice};
use std::collections::VecDeque;

/// A walker who has not been heard of for so long has left.
const PATIENCE_S: f64 = 180.0;
/// One who is late by more than so many slices' time is not waited for.
const LATE_SLICES: f64 = 3.0;
/// Nor is one waited for at all who is slower or faster than this: seconds for a slice.
const PACE_S: std::ops::RangeInclusive<f64> = 0.05..=120.0;
/// Seconds for a slice until the first is measured.
const PACE_AT_FIRST_S: f64 = 10.0;
/// What the newest slice counts in a walker's pace, and in its name's.
const NEWEST: f64 = 0.3;
const NEWEST_OF_NAME: f64 = 0.01;
/// The nearest walkers are enough: those behind them add little.
const NEAREST: usize = 4;
/// Walkers and objects kept in mind. Beyond that the longest silent, and the least played, are forgotten.
const WALKERS_MAX: usize = 1 << 16;
const OBJECTS_MAX: usize = 1 << 20;
/// The table of leaving is made anew after so many requests, and what is older fades by this much.
const REFRESH_REQUESTS: u64 = 2048;
const FADE: f64 = 0.999;
/// Until more is known, a walk goes on for twenty minutes; this counts for ten.
const HAZARD_AT_FIRST: f64 = 1.0 / 1200.0;
const HAZARD_WEIGHT_S: f64 = 600.0;

#[derive(Debug, Clone, Copy)]
struct Walker {
    id: u64,
    index: u32,
    at_s: f64,
    pace_s: f64,
    /// How long it has been walking in this group.
    watched_s: f64,
}

#[derive(Debug)]
struct Object {
    group: u64,
    name: u64,
    plays: Fading,
    /// By where they are, the first at the front.
    walkers: Vec<Walker>,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    object: u64,
    index: u32,
    at_s: f64,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Walks {
    demand: Demand,
    objects: HashedMap<u64, Object>,
    places: HashedMap<u64, Place>,
    heard: VecDeque<(f64, u64)>,
    paces: HashedMap<u64, f64>,
    leaving: Leaving,
    requests: u64,
}

impl Walks {
    pub(super) fn new() -> Walks {
        Walks {
            demand: Demand::new(),
            objects: HashedMap::default(),
            places: HashedMap::default(),
            heard: VecDeque::new(),
            paces: HashedMap::default(),
            leaving: Leaving::new(),
            requests: 0,
        }
    }

    /// See [`Demand::hint`].
    pub(super) fn hint(&mut self, group: u64, plays_per_s: f64) {
        self.demand.hint(group, plays_per_s);
    }

    /// Takes note of a request.
    pub(super) fn observe(&mut self, request: &Request, now_s: f64) {
        self.requests += 1;
        if self.requests.is_multiple_of(REFRESH_REQUESTS) {
            self.leaving.refresh();
        }
        self.dismiss_the_silent(now_s);
        let before = request.walker.and_then(|id| self.lifted(id));
        let (walker, is_new) = self.moved(request, before, now_s);
        if is_new {
            self.demand.play(request.group, now_s);
            self.object(request, now_s).plays.add(now_s);
        }
        let seconds = self.pace_s(request.name);
        self.demand.read(request.name, f64::from(request.slice.index) * seconds, seconds);
        if request.walker.is_some() {
            self.set_down(request, walker, now_s);
        }
    }

    /// The hit density of a slice; see [`density`].
    pub(super) fn density(&self, slice: Slice, now_s: f64) -> f64 {
        let Some(object) = self.objects.get(&slice.object) else { return 0.0 };
        let position_s = f64::from(slice.index) * self.pace_s(object.name);
        let rate = self.demand.rate(object.group, object.name, &object.plays, position_s, now_s);
        let behind = object.walkers.partition_point(|walker| walker.index < slice.index);
        let nearest = object.walkers.get(..behind).unwrap_or_default().iter().rev();
        density(rate, nearest.filter_map(|walker| self.arrival(walker, slice.index, now_s)).take(NEAREST))
    }

    fn arrival(&self, walker: &Walker, index: u32, now_s: f64) -> Option<Arrival> {
        let silent_s = now_s - walker.at_s;
        if silent_s > LATE_SLICES * walker.pace_s.max(PACE_AT_FIRST_S) {
            return None;
        }
        let ahead_s = f64::from(index - walker.index) * walker.pace_s;
        let chance = self.leaving.chance_to_stay(walker.watched_s, ahead_s);
        Some(Arrival { in_s: (ahead_s - silent_s).max(0.0), chance })
    }

    /// Where the walker stands after `request`, having stood at `before`; and whether it begins with the group.
    fn moved(&mut self, request: &Request, before: Option<(u64, Walker)>, now_s: f64) -> (Walker, bool) {
        let id = request.walker.unwrap_or_default();
        let index = request.slice.index;
        let here = Walker { id, index, at_s: now_s, pace_s: self.pace_s(request.name), watched_s: 0.0 };
        let Some((object, walker)) = before else { return (here, true) };
        let gap_s = now_s - walker.at_s;
        if object == request.slice.object && index == walker.index {
            return (Walker { at_s: now_s, ..walker }, false);
        }
        if object == request.slice.object && Some(index) == walker.index.checked_add(1) {
            self.leaving.went_on(walker.watched_s, gap_s);
            let gap_s = gap_s.clamp(*PACE_S.start(), *PACE_S.end());
            let pace = self.paces.entry(request.name).or_insert(gap_s);
            *pace += NEWEST_OF_NAME * (gap_s - *pace);
            let pace_s = walker.pace_s + NEWEST * (gap_s - walker.pace_s);
            return (Walker { pace_s, watched_s: walker.watched_s + gap_s, ..here }, false);
        }
        self.leaving.left(walker.watched_s);
        let is_sibling = self.objects.get(&object).is_some_and(|object| object.group == request.group);
        let watched_s = if is_sibling { walker.watched_s + gap_s } else { 0.0 };
        (Walker { watched_s, ..here }, !is_sibling)
    }

    /// Takes a walker from where it stands.
    fn lifted(&mut self, id: u64) -> Option<(u64, Walker)> {
        let place = self.places.remove(&id)?;
        let walkers = &mut self.objects.get_mut(&place.object)?.walkers;
        let first = walkers.partition_point(|walker| walker.index < place.index);
        let found = walkers.iter().skip(first).position(|walker| walker.id == id)? + first;
        Some((place.object, walkers.remove(found)))
    }

    fn set_down(&mut self, request: &Request, walker: Walker, now_s: f64) {
        let place = Place { object: request.slice.object, index: walker.index, at_s: now_s };
        self.places.insert(walker.id, place);
        self.heard.push_back((now_s, walker.id));
        let walkers = &mut self.object(request, now_s).walkers;
        let behind = walkers.partition_point(|other| other.index <= walker.index);
        walkers.insert(behind, walker);
    }

    /// Those who were last heard of too long ago have left; so have, for all we can know, the oldest of too many.
    fn dismiss_the_silent(&mut self, now_s: f64) {
        while let Some(&(at_s, id)) = self.heard.front() {
            if at_s + PATIENCE_S >= now_s && self.places.len() <= WALKERS_MAX {
                break;
            }
            self.heard.pop_front();
            if self.places.get(&id).is_some_and(|place| place.at_s == at_s)
                && let Some((_, walker)) = self.lifted(id)
            {
                self.leaving.left(walker.watched_s);
            }
        }
    }

    fn object(&mut self, request: &Request, now_s: f64) -> &mut Object {
        let id = request.slice.object;
        if self.objects.len() >= OBJECTS_MAX && !self.objects.contains_key(&id) {
            self.objects.retain(|_, object| !object.walkers.is_empty() || object.plays.at(now_s) > 0.5);
        }
        self.objects.entry(id).or_insert_with(|| Object {
            group: request.group,
            name: request.name,
            plays: Fading::default(),
            walkers: Vec::new(),
        })
    }

    fn pace_s(&self, name: u64) -> f64 {
        self.paces.get(&name).copied().unwrap_or(PACE_AT_FIRST_S)
    }
}

/// How likely walkers are to leave, by how long they have been walking (a life table).
#[derive(Debug)]
struct Leaving {
    left: [f64; SPANS],
    walked_s: [f64; SPANS],
    /// For each span, the hazard a second, and what has been gone through of it before.
    table: [(f64, f64); SPANS],
}

impl Leaving {
    fn new() -> Leaving {
        let mut leaving = Leaving { left: [0.0; SPANS], walked_s: [0.0; SPANS], table: [(0.0, 0.0); SPANS] };
        leaving.refresh();
        leaving
    }

    fn went_on(&mut self, watched_s: f64, seconds: f64) {
        self.walked_s[span(watched_s)] += seconds;
    }

    fn left(&mut self, watched_s: f64) {
        self.left[span(watched_s)] += 1.0;
    }

    fn refresh(&mut self) {
        let mut before = 0.0;
        for (each, row) in self.table.iter_mut().enumerate() {
            self.left[each] *= FADE;
            self.walked_s[each] *= FADE;
            let hazard = (self.left[each] + HAZARD_AT_FIRST * HAZARD_WEIGHT_S)
                / (self.walked_s[each] + HAZARD_WEIGHT_S);
            *row = (hazard, before);
            before += hazard * length_s(each);
        }
    }

    /// The chance that one who has walked for `watched_s` goes on for `ahead_s`.
    fn chance_to_stay(&self, watched_s: f64, ahead_s: f64) -> f64 {
        (self.gone_through(watched_s) - self.gone_through(watched_s + ahead_s)).exp()
    }

    fn gone_through(&self, watched_s: f64) -> f64 {
        let span = span(watched_s);
        let (hazard, before) = self.table[span];
        before + hazard * (watched_s - start_s(span))
    }
}

#[cfg(test)]
mod tests;
