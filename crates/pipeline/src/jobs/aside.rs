//! What rides along with the picture: audio, subtitles, poster and seek thumbnails.
//!
//! Owns which frame the poster is and how thumbnails are spaced.

use super::ladder::Laddered;
use super::picture;
use crate::budget::Need;
use crate::flow::{Context, Stage};
use crate::progress::Event;
use crate::step::{Cost, Output, Step};
use crate::workshop::{self, Finished, Made, for_all};
use media::facts::{AudioFacts, TextFacts};
use media::master::{Finding, Severity};
use media::package::Thumbnails;
use media::picture::Size;
use media::shot::ShotList;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::future::Future;
use std::path::PathBuf;

/// Memory of a tool that handles audio or text only.
const SOUND_MEMORY_BYTES: u64 = 150 << 20;
/// Mean luma below which a shot is too dark for a poster, and above which it is a flash or a blank.
const POSTER_BRIGHTNESS: std::ops::RangeInclusive<f64> = 40.0..=210.0;
/// Share of the film that the poster is taken from: the end is not given away.
const POSTER_SHARE: f64 = 0.66;

/// Longer side of a seek thumbnail in pixels: what fits over a seek bar.
const TILE_SIDE: u32 = 240;
/// Tiles in a row of a sheet.
const COLUMNS: u32 = 5;
/// Rows of a sheet: small sheets, so that the first thumbnail comes soon.
const ROWS: u32 = 5;
/// Seconds from one thumbnail to the next.
const TILE_INTERVAL_S: f64 = 2.0;

const AUDIO_FILE: &str = "audio.mp4";
const POSTER_FILE: &str = "poster.jpg";
const POSTER_SIZE_FILE: &str = "poster.json";
const TEXT_FILE: &str = "text.vtt";
const GRID_FILE: &str = "grid.json";

/// What rides along.
#[derive(Debug, Clone)]
pub struct Aside {
    /// The audio streams that could be encoded, in the master's order.
    pub audio: Vec<(AudioFacts, Output)>,
    /// The text streams that could be read, in the master's order, as WebVTT.
    pub text: Vec<(TextFacts, Output)>,
    /// Streams that had to be left out.
    pub findings: Vec<Finding>,
    /// The poster.
    pub poster: (Output, Size),
    /// Thumbnail sheets.
    pub thumbnails: Sheets,
}

/// Thumbnail sheets in the store.
#[derive(Debug, Clone)]
pub struct Sheets {
    /// The sheets by file name, which is their order.
    pub outputs: BTreeMap<String, Output>,
    /// How tiles lie on them.
    pub grid: Grid,
}

/// How tiles lie on the sheets; a step output.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Grid {
    tile_width: u32,
    tile_height: u32,
    tiles: u32,
    interval_s: f64,
}

impl Grid {
    fn new(made: &codec::still::Sheets) -> Grid {
        let Size { width, height } = made.tile;
        Grid { tile_width: width, tile_height: height, tiles: made.tiles, interval_s: made.interval_s }
    }

    /// The package's description of the sheets called `sheets`.
    pub fn describe(&self, sheets: Vec<String>) -> Thumbnails {
        Thumbnails {
            sheets,
            tile: Size { width: self.tile_width, height: self.tile_height },
            columns: COLUMNS,
            rows: ROWS,
            tiles: self.tiles,
            interval_s: self.interval_s,
        }
    }
}

/// Number of steps that [`make`] takes.
pub fn count(laddered: &Laddered) -> usize {
    let master = &laddered.analysed.ingested.master;
    master.audio.len() + master.text.len() + 2
}

/// Makes all of it.
pub async fn make(ctx: &Context, laddered: &Laddered) -> anyhow::Result<Aside> {
    let master = &laddered.analysed.ingested.master;
    let (audio, text, poster, thumbnails) = tokio::try_join!(
        for_all(master.audio.iter().collect(), |stream| audio(ctx, laddered, stream)),
        for_all(master.text.iter().collect(), |stream| text(ctx, laddered, stream)),
        poster(ctx, laddered),
        thumbnails(ctx, laddered),
    )?;
    let mut findings = Vec::new();
    let audio = with_facts(&master.audio, audio, &mut findings);
    let text = with_facts(&master.text, text, &mut findings);
    Ok(Aside { audio, text, findings, poster, thumbnails })
}

/// A stream's output, or why there is none.
type OrLeftOut = Result<Output, Finding>;

fn with_facts<F: Clone>(
    facts: &[F],
    outputs: Vec<OrLeftOut>,
    findings: &mut Vec<Finding>,
) -> Vec<(F, Output)> {
    let mut kept = Vec::new();
    for (facts, output) in facts.iter().zip(outputs) {
        match output {
            Ok(output) => kept.push((facts.clone(), output)),
            Err(finding) => findings.push(finding),
        }
    }
    kept
}

/// A stream that cannot be decoded is left out with a warning: the film is worth showing without it.
fn or_left_out(result: anyhow::Result<Output>, code: &'static str, what: &str) -> anyhow::Result<OrLeftOut> {
    match result {
        Ok(output) => Ok(Ok(output)),
        Err(error) => match error.downcast_ref::<codec::Error>() {
            Some(cause) if cause.blames_the_input() => {
                let message = format!("{what} cannot be decoded and is left out: {cause}.");
                Ok(Err(Finding { code, severity: Severity::Warning, message }))
            }
            _ => Err(error),
        },
    }
}

async fn audio(ctx: &Context, laddered: &Laddered, stream: &AudioFacts) -> anyhow::Result<OrLeftOut> {
    let analysed = &laddered.analysed;
    let input = &analysed.ingested.run.source;
    let (source, duration_s, picture_start_s) =
        (ctx.workshop.file(&input.key).await?, analysed.duration_s(), analysed.picture_start_s);
    let bitrate_bps = ctx.settings.audio_bitrate_bps;
    let params = vec![
        ("stream", stream.stream.to_string()),
        ("source_channels", stream.channels.to_string()),
        ("picture_start_s", picture_start_s.to_string()),
        ("duration_s", duration_s.to_string()),
        ("bitrate_bps", bitrate_bps.to_string()),
    ];
    let work = |folder: PathBuf| async move {
        let job = codec::audio::Job {
            master: &source,
            stream: stream.stream,
            source_channels: stream.channels,
            picture_start_s,
            duration_s,
            bitrate_bps,
            folder: &folder,
            file_name: AUDIO_FILE,
        };
        let made = codec::audio::encode(&ctx.tools, &job, &mut |_| {}).await?;
        Ok(Made { files: vec![AUDIO_FILE.to_owned()], cost: Cost::from(made.usage) })
    };
    let finished = step(ctx, "audio", params, input, sound_need(), work).await;
    let output = finished.and_then(|finished| Ok(finished.output(AUDIO_FILE)?.clone()));
    or_left_out(output, "audio-undecodable", &format!("Audio stream {}", stream.stream))
}

async fn text(ctx: &Context, laddered: &Laddered, stream: &TextFacts) -> anyhow::Result<OrLeftOut> {
    let analysed = &laddered.analysed;
    let input = &analysed.ingested.run.source;
    let (source, picture_start_s) = (ctx.workshop.file(&input.key).await?, analysed.picture_start_s);
    let params =
        vec![("stream", stream.stream.to_string()), ("picture_start_s", picture_start_s.to_string())];
    let work = |folder: PathBuf| async move {
        let job = codec::subtitles::Job {
            master: &source,
            stream: stream.stream,
            picture_start_s,
            folder: &folder,
            file_name: TEXT_FILE,
        };
        let usage = codec::subtitles::to_webvtt(&ctx.tools, &job).await?;
        Ok(Made { files: vec![TEXT_FILE.to_owned()], cost: Cost::from(usage) })
    };
    let finished = step(ctx, "text", params, input, sound_need(), work).await;
    let output = finished.and_then(|finished| Ok(finished.output(TEXT_FILE)?.clone()));
    or_left_out(output, "subtitles-unreadable", &format!("Subtitle stream {}", stream.stream))
}

async fn poster(ctx: &Context, laddered: &Laddered) -> anyhow::Result<(Output, Size)> {
    let analysed = &laddered.analysed;
    let conform = &analysed.ingested.master.conform;
    let frame = poster_frame(&analysed.shots);
    let params = vec![("frame", frame.to_string()), ("rate", conform.rate.to_string())];
    let work = |folder: PathBuf| async move {
        let mezzanine = analysed.mezzanine_file(ctx).await?;
        let job = codec::still::PosterJob {
            mezzanine: &mezzanine,
            rate: conform.rate,
            size: conform.size,
            frame,
            folder: &folder,
            file_name: POSTER_FILE,
        };
        let made = codec::still::poster(&ctx.tools, &job).await?;
        let size = [made.size.width, made.size.height];
        tokio::fs::write(folder.join(POSTER_SIZE_FILE), serde_json::to_vec(&size)?).await?;
        let files = [POSTER_FILE, POSTER_SIZE_FILE].map(str::to_owned).to_vec();
        Ok(Made { files, cost: Cost::from(made.usage) })
    };
    let finished =
        step(ctx, "poster", params, &analysed.mezzanine, picture::need(conform.size), work).await?;
    let size = ctx.workshop.read(finished.output(POSTER_SIZE_FILE)?).await?;
    let [width, height]: [u32; 2] = serde_json::from_slice(&size)?;
    Ok((finished.output(POSTER_FILE)?.clone(), Size { width, height }))
}

async fn thumbnails(ctx: &Context, laddered: &Laddered) -> anyhow::Result<Sheets> {
    let analysed = &laddered.analysed;
    let conform = &analysed.ingested.master.conform;
    let frames = analysed.shots.frames();
    let params = vec![
        ("frames", frames.to_string()),
        ("rate", conform.rate.to_string()),
        ("grid", format!("{TILE_SIDE} {COLUMNS}x{ROWS} {TILE_INTERVAL_S}")),
    ];
    let work = |folder: PathBuf| async move {
        let mezzanine = analysed.mezzanine_file(ctx).await?;
        let job = codec::still::SheetsJob {
            mezzanine: &mezzanine,
            rate: conform.rate,
            size: conform.size,
            frames,
            interval_s: TILE_INTERVAL_S,
            tile_side: TILE_SIDE,
            columns: COLUMNS,
            rows: ROWS,
            folder: &folder,
        };
        let made = codec::still::sheets(&ctx.tools, &job, &mut |_| {}).await?;
        let grid = Grid::new(&made);
        tokio::fs::write(folder.join(GRID_FILE), serde_json::to_vec_pretty(&grid)?).await?;
        let files = made.files.into_iter().chain([GRID_FILE.to_owned()]).collect();
        Ok(Made { files, cost: Cost::from(made.usage) })
    };
    let mut finished =
        step(ctx, "thumbnails", params, &analysed.mezzanine, picture::need(conform.size), work).await?;
    let grid: Grid = serde_json::from_slice(&ctx.workshop.read(finished.output(GRID_FILE)?).await?)?;
    finished.outputs.remove(GRID_FILE);
    Ok(Sheets { outputs: finished.outputs, grid })
}

async fn step<W, F>(
    ctx: &Context,
    kind: &'static str,
    params: Vec<(&'static str, String)>,
    input: &Output,
    need: Need,
    work: W,
) -> anyhow::Result<Finished>
where
    W: FnOnce(PathBuf) -> F,
    F: Future<Output = anyhow::Result<Made>>,
{
    let step = Step { kind, version: 1, params, inputs: vec![input.digest], tool: ctx.tools.ffmpeg.id() };
    let finished =
        ctx.workshop.run(workshop::Job { step, stage: Stage::Encode, need, droppable: &[] }, work).await?;
    ctx.tell(Event::Done { stage: Stage::Encode, done: 1 });
    Ok(finished)
}

fn sound_need() -> Need {
    Need { threads: 1, memory_bytes: SOUND_MEMORY_BYTES }
}

/// The frame that stands for the film: the middle of the most detailed shot that is neither dark nor blank, not from
/// the film's end; the film's middle where there is none.
fn poster_frame(shots: &ShotList) -> u64 {
    let last = (shots.frames() as f64 * POSTER_SHARE) as u64;
    let fits = |shot: &&media::shot::Shot| {
        shot.frames.start <= last && POSTER_BRIGHTNESS.contains(&shot.complexity.brightness)
    };
    let detail = |shot: &&media::shot::Shot| shot.complexity.detail;
    let best = shots.shots.iter().filter(fits).max_by(|a, b| detail(a).total_cmp(&detail(b)));
    best.map_or(shots.frames() / 2, |shot| shot.frames.start + shot.frames.len() / 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::shot::{Complexity, Shot};
    use media::timebase::FrameRange;

    #[test]
    fn the_poster_is_bright_detailed_and_no_spoiler() {
        let shot = |start, end, brightness, detail| Shot {
            frames: FrameRange { start, end },
            complexity: Complexity { motion: 0.0, detail, brightness, ..Complexity::default() },
            cut_score: 1.0,
        };
        for (shots, expected) in [
            (vec![shot(0, 100, 100.0, 5.0), shot(100, 200, 100.0, 9.0), shot(200, 300, 100.0, 99.0)], 150),
            (vec![shot(0, 100, 100.0, 5.0), shot(100, 200, 3.0, 9.0)], 50),
            (vec![shot(0, 100, 0.0, 0.0)], 50),
            (vec![shot(0, 1, 0.0, 0.0)], 0),
        ] {
            assert_eq!(poster_frame(&ShotList { shots }), expected);
        }
    }
}
