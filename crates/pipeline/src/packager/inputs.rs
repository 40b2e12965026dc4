//! Inputs: what each file holds, told by its content and never by its name.

use super::{INPUTS_MAX, Opened, Origin};
use crate::flow::Sidecar;
use anyhow::{Context as _, bail, ensure};
use cmaf::entry::SampleEntry;
use cmaf::read::{self, Handler, Movie, fragmented};
use cmaf::splice::{self, Shot, Spliced};
use cmaf::track::{Edit, Sample};
use media::codec::{AudioCodec, VideoCodec};
use media::picture::Transfer;
use media::{Format, FrameRate, Size};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

/// A rendition of the picture.
#[derive(Debug)]
pub(super) struct Video {
    pub(super) spliced: Spliced,
    pub(super) origin: Origin,
    pub(super) format: Format,
    pub(super) size: Size,
    pub(super) rate: FrameRate,
}

/// A sound.
#[derive(Debug)]
pub(super) struct Sound {
    pub(super) spliced: Spliced,
    pub(super) origin: Origin,
    pub(super) language: Option<String>,
    pub(super) codec: AudioCodec,
    pub(super) channels: u32,
    pub(super) sample_rate_hz: u32,
    pub(super) joc_objects: Option<u32>,
}

/// A text.
#[derive(Debug)]
pub(super) struct TextInput {
    pub(super) path: PathBuf,
    pub(super) language: Option<String>,
    pub(super) cues: Vec<::text::Cue>,
}

/// Reads the inputs: MP4 files with any number of tracks (whole or in fragments), and subtitle files.
///
/// # Errors
/// Where one cannot be read, holds nothing that can be packaged, or there is neither picture nor sound.
pub fn open(inputs: &[Sidecar]) -> anyhow::Result<Opened> {
    ensure!(inputs.len() <= INPUTS_MAX, "{} inputs are more than {INPUTS_MAX}", inputs.len());
    let mut opened = Opened { videos: Vec::new(), sounds: Vec::new(), texts: Vec::new() };
    for input in inputs {
        opened.add(input).with_context(|| format!("reading {}", input.file.display()))?;
    }
    ensure!(
        !opened.videos.is_empty() || !opened.sounds.is_empty(),
        "there is neither picture nor sound: give at least one MP4 file"
    );
    Ok(opened)
}

impl Opened {
    fn add(&mut self, input: &Sidecar) -> anyhow::Result<()> {
        let Sidecar { file: path, language } = input;
        if !is_boxes(path)? {
            let read = ::text::read(&text_bytes(path)?)?;
            self.texts.push(TextInput { path: path.clone(), language: language.clone(), cues: read.cues });
            return Ok(());
        }
        let tracks = tracks(path)?;
        ensure!(!tracks.is_empty(), "it has neither picture nor sound");
        for (number, spliced) in tracks.into_iter().enumerate() {
            let origin = Origin { path: path.clone(), number };
            match spliced.description.entry.handler() {
                Handler::Video => self.videos.push(video(spliced, origin)?),
                _ => self.sounds.push(sound(spliced, origin, language.clone())?),
            }
        }
        Ok(())
    }
}

/// Whether a file begins with a box of an MP4 file.
fn is_boxes(path: &Path) -> anyhow::Result<bool> {
    const FIRST: [&[u8; 4]; 7] = [b"ftyp", b"styp", b"moov", b"mdat", b"free", b"skip", b"wide"];
    let mut start = Vec::new();
    File::open(path)?.take(8).read_to_end(&mut start)?;
    Ok(start.get(4..8).is_some_and(|kind| FIRST.iter().any(|first| first[..] == *kind)))
}

fn text_bytes(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(::text::BYTES_MAX as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The tracks of an MP4 file, each on its own timeline.
fn tracks(path: &Path) -> anyhow::Result<Vec<Spliced>> {
    let mut file = BufReader::new(File::open(path)?);
    let movie = match read::movie(&mut file) {
        Ok(movie) => movie,
        Err(whole) => return Ok(vec![fragments(&mut file).map_err(|error| error.context(whole))?]),
    };
    let Movie { timescale, tracks } = movie;
    let alone = tracks.into_iter().map(|track| Movie { timescale, tracks: vec![track] });
    alone.map(|movie| joined(&movie)).collect()
}

/// The one track of a file. Pictures of a constant rate come onto a timeline of that rate, which is the same for all
/// renditions; others, and sound, keep their own.
fn joined(movie: &Movie) -> anyhow::Result<Spliced> {
    let [track] = &movie.tracks[..] else { bail!("a track is missing") };
    if track.handler == Handler::Audio {
        return Ok(splice::audio(movie)?);
    }
    let durations: Vec<u32> = track.samples.iter().map(|sample| sample.duration).collect();
    match constant(track.timescale, &durations) {
        Some(rate) => Ok(splice::video(&[Shot { movie, frames: track.samples.len() as u64 }], rate)?),
        None => Ok(splice::whole(movie)?),
    }
}

/// The track of a file in fragments.
fn fragments(file: &mut BufReader<File>) -> anyhow::Result<Spliced> {
    let header = fragmented::track_header(file)?;
    ensure!(header.protection.is_none(), "it is encrypted already: give the clear file");
    let mut samples: Vec<Sample> = Vec::new();
    for range in &header.fragments {
        let fragment = fragmented::fragment(file, &header, *range)?;
        ensure!(
            samples.len() + fragment.samples.len() <= read::SAMPLES_MAX as usize,
            "it has more than {} samples",
            read::SAMPLES_MAX
        );
        samples.extend(fragment.samples);
    }
    let mut description = header.description;
    description.edit = description.edit.or(delay(&samples).context("it has no samples")?);
    Ok(Spliced { description, samples })
}

/// Encoders that write fragments as they go have no edit list for what reordering delays: the film begins with its first
/// picture.
fn delay(samples: &[Sample]) -> Option<Option<Edit>> {
    let first = samples.iter().map(|sample| sample.pts()).min()?;
    let end = samples.iter().map(|sample| sample.pts() + i64::from(sample.duration)).max()?;
    let (media_time, duration) = (u64::try_from(first).ok()?, u64::try_from(end - first).ok()?);
    Some((media_time > 0).then_some(Edit { media_time, duration }))
}

/// The rate of frames that all last as long; the last one may not.
fn constant(timescale: u32, durations: &[u32]) -> Option<FrameRate> {
    let (first, rest) = durations.split_first()?;
    let (_, between) = rest.split_last().unwrap_or((first, &[]));
    between.iter().all(|duration| duration == first).then(|| reduced(timescale.into(), (*first).into()))?
}

/// A rate in its lowest terms, where it fits.
fn reduced(num: u64, den: u64) -> Option<FrameRate> {
    let (mut a, mut b) = (num, den);
    while b != 0 {
        (a, b) = (b, a % b); // Euclid: the numbers fall
    }
    let (num, den) = (num.checked_div(a)?, den.checked_div(a)?);
    Some(FrameRate { num: u32::try_from(num).ok()?, den: u32::try_from(den).ok().filter(|den| *den > 0)? })
}

fn video(spliced: Spliced, origin: Origin) -> anyhow::Result<Video> {
    let description = &spliced.description;
    let (codec, colour) = match &description.entry {
        SampleEntry::Avc(entry) => (VideoCodec::H264, entry.visual.colour),
        SampleEntry::Hevc(entry) => (VideoCodec::Hevc, entry.visual.colour),
        SampleEntry::Vp9(entry) => (VideoCodec::Vp9, Some(entry.config.colour)),
        SampleEntry::Av1(entry) => (VideoCodec::Av1, entry.visual.colour),
        _ => bail!("its picture is in no codec that can be packaged"),
    };
    let transfer = match colour.map(|colour| colour.transfer) {
        Some(16) => Transfer::Pq, // Rec. ITU-T H.273, table 3
        Some(18) => Transfer::Hlg,
        _ => Transfer::Sdr,
    };
    let visual = description.entry.visual().context("its picture has no size")?;
    let size = Size { width: visual.width.into(), height: visual.height.into() };
    let ticks: u64 = spliced.samples.iter().map(|sample| u64::from(sample.duration)).sum();
    let durations: Vec<u32> = spliced.samples.iter().map(|sample| sample.duration).collect();
    let mean = || reduced(u64::from(description.timescale) * spliced.samples.len() as u64, ticks);
    let rate =
        constant(description.timescale, &durations).or_else(mean).context("its frames have no rate")?;
    Ok(Video { format: Format { codec, transfer }, size, rate, spliced, origin })
}

fn sound(spliced: Spliced, origin: Origin, language: Option<String>) -> anyhow::Result<Sound> {
    let (codec, channels, sample_rate_hz, joc_objects) = match &spliced.description.entry {
        SampleEntry::Aac(entry) => (AudioCodec::Aac, entry.channels, entry.sample_rate_hz, None),
        SampleEntry::Eac3(entry) => {
            (AudioCodec::Eac3, entry.channels, entry.sample_rate_hz, entry.joc_objects.map(u32::from))
        }
        SampleEntry::Opus(entry) => {
            (AudioCodec::Opus, entry.channels.into(), cmaf::entry::opus::SAMPLE_RATE_HZ, None)
        }
        _ => bail!("its sound is in no codec that can be packaged"),
    };
    let mut spliced = spliced;
    let language = language.or(spliced.description.language.take());
    spliced.description.language = language.clone();
    Ok(Sound { spliced, origin, language, codec, channels: channels.into(), sample_rate_hz, joc_objects })
}
