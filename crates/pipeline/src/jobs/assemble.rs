//! Assemble: joins the shots of each rung to one track without a seam, and proves it by decoding it.
//!
//! [`Encoded`] → [`Assembled`].

use super::aside::Sound;
use super::encode::Encoded;
use super::picture;
use super::track::{self, IndexRecord};
use crate::budget::Need;
use crate::flow::{Context, Failure, Job, Stage};
use crate::progress::{Event, Unit};
use crate::step::{Cost, Output, Step};
use crate::workshop::{self, Finished, Made, for_all};
use ::encode::command::Hdr;
use anyhow::{Context as _, bail};
use cmaf::entry::SampleEntry;
use cmaf::splice::{self, Spliced};
use media::package::TrackIndex;
use media::picture::Transfer;
use media::sound::Frames;
use media::{Format, FrameRange};
use std::path::PathBuf;

/// Memory of a decoder beside its frames, and of the sample tables of a long film.
const MEMORY_BYTES: u64 = 200 << 20;
/// Bytes for each pixel that a decoder holds: 20 frames of 8-bit 4:2:0, or 10 of more bits.
const MEMORY_BYTES_PER_PIXEL: u64 = 30;

const TRACK_FILE: &str = "track.mp4";
const INDEX_FILE: &str = "index.json";

/// The stage.
#[derive(Debug)]
pub struct Assemble;

/// A film whose renditions are whole.
#[derive(Debug, Clone)]
pub struct Assembled {
    /// What came in.
    pub encoded: Encoded,
    /// One track for each rung.
    pub video: Vec<AssembledTrack>,
    /// One for each of the audio tracks.
    pub audio: Vec<AssembledTrack>,
}

impl Assembled {
    /// Goes on with those rungs alone for which `kept` has true.
    pub(super) fn keep(&mut self, kept: &[bool]) {
        retain(&mut self.video, kept);
        retain(&mut self.encoded.shots, kept);
        retain(&mut self.encoded.rounds, kept);
        retain(&mut self.encoded.laddered.rungs, kept);
    }
}

/// Leaves of `items` those for which `kept` has true, in the same place.
pub(super) fn retain<T>(items: &mut Vec<T>, kept: &[bool]) {
    let mut kept = kept.iter();
    items.retain(|_| kept.next().is_none_or(|kept| *kept));
}

/// A CMAF track in the store.
#[derive(Debug, Clone)]
pub struct AssembledTrack {
    /// Its bytes.
    pub output: Output,
    /// RFC 6381 codecs parameter.
    pub codecs: String,
    /// Objects of its sound, where it has some.
    pub joc_objects: Option<u32>,
    /// Where its segments lie.
    pub index: TrackIndex,
}

impl Job for Assemble {
    const STAGE: Stage = Stage::Assemble;
    type Takes = Encoded;
    type Gives = Assembled;

    async fn run(ctx: &Context, encoded: Encoded) -> Result<Assembled, Failure> {
        let tracks = encoded.shots.len() + encoded.aside.audio.len();
        ctx.tell(Event::Total { stage: Stage::Assemble, total: tracks as u64, unit: Unit::Items });
        let (video, audio) = tokio::try_join!(
            for_all((0..encoded.shots.len()).collect(), |rung| video(ctx, &encoded, rung)),
            for_all((0..encoded.aside.audio.len()).collect(), |stream| audio(ctx, &encoded, stream)),
        )?;
        Ok(Assembled { encoded, video, audio })
    }
}

async fn video(ctx: &Context, encoded: &Encoded, rung: usize) -> anyhow::Result<AssembledTrack> {
    let laddered = &encoded.laddered;
    let conform = &laddered.analysed.ingested.master.conform;
    let (rate, cadence) = (conform.rate, conform.cadence(laddered.rungs[rung].size));
    let shots: Vec<&Output> = encoded.shots[rung].iter().map(|shot| &shot.output).collect();
    let frames: Vec<u64> = laddered.cuts.shots.iter().map(|shot| shot.frames.len()).collect();
    let segments = laddered.cuts.segments_of(cadence);
    let (size, format, cap_bps) = {
        let rung = &laddered.rungs[rung];
        (rung.size, rung.format, rung.bitrate_bps_max)
    };
    let hdr = laddered.analysed.hdr(format);
    let level = ::encode::level::vp9::lowest(size, cadence.rate(rate), cap_bps).number as u8;
    let join = move |sources: &[PathBuf]| {
        let movies = track::read_movies(sources)?;
        let shots: Vec<splice::Shot<'_>> = movies
            .iter()
            .zip(&frames)
            .map(|(movie, frames)| splice::Shot { movie, frames: *frames })
            .collect();
        let mut spliced = splice::video_of(&shots, rate, cadence)?;
        describe(&mut spliced, format, level, hdr);
        Ok((spliced, segments))
    };
    let doing = || format!("joining rung {}", laddered.rungs[rung].name);
    let memory_bytes = MEMORY_BYTES + size.pixels() * MEMORY_BYTES_PER_PIXEL;
    let mut params = vec![
        ("rate", rate.to_string()),
        ("format", format.to_string()),
        ("hdr", format!("{hdr:?}")),
        ("level", level.to_string()),
        ("shots", format!("{:?}", laddered.cuts.shots.iter().map(|s| s.frames.len()).collect::<Vec<_>>())),
        ("segments", format!("{:?}", starts(&laddered.cuts.segments))),
    ];
    params.extend(picture::cadence_parameter(cadence));
    let task = Task { params, sources: shots, frames: laddered.cuts.frames(cadence), memory_bytes };
    assemble(ctx, task, join).await.with_context(doing)
}

/// Puts into the sample entry what the encoder's file does not say: VP9's level, for which ffmpeg ignores the frame rate, and
/// the grading of high dynamic range, which encoders put into the stream alone.
fn describe(spliced: &mut Spliced, format: Format, vp9_level: u8, hdr: Option<Hdr>) {
    let entry = &mut spliced.description.entry;
    if let SampleEntry::Vp9(vp9) = entry {
        vp9.config.level = vp9_level;
    }
    if let (Some(hdr), Transfer::Pq, Some(visual)) = (hdr, format.transfer, entry.visual_mut()) {
        visual.mastering = hdr.mastering;
        visual.light = hdr.light;
    }
}

async fn audio(ctx: &Context, encoded: &Encoded, stream: usize) -> anyhow::Result<AssembledTrack> {
    let laddered = &encoded.laddered;
    let rate = laddered.analysed.ingested.master.conform.rate;
    let Sound { facts, rendition, output, .. } = &encoded.aside.audio[stream];
    let (language, frames) = (facts.label.language.clone(), rendition.frames);
    let duration_s = laddered.analysed.duration_s();
    let boundaries: Vec<f64> =
        starts(&laddered.cuts.segments).into_iter().map(|start| rate.seconds(start)).collect();
    let params = vec![
        ("language", format!("{language:?}")),
        ("boundaries_s", format!("{boundaries:?}")),
        ("frames", format!("{frames:?}")),
        ("duration_s", duration_s.to_string()),
    ];
    let join = move |sources: &[PathBuf]| {
        let movies = track::read_movies(sources)?;
        let movie = movies.first().context("there is no audio encode")?;
        let mut spliced = match frames {
            Frames::Encoded { .. } => splice::audio(movie)?,
            Frames::Copied => splice::copied(movie, duration_s)?,
        };
        spliced.description.language = language;
        let segments = audio_segments(&spliced, &boundaries);
        Ok((spliced, segments))
    };
    let sources = vec![output];
    let task = Task { params, sources, frames: 0, memory_bytes: MEMORY_BYTES };
    assemble(ctx, task, join).await.with_context(|| format!("laying out audio track {stream}"))
}

fn starts(segments: &[FrameRange]) -> Vec<u64> {
    segments.iter().map(|segment| segment.start).collect()
}

/// Segments of audio frames that begin nearest to the picture's.
pub(crate) fn audio_segments(spliced: &Spliced, boundaries_s: &[f64]) -> Vec<FrameRange> {
    let frame_ticks = spliced.samples.first().map_or(1, |sample| u64::from(sample.duration));
    let priming = spliced.description.edit.map_or(0, |edit| edit.media_time);
    let frames = spliced.samples.len() as u64;
    let timescale = spliced.description.timescale;
    ::package::segment::audio(boundaries_s, timescale, frame_ticks, priming, frames)
}

/// A track to be assembled.
struct Task<'a> {
    params: Vec<(&'static str, String)>,
    sources: Vec<&'a Output>,
    /// Frames that it must decode to; 0 where they are not counted.
    frames: u64,
    memory_bytes: u64,
}

/// Joins on a blocking thread, writes the track, decodes it.
async fn assemble<J>(ctx: &Context, task: Task<'_>, join: J) -> anyhow::Result<AssembledTrack>
where
    J: FnOnce(&[PathBuf]) -> anyhow::Result<(Spliced, Vec<FrameRange>)> + Send + 'static,
{
    let mut sources = Vec::with_capacity(task.sources.len());
    for source in &task.sources {
        sources.push(ctx.workshop.file(&source.key).await?);
    }
    let job = workshop::Job {
        step: Step {
            kind: "assemble",
            version: 2,
            params: task.params,
            inputs: task.sources.iter().map(|source| source.digest).collect(),
            tool: ctx.tools.ffmpeg.id(),
        },
        stage: Stage::Assemble,
        need: Need { threads: 1, memory_bytes: task.memory_bytes },
        droppable: &[],
    };
    let work = |bench: PathBuf| async move {
        let path = bench.join(TRACK_FILE);
        let record = tokio::task::spawn_blocking({
            let path = path.clone();
            move || join_and_write(&sources, &path, join)
        });
        tokio::fs::write(bench.join(INDEX_FILE), serde_json::to_vec(&record.await??)?).await?;
        let checked = codec::check::decode(&ctx.tools, &path).await?;
        prove(&checked, task.frames)?;
        Ok(Made {
            files: vec![TRACK_FILE.to_owned(), INDEX_FILE.to_owned()],
            cost: Cost::from(checked.usage),
        })
    };
    let finished = ctx.workshop.run(job, work).await?;
    ctx.tell(Event::Done { stage: Stage::Assemble, done: 1 });
    read_back(ctx, &finished).await
}

fn join_and_write<J>(sources: &[PathBuf], path: &std::path::Path, join: J) -> anyhow::Result<IndexRecord>
where
    J: FnOnce(&[PathBuf]) -> anyhow::Result<(Spliced, Vec<FrameRange>)>,
{
    let (spliced, segments) = join(sources)?;
    track::write(&spliced, &segments, None, sources, path)
}

/// A track is whole where a decoder has nothing to say about it and shows as many frames as it should.
fn prove(checked: &codec::check::Checked, frames: u64) -> anyhow::Result<()> {
    if let Some(complaint) = checked.complaints.first() {
        bail!("the joined track does not decode cleanly: {complaint}");
    }
    if frames != 0 && checked.frames != frames {
        bail!("the joined track shows {} frames and not {frames}", checked.frames);
    }
    Ok(())
}

async fn read_back(ctx: &Context, finished: &Finished) -> anyhow::Result<AssembledTrack> {
    let record = ctx.workshop.read(finished.output(INDEX_FILE)?).await?;
    let record: IndexRecord = serde_json::from_slice(&record)?;
    let (codecs, joc_objects, index) = record.into_index();
    Ok(AssembledTrack { output: finished.output(TRACK_FILE)?.clone(), codecs, joc_objects, index })
}
