//! Packager: files that were encoded elsewhere, packaged as they are, into a folder: no title, no store, no database.
//!
//! Owns which track each input becomes, and where all of them are cut. Encodes nothing and judges no picture; how tracks
//! are written, protected and described is the same code as in preparation (see [`crate::jobs`]).
//!
//! ```text
//! files -> open() -> Opened { classes() } -> write(keys) -> folder of CMAF tracks, HLS and DASH
//! ```
//!
//! Memory is that of the sample tables and of one window. The same inputs under the same keys give the same bytes.

mod inputs;
mod cuts;

pub use inputs::open;

use crate::jobs::aside::forms::{self, About};
use crate::jobs::assemble::audio_segments;
use crate::jobs::package::{display_name, sound_names};
use crate::jobs::protect::{self, Plan};
use crate::jobs::track;
use crate::keys::ContentKey;
use crate::settings::{Choice, Protection as Settings};
use ::package::names::{self, Named};
use anyhow::{Context as _, bail, ensure};
use cmaf::splice::Spliced;
use inputs::{Sound, TextInput, Video};
use media::facts::{AudioFacts, Label};
use media::package::{AudioTrack, Package, TextTrack, Track, VideoTrack};
use media::protection::TrackClass;
use media::{Digest, Format, FrameRange};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Most inputs: twenty rungs in four codecs, sounds and texts in fifty languages.
pub const INPUTS_MAX: usize = 256;

/// Inputs that were read and fit together.
#[derive(Debug)]
pub struct Opened {
    videos: Vec<Video>,
    sounds: Vec<Sound>,
    texts: Vec<TextInput>,
}

/// The key of each class of tracks.
pub type ClassKeys = BTreeMap<TrackClass, ContentKey>;

/// Where a track's samples lie.
#[derive(Debug)]
struct Origin {
    path: PathBuf,
    /// Of the track in the file, from 0.
    number: usize,
}

impl Origin {
    /// Of the file's bytes and the track's number: no other track has the same, so that vectors can be made of it.
    fn digest(&self) -> std::io::Result<Digest> {
        let file = store::digest::of_open(File::open(&self.path)?)?;
        Ok(store::digest::of_bytes(&[&file.0[..], &self.number.to_be_bytes()].concat()))
    }
}

impl Opened {
    /// The classes of tracks that are there, each of which needs a key where the package is to be protected.
    pub fn classes(&self) -> Vec<TrackClass> {
        let mut classes: Vec<_> = self.videos.iter().map(|video| TrackClass::of(video.size)).collect();
        classes.extend(self.sounds.first().map(|_| TrackClass::Audio));
        classes.sort_unstable();
        classes.dedup();
        classes
    }

    /// Writes the package into `folder`, which is made and must be empty.
    ///
    /// # Errors
    /// Where tracks have no boundaries in common or no key, or files cannot be read or written.
    pub fn write(&self, folder: &Path, settings: &Settings, keys: &ClassKeys) -> anyhow::Result<Package> {
        empty(folder)?;
        let cuts = cuts::of(&self.videos, &self.sounds)?;
        let writer = Writer { folder, settings, keys };
        let mut video = Vec::with_capacity(self.videos.len());
        let names = rung_names(&self.videos);
        for ((input, segments), rung) in self.videos.iter().zip(&cuts.video).zip(names) {
            video.push(writer.video(input, segments, rung)?);
        }
        video.sort_by_key(|track| (track.format, std::cmp::Reverse(track.track.bitrate_bps_average)));
        let mut audio = Vec::with_capacity(self.sounds.len());
        for (number, (input, name)) in self.sounds.iter().zip(names_of(&self.sounds)).enumerate() {
            audio.push(writer.sound(number, input, name, &cuts.boundaries_s)?);
        }
        let mut text = Vec::with_capacity(self.texts.len());
        for (number, input) in self.texts.iter().enumerate() {
            text.push(writer.text(number, input, &cuts)?);
        }
        let package = Package {
            duration_s: cuts.duration_s,
            video,
            audio,
            text,
            poster: None,
            thumbnails: None,
            chapters: Vec::new(),
            markers: Vec::new(),
        };
        for (path, content) in manifest::files(&package) {
            writer.put(&path, content.as_bytes())?;
        }
        Ok(package)
    }
}

fn empty(folder: &Path) -> anyhow::Result<()> {
    let doing = || format!("making the folder {}", folder.display());
    std::fs::create_dir_all(folder).with_context(doing)?;
    let holds = std::fs::read_dir(folder).with_context(doing)?.next().is_some();
    ensure!(!holds, "the folder {} is not empty: name a new one", folder.display());
    Ok(())
}

/// A name for each rendition as preparation gives them, with a number where two would have the same.
fn rung_names(videos: &[Video]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(videos.len());
    for Video { format, size, .. } in videos {
        let size = ladder::sizes::name(*size);
        let plain = if *format == Format::BASE { size } else { format!("{format}-{size}") };
        let taken =
            names.iter().filter(|name| **name == plain || name.starts_with(&format!("{plain}-"))).count();
        names.push(if taken == 0 { plain } else { format!("{plain}-{}", taken + 1) });
    }
    names
}

/// The viewers' name of each sound. Sounds of one language that differ in coding or channels are one, of which the player
/// takes what it can play.
fn names_of(sounds: &[Sound]) -> Vec<String> {
    let mut facts: Vec<AudioFacts> = Vec::with_capacity(sounds.len());
    for (number, sound) in sounds.iter().enumerate() {
        let (codec, channels) = (sound.codec.to_string(), sound.channels);
        let same = |fact: &&AudioFacts| fact.label.language == sound.language;
        let alike = |fact: &AudioFacts| fact.codec == codec && fact.channels == channels;
        let earlier: Vec<_> = facts.iter().filter(same).collect();
        let joins = earlier.first().filter(|_| !earlier.iter().any(|fact| alike(fact)));
        let stream = joins.map_or(number, |first| first.stream);
        let label = Label { language: sound.language.clone(), ..Label::default() };
        let sample_rate_hz = sound.sample_rate_hz;
        facts.push(AudioFacts {
            stream,
            codec,
            channels,
            sample_rate_hz,
            start_s: 0.0,
            duration_s: None,
            describes_video: false,
            label,
        });
    }
    sound_names(facts.iter())
}

/// Writes tracks into a folder.
struct Writer<'a> {
    folder: &'a Path,
    settings: &'a Settings,
    keys: &'a ClassKeys,
}

impl Writer<'_> {
    fn put(&self, path: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let path = self.folder.join(path);
        std::fs::write(&path, bytes).with_context(|| format!("writing {}", path.display()))
    }

    fn video(&self, input: &Video, segments: &[FrameRange], rung: String) -> anyhow::Result<VideoTrack> {
        let Video { spliced, origin, format, size, rate } = input;
        let class = TrackClass::of(*size);
        let track = self.track(names::video(&rung), class, spliced, segments, origin)?;
        Ok(VideoTrack {
            keyframe_bitrate_bps_peak: ::package::segment::keyframe_bitrate(&track.index),
            track,
            rung,
            format: *format,
            size: *size,
            rate: *rate,
            vmaf: 0.0,
            supplemental_codecs: None,
        })
    }

    fn sound(
        &self,
        number: usize,
        input: &Sound,
        name: String,
        boundaries_s: &[f64],
    ) -> anyhow::Result<AudioTrack> {
        let Sound { spliced, origin, language, codec, channels, sample_rate_hz, joc_objects } = input;
        let segments = audio_segments(spliced, boundaries_s);
        let named = names::audio(number, language.as_deref(), *codec);
        Ok(AudioTrack {
            track: self.track(named, TrackClass::Audio, spliced, &segments, origin)?,
            name,
            language: language.clone(),
            codec: *codec,
            channels: *channels,
            joc_objects: *joc_objects,
            sample_rate_hz: *sample_rate_hz,
            describes_video: false,
        })
    }

    /// Writes a track, protected where that is wanted.
    fn track(
        &self,
        named: Named,
        class: TrackClass,
        spliced: &Spliced,
        segments: &[FrameRange],
        origin: &Origin,
    ) -> anyhow::Result<Track> {
        let doing = || format!("packaging {}", origin.path.display());
        let times =
            cmaf::track::times(&spliced.description, &spliced.samples, segments).with_context(doing)?;
        let starts: Vec<u64> = times.iter().map(|time| time.start).collect();
        let protection =
            self.protection(class, spliced.description.timescale, &starts, origin).with_context(doing)?;
        let (described, protection) = protection.unzip();
        let path = self.folder.join(&named.path);
        let sources = [origin.path.clone()];
        let record = track::write(spliced, segments, protection, &sources, &path).with_context(doing)?;
        let (codecs, _, index) = record.into_index();
        Ok(::package::track::described(named, codecs, index, described))
    }

    /// How a track of `class` is protected, as manifests tell it and as it is done.
    fn protection(
        &self,
        class: TrackClass,
        timescale: u32,
        starts: &[u64],
        origin: &Origin,
    ) -> anyhow::Result<Option<(media::protection::Protection, cmaf::cenc::Protection)>> {
        let Choice::Under(scheme) = self.settings.scheme else { return Ok(None) };
        ensure!(self.settings.key_period_s == 0.0, "keys that change are for `matinee prepare`");
        let Some(key) = self.keys.get(&class) else { bail!("tracks of class {} have no key", class.name()) };
        let keys = vec![key.clone()];
        let described =
            Plan::new(self.settings, timescale, starts)?.describe(scheme, class, self.settings, &keys);
        let done = protect::with_keys(&described, keys, origin.digest()?);
        Ok(Some((described, done)))
    }

    fn text(&self, number: usize, input: &TextInput, cuts: &cuts::Cuts) -> anyhow::Result<TextTrack> {
        let doing = || format!("packaging {}", input.path.display());
        let film = ::text::Film { start_us: 0, duration_us: (cuts.duration_s * 1e6).round() as i64 };
        let cues = ::text::fit(input.cues.clone(), &film).cues;
        ensure!(!cues.is_empty(), "{}: it has no text to show within the film", input.path.display());
        let Named { id, path } = names::text(number, input.language.as_deref());
        self.put(&path, ::text::write(&cues).as_bytes())?;
        let about = About { language: input.language.clone(), forced: false, hearing_impaired: false };
        let made = forms::files(&cues, &cuts.boundaries_ms(), &about).with_context(doing)?;
        let made = made.map(|(_, bytes, record)| (bytes, record.into_index()));
        let (forms, paths) =
            forms::describe(&id, made.each_ref().map(|(_, (codecs, _, index))| (&**codecs, index)));
        for (path, (bytes, _)) in paths.iter().zip(&made) {
            self.put(path, bytes)?;
        }
        let label = Label { language: input.language.clone(), ..Label::default() };
        let name = display_name("Subtitles", number, &label, None);
        let language = input.language.clone();
        Ok(TextTrack { id, path, name, language, forced: false, hearing_impaired: false, forms })
    }
}
