//! Renditions (section 4.4.6.1): what viewers choose beside the picture, in groups of which a variant names one.

use super::attributes::{self, Attributes};
use super::{Place, playlist_path, text_id};
use crate::offer::Offer;
use crate::sounds::{Codec, Sounds};
use media::package::{AudioTrack, TextTrack};

/// Group of the text renditions.
pub(super) const TEXT_GROUP: &str = "text";

/// `CHARACTERISTICS` of text for the deaf and hard of hearing, and of sound for the blind (section 4.4.6.1).
const HEARING_IMPAIRED: &str =
    "public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound";
const DESCRIBES_VIDEO: &str = "public.accessibility.describes-video";

/// What a rendition has in all groups that it is in.
#[derive(Debug, Clone)]
pub(super) struct Rendition<'a> {
    name: String,
    language: Option<&'a str>,
    default: bool,
    autoselect: bool,
    forced: bool,
    characteristics: Option<&'static str>,
}

/// The sound: who is in every group, and the groups.
#[derive(Debug)]
pub(super) struct Audio<'a> {
    members: Vec<Rendition<'a>>,
    /// A group for each codec.
    pub(super) groups: Vec<AudioGroup<'a>>,
}

/// The audio renditions of one codec.
#[derive(Debug)]
pub(super) struct AudioGroup<'a> {
    /// `GROUP-ID`, but for its place.
    pub(super) id: String,
    /// Its members' tracks.
    tracks: Vec<&'a AudioTrack>,
    /// Codecs, each once.
    pub(super) codecs: Vec<&'a str>,
    /// The most that a member needs, in bits per second.
    pub(super) bitrate_bps_peak: u64,
    pub(super) bitrate_bps_average: u64,
    /// The most channels, or objects, of a member.
    pub(super) channels: u32,
}

impl<'a> Audio<'a> {
    /// A group for each codec. All have the same members, which differ in `URI`, `CHANNELS` and what follows from the URI
    /// alone (section 4.4.6.1.1): a sound that there is not in a codec is in its group in another one.
    ///
    /// No codec has groups by channels: players that hold variants of one list of codecs for rungs of one ladder (hls.js)
    /// would change the sound while they adapt the picture.
    pub(super) fn of(audio: &[&'a AudioTrack]) -> Audio<'a> {
        let sounds = Sounds::of(audio);
        let mut members: Vec<_> = sounds.firsts().map(audio_rendition).collect();
        if let Some(default) = members.first_mut() {
            default.default = true;
        }
        tell_apart(&mut members);
        let groups = sounds.codecs.iter().map(|codec| AudioGroup::of(*codec, &sounds)).collect();
        Audio { members, groups }
    }

    /// Writes the renditions of all groups.
    pub(super) fn write(&self, out: &mut String, place: &Place<'_>) {
        for group in &self.groups {
            for (member, track) in self.members.iter().zip(&group.tracks) {
                let mut line = member.line(out, "AUDIO", &place.group(&group.id));
                let objects = track.joc_objects;
                match objects {
                    Some(objects) => line.plain("CHANNELS", format_args!("\"{objects}/JOC\"")),
                    None => line.plain("CHANNELS", format_args!("\"{}\"", track.channels)),
                };
                end(&mut line, place, &track.track.id);
            }
        }
    }
}

impl<'a> AudioGroup<'a> {
    fn of(codec: Codec, sounds: &Sounds<'a>) -> AudioGroup<'a> {
        let tracks: Vec<_> = sounds.in_codec(codec).collect();
        let mut codecs: Vec<&str> = Vec::new();
        for audio in &tracks {
            if !codecs.contains(&audio.track.codecs.as_str()) {
                codecs.push(&audio.track.codecs);
            }
        }
        let most =
            |number: fn(&AudioTrack) -> u64| tracks.iter().map(|audio| number(audio)).max().unwrap_or(0);
        AudioGroup {
            id: format!("audio-{}", codec.name()),
            codecs,
            bitrate_bps_peak: most(|audio| audio.track.bitrate_bps_peak),
            bitrate_bps_average: most(|audio| audio.track.bitrate_bps_average),
            channels: most(|audio| u64::from(audio.joc_objects.unwrap_or(0).max(audio.channels))) as u32,
            tracks,
        }
    }
}

/// Writes the text renditions.
pub(super) fn text(out: &mut String, offer: &Offer<'_>, place: &Place<'_>) {
    let mut renditions: Vec<_> = offer.text.iter().map(|text| text_rendition(text)).collect();
    tell_apart(&mut renditions);
    for (rendition, text) in renditions.iter().zip(&offer.text) {
        let mut line = rendition.line(out, "SUBTITLES", &place.group(TEXT_GROUP));
        end(&mut line, place, &text_id(text, offer.text_form));
    }
}

/// What a decoder of the text must know, where it is in CMAF tracks.
pub(super) fn text_codecs<'a>(offer: &Offer<'a>) -> Option<&'a str> {
    let mut tracks = offer.text.iter().filter_map(|text| offer.text_form.track(text));
    tracks.next().map(|track| track.codecs.as_str())
}

fn audio_rendition(audio: &AudioTrack) -> Rendition<'_> {
    Rendition {
        name: audio.name.clone(),
        language: audio.language.as_deref(),
        default: false,
        autoselect: true,
        forced: false,
        characteristics: audio.describes_video.then_some(DESCRIBES_VIDEO),
    }
}

fn text_rendition(text: &TextTrack) -> Rendition<'_> {
    Rendition {
        name: text.name.clone(),
        language: text.language.as_deref(),
        default: false,
        autoselect: true,
        forced: text.forced,
        characteristics: text.hearing_impaired.then_some(HEARING_IMPAIRED),
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
    /// Begins the tag's line.
    fn line<'o>(&self, out: &'o mut String, kind: &str, group: &str) -> Attributes<'o> {
        let mut attributes = Attributes::of(out, "EXT-X-MEDIA");
        attributes.plain("TYPE", kind).quoted("GROUP-ID", group).quoted("NAME", &self.name);
        attributes.maybe_quoted("LANGUAGE", self.language);
        attributes.yes_or_no("DEFAULT", self.default).yes_or_no("AUTOSELECT", self.autoselect);
        if self.forced {
            attributes.yes_or_no("FORCED", true);
        }
        attributes.maybe_quoted("CHARACTERISTICS", self.characteristics);
        attributes
    }
}

fn end(line: &mut Attributes<'_>, place: &Place<'_>, id: &str) {
    let uri = format!("{}{}", place.base_url, playlist_path(id));
    line.quoted("STABLE-RENDITION-ID", id).quoted("URI", &uri).end();
}
