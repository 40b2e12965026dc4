//! HLS playlists (RFC 8216 and its successor draft-pantos-hls-rfc8216bis, whose sections are cited), version
//! 7.
//!
//! Segments are byte ranges of the track files, which DASH shares.

mod attributes;
mod media_playlist;

pub use media_playlist::{media, text};

use attributes::Attributes;
use media::package::{AudioTrack, Package, TextTrack, VideoTrack};

/// `EXT-X-VERSION` (section 8): 6 brought `EXT-X-MAP` for segments, 7 what players expect along with
/// fragmented MP4.
const VERSION: u32 = 7;

/// Group of the audio renditions.
const AUDIO_GROUP: &str = "audio";

/// Group of the text renditions.
const TEXT_GROUP: &str = "text";

/// `CHARACTERISTICS` of text for the deaf and hard of hearing (section 4.4.6.1).
const HEARING_IMPAIRED: &str =
    "public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound";

/// File name of the media playlist of the track with this id.
pub fn playlist_path(id: &str) -> String {
    format!("{id}.m3u8")
}

/// The multivariant playlist (section 4.4.6): each video track is a variant with all audio and all text.
pub fn multivariant(package: &Package) -> String {
    let mut out = format!("#EXTM3U\n#EXT-X-VERSION:{VERSION}\n#EXT-X-INDEPENDENT-SEGMENTS\n");
    let mut renditions: Vec<Rendition<'_>> = package.audio.iter().enumerate().map(audio_rendition).collect();
    renditions.extend(package.text.iter().map(text_rendition));
    tell_apart(&mut renditions);
    for rendition in &renditions {
        out += &rendition.line();
    }
    for video in &package.video {
        out += &variant(video, package);
    }
    out
}

/// One `EXT-X-MEDIA` (section 4.4.6.1).
struct Rendition<'a> {
    kind: &'static str,
    group: &'static str,
    name: String,
    language: Option<&'a str>,
    default: bool,
    autoselect: bool,
    forced: bool,
    characteristics: Option<&'static str>,
    channels: Option<u32>,
    path: String,
}

fn audio_rendition((number, audio): (usize, &AudioTrack)) -> Rendition<'_> {
    Rendition {
        kind: "AUDIO",
        group: AUDIO_GROUP,
        name: audio.name.clone(),
        language: audio.language.as_deref(),
        default: number == 0,
        autoselect: true,
        forced: false,
        characteristics: None,
        channels: Some(audio.channels),
        path: playlist_path(&audio.track.id),
    }
}

fn text_rendition(text: &TextTrack) -> Rendition<'_> {
    Rendition {
        kind: "SUBTITLES",
        group: TEXT_GROUP,
        name: text.name.clone(),
        language: text.language.as_deref(),
        default: false,
        autoselect: true,
        forced: text.forced,
        characteristics: text.hearing_impaired.then_some(HEARING_IMPAIRED),
        channels: None,
        path: playlist_path(&text.id),
    }
}

/// Makes renditions of a group differ as section 4.4.6.1.1 asks: each in its name, and those that players may
/// choose by themselves in what they choose by.
fn tell_apart(renditions: &mut [Rendition<'_>]) {
    for at in 1..renditions.len() {
        let (before, rest) = renditions.split_at_mut(at);
        let rendition = &mut rest[0];
        let peers = || before.iter().filter(|peer| peer.group == rendition.group);
        let alike = peers().any(|peer| {
            (peer.language, peer.forced, peer.characteristics, peer.channels)
                == (rendition.language, rendition.forced, rendition.characteristics, rendition.channels)
        });
        let taken = |name: &str| peers().any(|peer| attributes::plain(&peer.name) == attributes::plain(name));
        let mut name = rendition.name.clone();
        let mut number = 2;
        while taken(&name) {
            name = format!("{} {number}", rendition.name);
            number += 1;
        }
        rendition.autoselect &= !alike;
        rendition.name = name;
    }
}

impl Rendition<'_> {
    fn line(&self) -> String {
        let mut attributes = Attributes::of("EXT-X-MEDIA");
        attributes.plain("TYPE", self.kind).quoted("GROUP-ID", self.group).quoted("NAME", &self.name);
        if let Some(language) = self.language {
            attributes.quoted("LANGUAGE", language);
        }
        attributes.yes_or_no("DEFAULT", self.default).yes_or_no("AUTOSELECT", self.autoselect);
        if self.forced {
            attributes.yes_or_no("FORCED", true);
        }
        if let Some(characteristics) = self.characteristics {
            attributes.quoted("CHARACTERISTICS", characteristics);
        }
        if let Some(channels) = self.channels {
            attributes.quoted("CHANNELS", &channels.to_string());
        }
        attributes.quoted("URI", &self.path).line()
    }
}

/// One `EXT-X-STREAM-INF` and its playlist (section 4.4.6.2). Bitrates and codecs are those of the video with
/// whichever audio rendition needs most.
fn variant(video: &VideoTrack, package: &Package) -> String {
    let audio_peak = package.audio.iter().map(|audio| audio.track.bitrate_bps_peak).max().unwrap_or(0);
    let audio_average = package.audio.iter().map(|audio| audio.track.bitrate_bps_average).max().unwrap_or(0);
    let mut codecs = vec![video.track.codecs.as_str()];
    for audio in &package.audio {
        if !codecs.contains(&audio.track.codecs.as_str()) {
            codecs.push(&audio.track.codecs);
        }
    }
    let mut attributes = Attributes::of("EXT-X-STREAM-INF");
    attributes
        .plain("BANDWIDTH", &(video.track.bitrate_bps_peak + audio_peak).to_string())
        .plain("AVERAGE-BANDWIDTH", &(video.track.bitrate_bps_average + audio_average).to_string())
        .quoted("CODECS", &codecs.join(","))
        .plain("RESOLUTION", &video.size.to_string())
        .plain("FRAME-RATE", &format!("{:.3}", video.rate.fps()));
    if !package.audio.is_empty() {
        attributes.quoted("AUDIO", AUDIO_GROUP);
    }
    if !package.text.is_empty() {
        attributes.quoted("SUBTITLES", TEXT_GROUP);
    }
    attributes.plain("CLOSED-CAPTIONS", "NONE"); // no captions inside the video
    attributes.line() + &playlist_path(&video.track.id) + "\n"
}

#[cfg(test)]
mod tests;
