//! AV1: where the data of tiles is (AV1 Bitstream & Decoding Process Specification, version 1.0.0 with errata 1, sections 5.3
//! to 5.11).
//!
//! As the AV1 binding (AV1 Codec ISO Media File Format Binding 1.3.0, section 4) asks, only `decode_tile` structures are
//! protected, each by a subsample of its own. Owns OBUs and tile groups; headers are read in [`sequence`] and [`frame`].

mod sequence;
mod frame;
mod tiles;
mod references;
mod filters;

use super::MapError;
use super::ranges::Ranges;
use crate::bits::Bits;
use frame::Frame;
use references::References;
use sequence::Sequence;
use std::ops::Range;

/// `obu_type` (6.2.2).
const SEQUENCE_HEADER: u32 = 1;
const FRAME_HEADER: u32 = 3;
const TILE_GROUP: u32 = 4;
const FRAME: u32 = 6;
const TILE_LIST: u32 = 8;

/// What later OBUs refer to.
#[derive(Debug, Default)]
pub(super) struct Units {
    sequence: Option<Sequence>,
    references: References,
    /// The frame whose tile groups have not all come.
    frame: Option<Frame>,
}

/// An OBU without its header.
struct Obu<'a> {
    kind: u32,
    /// `temporal_id` and `spatial_id`.
    layer: (u32, u32),
    payload: &'a [u8],
}

impl Units {
    /// Knows the sequence header in a sample entry, where there is one.
    pub(super) fn new(config_obus: &[u8]) -> Result<Units, MapError> {
        let mut units = Units::default();
        units.tiles(config_obus)?;
        Ok(units)
    }

    /// Adds the ranges of a sample.
    pub(super) fn map(&mut self, sample: &[u8], ranges: &mut Ranges<'_>) -> Result<(), MapError> {
        let mut at = 0;
        for tile in self.tiles(sample)? {
            ranges.add(tile.start - at, tile.len());
            at = tile.end;
        }
        ranges.add(sample.len() - at, 0);
        Ok(())
    }

    /// Where in a run of OBUs tiles are.
    fn tiles(&mut self, obus: &[u8]) -> Result<Vec<Range<usize>>, MapError> {
        let mut tiles = Vec::new();
        let mut rest = obus;
        while !rest.is_empty() {
            let obu = next(&mut rest).ok_or(MapError { what: "an OBU of AV1" })?;
            let end = obus.len() - rest.len();
            let mut found = self.obu(&obu)?;
            let start = end - obu.payload.len();
            found.iter_mut().for_each(|tile| *tile = tile.start + start..tile.end + start);
            tiles.extend(found);
        }
        Ok(tiles)
    }

    /// Where in the payload of an OBU tiles are.
    fn obu(&mut self, obu: &Obu<'_>) -> Result<Vec<Range<usize>>, MapError> {
        match obu.kind {
            SEQUENCE_HEADER => {
                let sequence =
                    Sequence::parse(obu.payload).ok_or(MapError { what: "a sequence header of AV1" })?;
                self.sequence = Some(sequence);
            }
            // A second header of the same frame is a copy.
            FRAME_HEADER if self.frame.is_none() => {
                self.frame_header(obu).ok_or(MapError { what: "a frame header of AV1" })?;
            }
            FRAME => {
                let header = self.frame_header(obu).ok_or(MapError { what: "a frame header of AV1" })?;
                let tiles = self.tile_group(&obu.payload[header..]);
                let mut tiles = tiles.ok_or(MapError { what: "a tile group of AV1" })?;
                tiles.iter_mut().for_each(|tile| *tile = tile.start + header..tile.end + header);
                return Ok(tiles);
            }
            TILE_GROUP => {
                return self.tile_group(obu.payload).ok_or(MapError { what: "a tile group of AV1" });
            }
            TILE_LIST => return Err(MapError { what: "a tile list of AV1" }),
            _ => {}
        }
        Ok(Vec::new())
    }

    /// Reads a frame header; gives its bytes, the last one whole.
    fn frame_header(&mut self, obu: &Obu<'_>) -> Option<usize> {
        let mut bits = Bits::new(obu.payload);
        let sequence = self.sequence.as_ref()?;
        self.frame = Frame::parse(&mut bits, sequence, &mut self.references, obu.layer)?;
        Some(bits.bytes_begun())
    }

    /// `tile_group_obu` (5.11.1).
    fn tile_group(&mut self, payload: &[u8]) -> Option<Vec<Range<usize>>> {
        let frame = self.frame.as_ref()?;
        let tiles = &frame.tiles;
        let mut bits = Bits::new(payload);
        let (mut first, mut last) = (0, tiles.count() - 1);
        if tiles.count() > 1 && bits.flag()? {
            (first, last) = (bits.take(tiles.number_bits())?, bits.take(tiles.number_bits())?);
        }
        if first > last || last >= tiles.count() {
            return None;
        }
        let mut at = bits.bytes_begun();
        let mut found = Vec::new();
        for tile in first..=last {
            let mut end = payload.len();
            if tile != last {
                let size = payload.get(at..at + tiles.size_bytes)?;
                at += tiles.size_bytes;
                let size = size.iter().rev().fold(0usize, |all, byte| all << 8 | usize::from(*byte));
                end = at.checked_add(size + 1).filter(|end| *end <= payload.len())?;
            }
            found.push(at..end);
            at = end;
        }
        if last + 1 == tiles.count() {
            self.references.keep(frame);
            self.frame = None;
        }
        Some(found)
    }
}

/// Takes the next OBU (5.3).
fn next<'a>(rest: &mut &'a [u8]) -> Option<Obu<'a>> {
    let mut bits = Bits::new(rest);
    bits.flag().filter(|forbidden| !forbidden)?;
    let kind = bits.take(4)?;
    let (extended, sized) = (bits.flag()?, bits.flag()?);
    bits.flag()?; // obu_reserved_1bit
    let mut layer = (0, 0);
    if extended {
        layer = (bits.take(3)?, bits.take(2)?);
        bits.skip(3)?; // extension_header_reserved_3bits
    }
    let size = if sized { leb128(&mut bits)? } else { rest.len() - bits.bytes_begun() };
    let (payload, after) = rest[bits.bytes_begun()..].split_at_checked(size)?;
    *rest = after;
    Some(Obu { kind, layer, payload })
}

/// `leb128()` (4.10.5).
fn leb128(bits: &mut Bits<'_>) -> Option<usize> {
    let mut value = 0u64;
    for group in 0..8 {
        let more = bits.flag()?;
        value |= u64::from(bits.take(7)?) << (7 * group);
        if !more {
            return usize::try_from(value).ok().filter(|value| *value <= u32::MAX as usize);
        }
    }
    None
}
