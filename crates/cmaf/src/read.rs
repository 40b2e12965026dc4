//! Reads the movie box of an MP4 file that is not fragmented (clause 8.2): its tracks and where their samples
//! are. Track files in fragments are read by [`fragmented`].
//!
//! Media data is never read; only `moov` comes into memory. Tracks that are neither video nor audio are left
//! out.

pub(crate) mod samples;
mod toplevel;
pub mod fragmented;

pub use samples::Sample;
pub(crate) use toplevel::top_level;

use crate::boxes::{BoxView, Children, FourCc};
use crate::entry::SampleEntry;
use crate::error::{Error, Problem};
use std::io::{Read, Seek};

/// Most bytes of a `moov` box that are read into memory. Three hours of 60 frames a second with audio,
/// written with every table at its longest, need 40 MB.
pub const MOOV_BYTES_MAX: u64 = 64 << 20;

/// Most samples over all tracks: ten hours of 60 frames a second with two audio tracks are 5.6 million.
pub const SAMPLES_MAX: u64 = 6_000_000;

/// What the movie box says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movie {
    /// Ticks per second of the edits' durations.
    pub timescale: u32,
    /// Video and audio tracks in the order of the file.
    pub tracks: Vec<Track>,
}

/// One track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Track {
    /// `track_ID`.
    pub id: u32,
    /// What kind of media.
    pub handler: Handler,
    /// Ticks per second of the samples' times.
    pub timescale: u32,
    /// What a decoder must know first.
    pub entry: SampleEntry,
    /// Edit list; without one the track is presented whole, from its first tick.
    pub edits: Vec<Edit>,
    /// Samples in decoding order.
    pub samples: Vec<Sample>,
}

/// Kind of media (clause 8.4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handler {
    /// `vide`.
    Video,
    /// `soun`.
    Audio,
    /// `text`; written alone.
    Text,
    /// `subt`; written alone.
    Subtitles,
}

/// One entry of an edit list (clause 8.6.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edit {
    /// Duration in ticks of the movie.
    pub duration: u64,
    /// First tick of the track that is presented; `None` for an empty edit, which presents nothing.
    pub media_time: Option<u64>,
}

/// Reads the movie box of a file.
///
/// # Errors
/// Where the file has no movie box, is fragmented, breaks the specification or a limit of this module, has a
/// sample that lies outside the file, or a video or audio track of a codec that [`SampleEntry`] does not
/// know.
pub fn movie(file: &mut (impl Read + Seek)) -> Result<Movie, Error> {
    let mut moov = None;
    let (top, file_bytes) = top_level(file)?;
    for found in top {
        if found.head.kind.0 == *b"moov" {
            moov = Some(found);
            break;
        }
    }
    let Some(moov) = moov else {
        let problem = Problem::Missing(FourCc(*b"moov"));
        return Err(Error { kind: FourCc::FILE, offset: 0, problem });
    };
    let bytes = moov.load(file, MOOV_BYTES_MAX)?;
    let view = Children::new(&bytes, moov.offset).next().ok_or(moov.error(Problem::Truncated))??;
    parse_movie(&view, file_bytes)
}

fn parse_movie(moov: &BoxView<'_>, file_bytes: u64) -> Result<Movie, Error> {
    if moov.find(b"mvex")?.is_some() {
        return Err(moov.error(Problem::Unsupported("a fragmented file")));
    }
    let mvhd = moov.require(b"mvhd")?;
    let mut fields = mvhd.fields();
    let (version, _) = fields.version_and_flags()?;
    fields.u32_or_u64(version)?; // creation_time
    fields.u32_or_u64(version)?; // modification_time
    let timescale = not_zero(fields.u32()?, &mvhd)?;
    let mut tracks = Vec::new();
    let mut samples_left = SAMPLES_MAX.min(file_bytes); // no sample is empty
    for child in moov.children() {
        let child = child?;
        if child.kind.0 != *b"trak" {
            continue;
        }
        if let Some(track) = parse_track(&child, file_bytes, samples_left)? {
            samples_left -= track.samples.len() as u64;
            tracks.push(track);
        }
    }
    Ok(Movie { timescale, tracks })
}

/// The track in `trak`, where it is video or audio.
fn parse_track(trak: &BoxView<'_>, file_bytes: u64, samples_max: u64) -> Result<Option<Track>, Error> {
    let mdia = trak.require(b"mdia")?;
    let Some(handler) = parse_handler(&mdia.require(b"hdlr")?)? else {
        return Ok(None);
    };
    let stbl = mdia.require(b"minf")?.require(b"stbl")?;
    Ok(Some(Track {
        id: parse_id(&trak.require(b"tkhd")?)?,
        handler,
        timescale: parse_timescale(&mdia.require(b"mdhd")?)?,
        entry: parse_entry(&stbl)?,
        edits: parse_edits(trak)?,
        samples: samples::expand(&stbl, file_bytes, samples_max)?,
    }))
}

fn parse_handler(hdlr: &BoxView<'_>) -> Result<Option<Handler>, Error> {
    let mut fields = hdlr.fields();
    fields.version_and_flags()?;
    fields.u32()?; // pre_defined
    Ok(match &fields.four_cc()?.0 {
        b"vide" => Some(Handler::Video),
        b"soun" => Some(Handler::Audio),
        _ => None,
    })
}

fn parse_id(tkhd: &BoxView<'_>) -> Result<u32, Error> {
    let mut fields = tkhd.fields();
    let (version, _) = fields.version_and_flags()?;
    fields.u32_or_u64(version)?; // creation_time
    fields.u32_or_u64(version)?; // modification_time
    fields.u32()
}

fn parse_timescale(mdhd: &BoxView<'_>) -> Result<u32, Error> {
    let mut fields = mdhd.fields();
    let (version, _) = fields.version_and_flags()?;
    fields.u32_or_u64(version)?; // creation_time
    fields.u32_or_u64(version)?; // modification_time
    not_zero(fields.u32()?, mdhd)
}

fn not_zero(timescale: u32, holder: &BoxView<'_>) -> Result<u32, Error> {
    if timescale == 0 {
        return Err(holder.error(Problem::Invalid("a timescale of zero")));
    }
    Ok(timescale)
}

/// The sample entry of all samples. Others may stand beside it unused (an encoder that learns its header late leaves
/// such), but a second one in use would need a new decoder in the middle of the track.
fn parse_entry(stbl: &BoxView<'_>) -> Result<SampleEntry, Error> {
    let stsd = stbl.require(b"stsd")?;
    let mut used = samples::entries_used(stbl)?;
    let number = used.next().unwrap_or(1);
    if used.any(|other| other != number) {
        return Err(stsd.error(Problem::Unsupported("more than one sample entry in use")));
    }
    let mut fields = stsd.fields();
    fields.version_and_flags()?;
    let count = fields.u32()?;
    if !(1..=count).contains(&number) {
        return Err(stsd.error(Problem::Invalid("samples without a sample entry")));
    }
    let entry = fields.boxes().nth(number as usize - 1).ok_or(stsd.error(Problem::Truncated))??;
    SampleEntry::parse(&entry)
}

fn parse_edits(trak: &BoxView<'_>) -> Result<Vec<Edit>, Error> {
    let Some(edts) = trak.find(b"edts")? else {
        return Ok(Vec::new());
    };
    let Some(elst) = edts.find(b"elst")? else {
        return Ok(Vec::new());
    };
    let mut fields = elst.fields();
    let (version, _) = fields.version_and_flags()?;
    let count = fields.u32()?;
    let row_bytes = if version == 0 { 12 } else { 20 };
    let rows = fields.table(count, row_bytes)?.chunks_exact(row_bytes);
    rows.map(|row| parse_edit(row, version, &elst)).collect()
}

fn parse_edit(row: &[u8], version: u8, elst: &BoxView<'_>) -> Result<Edit, Error> {
    let mut fields = crate::cursor::Cursor::new(elst.kind, elst.offset, row);
    let duration = fields.u32_or_u64(version)?;
    let media_time = if version == 0 { i64::from(fields.u32()? as i32) } else { fields.u64()? as i64 };
    if fields.u32()? != 0x0001_0000 {
        return Err(elst.error(Problem::Unsupported("an edit at another speed than normal")));
    }
    match media_time {
        -1 => Ok(Edit { duration, media_time: None }),
        0.. => Ok(Edit { duration, media_time: Some(media_time as u64) }),
        _ => Err(elst.error(Problem::Invalid("an edit that begins before its media"))),
    }
}
