//! The sample table (clauses 8.6 and 8.7), expanded from its runs into one value for each sample.

use crate::boxes::BoxView;
use crate::error::{Error, Problem};
use std::iter;

/// One sample: where its bytes are and when it is decoded and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// First byte in the file.
    pub offset: u64,
    /// Number of bytes, above zero.
    pub size: u32,
    /// Decoding time in ticks of the track.
    pub dts: u64,
    /// Composition time less decoding time, in ticks.
    pub composition_offset: i64,
    /// Ticks until the next sample's decoding time.
    pub duration: u32,
    /// Whether decoding can start here: an IDR picture of H.264, a keyframe of VP9 or AV1; of HEVC the file may also
    /// mean a CRA picture.
    pub sync: bool,
}

impl Sample {
    /// Composition time in ticks of the track, before any edit.
    pub fn pts(&self) -> i64 {
        self.dts as i64 + self.composition_offset
    }
}

/// Reads all samples of a track, of which there may be at most `samples_max`.
pub(crate) fn expand(stbl: &BoxView<'_>, file_bytes: u64, samples_max: u64) -> Result<Vec<Sample>, Error> {
    let sizes = Sizes::parse(&stbl.require(b"stsz")?)?;
    if u64::from(sizes.count) > samples_max {
        return Err(stbl.error(Problem::OverLimit { what: "samples", limit: samples_max }));
    }
    let mut samples = Vec::with_capacity(sizes.count as usize);
    let mut chunks = Chunks::parse(stbl)?;
    let mut durations = runs(&stbl.require(b"stts")?)?;
    let mut composition = composition_offsets(stbl)?;
    let mut sync = SyncSamples::parse(stbl)?;
    let short = |what| stbl.error(Problem::Invalid(what));
    let mut dts = 0;
    for index in 0..sizes.count {
        let size = sizes.get(index);
        let offset = chunks.place(size).ok_or_else(|| short("stco or stsc has too few chunks"))?;
        if size == 0 || offset.checked_add(u64::from(size)).is_none_or(|end| end > file_bytes) {
            return Err(short("a sample is empty or lies outside the file"));
        }
        let duration = durations.next().ok_or_else(|| short("stts has too few samples"))?;
        let composition_offset = composition.next().ok_or_else(|| short("ctts has too few samples"))?;
        samples.push(Sample { offset, size, dts, composition_offset, duration, sync: sync.take(index) });
        dts += u64::from(duration);
    }
    if sync.has_more() {
        return Err(short("stss does not ascend or names a sample that does not exist"));
    }
    Ok(samples)
}

/// Numbers, from 1, of the sample entries that a track's samples use.
pub(super) fn entries_used<'a>(stbl: &BoxView<'a>) -> Result<impl Iterator<Item = u32> + use<'a>, Error> {
    Ok(rows::<3>(&stbl.require(b"stsc")?)?.map(|[_, _, entry]| entry))
}

/// The rows of a table: a full box with a count and as many rows of `N` words.
fn rows<'a, const N: usize>(
    table: &BoxView<'a>,
) -> Result<impl Iterator<Item = [u32; N]> + use<'a, N>, Error> {
    let mut fields = table.fields();
    fields.version_and_flags()?;
    let count = fields.u32()?;
    let (words, _) = fields.table(count, 4 * N)?.as_chunks::<4>();
    Ok(words.chunks_exact(N).map(|row| std::array::from_fn(|i| u32::from_be_bytes(row[i]))))
}

/// The values of a table of (count, value), each as often as its count says (`stts`, `ctts`).
fn runs<'a>(table: &BoxView<'a>) -> Result<impl Iterator<Item = u32> + use<'a>, Error> {
    Ok(rows::<2>(table)?.flat_map(|[count, value]| iter::repeat_n(value, count as usize)))
}

/// Sample sizes (clause 8.7.3).
struct Sizes<'a> {
    count: u32,
    /// The size of all samples; where zero, each has its own in `each`.
    common: u32,
    each: &'a [u8],
}

impl<'a> Sizes<'a> {
    fn parse(stsz: &BoxView<'a>) -> Result<Self, Error> {
        let mut fields = stsz.fields();
        fields.version_and_flags()?;
        let (common, count) = (fields.u32()?, fields.u32()?);
        let each = if common == 0 { fields.table(count, 4)? } else { &[] };
        Ok(Sizes { count, common, each })
    }

    fn get(&self, index: u32) -> u32 {
        let at = 4 * index as usize;
        let own = self.each.get(at..).and_then(<[u8]>::first_chunk);
        own.map_or(self.common, |bytes| u32::from_be_bytes(*bytes))
    }
}

/// An iterator over a table, whatever its shape.
type Values<'a, T> = Box<dyn Iterator<Item = T> + 'a>;

/// Composition offsets (clause 8.6.1.3): signed from version 1 on; zero for all samples where there is no
/// `ctts`.
fn composition_offsets<'a>(stbl: &BoxView<'a>) -> Result<Values<'a, i64>, Error> {
    let Some(ctts) = stbl.find(b"ctts")? else {
        return Ok(Box::new(iter::repeat(0)));
    };
    let (version, _) = ctts.fields().version_and_flags()?;
    let widen = move |value: u32| if version == 0 { i64::from(value) } else { i64::from(value as i32) };
    Ok(Box::new(runs(&ctts)?.map(widen)))
}

/// Sync samples (clause 8.6.2), in ascending order; all are where there is no `stss`.
struct SyncSamples<'a> {
    /// Numbers of the sync samples still to come, counted from 1; `None` where all are.
    numbers: Option<iter::Peekable<Values<'a, u32>>>,
}

impl<'a> SyncSamples<'a> {
    fn parse(stbl: &BoxView<'a>) -> Result<Self, Error> {
        let Some(stss) = stbl.find(b"stss")? else {
            return Ok(SyncSamples { numbers: None });
        };
        let numbers: Values<'a, u32> = Box::new(rows(&stss)?.map(|[number]| number));
        Ok(SyncSamples { numbers: Some(numbers.peekable()) })
    }

    /// Whether sample `index`, counted from 0, is one; to be asked for each sample in order.
    fn take(&mut self, index: u32) -> bool {
        self.numbers.as_mut().is_none_or(|numbers| numbers.next_if_eq(&(index + 1)).is_some())
    }

    fn has_more(&mut self) -> bool {
        self.numbers.as_mut().is_some_and(|numbers| numbers.peek().is_some())
    }
}

/// Chunks (clauses 8.7.4 and 8.7.5): runs of samples that lie one after the other.
struct Chunks<'a> {
    /// Where the chunks still to come begin.
    offsets: Values<'a, u64>,
    /// Rows of `stsc`: first chunk (from 1), samples in each chunk, sample entry.
    groups: iter::Peekable<Values<'a, [u32; 3]>>,
    /// Number of the current chunk, counted from 1; 0 before the first.
    chunk: u32,
    samples_per_chunk: u32,
    /// Samples of the current chunk that have no place yet.
    left: u32,
    /// Where the next of them begins.
    at: u64,
}

impl<'a> Chunks<'a> {
    fn parse(stbl: &BoxView<'a>) -> Result<Self, Error> {
        let groups: Values<'a, [u32; 3]> = Box::new(rows(&stbl.require(b"stsc")?)?);
        let offsets = Self::parse_offsets(stbl)?;
        Ok(Chunks { offsets, groups: groups.peekable(), chunk: 0, samples_per_chunk: 0, left: 0, at: 0 })
    }

    fn parse_offsets(stbl: &BoxView<'a>) -> Result<Values<'a, u64>, Error> {
        if let Some(co64) = stbl.find(b"co64")? {
            return Ok(Box::new(rows(&co64)?.map(|[high, low]| u64::from(high) << 32 | u64::from(low))));
        }
        Ok(Box::new(rows(&stbl.require(b"stco")?)?.map(|[offset]| u64::from(offset))))
    }

    /// Where the next sample begins, which has `size` bytes; `None` after the last chunk.
    fn place(&mut self, size: u32) -> Option<u64> {
        while self.left == 0 {
            self.at = self.offsets.next()?;
            self.chunk += 1;
            if let Some([_, samples, _]) = self.groups.next_if(|[first, ..]| *first == self.chunk) {
                self.samples_per_chunk = samples;
            }
            self.left = self.samples_per_chunk;
        }
        self.left -= 1;
        let place = self.at;
        self.at = self.at.saturating_add(u64::from(size));
        Some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boxes::Children;
    use crate::write::Writer;

    fn table(w: &mut Writer, kind: &[u8; 4], version: u8, words: &[u32]) {
        w.full(kind, version, 0, |w| words.iter().for_each(|word| w.u32(*word)));
    }

    /// Five samples in chunks of two, two and one; I P B B and an I again.
    const TABLES: [(&[u8; 4], u8, &[u32]); 6] = [
        (b"stts", 0, &[2, 4, 10, 1, 7]),
        (b"ctts", 1, &[3, 1, 0, 1, 20, 3, -10i32 as u32]),
        (b"stss", 0, &[2, 1, 5]),
        (b"stsz", 0, &[0, 5, 100, 40, 20, 21, 90]),
        (b"stsc", 0, &[2, 1, 2, 1, 3, 1, 1]),
        (b"stco", 0, &[3, 1000, 2000, 3000]),
    ];

    fn expand_tables(tables: &[(&[u8; 4], u8, &[u32])], file_bytes: u64) -> Result<Vec<Sample>, Error> {
        let bytes = Writer::build(|w| {
            w.boxed(b"stbl", |w| {
                tables.iter().for_each(|(kind, version, words)| table(w, kind, *version, words))
            });
        });
        expand(&Children::new(&bytes, 0).next().unwrap()?, file_bytes, 5)
    }

    #[test]
    fn runs_and_chunks_become_samples() {
        let sample = |offset, size, dts, composition_offset, duration, sync| Sample {
            offset,
            size,
            dts,
            composition_offset,
            duration,
            sync,
        };
        let expected = vec![
            sample(1000, 100, 0, 0, 10, true),
            sample(1100, 40, 10, 20, 10, false),
            sample(2000, 20, 20, -10, 10, false),
            sample(2020, 21, 30, -10, 10, false),
            sample(3000, 90, 40, -10, 7, true),
        ];
        assert_eq!(expand_tables(&TABLES, 4000).unwrap(), expected);
    }

    #[test]
    fn optional_tables_have_their_meaning() {
        let tables: Vec<_> = TABLES.into_iter().filter(|t| !matches!(t.0, b"ctts" | b"stss")).collect();
        let samples = expand_tables(&tables, 4000).unwrap();
        assert!(samples.iter().all(|sample| sample.sync && sample.composition_offset == 0));
    }

    #[test]
    fn tables_that_disagree_are_refused() {
        let with = |kind: &'static [u8; 4], words: &'static [u32]| {
            let replace =
                |t: (&'static [u8; 4], u8, &'static [u32])| if t.0 == kind { (kind, t.1, words) } else { t };
            expand_tables(&TABLES.map(replace), 3090).map_err(|error| error.to_string())
        };
        assert!(with(b"stts", TABLES[0].2).is_ok());
        for (kind, words, message) in [
            (b"stts", &[1, 4, 10][..], "stts has too few"),
            (b"stts", &[9, 4, 10], "cut short"),
            (b"ctts", &[1, 4, 0], "ctts has too few"),
            (b"stss", &[2, 5, 1], "stss does not ascend"),
            (b"stss", &[1, 6], "stss does not ascend"),
            (b"stsz", &[0, 5, 100, 40, 0, 21, 90], "is empty"),
            (b"stsz", &[0, 5, 100, 40, 20, 21, 91], "outside the file"),
            (b"stsz", &[0, u32::MAX, 1], "cut short"),
            (b"stsz", &[1, u32::MAX], "more than 5 samples"),
            (b"stsc", &[1, 1, 1, 1], "too few chunks"),
            (b"stsc", &[1, 1, 0, 1], "too few chunks"),
            (b"stsc", &[0], "too few chunks"),
            (b"stco", &[1, 1000], "too few chunks"),
        ] {
            let error = with(kind, words).unwrap_err();
            assert!(error.contains(message), "{} {words:?}: {error}", kind.escape_ascii());
        }
    }
}
