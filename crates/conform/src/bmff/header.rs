//! Headers: `ftyp` and `moov` as values.

use super::boxes::{BoxView, name};
use super::entry::Entry;
use super::samples::FragmentHeader;

/// A header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Header {
    /// The file that has it.
    pub(crate) file: String,
    /// The byte after `moov`.
    pub(crate) end: u64,
    /// First byte of `ftyp`, where there is one.
    pub(crate) ftyp: Option<u64>,
    /// Brands of `ftyp`, the major one first.
    pub(crate) brands: Vec<[u8; 4]>,
    /// First byte of `moov`.
    pub(crate) moov: u64,
    /// `mvhd`'s duration.
    pub(crate) movie_duration: u64,
    /// `mvhd`'s timescale.
    pub(crate) movie_timescale: u32,
    /// Whether there is an `mvex`.
    pub(crate) fragmented: bool,
    pub(crate) extends: Vec<Extends>,
    pub(crate) tracks: Vec<Track>,
    pub(crate) systems: Vec<System>,
}

/// A `trak`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Track {
    /// First byte in the file.
    pub(crate) offset: u64,
    pub(crate) id: u32,
    /// `tkhd`'s and `mdhd`'s durations.
    pub(crate) durations: (u64, u64),
    pub(crate) timescale: u32,
    pub(crate) handler: [u8; 4],
    pub(crate) edits: Vec<Edit>,
    pub(crate) entries: Vec<Entry>,
    /// Tables that are not empty: `stts`.
    pub(crate) full_tables: Vec<String>,
}

/// An edit (clause 8.6.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Edit {
    /// In ticks of the movie; 0: to the end.
    pub(crate) duration: u64,
    /// In ticks of the media; -1 of an empty edit.
    pub(crate) media_time: i64,
    /// 16.16.
    pub(crate) rate: u32,
}

/// A `trex` (clause 8.8.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extends {
    pub(crate) track_id: u32,
    /// Default `sample_description_index`, counted from 1.
    pub(crate) description: u32,
    pub(crate) duration: u32,
    pub(crate) size: u32,
    pub(crate) flags: u32,
}

/// A `pssh` (ISO/IEC 23001-7, 8.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct System {
    pub(crate) offset: u64,
    pub(crate) id: [u8; 16],
    /// Of version 1.
    pub(crate) key_ids: Option<Vec<[u8; 16]>>,
}

impl Header {
    /// Adds what `ftyp` says.
    pub(crate) fn read_type(&mut self, view: &BoxView<'_>) {
        self.ftyp = Some(view.offset);
        self.brands = brands(view);
    }

    /// Adds what `moov` says; gives the paths of boxes that cannot be read.
    pub(crate) fn read_movie(&mut self, moov: &BoxView<'_>) -> Vec<(String, u64)> {
        let mut broken = Vec::new();
        self.moov = moov.offset;
        self.end = moov.offset + moov.head + moov.body.len() as u64;
        for child in moov.children() {
            let path = format!("moov/{}", name(child.kind));
            let read = match &child.kind {
                b"mvhd" => movie_header(&child)
                    .map(|(scale, time)| (self.movie_timescale, self.movie_duration) = (scale, time)),
                b"trak" => Track::read(&child).map(|track| self.tracks.push(track)),
                b"mvex" => {
                    self.fragmented = true;
                    let all = child.children().into_iter().filter(|c| c.kind == *b"trex");
                    all.map(|trex| Extends::read(&trex).map(|trex| self.extends.push(trex))).collect()
                }
                b"pssh" => System::read(&child).map(|system| self.systems.push(system)),
                _ => Some(()),
            };
            if read.is_none() {
                broken.push((path, child.offset));
            }
        }
        broken
    }

    /// Whether it says that it keeps to CMAF.
    pub(crate) fn is_cmaf(&self) -> bool {
        self.brands.iter().any(|brand| matches!(brand, b"cmfc" | b"cmf2"))
    }

    /// The codecs parameter of each track.
    pub(crate) fn codecs(&self) -> impl Iterator<Item = &str> {
        self.tracks.iter().filter_map(|track| track.entries.first()?.codecs.as_deref())
    }

    /// Its one track, where it has one.
    pub(crate) fn track(&self) -> Option<&Track> {
        self.tracks.first()
    }

    /// The first sample entry of its track.
    pub(crate) fn entry(&self) -> Option<&Entry> {
        self.track()?.entries.first()
    }

    /// The sample entry of a fragment: the one that it names, or the default one.
    pub(crate) fn entry_of(&self, fragment: &FragmentHeader) -> Option<&Entry> {
        let default = || self.extends(fragment.track_id).map(|extends| extends.description);
        let number = fragment.description.or_else(default).unwrap_or(1);
        self.track()?.entries.get((number as usize).saturating_sub(1))
    }

    /// Defaults of a track's samples.
    pub(crate) fn extends(&self, track_id: u32) -> Option<&Extends> {
        self.extends.iter().find(|extends| extends.track_id == track_id)
    }

    /// The protection scheme, `None` where samples are clear.
    pub(crate) fn scheme(&self) -> Option<[u8; 4]> {
        let entry = self.entry().filter(|entry| entry.is_protected())?;
        entry.protection.as_ref()?.scheme.map(|(scheme, _)| scheme)
    }
}

/// The brands of `ftyp` or `styp`, the major one first (clause 4.3).
pub(crate) fn brands(view: &BoxView<'_>) -> Vec<[u8; 4]> {
    let words = view.body.chunks_exact(4).filter_map(|word| word.try_into().ok());
    words.enumerate().filter(|(place, _)| *place != 1).map(|(_, brand)| brand).collect()
}

/// Timescale and duration of `mvhd` and `mdhd`, which begin alike (clauses 8.2.2, 8.4.2).
fn movie_header(view: &BoxView<'_>) -> Option<(u32, u64)> {
    let (version, _, mut fields) = view.full()?;
    fields.word(version)?;
    fields.word(version)?;
    Some((fields.u32()?, fields.word(version)?))
}

impl Track {
    fn read(trak: &BoxView<'_>) -> Option<Track> {
        let (version, _, mut fields) = trak.find(b"tkhd")?.full()?;
        fields.word(version)?;
        fields.word(version)?;
        let id = fields.u32()?;
        fields.u32()?; // reserved
        let track_duration = fields.word(version)?;
        let media = trak.find(b"mdia")?;
        let (timescale, duration) = movie_header(&media.find(b"mdhd")?)?;
        let (_, _, mut handler) = media.find(b"hdlr")?.full()?;
        handler.u32()?; // pre_defined
        let handler = handler.array()?;
        let tables = media.descend(&[b"minf", b"stbl"])?;
        let stsd = tables.find(b"stsd")?;
        Some(Track {
            offset: trak.offset,
            id,
            durations: (track_duration, duration),
            timescale,
            handler,
            edits: trak.descend(&[b"edts", b"elst"]).map_or(Some(Vec::new()), |elst| edits(&elst))?,
            entries: stsd.children_after(8).iter().map(|entry| Entry::read(entry, handler)).collect(),
            full_tables: tables
                .children()
                .iter()
                .filter(|table| has_rows(table))
                .map(|t| name(t.kind))
                .collect(),
        })
    }
}

/// Whether a sample table has rows (clauses 8.6.1, 8.7): the count is its first field, in `stsz` its second.
fn has_rows(table: &BoxView<'_>) -> bool {
    let skip = match &table.kind {
        b"stts" | b"ctts" | b"stsc" | b"stco" | b"co64" | b"stss" => 4,
        b"stsz" | b"stz2" => 8,
        _ => return false,
    };
    table.body.get(skip..skip + 4).is_some_and(|count| count != [0; 4])
}

fn edits(elst: &BoxView<'_>) -> Option<Vec<Edit>> {
    let (version, _, mut fields) = elst.full()?;
    let count = fields.u32()?;
    let mut edits = Vec::new(); // grows with what is really there
    for _ in 0..count {
        let duration = fields.word(version)?;
        let time = fields.word(version)?;
        let media_time = if version == 0 { i64::from(time as u32 as i32) } else { time as i64 };
        edits.push(Edit { duration, media_time, rate: fields.u32()? });
    }
    Some(edits)
}

impl Extends {
    fn read(trex: &BoxView<'_>) -> Option<Extends> {
        let (_, _, mut fields) = trex.full()?;
        let (track_id, description) = (fields.u32()?, fields.u32()?);
        Some(Extends {
            track_id,
            description,
            duration: fields.u32()?,
            size: fields.u32()?,
            flags: fields.u32()?,
        })
    }
}

impl System {
    /// Reads a `pssh`; `None` where it is not whole.
    pub(crate) fn read(pssh: &BoxView<'_>) -> Option<System> {
        let (version, _, mut fields) = pssh.full()?;
        let id = fields.array()?;
        let mut key_ids = Vec::new();
        let count = if version > 0 { fields.u32()? } else { 0 };
        for _ in 0..count {
            key_ids.push(fields.array()?);
        }
        let data = fields.u32()?;
        (fields.rest().len() == data as usize).then(|| System {
            offset: pssh.offset,
            id,
            key_ids: (version > 0).then_some(key_ids),
        })
    }
}
