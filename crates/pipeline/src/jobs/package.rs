//! Package: names the tracks, describes them once, and writes every manifest from that description.
//!
//! [`Passed`] → [`Packaged`]. Tracks are packaged in the clear; encrypting them would happen here, between
//! the assembled track and its place in the package.

use super::assemble::AssembledTrack;
use super::quality::Passed;
use crate::flow::{Context, Failure, Job, Stage};
use crate::step::Output;
use ::package::names;
use bytes::Bytes;
use media::Digest;
use media::facts::Label;
use media::package::{self, AudioTrack, Picture, TextTrack, Track, VideoTrack};
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

    async fn run(_ctx: &Context, passed: Passed) -> Result<Packaged, Failure> {
        let mut files = BTreeMap::new();
        let package = package::Package {
            duration_s: passed.assembled.encoded.laddered.analysed.duration_s(),
            video: video(&passed, &mut files),
            audio: audio(&passed, &mut files),
            text: text(&passed, &mut files),
            poster: Some(poster(&passed, &mut files)),
            thumbnails: Some(thumbnails(&passed, &mut files)),
        };
        let manifests = manifest::files(&package);
        files.extend(manifests.into_iter().map(|(path, text)| (path, Content::Written(Bytes::from(text)))));
        let digest = digest(&files);
        Ok(Packaged { passed, package, digest, files })
    }
}

type Files = BTreeMap<String, Content>;

fn video(passed: &Passed, files: &mut Files) -> Vec<VideoTrack> {
    let laddered = &passed.assembled.encoded.laddered;
    let rungs = laddered.ladder.rungs.iter().zip(&passed.assembled.video).zip(&passed.whole);
    let track =
        |((rung, assembled), whole): ((&media::rung::Rung, &AssembledTrack), &quality::Pooled)| VideoTrack {
            track: track(names::video(&rung.name), assembled, files),
            rung: rung.name.clone(),
            format: rung.format,
            size: rung.size,
            rate: laddered.analysed.ingested.master.conform.rate,
            vmaf: whole.mean,
        };
    let mut tracks: Vec<VideoTrack> = rungs.map(track).collect();
    tracks.sort_by_key(|track| std::cmp::Reverse(track.track.bitrate_bps_average));
    tracks
}

fn audio(passed: &Passed, files: &mut Files) -> Vec<AudioTrack> {
    let streams = passed.assembled.encoded.aside.audio.iter().map(|(stream, _)| stream);
    let tracks = streams.zip(&passed.assembled.audio).enumerate();
    let track =
        |(number, (stream, assembled)): (usize, (&media::facts::AudioFacts, &AssembledTrack))| AudioTrack {
            track: track(names::audio(number, stream.label.language.as_deref()), assembled, files),
            name: display_name("Audio", number, &stream.label),
            language: stream.label.language.clone(),
            codec: media::codec::AudioCodec::Aac,
            joc_objects: None,
            channels: codec::audio::channels(stream.channels),
            sample_rate_hz: codec::audio::SAMPLE_RATE_HZ,
        };
    tracks.map(track).collect()
}

fn text(passed: &Passed, files: &mut Files) -> Vec<TextTrack> {
    let mut tracks = Vec::new();
    for (number, (stream, output)) in passed.assembled.encoded.aside.text.iter().enumerate() {
        let names::Named { id, path } = names::text(number, stream.label.language.as_deref());
        files.insert(path.clone(), Content::Stored(output.clone()));
        tracks.push(TextTrack {
            id,
            path,
            name: display_name("Subtitles", number, &stream.label),
            language: stream.label.language.clone(),
            forced: stream.forced,
            hearing_impaired: stream.hearing_impaired,
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
    sheets.grid.describe(sheets.outputs.keys().cloned().collect())
}

fn track(named: names::Named, assembled: &AssembledTrack, files: &mut Files) -> Track {
    files.insert(named.path.clone(), Content::Stored(assembled.output.clone()));
    let (bitrate_bps_peak, bitrate_bps_average) = ::package::segment::bitrates(&assembled.index);
    Track {
        id: named.id,
        path: named.path,
        codecs: assembled.codecs.clone(),
        bitrate_bps_peak,
        bitrate_bps_average,
        index: assembled.index.clone(),
    }
}

/// What a viewer reads in a menu: the stream's own title, else its language, else its number.
fn display_name(kind: &str, number: usize, label: &Label) -> String {
    let language = label.language.as_deref().map(names::language);
    label.title.clone().or(language).unwrap_or_else(|| format!("{kind} {}", number + 1))
}

fn digest(files: &Files) -> Digest {
    let mut text = String::from(DIGEST_PREFIX);
    for (path, content) in files {
        text += &format!("{path} {}\n", content.digest());
    }
    store::digest::of_bytes(text.as_bytes())
}
