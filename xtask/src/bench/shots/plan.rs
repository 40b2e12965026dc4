//! What is between two pieces of a composed film: kinds of transitions, and how they are drawn.

use super::compose::{HEIGHT, WIDTH};
use stdx::random::Random;

/// A kind of transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Cut,
    Dissolve,
    /// Out to a level of black or white, back from it, or both.
    Fade,
    /// A straight edge uncovers the next piece.
    Wipe(Way),
}

/// Where a wipe's edge moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Right,
    Left,
    Down,
    Up,
}

impl Way {
    /// Puts `next` over the `part` of `frame` that the edge has passed; both RGB.
    pub(super) fn uncover(self, frame: &mut [u8], next: &[u8], part: f64) {
        let passed = |side: usize| (side as f64 * part).round() as usize;
        let (columns, rows) = match self {
            Way::Right => (0..passed(WIDTH), 0..HEIGHT),
            Way::Left => (WIDTH - passed(WIDTH)..WIDTH, 0..HEIGHT),
            Way::Down => (0..WIDTH, 0..passed(HEIGHT)),
            Way::Up => (0..WIDTH, HEIGHT - passed(HEIGHT)..HEIGHT),
        };
        for row in rows {
            let run = (row * WIDTH + columns.start) * 3..(row * WIDTH + columns.end) * 3;
            frame[run.clone()].copy_from_slice(&next[run]);
        }
    }
}

/// A known transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Transition {
    pub(super) kind: Kind,
    /// First frame that is not wholly of the shot before.
    pub(super) start: usize,
    /// First frame that is wholly of the next shot; the same as `start` for a cut.
    pub(super) end: usize,
}

/// How one piece gives way to the next, before it is known where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    pub(super) kind: Kind,
    /// Frames in which the first piece goes, in which nothing is to be seen, in which the second comes. A dissolve and a
    /// wipe have the first alone.
    pub(super) out: usize,
    pub(super) hold: usize,
    pub(super) into: usize,
    /// Level that a fade goes through.
    pub(super) level: u8,
}

/// How the transitions of a film are drawn.
pub(super) type Draw = fn(&mut Random) -> Plan;

impl Plan {
    const CUT: Plan = Plan { kind: Kind::Cut, out: 0, hold: 0, into: 0, level: 0 };

    /// Frames of the next piece that are seen before it is alone.
    pub(super) fn next_in(&self) -> usize {
        match self.kind {
            Kind::Dissolve | Kind::Wipe(_) => self.out,
            Kind::Cut | Kind::Fade => self.into,
        }
    }
}

/// Cuts, dissolves and fades.
pub(super) fn common(rng: &mut Random) -> Plan {
    let kind = rng.unit();
    if kind < 0.45 {
        return Plan::CUT;
    }
    if kind < 0.75 {
        return Plan { kind: Kind::Dissolve, out: rng.between(8, 30), ..Plan::CUT };
    }
    let level = if rng.chance(0.35) { 255 } else { 0 };
    let (out, hold, into) = (rng.between(6, 20), rng.between(0, 8), rng.between(6, 20));
    // One fade in five is of one side alone: the other piece begins or ends with a cut at full level.
    match rng.between(0, 9) {
        0 => Plan { kind: Kind::Fade, out: 0, hold: hold.max(3), into, level },
        1 => Plan { kind: Kind::Fade, out, hold: hold.max(3), into: 0, level },
        _ => Plan { kind: Kind::Fade, out, hold, into, level },
    }
}

/// Wipes, and as many cuts.
pub(super) fn wipes(rng: &mut Random) -> Plan {
    if rng.chance(0.5) {
        return Plan::CUT;
    }
    let ways = [Way::Right, Way::Left, Way::Down, Way::Up];
    Plan { kind: Kind::Wipe(ways[rng.between(0, 3)]), out: rng.between(8, 30), ..Plan::CUT }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Columns and rows that a wipe halfway has uncovered.
    #[track_caller]
    fn check(way: Way, columns: std::ops::Range<usize>, rows: std::ops::Range<usize>) {
        let mut frame = vec![0; WIDTH * HEIGHT * 3];
        way.uncover(&mut frame, &vec![1; WIDTH * HEIGHT * 3], 0.5);
        for (i, &value) in frame.iter().enumerate() {
            let (column, row) = (i / 3 % WIDTH, i / 3 / WIDTH);
            assert_eq!(value == 1, columns.contains(&column) && rows.contains(&row), "{column} {row}");
        }
    }

    #[test]
    fn a_wipe_halfway_shows_half() {
        check(Way::Right, 0..WIDTH / 2, 0..HEIGHT);
        check(Way::Left, WIDTH / 2..WIDTH, 0..HEIGHT);
        check(Way::Down, 0..WIDTH, 0..HEIGHT / 2);
        check(Way::Up, 0..WIDTH, HEIGHT / 2..HEIGHT);
    }
}
