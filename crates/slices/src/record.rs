//! The journal's records: values to bytes and back.
//!
//! Owns the form of a record and of its frame. All numbers are little-endian; texts have their length before them.
//!
//! | bytes | of a frame |
//! | --- | --- |
//! | 2 | length of the body |
//! | 1 | kind, the first byte of the body |
//! | n | fields of the kind |
//! | 8 | beginning of BLAKE3 of generation of the journal, place of the frame in it, and body |
//!
//! The place makes sure that no frame counts that lies where an earlier, longer one was begun and failed.

use cache::blocks::{DIGEST_BYTES, Digest};
use cache::eviction::Slice;

use crate::Object;

/// Most bytes of a frame.
pub(crate) const FRAME_BYTES_MAX: usize = 2 + crate::OBJECT_BYTES_MAX + 8;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Record {
    /// An object was told, anew or again.
    Object(Object),
    /// A slice is kept.
    Slice(Placed),
    /// A slice is kept no more.
    SliceGone(Slice),
    /// An object is known no more, with all its slices.
    ObjectGone(u64),
    /// All that was written before this is on the disk, and nothing was written after it.
    Clean,
}

/// Where a slice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) slice: Slice,
    /// Number of its volume.
    pub(crate) volume: u32,
    /// Its first page in there.
    pub(crate) page: u32,
    /// Its length in bytes.
    pub(crate) length: u32,
    /// [`root`] of its digests.
    pub(crate) root: Digest,
    /// Whether it may be damaged: it was kept over an end without [`Record::Clean`] and not read since.
    pub(crate) suspect: bool,
}

const OBJECT: u8 = 1;
const SLICE: u8 = 2;
const SLICE_GONE: u8 = 3;
const OBJECT_GONE: u8 = 4;
const CLEAN: u8 = 5;

/// What stands for the digests of a slice's blocks, and binds them to the slice.
pub(crate) fn root(slice: Slice, length: u32, digests: &[Digest]) -> Digest {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&slice.object.to_le_bytes());
    hasher.update(&slice.index.to_le_bytes());
    hasher.update(&length.to_le_bytes());
    hasher.update(digests.as_flattened());
    let mut root = [0; DIGEST_BYTES];
    root.copy_from_slice(&hasher.finalize().as_bytes()[..DIGEST_BYTES]);
    root
}

/// Bytes of an object's record without its frame.
pub(crate) fn object_bytes(object: &Object) -> usize {
    let text = |text: &Option<String>| 1 + text.as_ref().map_or(0, |text| 2 + text.len());
    let headers: usize = object.headers.iter().map(|(name, value)| 4 + name.len() + value.len()).sum();
    1 + 2 + object.key.len() + 8 + text(&object.tag) + text(&object.content_type) + 2 + headers + 9 + 8
}

/// Appends the frame of `record` to `to`, for `place` in the journal of `generation`.
pub(crate) fn write(to: &mut Vec<u8>, record: &Record, generation: u64, place: u64) {
    let start = to.len();
    to.extend([0, 0]);
    body(to, record);
    let length = (to.len() - start - 2) as u16;
    to[start..start + 2].copy_from_slice(&length.to_le_bytes());
    let sum = checksum(&to[start + 2..], generation, place);
    to.extend(sum);
}

/// The record at the beginning of `bytes`, and the length of its frame; `None` where there is no whole sound one.
pub(crate) fn read(bytes: &[u8], generation: u64, place: u64) -> Option<(Record, usize)> {
    let (length, rest) = bytes.split_first_chunk()?;
    let length = usize::from(u16::from_le_bytes(*length));
    let (body, rest) = rest.split_at_checked(length)?;
    let sum = rest.first_chunk::<8>()?;
    if *sum != checksum(body, generation, place) {
        return None;
    }
    Some((Fields(body).record()?, 2 + length + 8))
}

fn checksum(body: &[u8], generation: u64, place: u64) -> [u8; 8] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&generation.to_le_bytes());
    hasher.update(&place.to_le_bytes());
    hasher.update(body);
    let mut sum = [0; 8];
    sum.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    sum
}

fn body(to: &mut Vec<u8>, record: &Record) {
    match record {
        Record::Object(object) => object_body(to, object),
        Record::Slice(placed) => {
            to.push(SLICE);
            slice_body(to, placed.slice);
            for number in [placed.volume, placed.page, placed.length] {
                to.extend(number.to_le_bytes());
            }
            to.extend(placed.root);
            to.push(u8::from(placed.suspect));
        }
        Record::SliceGone(slice) => {
            to.push(SLICE_GONE);
            slice_body(to, *slice);
        }
        Record::ObjectGone(id) => {
            to.push(OBJECT_GONE);
            to.extend(id.to_le_bytes());
        }
        Record::Clean => to.push(CLEAN),
    }
}

fn slice_body(to: &mut Vec<u8>, slice: Slice) {
    to.extend(slice.object.to_le_bytes());
    to.extend(slice.index.to_le_bytes());
}

fn object_body(to: &mut Vec<u8>, object: &Object) {
    to.push(OBJECT);
    text(to, &object.key);
    to.extend(object.bytes.to_le_bytes());
    for optional in [&object.tag, &object.content_type] {
        to.push(u8::from(optional.is_some()));
        if let Some(present) = optional {
            text(to, present);
        }
    }
    to.extend((object.headers.len() as u16).to_le_bytes());
    for (name, value) in &object.headers {
        text(to, name);
        text(to, value);
    }
    to.push(u8::from(object.fresh_until_ms.is_some()));
    to.extend(object.fresh_until_ms.unwrap_or_default().to_le_bytes());
    to.extend(object.stored_ms.to_le_bytes());
}

/// `OBJECT_BYTES_MAX` bounds every text below 2^16.
fn text(to: &mut Vec<u8>, text: &str) {
    to.extend((text.len() as u16).to_le_bytes());
    to.extend(text.as_bytes());
}

/// What is left of a body.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn record(mut self) -> Option<Record> {
        let record = match self.byte()? {
            OBJECT => Record::Object(self.object()?),
            SLICE => Record::Slice(self.placed()?),
            SLICE_GONE => Record::SliceGone(self.slice()?),
            OBJECT_GONE => Record::ObjectGone(u64::from_le_bytes(self.bytes()?)),
            CLEAN => Record::Clean,
            _ => return None,
        };
        self.0.is_empty().then_some(record)
    }

    fn object(&mut self) -> Option<Object> {
        let key = self.text()?;
        let bytes = u64::from_le_bytes(self.bytes()?);
        let (tag, content_type) = (self.optional_text()?, self.optional_text()?);
        let count = u16::from_le_bytes(self.bytes()?);
        let headers = (0..count).map(|_| Some((self.text()?, self.text()?))).collect::<Option<Vec<_>>>()?;
        let limited = self.flag()?;
        let until_ms = i64::from_le_bytes(self.bytes()?);
        let stored_ms = i64::from_le_bytes(self.bytes()?);
        let fresh_until_ms = limited.then_some(until_ms);
        Some(Object { key, bytes, tag, content_type, headers, fresh_until_ms, stored_ms })
    }

    fn placed(&mut self) -> Option<Placed> {
        Some(Placed {
            slice: self.slice()?,
            volume: self.number()?,
            page: self.number()?,
            length: self.number()?,
            root: self.bytes()?,
            suspect: self.flag()?,
        })
    }

    fn slice(&mut self) -> Option<Slice> {
        Some(Slice { object: u64::from_le_bytes(self.bytes()?), index: self.number()? })
    }

    fn optional_text(&mut self) -> Option<Option<String>> {
        if self.flag()? { self.text().map(Some) } else { Some(None) }
    }

    fn text(&mut self) -> Option<String> {
        let length = u16::from_le_bytes(self.bytes()?);
        let (text, rest) = self.0.split_at_checked(usize::from(length))?;
        self.0 = rest;
        String::from_utf8(text.to_vec()).ok()
    }

    fn flag(&mut self) -> Option<bool> {
        match self.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    fn number(&mut self) -> Option<u32> {
        self.bytes().map(u32::from_le_bytes)
    }

    fn byte(&mut self) -> Option<u8> {
        self.bytes::<1>().map(|[byte]| byte)
    }

    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object() -> Object {
        Object {
            key: "films/a/video.mp4".into(),
            bytes: 1 << 40,
            tag: Some("\"x\"".into()),
            content_type: None,
            headers: vec![("Last-Modified".into(), "Sun, 06 Nov 1994 08:49:37 GMT".into())],
            fresh_until_ms: Some(-1),
            stored_ms: 1_700_000_000_000,
        }
    }

    fn records() -> Vec<Record> {
        let slice = Slice { object: u64::MAX - 1, index: 7 };
        let placed = Placed { slice, volume: 1, page: 2, length: 3, root: [4; DIGEST_BYTES], suspect: true };
        vec![
            Record::Object(object()),
            Record::Object(Object { tag: None, headers: vec![], fresh_until_ms: None, ..object() }),
            Record::Slice(placed),
            Record::SliceGone(slice),
            Record::ObjectGone(9),
            Record::Clean,
        ]
    }

    #[test]
    fn records_go_through_bytes() {
        for record in records() {
            let mut bytes = Vec::new();
            write(&mut bytes, &record, 5, 64);
            assert_eq!(read(&bytes, 5, 64), Some((record.clone(), bytes.len())));
            assert_eq!(read(&bytes, 5, 65), None, "another place");
            assert_eq!(read(&bytes, 6, 64), None, "another generation");
            for end in 0..bytes.len() {
                assert_eq!(read(&bytes[..end], 5, 64), None, "cut at {end}");
            }
            for at in 0..bytes.len() * 8 {
                let mut damaged = bytes.clone();
                damaged[at / 8] ^= 1 << (at % 8);
                assert_eq!(read(&damaged, 5, 64), None, "bit {at} flipped");
            }
        }
    }

    #[test]
    fn the_length_of_a_description_is_told_before_it_is_written() {
        for record in records() {
            let Record::Object(object) = &record else { continue };
            let mut bytes = Vec::new();
            write(&mut bytes, &record, 0, 0);
            assert_eq!(object_bytes(object), bytes.len() - 10);
        }
    }
}
