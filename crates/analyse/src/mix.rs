//! The linear-mix test: whether the frames between two are mixtures of those two, as in a dissolve.
//!
//! Owns the thumbnail and the straight line between two of them. In a dissolve every frame in between lies on that
//! line and moves along it in one direction; when things move, frames leave it.

use crate::measure::{Frame, HEIGHT, WIDTH};

/// Side of a thumbnail's cell in pixels of the reduced frame: small motion stays inside it.
const CELL: usize = 5;
const COLUMNS: usize = WIDTH / CELL;
const ROWS: usize = HEIGHT / CELL;
/// Cells of a thumbnail.
pub const CELLS: usize = COLUMNS * ROWS;

/// Mean luma (0 to 255) of each cell.
pub type Thumbnail = [f32; CELLS];

/// How the frames from one to another lie to the line between the two.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Mix {
    /// Root mean square difference of the two thumbnails, in 8-bit luma steps.
    pub change: f32,
    /// Mean squared distance of the frames between from the line, over the squared length of the line. 0 for an exact
    /// dissolve, 0.5 and more for frames that have nothing to do with the two.
    pub residual: f32,
    /// Longest way along the line from one frame to the next, in lengths of the line: 1 for a cut.
    pub step: f32,
    /// Whole way along the line, back and forth, in lengths of the line: 1 where all go in one direction.
    pub way: f32,
    /// How many frames before the last one the middle of the line was passed.
    pub middle_back: u8,
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

/// Measures `frames`, the latest first; at least 2 of them.
pub fn measure<'a>(frames: impl ExactSizeIterator<Item = &'a Thumbnail> + Clone) -> Mix {
    let mut ends = frames.clone();
    let (Some(last), Some(first)) = (ends.next(), ends.last()) else { return Mix::default() };
    let line: Thumbnail = std::array::from_fn(|i| last[i] - first[i]);
    let length2 = dot(&line, &line).max(f32::MIN_POSITIVE);
    let mut mix = Mix { change: (length2 / CELLS as f32).sqrt(), ..Mix::default() };
    let (mut later, mut distance2, mut count) = (1.0, 0.0, 0.0_f32);
    for (back, frame) in frames.enumerate().skip(1) {
        let from_first: Thumbnail = std::array::from_fn(|i| frame[i] - first[i]);
        let at = dot(&from_first, &line) / length2;
        mix.step = mix.step.max((later - at).abs());
        mix.way += (later - at).abs();
        if mix.middle_back == 0 && at < 0.5 {
            mix.middle_back = back as u8;
        }
        later = at;
        distance2 += (dot(&from_first, &from_first) - at * at * length2).max(0.0);
        count += 1.0;
    }
    // The first frame lies on the line by definition.
    mix.residual = distance2 / (count - 1.0).max(1.0) / length2;
    mix
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

    #[track_caller]
    fn check(frames: &[Thumbnail], expected: Mix) {
        assert_eq!(measure(frames.iter().rev()), expected);
    }

    #[test]
    fn a_dissolve_is_a_straight_line() {
        let part = |p: f32| halves(100.0 * p, 100.0 - 100.0 * p);
        check(
            &[part(0.0), part(0.25), part(0.5), part(0.75), part(1.0)],
            Mix { change: 100.0, residual: 0.0, step: 0.25, way: 1.0, middle_back: 3 },
        );
        // A cut is one as well, in one step.
        check(
            &[part(0.0), part(0.0), part(0.0), part(1.0), part(1.0)],
            Mix { change: 100.0, residual: 0.0, step: 1.0, way: 1.0, middle_back: 2 },
        );
        // There, back and there again.
        check(
            &[part(0.0), part(1.0), part(0.0), part(1.0), part(1.0)],
            Mix { change: 100.0, residual: 0.0, step: 1.0, way: 3.0, middle_back: 2 },
        );
    }

    #[test]
    fn what_moves_leaves_the_line() {
        // The middle frame is 50 away from both in a direction of its own: 2500 over 100 squared, over two frames.
        let frames = [halves(0.0, 0.0), halves(100.0, 0.0), halves(100.0, 100.0)];
        // Halves of the picture: the line is 100 long on all cells; the middle frame is at 0.5, 50 off everywhere.
        check(&frames, Mix { change: 100.0, residual: 0.25, step: 0.5, way: 1.0, middle_back: 2 });
    }

    #[test]
    fn cells_are_means() {
        let frame: Frame = std::array::from_fn(|i| if i % WIDTH < CELL { 10 } else { 20 });
        let cells = thumbnail(&frame);
        assert_eq!((cells[0], cells[1], cells[COLUMNS]), (10.0, 20.0, 10.0));
    }
}
