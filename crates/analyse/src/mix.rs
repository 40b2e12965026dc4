//! The way from one frame to another: where the frames between lie along the straight line from one to the other.
//!
//! Owns the thumbnail and that line. In a dissolve the frames between move along it in one direction and small steps;
//! whether they are blends of its ends is asked in [`crate::blend`].

use crate::measure::{Frame, HEIGHT, SEEN_MAX, WIDTH};

/// Side of a thumbnail's cell in pixels of the reduced frame: small motion stays inside it.
const CELL: usize = 5;
const COLUMNS: usize = WIDTH / CELL;
const ROWS: usize = HEIGHT / CELL;
/// Cells of a thumbnail.
pub const CELLS: usize = COLUMNS * ROWS;

/// Mean luma (0 to 255) of each cell.
pub type Thumbnail = [f32; CELLS];

/// How the frames from one to another lie to the line between the two.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mix {
    /// Root mean square difference of the two thumbnails, in 8-bit luma steps.
    pub change: f32,
    /// Longest way along the line from one frame to the next, in lengths of the line: 1 for a cut.
    pub step: f32,
    /// Whole way along the line, back and forth, in lengths of the line: 1 where all go in one direction.
    pub way: f32,
    /// Where each frame is on the line, the latest first: 1 for that, 0 for the first.
    parts: [f32; SEEN_MAX],
    /// How many of them there are.
    frames: usize,
}

impl Mix {
    /// Where on the line the frame that many before the last one is.
    pub fn part(&self, back: usize) -> f32 {
        self.parts[back]
    }

    /// How many frames before the last one the middle of the line was passed.
    pub fn middle_back(&self) -> usize {
        (1..self.frames).find(|&back| self.parts[back] < 0.5).unwrap_or(0)
    }

    /// The frames between which most of the way is, as the first and the last of them, each as frames before the last one.
    pub fn ends_back(&self) -> (usize, usize) {
        /// Part of the way that may be before and after them.
        const STILL_PART: f32 = 0.1;
        let parts = &self.parts[..self.frames];
        let first = parts.iter().position(|&part| part < STILL_PART);
        let last = parts.iter().rposition(|&part| part > 1.0 - STILL_PART);
        match (first, last) {
            (Some(first), Some(last)) if last < first => (first, last),
            _ => (self.frames.saturating_sub(1), 0),
        }
    }

    /// The frame from `last` to `first`, as frames before the last one, that is nearest to `part` of the way.
    pub fn nearest_back(&self, (first, last): (usize, usize), part: f32) -> usize {
        let off = |back: usize| (self.parts[back] - part).abs();
        (last..=first).min_by(|&a, &b| off(a).total_cmp(&off(b))).unwrap_or(last)
    }
}

/// The thumbnail of a reduced frame.
pub fn thumbnail(frame: &Frame) -> Thumbnail {
    let mut sums = [0_u32; CELLS];
    for (y, row) in frame.chunks_exact(WIDTH).enumerate() {
        for (column, run) in row.chunks_exact(CELL).enumerate() {
            sums[(y / CELL) * COLUMNS + column] += run.iter().map(|&v| u32::from(v)).sum::<u32>();
        }
    }
    sums.map(|sum| sum as f32 / (CELL * CELL) as f32)
}

/// Measures `frames`, the latest first, of which [`SEEN_MAX`] count; `None` where there are not even 2.
pub fn measure<'a>(frames: impl ExactSizeIterator<Item = &'a Thumbnail> + Clone) -> Option<Mix> {
    let frames = frames.take(SEEN_MAX);
    let mut ends = frames.clone();
    let (last, first) = (ends.next()?, ends.last()?);
    let line: Thumbnail = std::array::from_fn(|i| last[i] - first[i]);
    let length2 = dot(&line, &line).max(f32::MIN_POSITIVE);
    let change = (length2 / CELLS as f32).sqrt();
    let mut mix = Mix { change, step: 0.0, way: 0.0, parts: [0.0; SEEN_MAX], frames: frames.len() };
    for (back, frame) in frames.enumerate() {
        let from_first: Thumbnail = std::array::from_fn(|i| frame[i] - first[i]);
        mix.parts[back] = dot(&from_first, &line) / length2;
        if back > 0 {
            let step = (mix.parts[back - 1] - mix.parts[back]).abs();
            mix.step = mix.step.max(step);
            mix.way += step;
        }
    }
    Some(mix)
}

/// How far one thumbnail may be moved over another to find the same scene in both, in cells: a whip pan leaves at least
/// a third of the columns in sight.
const SHIFT_COLUMNS: isize = 20;
const SHIFT_ROWS: isize = 4;

/// The best correlation (-1 to 1) of two thumbnails over all places where one is moved over the other: near 1 when the
/// camera only turned from one to the other, whatever the exposure did.
pub fn likeness(a: &Thumbnail, b: &Thumbnail) -> f32 {
    let shifts =
        (-SHIFT_ROWS..=SHIFT_ROWS).flat_map(|y| (-SHIFT_COLUMNS..=SHIFT_COLUMNS).map(move |x| (x, y)));
    shifts.map(|(x, y)| correlation(a, b, x, y)).fold(-1.0, f32::max)
}

/// Correlation over the part that is in both when `b` is moved `x` columns and `y` rows.
fn correlation(a: &Thumbnail, b: &Thumbnail, x: isize, y: isize) -> f32 {
    let (right, down) = (x.max(0) as usize, y.max(0) as usize);
    let (left, up) = ((-x).max(0) as usize, (-y).max(0) as usize);
    let (columns, rows) = (COLUMNS - right - left, ROWS - down - up);
    let (mut sum_a, mut sum_b, mut squares_a, mut squares_b, mut products) = (0.0, 0.0, 0.0, 0.0, 0.0_f32);
    for row in 0..rows {
        let of_a = &a[(row + down) * COLUMNS + right..][..columns];
        let of_b = &b[(row + up) * COLUMNS + left..][..columns];
        for (&a, &b) in of_a.iter().zip(of_b) {
            sum_a += a;
            sum_b += b;
            squares_a += a * a;
            squares_b += b * b;
            products += a * b;
        }
    }
    let count = (columns * rows) as f32;
    let spread = |squares: f32, sum: f32| (squares - sum * sum / count).max(0.0);
    let both = spread(squares_a, sum_a) * spread(squares_b, sum_b);
    if both > 0.0 { (products - sum_a * sum_b / count) / both.sqrt() } else { 0.0 }
}

fn dot(a: &Thumbnail, b: &Thumbnail) -> f32 {
    // Eight sums side by side, which the compiler keeps in vector registers.
    let mut sums = [0.0_f32; 8];
    for (a, b) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A thumbnail that is `level` on its left half and `other` on its right half.
    fn halves(level: f32, other: f32) -> Thumbnail {
        std::array::from_fn(|i| if i % COLUMNS < COLUMNS / 2 { level } else { other })
    }

    /// The change, the longest step, the whole way, the middle and the ends of `frames`, the first of them first.
    #[track_caller]
    fn check(frames: &[Thumbnail], expected: (f32, f32, f32), middle_back: usize, ends_back: (usize, usize)) {
        let mix = measure(frames.iter().rev()).unwrap();
        assert_eq!((mix.change, mix.step, mix.way), expected);
        assert_eq!((mix.middle_back(), mix.ends_back()), (middle_back, ends_back));
    }

    #[test]
    fn a_dissolve_is_a_straight_line() {
        let part = |p: f32| halves(100.0 * p, 100.0 - 100.0 * p);
        check(&[0.0, 0.25, 0.5, 0.75, 1.0].map(part), (100.0, 0.25, 1.0), 3, (4, 0));
        // It does not fill the window.
        check(&[0.0, 0.0, 0.25, 0.5, 0.75, 1.0, 1.0].map(part), (100.0, 0.25, 1.0), 4, (5, 1));
        // A cut is one as well, in one step.
        check(&[0.0, 0.0, 0.0, 1.0, 1.0].map(part), (100.0, 1.0, 1.0), 2, (2, 1));
        // There, back and there again.
        check(&[0.0, 1.0, 0.0, 1.0, 1.0].map(part), (100.0, 1.0, 3.0), 2, (4, 0));
        assert_eq!(measure(std::iter::empty()), None);
    }

    #[test]
    fn frames_are_found_by_their_part() {
        let part = |p: f32| halves(100.0 * p, 100.0 - 100.0 * p);
        let frames = [0.0, 0.25, 0.5, 0.75, 1.0].map(part);
        let mix = measure(frames.iter().rev()).unwrap();
        let nearest = [0.0, 0.3, 0.6, 0.9].map(|part| mix.nearest_back((4, 0), part));
        assert_eq!(nearest, [4, 3, 2, 0]);
        assert_eq!(mix.part(1), 0.75);
    }

    #[test]
    fn cells_are_means() {
        let frame: Frame = std::array::from_fn(|i| if i % WIDTH < CELL { 10 } else { 20 });
        let cells = thumbnail(&frame);
        assert_eq!((cells[0], cells[1], cells[COLUMNS]), (10.0, 20.0, 10.0));
    }
}
