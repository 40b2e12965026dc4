//! Films with known transitions, composed from pieces of real shots.
//!
//! Owns what happens inside a piece: slow pans and the events that are no transition (flashes, whip pans, shaking, a
//! change of exposure), and makes what a plan says between two pieces. Everything is drawn from one seed.

use super::plan::{Draw, Kind, Plan, Transition};
use super::source::Clip;
use crate::shell::Result;
use std::io::Write;
use stdx::random::Random;

/// Width of a composed film in pixels.
pub(super) const WIDTH: usize = 320;
/// Height of a composed film in rows.
pub(super) const HEIGHT: usize = 180;
/// Frames a second of a composed film.
pub(super) const FPS: u32 = 24;
/// Width of the pictures that a film's frames are cut out of: room for a camera that moves.
pub(super) const CANVAS_WIDTH: usize = 480;
/// Height of those pictures.
pub(super) const CANVAS_HEIGHT: usize = 270;
/// Room beside the frame, across and down.
const ROOM: (f64, f64) = ((CANVAS_WIDTH - WIDTH) as f64, (CANVAS_HEIGHT - HEIGHT) as f64);
/// Attempts to find a span that is long enough and not the one before.
const DRAWS_MAX: usize = 100;

/// RGB bytes, row by row.
pub(super) type Picture = Vec<u8>;

/// An event inside a piece that is no transition.
#[derive(Debug, Clone, Copy)]
enum Event {
    Flash { at: usize, frames: usize, strength: f64 },
    Whip { at: usize, frames: usize },
    Shake { at: usize, frames: usize, reach: f64 },
    Exposure { at: usize, frames: usize, gain: f64 },
}

impl Event {
    /// One in three pieces has one, away from its ends, where transitions are.
    fn draw(rng: &mut Random, from: usize, to: usize) -> Option<Event> {
        const FRAMES_MAX: usize = 14;
        if to < from + FRAMES_MAX + 8 || !rng.chance(0.4) {
            return None;
        }
        let at = rng.between(from + 4, to - FRAMES_MAX - 4);
        Some(match rng.between(0, 3) {
            0 => Event::Flash { at, frames: rng.between(1, 3), strength: rng.real(0.4, 1.0) },
            1 => Event::Whip { at, frames: rng.between(4, 9) },
            2 => Event::Shake { at, frames: FRAMES_MAX, reach: rng.real(4.0, 12.0) },
            _ => Event::Exposure { at, frames: rng.between(4, FRAMES_MAX), gain: rng.real(0.6, 1.5) },
        })
    }
}

/// A piece of a shot with a camera that moves over it.
struct Piece {
    pictures: Vec<Picture>,
    mirrored: bool,
    /// Where the frame's corner is at the first and at the last picture, as parts of the room.
    from: (f64, f64),
    to: (f64, f64),
    event: Option<Event>,
    shake: Random,
}

impl Piece {
    /// The frame at `i`.
    fn frame(&mut self, i: usize) -> Picture {
        let i = i.min(self.pictures.len() - 1);
        let (x, y, blur) = self.corner(i);
        let mut frame = cut_out(&self.pictures[i], x, y, blur, self.mirrored);
        match self.event {
            Some(Event::Flash { at, frames, strength }) if (at..at + frames).contains(&i) => {
                frame.iter_mut().for_each(|v| *v = mix(*v, 255, strength));
            }
            Some(Event::Exposure { at, frames, gain }) if i >= at => {
                let part = ((i - at) as f64 / frames as f64).min(1.0);
                let gain = 1.0 + (gain - 1.0) * part;
                frame.iter_mut().for_each(|v| *v = (f64::from(*v) * gain).min(255.0) as u8);
            }
            _ => {}
        }
        frame
    }

    /// Left and top of the frame in the picture, and over how many columns it is blurred.
    fn corner(&mut self, i: usize) -> (f64, f64, usize) {
        let part = i as f64 / self.pictures.len().max(2) as f64;
        let mut x = (self.from.0 + (self.to.0 - self.from.0) * part) * ROOM.0;
        let mut y = (self.from.1 + (self.to.1 - self.from.1) * part) * ROOM.1;
        let mut blur = 1;
        match self.event {
            Some(Event::Whip { at, frames }) if i > at => {
                // From the side on which the camera is to the other one.
                let way = if x < ROOM.0 / 2.0 { ROOM.0 - x } else { -x };
                let done = (i - at) as f64 / frames as f64;
                x += way * done.min(1.0);
                if done <= 1.0 {
                    blur = (way.abs() / frames as f64) as usize + 1;
                }
            }
            Some(Event::Shake { at, frames, reach }) if (at..at + frames).contains(&i) => {
                x += self.shake.real(-reach, reach);
                y += self.shake.real(-reach, reach);
            }
            _ => {}
        }
        (x.clamp(0.0, ROOM.0), y.clamp(0.0, ROOM.1), blur)
    }
}

/// The part of `picture` from column `x` and row `y` on, to a pixel, each row averaged over `blur` columns.
fn cut_out(picture: &[u8], x: f64, y: f64, blur: usize, mirrored: bool) -> Picture {
    let (x, y) = (x as usize, y as usize);
    let mut frame = Vec::with_capacity(WIDTH * HEIGHT * 3);
    for row in 0..HEIGHT {
        let line = &picture[(y + row) * CANVAS_WIDTH * 3..][..CANVAS_WIDTH * 3];
        for column in 0..WIDTH {
            let column = if mirrored { WIDTH - 1 - column } else { column };
            let from = (x + column).saturating_sub(blur / 2);
            let to = (from + blur).min(CANVAS_WIDTH);
            for channel in 0..3 {
                let sum: usize = (from..to).map(|c| usize::from(line[c * 3 + channel])).sum();
                frame.push((sum / (to - from)) as u8);
            }
        }
    }
    frame
}

/// `part` of `b` over `a`.
fn mix(a: u8, b: u8, part: f64) -> u8 {
    (f64::from(a) * (1.0 - part) + f64::from(b) * part).round() as u8
}

/// Writes a film with `transitions` of them to `out` as raw RGB, and returns what it has where.
pub(super) fn film(
    clips: &[Clip],
    seed: u64,
    transitions: usize,
    draw: Draw,
    out: &mut dyn Write,
) -> Result<(Vec<Transition>, usize)> {
    let rng = &mut Random::new(seed);
    let mut truth = Vec::new();
    let mut written = 0;
    let mut last = (usize::MAX, usize::MAX);
    let mut piece = draw_piece(clips, rng, &mut last, 0, 0)?;
    // Frames of the piece that were shown while it came in.
    let mut shown = 0;
    for _ in 0..transitions {
        let plan = draw(rng);
        let next_in = plan.next_in();
        let mut next = draw_piece(clips, rng, &mut last, next_in, 30)?;
        let stays = piece.pictures.len().saturating_sub(plan.out).max(shown + 1);
        for i in shown..stays {
            out.write_all(&piece.frame(i))?;
        }
        written += stays - shown;
        let frames = between(&mut piece, &mut next, stays, plan, out)?;
        truth.push(Transition { kind: plan.kind, start: written, end: written + frames });
        written += frames;
        (piece, shown) = (next, next_in);
    }
    for i in shown..piece.pictures.len() {
        out.write_all(&piece.frame(i))?;
    }
    Ok((truth, written + piece.pictures.len().saturating_sub(shown)))
}

/// Writes the frames of a transition; returns how many they are.
fn between(
    piece: &mut Piece,
    next: &mut Piece,
    from: usize,
    plan: Plan,
    out: &mut dyn Write,
) -> Result<usize> {
    for i in 0..plan.out {
        let part = (i + 1) as f64 / (plan.out + 1) as f64;
        let mut frame = piece.frame(from + i);
        match plan.kind {
            Kind::Dissolve => frame.iter_mut().zip(next.frame(i)).for_each(|(a, b)| *a = mix(*a, b, part)),
            Kind::Wipe(way) => way.uncover(&mut frame, &next.frame(i), part),
            _ => frame.iter_mut().for_each(|v| *v = mix(*v, plan.level, part)),
        }
        out.write_all(&frame)?;
    }
    for _ in 0..plan.hold {
        out.write_all(&vec![plan.level; WIDTH * HEIGHT * 3])?;
    }
    for i in 0..plan.into {
        let part = (i + 1) as f64 / (plan.into + 1) as f64;
        let mut frame = next.frame(i);
        frame.iter_mut().for_each(|v| *v = mix(plan.level, *v, part));
        out.write_all(&frame)?;
    }
    Ok(plan.out + plan.hold + plan.into)
}

/// A piece of another span than `last`, whose first `into` frames and last `out` frames are for transitions.
fn draw_piece(
    clips: &[Clip],
    rng: &mut Random,
    last: &mut (usize, usize),
    into: usize,
    out: usize,
) -> Result<Piece> {
    for _ in 0..DRAWS_MAX {
        let clip = rng.between(0, clips.len() - 1);
        let span = rng.between(0, clips[clip].spans.len() - 1);
        let (from_s, to_s) = clips[clip].spans[span];
        let available = ((to_s - from_s) * clips[clip].fps) as usize;
        let frames = (into + rng.between(16, 70) + out / 2).min(available);
        if (clip, span) == *last || frames < into + 30 {
            continue;
        }
        *last = (clip, span);
        let start_s = from_s + rng.between(0, available - frames) as f64 / clips[clip].fps;
        let pictures = clips[clip].pictures(start_s, frames)?;
        if pictures.len() < into + 16 {
            continue;
        }
        let from = (rng.unit(), rng.unit());
        let event = Event::draw(rng, into, pictures.len().saturating_sub(out));
        // A whip pan is the only movement of its piece: it must end where it leads to.
        let pans = rng.chance(0.5) && !matches!(event, Some(Event::Whip { .. }));
        let to = if pans { (rng.unit(), rng.unit()) } else { from };
        let (mirrored, shake) = (rng.chance(0.5), rng.clone());
        return Ok(Piece { pictures, mirrored, from, to, event, shake });
    }
    Err("no span of the clips is long enough for a piece".into())
}

#[cfg(test)]
mod tests {
    use super::super::plan::Way;
    use super::*;

    fn flat(level: u8) -> Piece {
        Piece {
            pictures: vec![vec![level; CANVAS_WIDTH * CANVAS_HEIGHT * 3]; 12],
            mirrored: false,
            from: (0.0, 0.0),
            to: (0.0, 0.0),
            event: None,
            shake: Random::new(1),
        }
    }

    /// First byte of each frame of a transition from level 40 to level 200.
    #[track_caller]
    fn check(plan: Plan, expected: &[u8]) {
        let mut bytes = Vec::new();
        let frames = between(&mut flat(40), &mut flat(200), 6, plan, &mut bytes).unwrap();
        assert_eq!(frames, expected.len());
        let firsts: Vec<u8> = bytes.chunks_exact(WIDTH * HEIGHT * 3).map(|frame| frame[0]).collect();
        assert_eq!(firsts, expected);
    }

    #[test]
    fn transitions_mix_what_they_join() {
        let cut = Plan { kind: Kind::Cut, out: 0, hold: 0, into: 0, level: 0 };
        check(cut, &[]);
        check(Plan { kind: Kind::Dissolve, out: 3, ..cut }, &[80, 120, 160]);
        check(Plan { kind: Kind::Fade, out: 3, hold: 2, into: 1, ..cut }, &[30, 20, 10, 0, 0, 100]);
        check(Plan { kind: Kind::Fade, out: 1, level: 240, ..cut }, &[140]);
        // The first byte is in the top left corner.
        check(Plan { kind: Kind::Wipe(Way::Right), out: 3, ..cut }, &[200, 200, 200]);
        check(Plan { kind: Kind::Wipe(Way::Up), out: 3, ..cut }, &[40, 40, 40]);
    }

    #[test]
    fn a_flash_is_over_soon_and_a_whip_ends_on_the_other_side() {
        let mut piece = flat(55);
        piece.event = Some(Event::Flash { at: 3, frames: 2, strength: 0.5 });
        let levels: Vec<u8> = (0..7).map(|i| piece.frame(i)[0]).collect();
        assert_eq!(levels, [55, 55, 55, 155, 155, 55, 55]);
        piece.event = Some(Event::Whip { at: 2, frames: 4 });
        let corners: Vec<(f64, f64, usize)> = (0..8).map(|i| piece.corner(i)).collect();
        assert_eq!(
            corners.iter().map(|c| c.0).collect::<Vec<_>>(),
            [0.0, 0.0, 0.0, 40.0, 80.0, 120.0, 160.0, 160.0]
        );
        assert_eq!(corners.iter().map(|c| c.2).collect::<Vec<_>>(), [1, 1, 1, 41, 41, 41, 41, 1]);
    }
}
