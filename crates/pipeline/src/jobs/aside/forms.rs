//! Forms: a text track cut along the picture's segments, as WebVTT and as CMAF tracks of WebVTT and of IMSC 1.
//!
//! Owns the step and what becomes of its files in a package. How text is cut and written is the rooms' `text` and `cmaf`.

use super::{run, sound_need};
use crate::flow::Context;
use crate::jobs::ladder::Laddered;
use crate::jobs::track::IndexRecord;
use crate::step::{Cost, Output, Step};
use crate::workshop::{Finished, Made};
use ::package::names::Named;
use ::package::track;
use ::text::{Cue, Imsc, Slice, slices, webvtt_segments};
use cmaf::entry::SampleEntry;
use cmaf::entry::text::{TextCoding, TextEntry};
use cmaf::text::{CueBox, TextSample, cues};
use media::ByteRange;
use media::package::{SegmentSpan, SegmentedText, TextForms, TrackIndex};
use std::path::PathBuf;

/// Ticks per second of text: WebVTT has no finer times.
const TIMESCALE: u32 = 1000;

/// The files of each form, and the records of where what is in them.
const SEGMENTS: [&str; 2] = ["segments.vtt", "segments.json"];
const WVTT: [&str; 2] = ["wvtt.mp4", "wvtt.json"];
const IMSC: [&str; 2] = ["imsc.mp4", "imsc.json"];

/// A text track in its forms.
#[derive(Debug, Clone)]
pub struct Forms {
    segments: Form,
    wvtt: Form,
    imsc: Form,
}

/// A form in the store.
#[derive(Debug, Clone)]
struct Form {
    output: Output,
    codecs: String,
    index: TrackIndex,
}

/// What of a text track its forms tell.
#[derive(Debug, Clone)]
pub(crate) struct About {
    pub(crate) language: Option<String>,
    pub(crate) forced: bool,
    pub(crate) hearing_impaired: bool,
}

impl About {
    /// As a role of DASH (ISO/IEC 23009-1, 5.8.5.5).
    fn role(&self) -> &'static str {
        match (self.forced, self.hearing_impaired) {
            (true, _) => "forced-subtitle",
            (false, true) => "caption",
            (false, false) => "subtitle",
        }
    }
}

/// Makes the forms of `cues`, which are those of `source` on the film's timeline as `params` say.
pub(super) async fn make(
    ctx: &Context,
    laddered: &Laddered,
    source: &Output,
    mut params: Vec<(&'static str, String)>,
    cues: Vec<Cue>,
    about: About,
) -> anyhow::Result<Forms> {
    let boundaries_ms = boundaries_ms(laddered);
    params.push(("boundaries_ms", format!("{boundaries_ms:?}")));
    params.push(("about", format!("{:?} {}", about.language, about.role())));
    let step =
        Step { kind: "text-forms", version: 1, params, inputs: vec![source.digest], tool: String::new() };
    let work = |folder: PathBuf| async move {
        let made = tokio::task::spawn_blocking(move || files(&cues, &boundaries_ms, &about));
        let made = made.await??;
        let mut names = Vec::with_capacity(2 * made.len());
        for ([file, record_file], bytes, record) in made {
            tokio::fs::write(folder.join(file), bytes).await?;
            tokio::fs::write(folder.join(record_file), serde_json::to_vec(&record)?).await?;
            names.extend([file, record_file].map(str::to_owned));
        }
        Ok(Made { files: names, cost: Cost::default() })
    };
    let finished = run(ctx, step, sound_need(), work).await?;
    Ok(Forms {
        segments: read_back(ctx, &finished, SEGMENTS).await?,
        wvtt: read_back(ctx, &finished, WVTT).await?,
        imsc: read_back(ctx, &finished, IMSC).await?,
    })
}

/// Where the picture's segments begin, and where the film ends.
fn boundaries_ms(laddered: &Laddered) -> Vec<i64> {
    let rate = laddered.analysed.ingested.master.conform.rate;
    let milliseconds = |seconds: f64| (seconds * f64::from(TIMESCALE)).round() as i64;
    let starts = laddered.cuts.segments.iter().map(|segment| milliseconds(rate.seconds(segment.start)));
    let mut boundaries: Vec<i64> = starts.chain([milliseconds(laddered.analysed.duration_s())]).collect();
    boundaries.dedup();
    boundaries
}

/// What a form's files are called, its bytes, and the record.
pub(crate) type MadeForm = ([&'static str; 2], Vec<u8>, IndexRecord);

/// The forms of `cues`. `boundaries_ms` are where segments begin, and where the film ends.
pub(crate) fn files(cues: &[Cue], boundaries_ms: &[i64], about: &About) -> anyhow::Result<[MadeForm; 3]> {
    let language = about.language.as_deref();
    let entry = |coding| TextEntry { coding, role: about.role() };
    let (vtt, index) = joined(&webvtt_segments(cues, boundaries_ms), boundaries_ms);
    let wvtt: Vec<Vec<TextSample>> =
        slices(cues, boundaries_ms).iter().map(|slices| slices.iter().map(sample).collect()).collect();
    let documents = Imsc { language, forced: about.forced }.segments(cues, boundaries_ms);
    let document = |(document, bounds): (String, &[i64])| {
        vec![TextSample { duration: (bounds[1] - bounds[0]) as u32, bytes: document.into_bytes() }]
    };
    let imsc: Vec<_> = documents.into_iter().zip(boundaries_ms.windows(2)).map(document).collect();
    let cmaf = |names, coding, segments: &[Vec<TextSample>]| {
        let (bytes, index) = cmaf::text::track(entry(coding), TIMESCALE, language, segments)?;
        anyhow::Ok((names, bytes, IndexRecord::new(&SampleEntry::Text(entry(coding)), &index)))
    };
    Ok([
        (SEGMENTS, vtt, IndexRecord::new(&SampleEntry::Text(entry(TextCoding::WebVtt)), &index)),
        cmaf(WVTT, TextCoding::WebVtt, &wvtt)?,
        cmaf(IMSC, TextCoding::Imsc, &imsc)?,
    ])
}

/// The segments one after the other, and where each lies; there is no header.
fn joined(segments: &[String], boundaries_ms: &[i64]) -> (Vec<u8>, TrackIndex) {
    let nothing = ByteRange { offset: 0, length: 0 };
    let mut offset = 0;
    let span = |(segment, bounds): (&String, &[i64])| {
        let bytes = ByteRange { offset, length: segment.len() as u64 };
        offset = bytes.end();
        let (start, duration) = (bounds[0] as u64, (bounds[1] - bounds[0]) as u64);
        SegmentSpan { start, duration, bytes, first_sample_end: bytes.length }
    };
    let spans = segments.iter().zip(boundaries_ms.windows(2)).map(span).collect();
    let index = TrackIndex { timescale: TIMESCALE, header: nothing, sidx: nothing, segments: spans };
    (segments.concat().into_bytes(), index)
}

fn sample(slice: &Slice) -> TextSample {
    let boxes = slice.cues.iter().map(|shown| CueBox {
        source_id: Some(shown.number),
        settings: shown.settings,
        payload: &shown.payload,
    });
    TextSample { duration: slice.duration_ms, bytes: cues(&boxes.collect::<Vec<_>>()) }
}

async fn read_back(ctx: &Context, finished: &Finished, [file, record]: [&str; 2]) -> anyhow::Result<Form> {
    let record = ctx.workshop.read(finished.output(record)?).await?;
    let record: IndexRecord = serde_json::from_slice(&record)?;
    let (codecs, _, index) = record.into_index();
    Ok(Form { output: finished.output(file)?.clone(), codecs, index })
}

impl Forms {
    /// The package's description of the forms of the track with this id, and their files by name.
    pub fn describe(&self, id: &str) -> (TextForms, Vec<(String, Output)>) {
        let forms = [&self.segments, &self.wvtt, &self.imsc];
        let (described, paths) = describe(id, forms.map(|form| (form.codecs.as_str(), &form.index)));
        let files = paths.into_iter().zip(forms.map(|form| form.output.clone()));
        (described, files.collect())
    }
}

/// The package's description of the three forms, each by its codecs parameter and index, of the text track with this id,
/// and the names of their files.
pub(crate) fn describe(id: &str, forms: [(&str, &TrackIndex); 3]) -> (TextForms, [String; 3]) {
    let [(_, segments), wvtt, imsc] = forms;
    let path = format!("{id}.{}", SEGMENTS[0]);
    let segmented = SegmentedText {
        path: path.clone(),
        timescale: segments.timescale,
        segments: segments.segments.clone(),
    };
    let track = |name: &str, (codecs, index): (&str, &TrackIndex)| {
        let id = format!("{id}.{name}");
        let named = Named { path: format!("{id}.mp4"), id };
        track::described(named, codecs.to_owned(), index.clone(), None)
    };
    let (wvtt, imsc) = (track("wvtt", wvtt), track("imsc", imsc));
    let paths = [path, wvtt.path.clone(), imsc.path.clone()];
    (TextForms { segmented: Some(segmented), wvtt: Some(wvtt), imsc: Some(imsc) }, paths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::text::{Place, Span, Style};

    #[test]
    fn every_form_has_the_picture_s_segments() {
        let cue = Cue {
            start_us: 1_500_000,
            end_us: 2_500_000,
            spans: vec![Span { text: "Hello".to_owned(), style: Style::default() }],
            place: Place::Bottom,
        };
        let about = About { language: Some("en".to_owned()), forced: false, hearing_impaired: true };
        for (_, bytes, record) in files(&[cue], &[0, 2000, 6000], &about).unwrap() {
            let (codecs, _, index) = record.into_index();
            let spans: Vec<_> = index.segments.iter().map(|span| (span.start, span.duration)).collect();
            assert_eq!(spans, [(0, 2000), (2000, 4000)], "{codecs}");
            let last = index.segments[1].bytes;
            assert_eq!(last.end(), bytes.len() as u64, "{codecs}");
            for span in &index.segments {
                let segment = &bytes[span.bytes.offset as usize..span.bytes.end() as usize];
                assert!(segment.windows(5).any(|word| word == b"Hello"), "{codecs}");
            }
        }
    }
}
