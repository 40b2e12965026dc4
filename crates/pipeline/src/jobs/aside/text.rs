//! Text: every subtitle stream and every file handed in beside the master, as WebVTT on the film's timeline, and in its
//! other forms.
//!
//! Owns the steps. What is put right, and what is worth a finding, is the room `text`'s.

use super::forms::{self, About, Forms};
use super::{OrLeftOut, or_left_out, run, sound_need, step, warning};
use crate::flow::Context;
use crate::jobs::ladder::Laddered;
use crate::jobs::sidecar::StoredSidecar;
use crate::step::{Cost, Output, Step};
use crate::workshop::{Made, for_all};
use ::text::{Film, Fitted, findings, fit, read, write};
use media::facts::{Label, TextFacts};
use media::master::Finding;
use std::path::PathBuf;

const EXTRACTED_FILE: &str = "extracted.vtt";
const TEXT_FILE: &str = "text.vtt";

/// A text track.
#[derive(Debug, Clone)]
pub struct Text {
    /// Its language and title.
    pub label: Label,
    /// Shown even to viewers who asked for no subtitles.
    pub forced: bool,
    /// For the deaf and hard of hearing.
    pub hearing_impaired: bool,
    /// The WebVTT file.
    pub output: Output,
    /// The same in segments.
    pub forms: Forms,
}

/// Number of steps that [`make`] takes where nothing has to be left out: streams are taken out of the master first.
pub(super) fn count(laddered: &Laddered) -> usize {
    let ingested = &laddered.analysed.ingested;
    3 * ingested.master.text.len() + 2 * ingested.sidecars.len()
}

/// Makes the tracks: those of the master in its order, then those of the files beside it.
pub(super) async fn make(ctx: &Context, laddered: &Laddered) -> anyhow::Result<(Vec<Text>, Vec<Finding>)> {
    let ingested = &laddered.analysed.ingested;
    let (streams, files) = tokio::try_join!(
        for_all(ingested.master.text.iter().collect(), |stream| stream_track(ctx, laddered, stream)),
        for_all(ingested.sidecars.iter().collect(), |file| file_track(ctx, laddered, file)),
    )?;
    let (mut texts, mut findings) = (Vec::new(), Vec::new());
    for (text, remarks) in streams.into_iter().chain(files) {
        texts.extend(text);
        findings.extend(remarks);
    }
    Ok((texts, findings))
}

/// A track, if there is one, and what is to be said of it.
type Remarked = (Option<Text>, Vec<Finding>);

async fn stream_track(ctx: &Context, laddered: &Laddered, stream: &TextFacts) -> anyhow::Result<Remarked> {
    let what = format!("Subtitle stream {}", stream.stream);
    let extracted = match extracted(ctx, laddered, stream, &what).await? {
        Ok(extracted) => extracted,
        Err(finding) => return Ok((None, vec![finding])),
    };
    // ffmpeg counts time from the file's start, and the film begins with its first picture.
    let film = film(laddered, laddered.analysed.picture_start_s);
    let TextFacts { forced, hearing_impaired, .. } = *stream;
    let about = About { language: stream.label.language.clone(), forced, hearing_impaired };
    let (made, findings) = fitted(ctx, laddered, &extracted, &film, &what, about).await?;
    let text = made.map(|(output, forms)| Text {
        label: stream.label.clone(),
        forced,
        hearing_impaired,
        output,
        forms,
    });
    Ok((text, findings))
}

/// Files beside a master tell time from its first picture, as players show them.
async fn file_track(ctx: &Context, laddered: &Laddered, file: &StoredSidecar) -> anyhow::Result<Remarked> {
    let what = format!("Subtitle file {}", file.name);
    let about = About { language: file.language.clone(), forced: false, hearing_impaired: false };
    let (made, findings) = fitted(ctx, laddered, &file.output, &film(laddered, 0.0), &what, about).await?;
    let label = Label { language: file.language.clone(), ..Label::default() };
    let text =
        made.map(|(output, forms)| Text { label, forced: false, hearing_impaired: false, output, forms });
    Ok((text, findings))
}

fn film(laddered: &Laddered, start_s: f64) -> Film {
    let microseconds = |seconds: f64| (seconds * 1e6).round() as i64;
    Film { start_us: microseconds(start_s), duration_us: microseconds(laddered.analysed.duration_s()) }
}

/// The stream as ffmpeg writes it to WebVTT, on the master's timeline.
async fn extracted(
    ctx: &Context,
    laddered: &Laddered,
    stream: &TextFacts,
    what: &str,
) -> anyhow::Result<OrLeftOut<Output>> {
    let input = &laddered.analysed.ingested.run.source;
    let source = ctx.workshop.file(&input.key).await?;
    let params = vec![("stream", stream.stream.to_string())];
    let work = |folder: PathBuf| async move {
        let job = codec::subtitles::Job {
            master: &source,
            stream: stream.stream,
            folder: &folder,
            file_name: EXTRACTED_FILE,
        };
        let usage = codec::subtitles::to_webvtt(&ctx.tools, &job).await?;
        Ok(Made { files: vec![EXTRACTED_FILE.to_owned()], cost: Cost::from(usage) })
    };
    let finished = step(ctx, "subtitles", params, input, sound_need(), work).await;
    let output = finished.and_then(|finished| Ok(finished.output(EXTRACTED_FILE)?.clone()));
    or_left_out(output, "subtitles-unreadable", what)
}

/// The file on the film's timeline and its forms, and what was found in it. The findings are made anew each time, the files
/// once.
async fn fitted(
    ctx: &Context,
    laddered: &Laddered,
    source: &Output,
    film: &Film,
    what: &str,
    about: About,
) -> anyhow::Result<(Option<(Output, Forms)>, Vec<Finding>)> {
    let bytes = ctx.workshop.read(source).await?;
    let film = *film;
    let parsed = tokio::task::spawn_blocking(move || {
        let read = read(&bytes)?;
        let fitted = fit(read.cues.clone(), &film);
        Ok::<_, ::text::Unreadable>((read, fitted))
    });
    let (read, fitted) = match parsed.await? {
        Ok(parsed) => parsed,
        Err(reason) => {
            let message = format!("{what} cannot be read and is left out: {reason}.");
            return Ok((None, vec![warning("subtitles-unreadable", message)]));
        }
    };
    let findings = findings(what, &read, &fitted);
    if fitted.cues.is_empty() {
        return Ok((None, findings));
    }
    let params = vec![("start_us", film.start_us.to_string()), ("duration_us", film.duration_us.to_string())];
    let cues = fitted.cues.clone();
    let output = written(ctx, source, params.clone(), fitted).await?;
    let forms = forms::make(ctx, laddered, source, params, cues, about).await?;
    Ok((Some((output, forms)), findings))
}

async fn written(
    ctx: &Context,
    source: &Output,
    params: Vec<(&'static str, String)>,
    fitted: Fitted,
) -> anyhow::Result<Output> {
    let inputs = vec![source.digest];
    let step = Step { kind: "text", version: 1, params, inputs, tool: String::new() };
    let work = |folder: PathBuf| async move {
        tokio::fs::write(folder.join(TEXT_FILE), write(&fitted.cues)).await?;
        Ok(Made { files: vec![TEXT_FILE.to_owned()], cost: Cost::default() })
    };
    Ok(run(ctx, step, sound_need(), work).await?.output(TEXT_FILE)?.clone())
}
