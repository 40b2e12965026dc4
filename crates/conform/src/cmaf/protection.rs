//! Checks of a fragment's encryption boxes: `senc`, `saiz` and `saio` (ISO/IEC 23001-7, 7).

use crate::bmff::boxes::{BoxView, Fields};
use crate::bmff::entry::Defaults;
use crate::bmff::fragment::Fragment;
use crate::bmff::header::Header;
use crate::bmff::samples::Sample;
use crate::log::{Log, Place};
use crate::rule::{Rule, cmaf as rule};

/// `UseSubSampleEncryption` of `senc` (7.2.2).
const SUBSAMPLES: u32 = 2;

/// The entries of a `senc`.
struct Entries {
    /// First byte of the first entry in the file.
    offset: u64,
    /// Bytes of each entry.
    lengths: Vec<usize>,
}

type Wrong = (&'static Rule, &'static str, String);

/// Checks a fragment. Key rotation by sample groups changes vectors and is not followed: such fragments are checked for
/// the boxes alone.
pub(crate) fn check(
    uri: &str,
    moof: &BoxView<'_>,
    fragment: &Fragment,
    samples: &[Sample],
    header: &Header,
    log: &mut Log,
) {
    let Some(traf) = moof.find(b"traf") else { return };
    let protected = header.entry_of(&fragment.header).filter(|entry| entry.is_protected());
    let defaults = protected.and_then(|entry| entry.protection.as_ref()?.defaults.as_ref());
    let senc = traf.find(b"senc");
    let rotates =
        traf.children().iter().any(|child| child.kind == *b"sgpd" && child.body.get(4..8) == Some(b"seig"));
    let wrong = match (defaults, senc) {
        (None, Some(_)) if header.track().is_some() && protected.is_none() => {
            Some((rule::UNPROTECTED, "moof/traf/senc", "the header says that samples are clear".to_owned()))
        }
        (None, _) => None,
        (Some(_), _) if rotates => None,
        (Some(tenc), None) => needs_vectors(tenc, header).then(|| {
            (rule::UNPROTECTED, "moof/traf", "samples are encrypted, and there is no `senc`".to_owned())
        }),
        (Some(tenc), Some(senc)) => {
            entries(&senc, tenc, samples).and_then(|entries| auxiliary(&traf, fragment, &entries)).err()
        }
    };
    if let Some((rule, path, message)) = wrong {
        log.add(rule, Place::of_box(uri, path, fragment.offset), message);
    }
}

/// Whether each sample has something to say: its own vector, or which of its parts are encrypted.
fn needs_vectors(tenc: &Defaults, header: &Header) -> bool {
    let video = header.track().is_some_and(|track| track.handler == *b"vide");
    tenc.protected && (tenc.iv_bytes > 0 || video)
}

/// Reads `senc` beside the samples.
fn entries(senc: &BoxView<'_>, tenc: &Defaults, samples: &[Sample]) -> Result<Entries, Wrong> {
    let wrong = |message: String| (rule::SENC, "moof/traf/senc", message);
    let short = || wrong("its fields end too soon".into());
    let (_, flags, mut fields) = senc.full().ok_or_else(short)?;
    let count = fields.u32().ok_or_else(short)?;
    if count as usize != samples.len() {
        return Err(wrong(format!("there are {count} entries for {} samples", samples.len())));
    }
    let offset = senc.offset + senc.head + 8;
    let mut lengths = Vec::with_capacity(samples.len());
    for (number, sample) in samples.iter().enumerate() {
        let before = fields.rest().len();
        fields.take(usize::from(tenc.iv_bytes)).ok_or_else(short)?;
        if flags & SUBSAMPLES != 0 {
            let covered = subsamples(&mut fields).ok_or_else(short)?;
            if covered != u64::from(sample.size) {
                let message =
                    format!("the parts of sample {number} have {covered} bytes, the sample {}", sample.size);
                return Err(wrong(message));
            }
        }
        lengths.push(before - fields.rest().len());
    }
    match fields.rest().len() {
        0 => Ok(Entries { offset, lengths }),
        left => Err(wrong(format!("{left} bytes follow its last entry"))),
    }
}

/// The bytes that an entry's subsamples cover.
fn subsamples(fields: &mut Fields<'_>) -> Option<u64> {
    let count = fields.u16()?;
    let mut covered = 0;
    for _ in 0..count {
        covered += u64::from(fields.u16()?) + u64::from(fields.u32()?);
    }
    Some(covered)
}

/// `saiz` and `saio` (ISO/IEC 14496-12, 8.7.8 and 8.7.9) beside the entries.
fn auxiliary(traf: &BoxView<'_>, fragment: &Fragment, entries: &Entries) -> Result<(), Wrong> {
    if entries.lengths.iter().all(|length| *length == 0) {
        return Ok(()); // nothing to point at
    }
    let wrong = |path: &'static str, message: String| (rule::AUXILIARY, path, message);
    let (Some(saiz), Some(saio)) = (traf.find(b"saiz"), traf.find(b"saio")) else {
        return Err(wrong("moof/traf", "there is a `senc`, and not both of `saiz` and `saio`".into()));
    };
    let sizes = sizes(&saiz).ok_or_else(|| wrong("moof/traf/saiz", "its fields end too soon".into()))?;
    if sizes != entries.lengths {
        let place = sizes.iter().zip(&entries.lengths).position(|(said, real)| said != real);
        let message = match place {
            Some(n) => format!("entry {n} has {} bytes, `saiz` says {}", entries.lengths[n], sizes[n]),
            None => format!("there are {} sizes for {} entries", sizes.len(), entries.lengths.len()),
        };
        return Err(wrong("moof/traf/saiz", message));
    }
    let offset = offset(&saio).ok_or_else(|| wrong("moof/traf/saio", "it has no offset".into()))?;
    let real = entries.offset - fragment.offset;
    if offset != real {
        return Err(wrong("moof/traf/saio", format!("the offset is {offset}, the first entry is at {real}")));
    }
    Ok(())
}

fn sizes(saiz: &BoxView<'_>) -> Option<Vec<usize>> {
    let (_, flags, mut fields) = saiz.full()?;
    if flags & 1 != 0 {
        fields.u64()?; // aux_info_type and its parameter
    }
    let default = fields.u8()?;
    let count = fields.u32()? as usize;
    if default == 0 {
        return Some(fields.take(count)?.iter().map(|size| usize::from(*size)).collect());
    }
    const SIZES_MAX: usize = 1 << 20;
    (count <= SIZES_MAX).then(|| vec![usize::from(default); count])
}

fn offset(saio: &BoxView<'_>) -> Option<u64> {
    let (version, flags, mut fields) = saio.full()?;
    if flags & 1 != 0 {
        fields.u64()?;
    }
    let count = fields.u32()?;
    fields.word(version).filter(|_| count > 0)
}
