//! Sounds: audio tracks that say the same in other codings, told from those that say something else.
//!
//! Owns what is one *sound* (a language, or another thing to listen to, which viewers choose), what is one *coding* of it
//! (codec and channels) and which coding stands for a codec where players choose by codec alone. A package lists only
//! tracks: tracks of one name and language are one sound; where one coding has several such tracks, they are as many sounds.

use media::codec::AudioCodec;
use media::package::AudioTrack;
use std::cmp::Reverse;

/// A codec of sound as players tell it: objects make another one of Enhanced AC-3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Codec {
    codec: AudioCodec,
    has_objects: bool,
}

impl Codec {
    fn of(track: &AudioTrack) -> Codec {
        Codec { codec: track.codec, has_objects: track.joc_objects.is_some() }
    }

    /// A name that no other has: `aac`, `eac3`, `eac3-joc`.
    pub(crate) fn name(self) -> String {
        format!("{}{}", self.codec, if self.has_objects { "-joc" } else { "" })
    }

    /// Orders tracks of this codec, the one that stands for it first. Enhanced AC-3 is for those who have the loudspeakers;
    /// the others are for everybody, most of whom have two.
    fn rank(self, track: &AudioTrack) -> (Reverse<u32>, u32) {
        match self.codec {
            AudioCodec::Eac3 => (Reverse(track.channels), 0),
            AudioCodec::Aac | AudioCodec::Opus => (Reverse(0), track.channels),
        }
    }
}

/// A package's audio by sound and codec.
#[derive(Debug)]
pub(crate) struct Sounds<'a> {
    /// Each sound's tracks, one in each coding that it has. The first sound is the default one.
    sounds: Vec<Vec<&'a AudioTrack>>,
    /// All codecs, in the order in which they come first.
    pub(crate) codecs: Vec<Codec>,
}

impl<'a> Sounds<'a> {
    pub(crate) fn of(audio: &[&'a AudioTrack]) -> Sounds<'a> {
        let mut sounds: Vec<Vec<&AudioTrack>> = Vec::new();
        let mut codecs = Vec::new();
        for &track in audio {
            let codec = Codec::of(track);
            if !codecs.contains(&codec) {
                codecs.push(codec);
            }
            match sounds.iter_mut().find(|sound| takes(sound, track)) {
                Some(sound) => sound.push(track),
                None => sounds.push(vec![track]),
            }
        }
        Sounds { sounds, codecs }
    }

    /// The first track of each sound.
    pub(crate) fn firsts(&self) -> impl Iterator<Item = &'a AudioTrack> {
        self.sounds.iter().filter_map(|sound| sound.first().copied())
    }

    /// One track of each sound in the given codec; its first one where it has not that.
    pub(crate) fn in_codec(&self, codec: Codec) -> impl Iterator<Item = &'a AudioTrack> {
        let best = move |sound: &Vec<&'a AudioTrack>| {
            let own = sound.iter().filter(|track| Codec::of(track) == codec);
            own.min_by_key(|track| codec.rank(track)).or(sound.first()).copied()
        };
        self.sounds.iter().filter_map(best)
    }

    /// Whether a track is of the default sound.
    pub(crate) fn is_default(&self, track: &AudioTrack) -> bool {
        self.sounds.first().is_some_and(|sound| sound.iter().any(|own| own.track.id == track.track.id))
    }
}

/// Whether a track is another coding of a sound.
fn takes(sound: &[&AudioTrack], track: &AudioTrack) -> bool {
    let alike = |own: &&AudioTrack| {
        (&own.name, &own.language, own.describes_video)
            == (&track.name, &track.language, track.describes_video)
    };
    let coding = |track: &AudioTrack| (track.codec, track.channels, track.joc_objects);
    sound.iter().all(alike) && !sound.iter().any(|own| coding(own) == coding(track))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::audio;

    #[test]
    fn tracks_are_sorted_by_sound_and_codec() {
        use AudioCodec::{Aac, Eac3, Opus};
        let audio = [
            audio("English", "en", Aac, 2, None),
            audio("Deutsch", "de", Aac, 2, None),
            audio("English", "en", Eac3, 6, Some(16)),
            audio("English", "en", Eac3, 2, None),
            audio("English", "en", Eac3, 6, None),
            audio("English", "en", Aac, 6, None),
            audio("English", "en", Aac, 2, None), // the same again: something else to listen to
            audio("Deutsch", "de", Opus, 6, None),
        ];
        let sounds = Sounds::of(&audio.iter().collect::<Vec<_>>());
        let index = |track: &AudioTrack| audio.iter().position(|own| std::ptr::eq(own, track)).unwrap();
        let of_codec = |codec: &Codec| (codec.name(), sounds.in_codec(*codec).map(index).collect());
        let codecs: Vec<(String, Vec<_>)> = sounds.codecs.iter().map(of_codec).collect();
        let expected =
            [("aac", [0, 1, 6]), ("eac3-joc", [2, 1, 6]), ("eac3", [4, 1, 6]), ("opus", [0, 7, 6])];
        assert_eq!(codecs, expected.map(|(name, tracks)| (name.to_owned(), tracks.to_vec())));
        assert_eq!(sounds.firsts().map(index).collect::<Vec<_>>(), [0, 1, 6]);
    }
}
