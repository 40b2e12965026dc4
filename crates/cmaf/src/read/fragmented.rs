//! Reads a track file in fragments: its header, and one fragment at a time.
//!
//! The counterpart of [`crate::track`]: files with one track, whose fragments hold one run of it each and count offsets
//! from their own start (`default-base-is-moof`), as CMAF asks for (ISO/IEC 23000-19, 7.3.2.3).

use super::{Edit, MOOV_BYTES_MAX, not_zero, parse_edits, parse_handler, parse_timescale, top_level};
use crate::boxes::{BoxView, Children, FourCc};
use crate::cenc::parse::{self, Parameters, ProtectedEntry, SampleInfo};
use crate::cursor::Cursor;
use crate::entry::SampleEntry;
use crate::error::{Error, Problem};
use crate::track::{self, Description, SEGMENT_SAMPLES_MAX, Sample};
use media::ByteRange;
use std::io::{Read, Seek};

/// Most bytes of a `moof` that are read into memory: of each sample its times and 40 subsamples.
const MOOF_BYTES_MAX: u64 = 32 << 20;

/// What the header of a track file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackHeader {
    /// The track.
    pub description: Description,
    /// Ticks presented, as `mehd` has them; 0 where it does not say.
    pub duration: u64,
    /// How samples are protected, where the sample entry says so.
    pub protection: Option<ProtectedEntry>,
    /// Whole `pssh` boxes.
    pub pssh: Vec<Vec<u8>>,
    /// Where each `moof` is, in the order of the file.
    pub fragments: Vec<ByteRange>,
    /// Bytes of the file.
    pub file_bytes: u64,
    /// What `trex` says.
    defaults: Defaults,
    /// Number of the sample entry of samples that are clear in a protected track, counted from 1.
    clear_entry: Option<u32>,
}

/// What samples have that do not state it themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Defaults {
    /// Number of the sample entry, counted from 1.
    entry: u32,
    duration: u32,
    size: u32,
    flags: u32,
}

/// One fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fragment {
    /// Its samples; where their bytes are is counted from the start of the file.
    pub samples: Vec<Sample>,
    /// How they are protected, where the track says how.
    pub parameters: Option<Parameters>,
    /// Of each sample its part of `senc`; empty where there is no such box.
    pub infos: Vec<SampleInfo>,
}

/// Reads the header of a track file, and finds its fragments.
///
/// # Errors
/// Where the file has not exactly one track of sound or pictures, is not fragmented, or breaks the specification or a limit.
pub fn track_header(file: &mut (impl Read + Seek)) -> Result<TrackHeader, Error> {
    let (top, file_bytes) = top_level(file)?;
    let missing = Error { kind: FourCc::FILE, offset: 0, problem: Problem::Missing(FourCc(*b"moov")) };
    let moov = top.iter().find(|found| found.head.kind.0 == *b"moov").ok_or(missing)?;
    let bytes = moov.load(file, MOOV_BYTES_MAX)?;
    let view = Children::new(&bytes, moov.offset).next().ok_or(moov.error(Problem::Truncated))??;
    let moofs = top.iter().filter(|found| found.head.kind.0 == *b"moof");
    let fragments = moofs.map(|moof| ByteRange { offset: moof.offset, length: moof.head.length }).collect();
    parse_header(&view, fragments, file_bytes)
}

fn parse_header(
    moov: &BoxView<'_>,
    fragments: Vec<ByteRange>,
    file_bytes: u64,
) -> Result<TrackHeader, Error> {
    let mvex = moov.require(b"mvex")?;
    let mut trex = mvex.require(b"trex")?.fields();
    trex.take(4 + 4)?; // version, flags, track_ID
    let defaults =
        Defaults { entry: trex.u32()?, duration: trex.u32()?, size: trex.u32()?, flags: trex.u32()? };
    let duration = match mvex.find(b"mehd")? {
        Some(mehd) => {
            let mut fields = mehd.fields();
            let (version, _) = fields.version_and_flags()?;
            fields.u32_or_u64(version)?
        }
        None => 0,
    };
    let trak = moov.require(b"trak")?;
    let mut pssh = Vec::new();
    let mut tracks = 0;
    for child in moov.children() {
        let child = child?;
        match &child.kind.0 {
            b"trak" => tracks += 1,
            b"pssh" => pssh.push(child.whole.to_vec()),
            _ => {}
        }
    }
    if tracks != 1 {
        return Err(moov.error(Problem::Unsupported("a fragmented file of more than one track")));
    }
    let (description, Entries { protection, clear_entry, .. }) = parse_description(&trak, moov)?;
    Ok(TrackHeader { description, duration, protection, pssh, fragments, file_bytes, defaults, clear_entry })
}

fn parse_description(trak: &BoxView<'_>, moov: &BoxView<'_>) -> Result<(Description, Entries), Error> {
    let mdia = trak.require(b"mdia")?;
    parse_handler(&mdia.require(b"hdlr")?)?
        .ok_or(trak.error(Problem::Unsupported("a track of neither sound nor pictures")))?;
    let timescale = parse_timescale(&mdia.require(b"mdhd")?)?;
    let stbl = mdia.require(b"minf")?.require(b"stbl")?;
    let entries = parse_entries(&stbl.require(b"stsd")?)?;
    let entry = entries.first.clone();
    let edit = parse_edit(trak, moov, timescale)?;
    let language = mdia.find(b"elng")?.and_then(|elng| parse_language(&elng));
    let roll_samples = parse_roll(&stbl)?;
    Ok((Description { entry, timescale, language, edit, roll_samples }, entries))
}

/// The first sample entry and how it is protected; and the number of the same in the clear, where there is one beside it.
struct Entries {
    first: SampleEntry,
    protection: Option<ProtectedEntry>,
    clear_entry: Option<u32>,
}

fn parse_entries(stsd: &BoxView<'_>) -> Result<Entries, Error> {
    let mut fields = stsd.fields();
    fields.version_and_flags()?;
    fields.u32()?; // entry_count
    let mut entries = fields.boxes();
    let (first, protection) = parse_entry(&entries.next().ok_or(stsd.error(Problem::Truncated))??)?;
    let mut clear_entry = None;
    for (number, entry) in (2..).zip(entries) {
        let (other, other_protection) = parse_entry(&entry?)?;
        if protection.is_some() && other_protection.is_none() && other == first {
            clear_entry = clear_entry.or(Some(number));
        }
    }
    Ok(Entries { first, protection, clear_entry })
}

/// A sample entry, and how it is protected.
fn parse_entry(entry: &BoxView<'_>) -> Result<(SampleEntry, Option<ProtectedEntry>), Error> {
    let fixed = match &entry.kind.0 {
        b"encv" => 78, // ISO/IEC 14496-12, 12.1.3: bytes before the boxes of a visual entry
        b"enca" => 28, // and of an audio entry, 12.2.3
        _ => return Ok((SampleEntry::parse(entry)?, None)),
    };
    let mut inside = entry.fields();
    inside.take(fixed)?;
    let sinf = inside.boxes().find_kind(b"sinf")?;
    let sinf = sinf.ok_or(entry.error(Problem::Missing(FourCc(*b"sinf"))))?;
    let (original, protection) = parse::protection_info(&sinf)?;
    Ok((SampleEntry::parse(&BoxView { kind: original, ..*entry })?, Some(protection)))
}

/// The edit; its duration is in ticks of the movie.
fn parse_edit(trak: &BoxView<'_>, moov: &BoxView<'_>, timescale: u32) -> Result<Option<track::Edit>, Error> {
    let mvhd = moov.require(b"mvhd")?;
    let mut fields = mvhd.fields();
    let (version, _) = fields.version_and_flags()?;
    fields.u32_or_u64(version)?; // creation_time
    fields.u32_or_u64(version)?; // modification_time
    let movie = not_zero(fields.u32()?, &mvhd)?;
    match parse_edits(trak)?[..] {
        [] => Ok(None),
        [Edit { media_time: Some(media_time), duration }] => {
            let duration = u128::from(duration) * u128::from(timescale) / u128::from(movie);
            let duration = u64::try_from(duration).unwrap_or(u64::MAX);
            Ok(Some(track::Edit { media_time, duration }))
        }
        _ => Err(trak.error(Problem::Unsupported("an edit list that does more than move the start"))),
    }
}

fn parse_language(elng: &BoxView<'_>) -> Option<String> {
    let text = elng.body.get(4..)?;
    let end = text.iter().position(|byte| *byte == 0).unwrap_or(text.len());
    String::from_utf8(text[..end].to_vec()).ok()
}

/// Samples to decode before one for that one to be right: the one `roll` group that the header describes.
fn parse_roll(stbl: &BoxView<'_>) -> Result<u16, Error> {
    for child in stbl.children() {
        let sgpd = child?;
        let mut fields = sgpd.fields();
        if sgpd.kind.0 == *b"sgpd" && fields.version_and_flags()?.0 == 1 && fields.four_cc()?.0 == *b"roll" {
            fields.take(4 + 4)?; // default_length and entry_count
            return Ok((fields.u16()? as i16).checked_neg().map_or(0, |samples| samples.max(0) as u16));
        }
    }
    Ok(0)
}

/// Reads the fragment whose `moof` is at `range`.
///
/// # Errors
/// Where the box cannot be read, breaks the specification or a limit, or is not what CMAF asks for.
pub fn fragment(
    file: &mut (impl Read + Seek),
    header: &TrackHeader,
    range: ByteRange,
) -> Result<Fragment, Error> {
    let moof = super::toplevel::at(file, range)?;
    let bytes = moof.load(file, MOOF_BYTES_MAX)?;
    let view = Children::new(&bytes, moof.offset).next().ok_or(moof.error(Problem::Truncated))??;
    let traf = view.require(b"traf")?;
    let defaults = parse_defaults(&traf.require(b"tfhd")?, header)?;
    let samples = parse_samples(&traf, header, &defaults, range.offset)?;
    let parameters = match header.protection {
        Some(_) if header.clear_entry == Some(defaults.entry) => Some(Parameters::CLEAR),
        Some(protection) => Some(parse::group(&traf)?.unwrap_or(protection.parameters)),
        None => None,
    };
    let infos = parse::sample_infos(&traf, parameters.map_or(0, |parameters| parameters.iv_bytes))?;
    if !infos.is_empty() && infos.len() != samples.len() {
        return Err(traf.error(Problem::Invalid("senc of another number of samples")));
    }
    Ok(Fragment { samples, parameters, infos })
}

/// `tfhd` (clause 8.8.7).
fn parse_defaults(tfhd: &BoxView<'_>, header: &TrackHeader) -> Result<Defaults, Error> {
    const BASE_DATA_OFFSET: u32 = 0x01;
    const BASE_IS_MOOF: u32 = 0x02_0000;
    let mut fields = tfhd.fields();
    let (_, flags) = fields.version_and_flags()?;
    if flags & BASE_DATA_OFFSET != 0 || flags & BASE_IS_MOOF == 0 {
        return Err(tfhd.error(Problem::Unsupported("offsets that do not count from the fragment")));
    }
    fields.u32()?; // track_ID
    let all = header.defaults;
    let mut or = |flag: u32, default: u32| if flags & flag != 0 { fields.u32() } else { Ok(default) };
    Ok(Defaults {
        entry: or(0x02, all.entry)?,
        duration: or(0x08, all.duration)?,
        size: or(0x10, all.size)?,
        flags: or(0x20, all.flags)?,
    })
}

/// `tfdt` and the one `trun` (clauses 8.8.12 and 8.8.8).
fn parse_samples(
    traf: &BoxView<'_>,
    header: &TrackHeader,
    defaults: &Defaults,
    moof: u64,
) -> Result<Vec<Sample>, Error> {
    let mut tfdt = traf.require(b"tfdt")?.fields();
    let (version, _) = tfdt.version_and_flags()?;
    let dts = tfdt.u32_or_u64(version)?;
    let trun = traf.require(b"trun")?;
    let more = traf.children().filter(|child| child.as_ref().is_ok_and(|child| child.kind.0 == *b"trun"));
    if more.count() != 1 {
        return Err(traf.error(Problem::Unsupported("a fragment of more than one run")));
    }
    let samples = parse_run(&mut trun.fields(), defaults, dts, moof)?;
    // Samples follow each other, so the last one tells of all.
    match samples.last() {
        Some(last) if last.offset + u64::from(last.size) <= header.file_bytes => Ok(samples),
        Some(_) => Err(trun.error(Problem::Invalid("samples that lie outside the file"))),
        None => Err(trun.error(Problem::Invalid("a fragment without samples"))),
    }
}

fn parse_run(
    fields: &mut Cursor<'_>,
    defaults: &Defaults,
    mut dts: u64,
    moof: u64,
) -> Result<Vec<Sample>, Error> {
    const NON_SYNC: u32 = 0x1_0000;
    let (version, told) = fields.version_and_flags()?;
    let count = fields.u32()?;
    if u64::from(count) > SEGMENT_SAMPLES_MAX {
        return Err(fields.error(Problem::OverLimit { what: "samples", limit: SEGMENT_SAMPLES_MAX }));
    }
    let data = if told & 0x001 != 0 { i64::from(fields.u32()? as i32) } else { 0 };
    let first_flags = if told & 0x004 != 0 { Some(fields.u32()?) } else { None };
    let outside = Problem::Invalid("samples that lie outside the file");
    let mut offset = moof.checked_add_signed(data).ok_or(fields.error(outside))?;
    let mut samples = Vec::with_capacity(count as usize);
    for number in 0..count {
        let mut or = |flag: u32, default: u32| if told & flag != 0 { fields.u32() } else { Ok(default) };
        let duration = or(0x100, defaults.duration)?;
        let size = or(0x200, defaults.size)?;
        let flags = or(0x400, first_flags.filter(|_| number == 0).unwrap_or(defaults.flags))?;
        let composition = or(0x800, 0)?;
        let composition_offset = match i32::try_from(composition) {
            Err(_) if version == 0 => {
                return Err(fields.error(Problem::Invalid("a composition offset too large")));
            }
            _ => composition as i32,
        };
        let sync = flags & NON_SYNC == 0;
        samples.push(Sample { source: 0, offset, size, dts, composition_offset, duration, sync });
        let next = offset.checked_add(size.into()).zip(dts.checked_add(duration.into()));
        (offset, dts) = next.ok_or(fields.error(Problem::Invalid("times or places beyond any file")))?;
    }
    Ok(samples)
}
