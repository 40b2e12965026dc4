//! The titles, and how popular each is on a day.

use super::Params;
use crate::random::{Draw as _, seeded};
use stdx::random::Random;

const DAY_S: f64 = 86_400.0;

/// A film or an episode.
#[derive(Debug, Clone)]
pub(super) struct Title {
    /// Days from the beginning of the trace; negative for what was there before.
    pub(super) released_day: f64,
    /// How popular it is against others of its age.
    pub(super) weight: f64,
    pub(super) minutes: u32,
    /// Whether the next title is its next episode.
    pub(super) has_next: bool,
}

/// How many titles are series, and of how many episodes.
const SERIES: f64 = 0.4;
const EPISODES: usize = 8;
/// Of those who begin with a series, so many begin with its first episode.
const FIRST_EPISODE: f64 = 0.5;
/// Minutes of episodes and of films.
const EPISODE_MINUTES: std::ops::Range<u32> = 20..60;
const FILM_MINUTES: std::ops::Range<u32> = 80..130;
/// The mean age of what is there at the beginning, in days.
const AGE_DAYS: f64 = 250.0;
/// Releases come at three in the morning.
const RELEASE_HOUR: f64 = 3.0;
/// What is new is so many times as popular as later, and this fades in so many days. Services' weekly lists show
/// hours watched to halve in one to two weeks.
const NOVELTY: f64 = 12.0;
const NOVELTY_DAYS: f64 = 9.0;
/// The drift of a title's popularity: what a day keeps of it, and what it adds (in logarithms).
const DRIFT_KEPT: f64 = 0.97;
const DRIFT_ADDED: f64 = 0.12;

/// All titles that are there, or will be. Episodes of a series follow each other.
pub(super) fn titles(params: &Params) -> Vec<Title> {
    let mut random = seeded(params.seed);
    let releases = params.releases_per_day * params.days as usize;
    let count = params.titles + releases;
    let mut ranks: Vec<usize> = (1..=count).collect();
    for last in (1..count).rev() {
        ranks.swap(last, random.below(last + 1));
    }
    let mut titles = Vec::with_capacity(count + EPISODES);
    for rank in ranks {
        if titles.len() >= count {
            break;
        }
        let is_new = titles.len() >= params.titles;
        let released_day = if is_new {
            random.below(params.days as usize) as f64 + RELEASE_HOUR / 24.0
        } else {
            -random.exponential(AGE_DAYS)
        };
        titles.extend(work(&mut random, (rank as f64).powf(-params.zipf), released_day));
    }
    titles
}

/// A film, or the episodes of a series.
fn work(random: &mut Random, weight: f64, released_day: f64) -> Vec<Title> {
    let is_series = random.chance(SERIES);
    let range = if is_series { EPISODE_MINUTES } else { FILM_MINUTES };
    let minutes = range.start + random.below((range.end - range.start) as usize) as u32;
    let title = |weight, has_next| Title { released_day, weight, minutes, has_next };
    if !is_series {
        return vec![title(weight, false)];
    }
    let others = (1.0 - FIRST_EPISODE) / (EPISODES - 1) as f64;
    (0..EPISODES)
        .map(|episode| {
            let share = if episode == 0 { FIRST_EPISODE } else { others };
            title(weight * share, episode + 1 < EPISODES)
        })
        .collect()
}

/// The popularity of all titles, day by day.
pub(super) struct Popularity {
    random: Random,
    drifts: Vec<f64>,
}

impl Popularity {
    pub(super) fn new(params: &Params, titles: &[Title]) -> Popularity {
        Popularity { random: seeded(params.seed ^ 2), drifts: vec![0.0; titles.len()] }
    }

    /// On the next day, which is `day`.
    pub(super) fn on(&mut self, day: u32, titles: &[Title]) -> Vec<f64> {
        for drift in &mut self.drifts {
            *drift = DRIFT_KEPT * *drift + DRIFT_ADDED * self.random.normal();
        }
        let noon = f64::from(day) + 0.5;
        let popularity = titles.iter().zip(&self.drifts).map(|(title, drift)| {
            let age_days = noon - title.released_day;
            let novelty = if age_days < 0.0 { 0.0 } else { 1.0 + NOVELTY * (-age_days / NOVELTY_DAYS).exp() };
            title.weight * drift.exp() * novelty
        });
        popularity.collect()
    }
}

impl Title {
    pub(super) fn is_there(&self, at_s: f64) -> bool {
        self.released_day * DAY_S <= at_s
    }
}
