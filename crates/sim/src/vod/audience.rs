//! Who watches when, and how long they stay.

use super::catalogue::{Popularity, Title};
use super::{CODECS, Params, RUNGS, SLICE_S, Step};
use crate::random::{Draw as _, seeded, sums};
use stdx::random::Random;

const DAY_S: f64 = 86_400.0;
const HOUR_S: f64 = 3600.0;
/// Sessions begun by the hour of the day: least at five in the morning, most at nine in the evening.
const HOURS: [f64; 24] = [
    0.55, 0.35, 0.22, 0.15, 0.12, 0.12, 0.16, 0.25, 0.33, 0.40, 0.46, 0.52, 0.60, 0.62, 0.62, 0.65, 0.72,
    0.85, 1.05, 1.35, 1.60, 1.65, 1.40, 0.95,
];
/// And by the day of the week, from Monday.
const WEEK: [f64; 7] = [0.90, 0.88, 0.90, 0.95, 1.15, 1.25, 1.20];

/// Viewers look into titles before they stay with one: of 540 million sessions about 20 % came to the end (Chen et al.,
/// "A study of user behavior in online VoD services", 2014); half of all were over within ten minutes (Yu et al.,
/// EuroSys 2006). Browsers are exponential, as Chen et al. (ICC 2014) found the first minutes to be.
const BROWSERS: f64 = 0.38;
const BROWSING_MINUTES: f64 = 2.2;
const LEAVERS: f64 = 0.40;
const LEAVING_MINUTES: f64 = 14.0;
/// Who looked on for less does not count as having begun.
const BEGUN_MINUTES: u32 = 3;
/// Of those who came to the end of an episode, so many watch the next.
const ONWARDS: f64 = 0.6;
/// Of those who left after this many minutes, so many come back where they left, about a day later.
const RETURN_MINUTES: u32 = 8;
const RETURNERS: f64 = 0.3;
const RETURN_DAYS: (f64, f64) = (0.6, 1.0);
/// The chance that a player changes to a neighbouring rung, for each slice.
const SWITCHES: f64 = 0.03;

/// A session before it begins.
struct Visit {
    at_s: f64,
    title: usize,
    minute: u32,
    rung: usize,
    codec: usize,
}

/// Calls `step` for every slice that is watched; sessions one after the other, not in the order of time.
pub(super) fn watch(params: &Params, titles: &[Title], mut step: impl FnMut(Step)) {
    let mut random = seeded(params.seed ^ 1);
    let mut popularity = Popularity::new(params, titles);
    let mut returning: Vec<Visit> = Vec::new();
    let mut session = 0;
    for day in 0..params.days {
        let sums = sums(popularity.on(day, titles));
        let end_s = f64::from(day + 1) * DAY_S;
        let (mut visits, later): (Vec<_>, Vec<_>) =
            returning.into_iter().partition(|visit| visit.at_s < end_s);
        visits.extend(newcomers(params, day, titles, &sums, &mut random));
        visits.sort_by(|one, other| one.at_s.total_cmp(&other.at_s));
        returning = later;
        for visit in visits {
            session += 1;
            returning.extend(sit(session, visit, titles, &mut random, &mut step));
        }
    }
}

fn newcomers(
    params: &Params,
    day: u32,
    titles: &[Title],
    popularity: &[f64],
    random: &mut Random,
) -> Vec<Visit> {
    let rungs = sums(RUNGS.map(|(_, sessions)| sessions));
    let codecs = sums(CODECS.map(|(_, devices)| devices));
    let of_day = params.sessions_per_day * WEEK[day as usize % WEEK.len()] / HOURS.iter().sum::<f64>();
    let mut visits = Vec::new();
    for (hour, sessions) in HOURS.iter().enumerate() {
        for _ in 0..random.poisson(of_day * sessions) {
            let at_s = f64::from(day) * DAY_S + (hour as f64 + random.unit()) * HOUR_S;
            let title = random.in_steps(popularity);
            let (rung, codec) = (random.in_steps(&rungs), random.in_steps(&codecs));
            if titles[title].is_there(at_s) {
                visits.push(Visit { at_s, title, minute: 0, rung, codec });
            }
        }
    }
    visits
}

/// One session to its end; answers with when and where it goes on another day.
fn sit(
    session: u64,
    visit: Visit,
    titles: &[Title],
    random: &mut Random,
    step: &mut impl FnMut(Step),
) -> Option<Visit> {
    let Visit { mut at_s, mut title, mut minute, mut rung, codec } = visit;
    loop {
        let left = titles[title].minutes - minute;
        let watched = minutes(random).min(left);
        for _ in 0..watched {
            if random.chance(SWITCHES) {
                rung =
                    if random.chance(0.5) { rung.saturating_sub(1) } else { (rung + 1).min(RUNGS.len() - 1) };
            }
            step(Step { session, title, rung, codec, minute, at_s });
            minute += 1;
            at_s += SLICE_S;
        }
        if watched < left {
            let comes_back = watched >= RETURN_MINUTES && random.chance(RETURNERS);
            let in_s = DAY_S * (RETURN_DAYS.0 + random.exponential(RETURN_DAYS.1));
            return comes_back.then_some(Visit { at_s: at_s + in_s, title, minute, rung, codec });
        }
        if !(titles[title].has_next && random.chance(ONWARDS)) {
            return None;
        }
        (title, minute) = (title + 1, 0);
    }
}

/// For how many minutes somebody stays, if the title is long enough.
fn minutes(random: &mut Random) -> u32 {
    let kind = random.unit();
    let minutes = if kind < BROWSERS {
        random.exponential(BROWSING_MINUTES)
    } else if kind < BROWSERS + LEAVERS {
        f64::from(BEGUN_MINUTES) + random.exponential(LEAVING_MINUTES)
    } else {
        f64::INFINITY
    };
    // A stay of no time at all is still a slice.
    (minutes.ceil() as u32).max(1)
}
