//! Renditions (section 4.4.6.1): what viewers choose beside the picture, in groups of which a variant names one.

use super::attributes::{self, Attributes};
use super::playlist_path;
use crate::sounds::{Coding, Sounds};
use media::package::{AudioTrack, TextTrack};

/// Group of the text renditions.
pub(super) const TEXT_GROUP: &str = "text";

/// `CHARACTERISTICS` of text for the deaf and hard of hearing (section 4.4.6.1).
const HEARING_IMPAIRED: &str =
    "public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound";

/// One `EXT-X-MEDIA`.
#[derive(Debug, Clone)]
pub(super) struct Rendition<'a> {
    kind: &'static str,
    group: String,
    name: String,
    language: Option<&'a str>,
    default: bool,
    autoselect: bool,
    forced: bool,
    characteristics: Option<&'static str>,
    channels: Option<String>,
    path: String,
}

/// The audio renditions of one coding.
#[derive(Debug)]
pub(super) struct AudioGroup<'a> {
    /// `GROUP-ID`.
    pub(super) id: String,
    /// Its renditions.
    pub(super) renditions: Vec<Rendition<'a>>,
    /// Their tracks.
    pub(super) tracks: Vec<&'a AudioTrack>,
}

/// A group for each coding. All have the same members, which differ in `URI` and `CHANNELS` alone (section 4.4.6.1.1): a
/// sound that there is not in a coding is in its group in another one.
pub(super) fn audio<'a>(audio: &'a [AudioTrack]) -> Vec<AudioGroup<'a>> {
    let sounds = Sounds::of(audio);
    let mut members: Vec<_> = sounds.firsts().map(audio_rendition).collect();
    if let Some(default) = members.first_mut() {
        default.default = true;
    }
    tell_apart(&mut members);
    let group = |coding: &Coding| {
        let tracks: Vec<_> = sounds.in_coding(*coding).collect();
        let id = format!("audio-{}", coding.name());
        let in_group = |(member, track): (&Rendition<'a>, &&AudioTrack)| Rendition {
            group: id.clone(),
            channels: Some(channels(track)),
            path: playlist_path(&track.track.id),
            ..member.clone()
        };
        let renditions = members.iter().zip(&tracks).map(in_group).collect();
        AudioGroup { id, renditions, tracks }
    };
    sounds.codings.iter().map(group).collect()
}

/// The text renditions.
pub(super) fn text(text: &[TextTrack]) -> Vec<Rendition<'_>> {
    let mut renditions: Vec<_> = text.iter().map(text_rendition).collect();
    tell_apart(&mut renditions);
    renditions
}

/// What a sound's renditions have in common; the groups add what they have not.
fn audio_rendition(audio: &AudioTrack) -> Rendition<'_> {
    Rendition {
        kind: "AUDIO",
        group: String::new(),
        name: audio.name.clone(),
        language: audio.language.as_deref(),
        default: false,
        autoselect: true,
        forced: false,
        characteristics: None,
        channels: None,
        path: String::new(),
    }
}

/// `CHANNELS`: how many, or how many objects of joint object coding (section 4.4.6.1).
fn channels(audio: &AudioTrack) -> String {
    audio.joc_objects.map_or(audio.channels.to_string(), |objects| format!("{objects}/JOC"))
}

fn text_rendition(text: &TextTrack) -> Rendition<'_> {
    Rendition {
        kind: "SUBTITLES",
        group: TEXT_GROUP.to_owned(),
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
        let alike = before.iter().any(|peer| {
            (peer.language, peer.forced, peer.characteristics)
                == (rendition.language, rendition.forced, rendition.characteristics)
        });
        let taken =
            |name: &str| before.iter().any(|peer| attributes::plain(&peer.name) == attributes::plain(name));
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
    /// The tag's line.
    pub(super) fn line(&self) -> String {
        let mut attributes = Attributes::of("EXT-X-MEDIA");
        attributes.plain("TYPE", self.kind).quoted("GROUP-ID", &self.group).quoted("NAME", &self.name);
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
        if let Some(channels) = &self.channels {
            attributes.quoted("CHANNELS", channels);
        }
        attributes.quoted("URI", &self.path).line()
    }
}
