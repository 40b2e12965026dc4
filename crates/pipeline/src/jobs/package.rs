//! Package: names the tracks, describes them once, and writes every manifest from that description.
//!
//! [`Passed`] → [`Packaged`]. Between the assembled track and its place in the package it is encrypted, where the
//! settings say so (see [`super::protect`]).

use super::aside::{Sound, Text};
use super::protect::{self, ProtectedTrack};
use super::quality::Passed;
use crate::flow::{Context, Failure, Job, Stage};
use crate::step::Output;
use crate::workshop::for_all;
use ::package::names;
use bytes::Bytes;
use media::Digest;
use media::facts::{AudioFacts, Label};
use media::package::{self, AudioTrack, Picture, TextTrack, Track, VideoTrack};
use media::protection::TrackClass;
use std::collections::BTreeMap;

const POSTER_PATH: &str = "poster.jpg";

/// Begins the text whose digest names a package; raised when the same files would mean another package.
const DIGEST_PREFIX: &str = "matinee package 1\n";

/// The stage.
#[derive(Debug)]
pub struct Package;

/// A package, ready to be published.
#[derive(Debug)]
pub struct Packaged {
    /// What came in.
    pub passed: Passed,
    /// The description.
    pub package: package::Package,
    /// Digest of all files with their names.
    pub digest: Digest,
    /// All files by path.
    pub files: BTreeMap<String, Content>,
}

/// Where a file's bytes come from.
#[derive(Debug, Clone)]
pub enum Content {
    /// A step's output.
    Stored(Output),
    /// Written here.
    Written(Bytes),
}

impl Content {
    /// Length.
    pub fn bytes(&self) -> u64 {
        match self {
            Content::Stored(output) => output.bytes,
            Content::Written(bytes) => bytes.len() as u64,
        }
    }

    fn digest(&self) -> Digest {
        match self {
            Content::Stored(output) => output.digest,
            Content::Written(bytes) => store::digest::of_bytes(bytes),
        }
    }
}

impl Job for Package {
    const STAGE: Stage = Stage::Package;
    type Takes = Passed;
    type Gives = Packaged;

    async fn run(ctx: &Context, passed: Passed) -> Result<Packaged, Failure> {
        let tracks = Tracks::protect(ctx, &passed).await?;
        let mut files = BTreeMap::new();
        let package = package::Package {
            duration_s: passed.assembled.encoded.laddered.analysed.duration_s(),
            video: video(&passed, tracks.video, &mut files),
            audio: audio(&passed, tracks.audio, &mut files),
            text: text(&passed, &mut files),
            poster: Some(poster(&passed, &mut files)),
            thumbnails: Some(thumbnails(&passed, &mut files)),
            chapters: chapters(&passed),
            markers: markers(&passed),
        };
        let manifests = manifest::files(&package);
        files.extend(manifests.into_iter().map(|(path, text)| (path, Content::Written(Bytes::from(text)))));
        let digest = digest(&files);
        Ok(Packaged { passed, package, digest, files })
    }
}

fn chapters(passed: &Passed) -> Vec<package::Chapter> {
    let analysed = &passed.assembled.encoded.laddered.analysed;
    ingest::chapters::chapters(
        &analysed.ingested.facts.chapters,
        analysed.picture_start_s,
        analysed.duration_s(),
    )
}

/// The markers as far as they lie on the film.
fn markers(passed: &Passed) -> Vec<package::Marker> {
    let analysed = &passed.assembled.encoded.laddered.analysed;
    let duration_s = analysed.duration_s();
    let on_film = analysed.ingested.markers.iter().filter(|marker| marker.start_s < duration_s);
    on_film.map(|marker| package::Marker { end_s: marker.end_s.min(duration_s), ..*marker }).collect()
}

type Files = BTreeMap<String, Content>;

/// The tracks as they go into the package, in the order in which they were assembled.
struct Tracks {
    video: Vec<ProtectedTrack>,
    audio: Vec<ProtectedTrack>,
}

impl Tracks {
    async fn protect(ctx: &Context, passed: &Passed) -> anyhow::Result<Tracks> {
        let assembled = &passed.assembled;
        let laddered = &assembled.encoded.laddered;
        let title = &laddered.analysed.ingested.title.id;
        let protect = |(class, track)| protect::protect(ctx, title, class, track);
        let classes = laddered.rungs.iter().map(|rung| TrackClass::of(rung.size));
        let video = for_all(classes.zip(&assembled.video).collect(), protect).await?;
        let sound = assembled.audio.iter().map(|track| (TrackClass::Audio, track)).collect();
        Ok(Tracks { video, audio: for_all(sound, protect).await? })
    }
}

fn video(passed: &Passed, tracks: Vec<ProtectedTrack>, files: &mut Files) -> Vec<VideoTrack> {
    let laddered = &passed.assembled.encoded.laddered;
    let conform = &laddered.analysed.ingested.master.conform;
    let rungs = laddered.rungs.iter().zip(tracks).zip(&passed.whole);
    let track =
        |((rung, protected), whole): ((&media::rung::Rung, ProtectedTrack), &quality::PooledScores)| {
            VideoTrack {
                keyframe_bitrate_bps_peak: ::package::segment::keyframe_bitrate(&protected.track.index),
                track: track(names::video(&rung.name), protected, files),
                rung: rung.name.clone(),
                format: rung.format,
                size: rung.size,
                rate: conform.cadence(rung.size).rate(conform.rate),
                vmaf: whole.vmaf.mean,
                supplemental_codecs: None,
            }
        };
    let mut tracks: Vec<VideoTrack> = rungs.map(track).collect();
    tracks.sort_by_key(|track| (track.format, std::cmp::Reverse(track.track.bitrate_bps_average)));
    tracks
}

fn audio(passed: &Passed, tracks: Vec<ProtectedTrack>, files: &mut Files) -> Vec<AudioTrack> {
    let sounds = &passed.assembled.encoded.aside.audio;
    let names = sound_names(sounds.iter().map(|sound| &sound.facts));
    let tracks = sounds.iter().zip(tracks).zip(names).enumerate();
    let track = |(number, ((sound, protected), name)): (usize, ((&Sound, ProtectedTrack), String))| {
        let language = sound.facts.label.language.clone();
        AudioTrack {
            joc_objects: protected.track.joc_objects,
            track: track(names::audio(number, language.as_deref(), sound.rendition.codec), protected, files),
            name,
            language,
            codec: sound.rendition.codec,
            channels: sound.rendition.channels,
            sample_rate_hz: codec::audio::SAMPLE_RATE_HZ,
            describes_video: sound.facts.describes_video,
        }
    };
    tracks.map(track).collect()
}

/// The name of each track, given the stream that it is made of: one for all tracks of a stream, among which the player
/// chooses, and no other stream's, among which the viewer does.
pub(crate) fn sound_names<'a>(streams: impl Iterator<Item = &'a AudioFacts>) -> Vec<String> {
    let mut named: Vec<(usize, String)> = Vec::new();
    let name = |stream: &AudioFacts| {
        if let Some((_, name)) = named.iter().find(|(known, _)| *known == stream.stream) {
            return name.clone();
        }
        let purpose = stream.describes_video.then_some("described");
        let plain = display_name("Audio", named.len(), &stream.label, purpose);
        let taken = |name: &String| named.iter().any(|(_, other)| other == name);
        let numbered = (2..).map(|number| format!("{plain} {number}"));
        // Ends: there are fewer names than numbers.
        let name =
            std::iter::once(plain.clone()).chain(numbered).find(|name| !taken(name)).unwrap_or_default();
        named.push((stream.stream, name.clone()));
        name
    };
    streams.map(name).collect()
}

fn text(passed: &Passed, files: &mut Files) -> Vec<TextTrack> {
    let mut tracks = Vec::new();
    for (number, text) in passed.assembled.encoded.aside.text.iter().enumerate() {
        let names::Named { id, path } = names::text(number, text.label.language.as_deref());
        files.insert(path.clone(), Content::Stored(text.output.clone()));
        let (forms, form_files) = text.forms.describe(&id);
        files.extend(form_files.into_iter().map(|(path, output)| (path, Content::Stored(output))));
        tracks.push(TextTrack {
            id,
            path,
            name: display_name("Subtitles", number, &text.label, purpose(text)),
            language: text.label.language.clone(),
            forced: text.forced,
            hearing_impaired: text.hearing_impaired,
            forms,
        });
    }
    tracks
}

fn poster(passed: &Passed, files: &mut Files) -> Picture {
    let (output, size) = &passed.assembled.encoded.aside.poster;
    files.insert(POSTER_PATH.to_owned(), Content::Stored(output.clone()));
    Picture { path: POSTER_PATH.to_owned(), size: *size }
}

fn thumbnails(passed: &Passed, files: &mut Files) -> package::Thumbnails {
    let sheets = &passed.assembled.encoded.aside.thumbnails;
    for (name, output) in &sheets.outputs {
        files.insert(name.clone(), Content::Stored(output.clone()));
    }
    sheets.describe()
}

fn track(named: names::Named, protected: ProtectedTrack, files: &mut Files) -> Track {
    let ProtectedTrack { track, protection } = protected;
    files.insert(named.path.clone(), Content::Stored(track.output));
    ::package::track::described(named, track.codecs, track.index, protection)
}

/// For whom a text is, where not for everybody.
fn purpose(text: &Text) -> Option<&'static str> {
    text.hearing_impaired.then_some("SDH").or(text.forced.then_some("forced"))
}

/// What a viewer reads in a menu: the stream's own title, else its language, or its number, and for whom it is.
pub(crate) fn display_name(kind: &str, number: usize, label: &Label, purpose: Option<&str>) -> String {
    let language = label.language.as_deref().map(names::language);
    let plain = || language.unwrap_or_else(|| format!("{kind} {}", number + 1));
    let purpose = purpose.map(|purpose| format!(" ({purpose})")).unwrap_or_default();
    label.title.clone().unwrap_or_else(|| plain() + &purpose)
}

fn digest(files: &Files) -> Digest {
    let mut text = String::from(DIGEST_PREFIX);
    for (path, content) in files {
        text += &format!("{path} {}\n", content.digest());
    }
    store::digest::of_bytes(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_told_apart_and_their_tracks_are_not() {
        let facts = |(stream, language): &(usize, &str)| AudioFacts {
            stream: *stream,
            codec: "aac".into(),
            channels: 2,
            sample_rate_hz: 48_000,
            start_s: 0.0,
            duration_s: None,
            describes_video: *stream == 2,
            label: Label { language: Some((*language).into()), ..Label::default() },
        };
        let streams: Vec<_> =
            [(1, "en"), (1, "en"), (2, "de"), (3, "en"), (3, "en")].iter().map(facts).collect();
        let names = sound_names(streams.iter());
        assert_eq!(names, ["English", "English", "Deutsch (described)", "English 2", "English 2"]);
    }
}
