//! How a frame of AV1 is cut into tiles (sections 5.9.15 and 5.9.16).

use super::filters;
use super::sequence::Sequence;
use crate::bits::Bits;

/// Superblocks: pixels that tiles may be wide, pixels that they may have, and how many there may be in a line (section 3).
const TILE_WIDTH_MAX: u32 = 4096;
const TILE_AREA_MAX: u32 = 4096 * 2304;
const TILE_LINES_MAX: u32 = 64;

/// How a frame is cut into tiles.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tiles {
    columns: u32,
    rows: u32,
    columns_log2: u32,
    rows_log2: u32,
    /// Bytes of the size before each tile but a group's last.
    pub(super) size_bytes: usize,
}

impl Tiles {
    /// `tile_info` (5.9.15) of a frame of so many pixels.
    pub(super) fn parse(bits: &mut Bits<'_>, sequence: &Sequence, width: u32, height: u32) -> Option<Tiles> {
        if width == 0 || height == 0 {
            return None; // the size of a reference that there is not
        }
        let side_log2 = if sequence.large_superblocks { 7 } else { 6 };
        // Sizes are counted in blocks of 8 pixels first (5.9.9).
        let blocks = |pixels: u32| (pixels.div_ceil(8) * 8).div_ceil(1 << side_log2);
        let (across, down) = (blocks(width), blocks(height));
        let width_max = TILE_WIDTH_MAX >> side_log2;
        let columns_log2_min = log2(width_max, across);
        let log2_min = columns_log2_min.max(log2(TILE_AREA_MAX >> (2 * side_log2), across * down));
        let mut tiles = Tiles::default();
        if bits.flag()? {
            tiles.columns_log2 = grown(bits, columns_log2_min, log2(1, across.min(TILE_LINES_MAX)))?;
            tiles.columns = across.div_ceil(across.div_ceil(1 << tiles.columns_log2));
            let rows_log2_min = log2_min.saturating_sub(tiles.columns_log2);
            tiles.rows_log2 = grown(bits, rows_log2_min, log2(1, down.min(TILE_LINES_MAX)))?;
            tiles.rows = down.div_ceil(down.div_ceil(1 << tiles.rows_log2));
        } else {
            let (columns, widest) = told(bits, across, width_max)?;
            (tiles.columns, tiles.columns_log2) = (columns, log2(1, columns));
            let area_max = if log2_min > 0 { (across * down) >> (log2_min + 1) } else { across * down };
            let (rows, _) = told(bits, down, (area_max / widest).max(1))?;
            (tiles.rows, tiles.rows_log2) = (rows, log2(1, rows));
        }
        if tiles.number_bits() > 0 {
            bits.skip(tiles.number_bits())?; // context_update_tile_id
            tiles.size_bytes = bits.take(2)? as usize + 1;
        }
        Some(tiles)
    }

    pub(super) fn count(&self) -> u32 {
        self.columns * self.rows
    }

    /// Bits of a tile's number.
    pub(super) fn number_bits(&self) -> u32 {
        self.columns_log2 + self.rows_log2
    }
}

/// `tile_log2` (5.9.16): how often `size` must be doubled to reach `target`.
fn log2(size: u32, target: u32) -> u32 {
    (0..32).find(|doubled| u64::from(size) << doubled >= u64::from(target)).unwrap_or(32)
}

/// A number that grows by one for each flag that is set, up to `most`.
fn grown(bits: &mut Bits<'_>, least: u32, most: u32) -> Option<u32> {
    let mut number = least;
    while number < most && bits.flag()? {
        number += 1;
    }
    Some(number)
}

/// Sizes of tiles that are told one by one: their count and the largest.
fn told(bits: &mut Bits<'_>, superblocks: u32, size_max: u32) -> Option<(u32, u32)> {
    let (mut count, mut largest, mut start) = (0, 1, 0);
    while start < superblocks {
        let size = filters::below(bits, (superblocks - start).min(size_max))? + 1;
        (count, largest, start) = (count + 1, largest.max(size), start + size);
    }
    (count <= TILE_LINES_MAX).then_some((count, largest))
}
