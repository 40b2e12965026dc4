//! Sound: every stream's tracks, measured, levelled and encoded, or copied as they are.
//!
//! Owns the steps. Which tracks there are and what gain they get is `ingest`'s; how a copy is placed is `cmaf`'s.

use super::{OrLeftOut, or_left_out, sound_need, step, warning};
use crate::flow::Context;
use crate::jobs::ladder::Laddered;
use crate::jobs::track;
use crate::step::{Cost, Output};
use crate::workshop::{Made, for_all};
use ::ingest::sound;
use codec::audio::Source;
use media::facts::AudioFacts;
use media::master::Finding;
use media::sound::{Frames, Levelled, Loudness, Rendition};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

const AUDIO_FILE: &str = "audio.mp4";
const LOUDNESS_FILE: &str = "loudness.json";

/// A track of one sound stream.
#[derive(Debug, Clone)]
pub struct Sound {
    /// The stream.
    pub facts: AudioFacts,
    /// What was made of it.
    pub rendition: Rendition,
    /// An MP4 with its frames.
    pub output: Output,
    /// How loud the stream is as this track plays it, and what was done about it.
    pub levelled: Levelled,
}

fn renditions(ctx: &Context, stream: &AudioFacts) -> Vec<Rendition> {
    sound::renditions(stream, &ctx.settings.audio_codecs, ctx.settings.audio_bitrate_bps)
}

/// The mixes that have to be measured: each number of channels once.
fn mixes(renditions: &[Rendition]) -> Vec<u32> {
    let mut mixes: Vec<u32> = renditions.iter().map(|rendition| rendition.channels).collect();
    mixes.sort_unstable();
    mixes.dedup();
    mixes
}

/// Number of steps that [`make`] takes where no stream has to be left out.
pub(super) fn count(ctx: &Context, laddered: &Laddered) -> usize {
    let steps = |stream| {
        let renditions = renditions(ctx, stream);
        mixes(&renditions).len() + renditions.len()
    };
    laddered.analysed.ingested.master.audio.iter().map(steps).sum()
}

/// Makes the tracks of all streams, in the master's order.
pub(super) async fn make(ctx: &Context, laddered: &Laddered) -> anyhow::Result<(Vec<Sound>, Vec<Finding>)> {
    let streams = laddered.analysed.ingested.master.audio.iter().collect();
    let (mut sounds, mut findings) = (Vec::new(), Vec::new());
    for made in for_all(streams, |stream| Film { ctx, laddered, stream }.tracks()).await? {
        match made {
            Ok((tracks, remarks)) => {
                sounds.extend(tracks);
                findings.extend(remarks);
            }
            Err(finding) => findings.push(finding),
        }
    }
    Ok((sounds, findings))
}

/// One stream of the film.
#[derive(Clone, Copy)]
struct Film<'a> {
    ctx: &'a Context,
    laddered: &'a Laddered,
    stream: &'a AudioFacts,
}

impl Film<'_> {
    async fn tracks(self) -> anyhow::Result<OrLeftOut<(Vec<Sound>, Vec<Finding>)>> {
        let what = format!("Audio stream {}", self.stream.stream);
        or_left_out(self.all().await, "audio-undecodable", &what)
    }

    async fn all(self) -> anyhow::Result<(Vec<Sound>, Vec<Finding>)> {
        let renditions = renditions(self.ctx, self.stream);
        let mixes = mixes(&renditions);
        let loudness = for_all(mixes.clone(), |channels| self.loudness(channels)).await?;
        let measured = |rendition: &Rendition| {
            mixes
                .iter()
                .zip(&loudness)
                .find(|(mix, _)| **mix == rendition.channels)
                .map(|(_, loudness)| *loudness)
        };
        let tasks =
            renditions.iter().filter_map(|rendition| Some((*rendition, measured(rendition)?))).collect();
        let mut tracks = Vec::new();
        let mut findings = Vec::new();
        for (track, finding) in
            for_all(tasks, |(rendition, loudness)| self.track(rendition, loudness)).await?
        {
            tracks.extend(track);
            findings.extend(finding);
        }
        Ok((tracks, findings))
    }

    /// The track; where its frames cannot be taken as they are, what is encoded instead, and why.
    async fn track(
        self,
        rendition: Rendition,
        measured: Loudness,
    ) -> anyhow::Result<(Option<Sound>, Option<Finding>)> {
        if let Frames::Encoded { bitrate_bps } = rendition.frames {
            return Ok((Some(self.encoded(rendition, bitrate_bps, measured).await?), None));
        }
        let copied = self.copied(rendition, measured).await;
        let reason = match or_left_out(copied, "audio-not-passed-through", "its own sound")? {
            Ok(Ok(sound)) => return Ok((Some(sound), None)),
            Ok(Err(reason)) => reason,
            Err(finding) => finding.message.trim_end_matches('.').to_owned(),
        };
        let instead = sound::eac3_encoded(self.stream);
        let message = format!(
            "Audio stream {} cannot be passed through, because {reason}; {}.",
            self.stream.stream,
            if instead.is_some() {
                "it is encoded again, without objects"
            } else {
                "its AAC track has to do"
            },
        );
        let finding = Some(warning("audio-not-passed-through", message));
        match instead {
            Some(rendition @ Rendition { frames: Frames::Encoded { bitrate_bps }, .. }) => {
                let loudness = self.loudness(rendition.channels).await?;
                Ok((Some(self.encoded(rendition, bitrate_bps, loudness).await?), finding))
            }
            _ => Ok((None, finding)),
        }
    }

    async fn encoded(
        self,
        rendition: Rendition,
        bitrate_bps: u32,
        measured: Loudness,
    ) -> anyhow::Result<Sound> {
        let gain_db = sound::gain_db(&measured);
        let dialogue_level_db = sound::dialogue_level_db(measured.integrated_lufs + gain_db);
        let Rendition { codec, channels, .. } = rendition;
        let mut params = self.params();
        params.extend([
            ("codec", codec.to_string()),
            ("channels", channels.to_string()),
            ("bitrate_bps", bitrate_bps.to_string()),
            ("gain_db", format!("{gain_db:.2}")),
            ("dialogue_level_db", dialogue_level_db.to_string()),
        ]);
        let work = |master: PathBuf, folder: PathBuf| async move {
            let source = self.source(&master);
            let file_name = AUDIO_FILE;
            let job = codec::audio::Job {
                source,
                codec,
                channels,
                bitrate_bps,
                gain_db,
                dialogue_level_db,
                folder: &folder,
                file_name,
            };
            Ok(codec::audio::encode(&self.ctx.tools, &job, &mut |_| {}).await?)
        };
        let output = self.run("audio", params, AUDIO_FILE, work).await?;
        Ok(self.sound(rendition, output, Levelled { measured, gain_db }))
    }

    /// The stream's own frames, or why they cannot be placed against the picture.
    async fn copied(self, rendition: Rendition, measured: Loudness) -> anyhow::Result<Result<Sound, String>> {
        let work = |master: PathBuf, folder: PathBuf| async move {
            let job = codec::audio::CopyJob {
                source: self.source(&master),
                folder: &folder,
                file_name: AUDIO_FILE,
            };
            Ok(codec::audio::copy(&self.ctx.tools, &job, &mut |_| {}).await?)
        };
        let output = self.run("audio-copy", self.params(), AUDIO_FILE, work).await?;
        let path = self.ctx.workshop.file(&output.key).await?;
        let duration_s = self.laddered.analysed.duration_s();
        let fits = tokio::task::spawn_blocking(move || fits(path, duration_s)).await?;
        Ok(fits.map(|()| self.sound(rendition, output, Levelled { measured, gain_db: 0.0 })))
    }

    /// How loud the stream is when mixed to so many channels.
    async fn loudness(self, channels: u32) -> anyhow::Result<Loudness> {
        let mut params = self.params();
        params.push(("channels", channels.to_string()));
        let work = |master: PathBuf, folder: PathBuf| async move {
            let source = self.source(&master);
            let measured = codec::loudness::measure(&self.ctx.tools, &source, channels, &mut |_| {}).await?;
            let record = serde_json::to_vec(&LoudnessRecord::from(measured.loudness))?;
            tokio::fs::write(folder.join(LOUDNESS_FILE), record).await?;
            Ok(measured.usage)
        };
        let output = self.run("loudness", params, LOUDNESS_FILE, work).await?;
        let record: LoudnessRecord = serde_json::from_slice(&self.ctx.workshop.read(&output).await?)?;
        Ok(record.into())
    }

    fn sound(self, rendition: Rendition, output: Output, levelled: Levelled) -> Sound {
        Sound { facts: self.stream.clone(), rendition, output, levelled }
    }

    fn source(self, master: &Path) -> Source<'_> {
        let analysed = &self.laddered.analysed;
        Source {
            master,
            stream: self.stream.stream,
            picture_start_s: analysed.picture_start_s,
            duration_s: analysed.duration_s(),
        }
    }

    fn params(self) -> Vec<(&'static str, String)> {
        let analysed = &self.laddered.analysed;
        vec![
            ("stream", self.stream.stream.to_string()),
            ("picture_start_s", analysed.picture_start_s.to_string()),
            ("duration_s", analysed.duration_s().to_string()),
        ]
    }

    /// Runs a step that reads the master and leaves one file.
    async fn run<W, F>(
        self,
        kind: &'static str,
        params: Vec<(&'static str, String)>,
        file: &str,
        work: W,
    ) -> anyhow::Result<Output>
    where
        W: FnOnce(PathBuf, PathBuf) -> F,
        F: Future<Output = anyhow::Result<codec::Usage>>,
    {
        let input = &self.laddered.analysed.ingested.run.source;
        let master = self.ctx.workshop.file(&input.key).await?;
        let work = |folder: PathBuf| async move {
            let usage = work(master, folder).await?;
            Ok(Made { files: vec![file.to_owned()], cost: Cost::from(usage) })
        };
        let finished = step(self.ctx, kind, params, input, sound_need(), work).await?;
        Ok(finished.output(file)?.clone())
    }
}

/// Whether the copy at `path` can be placed against a picture of `duration_s` seconds.
fn fits(path: PathBuf, duration_s: f64) -> Result<(), String> {
    let movies = track::read_movies(&[path]).map_err(|error| format!("{error:#}"))?;
    let movie = movies.first().ok_or("the copy is empty")?;
    cmaf::splice::copied(movie, duration_s).map(|_| ()).map_err(|error| error.to_string())
}

/// A [`Loudness`] as a step output.
#[derive(Debug, Serialize, Deserialize)]
struct LoudnessRecord {
    integrated_lufs: f64,
    range_lu: f64,
    true_peak_dbtp: f64,
}

impl From<Loudness> for LoudnessRecord {
    fn from(loudness: Loudness) -> LoudnessRecord {
        let Loudness { integrated_lufs, range_lu, true_peak_dbtp } = loudness;
        LoudnessRecord { integrated_lufs, range_lu, true_peak_dbtp }
    }
}

impl From<LoudnessRecord> for Loudness {
    fn from(record: LoudnessRecord) -> Loudness {
        let LoudnessRecord { integrated_lufs, range_lu, true_peak_dbtp } = record;
        Loudness { integrated_lufs, range_lu, true_peak_dbtp }
    }
}
