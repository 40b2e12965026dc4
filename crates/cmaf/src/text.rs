//! Text tracks: WebVTT cues as samples (ISO/IEC 14496-30, 7.4), and whole CMAF tracks of text.
//!
//! Text is small: a track is made in memory, its samples in it.

use crate::entry::SampleEntry;
use crate::entry::text::TextEntry;
use crate::track::writer::{self, WriteError};
use crate::track::{Description, Sample};
use crate::write::Writer;
use media::FrameRange;
use media::package::TrackIndex;
use std::io::Cursor;

/// A cue as a sample holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CueBox<'a> {
    /// The same in all samples of one cue, where it is in several.
    pub source_id: Option<u32>,
    /// The settings after its times, such as `line:0`; empty where there are none.
    pub settings: &'a str,
    /// Its text, with tags and references.
    pub payload: &'a str,
}

/// A sample of a text track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextSample {
    /// Ticks.
    pub duration: u32,
    /// The bytes: [`cues`], or a document.
    pub bytes: Vec<u8>,
}

/// The sample in which `cues` are shown; that with none, where there are none.
pub fn cues(cues: &[CueBox<'_>]) -> Vec<u8> {
    Writer::build(|w| {
        if cues.is_empty() {
            w.boxed(b"vtte", |_| {});
        }
        for cue in cues {
            w.boxed(b"vttc", |w| {
                if let Some(id) = cue.source_id {
                    w.boxed(b"vsid", |w| w.u32(id));
                }
                if !cue.settings.is_empty() {
                    w.boxed(b"sttg", |w| w.bytes(cue.settings.as_bytes()));
                }
                w.boxed(b"payl", |w| w.bytes(cue.payload.as_bytes()));
            });
        }
    })
}

/// A whole track file of `segments`, each of at least one sample, and where what is in it. Its times begin at 0.
///
/// # Errors
/// As [`writer::write`] has them.
pub fn track(
    entry: TextEntry,
    timescale: u32,
    language: Option<&str>,
    segments: &[Vec<TextSample>],
) -> Result<(Vec<u8>, TrackIndex), WriteError> {
    let (mut samples, mut ranges) = (Vec::new(), Vec::with_capacity(segments.len()));
    let (mut dts, mut media) = (0, Vec::new());
    for segment in segments {
        let start = samples.len() as u64;
        for TextSample { duration, bytes } in segment {
            samples.push(Sample {
                source: 0,
                offset: media.len() as u64,
                size: bytes.len() as u32,
                dts,
                composition_offset: 0,
                duration: *duration,
                sync: true,
            });
            dts += u64::from(*duration);
            media.extend(bytes);
        }
        ranges.push(FrameRange { start, end: samples.len() as u64 });
    }
    let entry = SampleEntry::Text(entry);
    let language = language.map(str::to_owned);
    let description = Description { entry, timescale, language, edit: None, roll_samples: 0 };
    let mut source = |_, offset: u64, into: &mut [u8]| {
        into.copy_from_slice(&media[offset as usize..][..into.len()]);
        Ok(())
    };
    let mut file = Cursor::new(Vec::new());
    let index = writer::write(&mut file, &description, &samples, &ranges, None, &mut source)?;
    Ok((file.into_inner(), index))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::text::TextCoding;
    use crate::track::CutError;

    /// Worked out by hand from ISO/IEC 14496-30, 7.4.
    #[test]
    fn cues_are_boxes() {
        let cue = CueBox { source_id: None, settings: "", payload: "Hi" };
        let split = CueBox { source_id: Some(7), settings: "line:0", payload: "<i>a</i>" };
        assert_eq!(cues(&[]), b"\0\0\0\x08vtte");
        assert_eq!(cues(&[cue]), b"\0\0\0\x12vttc\0\0\0\x0apaylHi");
        let expected = b"\0\0\0\x32vttc\0\0\0\x0cvsid\0\0\0\x07\0\0\0\x0esttgline:0\0\0\0\x10payl<i>a</i>";
        assert_eq!(cues(&[split]), expected);
    }

    #[test]
    fn a_track_holds_its_samples() {
        let sample = |duration, text: &str| TextSample { duration, bytes: text.as_bytes().to_vec() };
        let segments = [vec![sample(500, "one"), sample(1500, "three")], vec![sample(4000, "x")]];
        let entry = TextEntry { coding: TextCoding::Imsc, role: "caption" };
        let (file, index) = track(entry, 1000, Some("de"), &segments).unwrap();
        let told: Vec<_> = index.segments.iter().map(|span| (span.start, span.duration)).collect();
        assert_eq!(told, [(0, 2000), (2000, 4000)]);
        for (span, end) in index.segments.iter().zip(["onethree", "x"]) {
            let segment = &file[span.bytes.offset as usize..span.bytes.end() as usize];
            assert_eq!(&segment[4..8], b"moof");
            assert!(segment.ends_with(end.as_bytes()));
        }
        assert_eq!(index.segments[1].bytes.end(), file.len() as u64);
        let header = &file[..index.header.length as usize];
        for told in [
            &b"cmfciso6dashim1t"[..],
            b"subt",
            b"sthd",
            b"stpp\0\0\0\0\0\0\0\x01http://www.w3.org/ns/ttml\0\0\0",
            b"kind\0\0\0\0urn:mpeg:dash:role:2011\0caption\0",
            b"de\0",
        ] {
            assert!(header.windows(told.len()).any(|window| window == told), "{}", told.escape_ascii());
        }
        let empty = track(entry, 1000, None, &[Vec::new()]);
        assert!(matches!(empty, Err(WriteError::Cut(CutError::Cover { segment: 0 }))));
    }
}
