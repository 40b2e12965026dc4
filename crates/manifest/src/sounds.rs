//! Sounds: audio tracks that say the same in other codings, told from those that say something else.
//!
//! Owns what is one *sound* (a language, or another thing to listen to, which viewers choose) and what is one *coding*
//! (codec and channels, which players choose). A package lists only tracks: tracks of one name and language are one
//! sound; where one coding has several such tracks, they are as many sounds.

use media::codec::AudioCodec;
use media::package::AudioTrack;

/// How a track is coded, as far as players choose by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Coding {
    codec: AudioCodec,
    channels: u32,
    joc_objects: Option<u32>,
}

impl Coding {
    fn of(track: &AudioTrack) -> Coding {
        Coding { codec: track.codec, channels: track.channels, joc_objects: track.joc_objects }
    }

    /// A name that no other coding has: `aac-2`, `eac3-6`, `eac3-6-joc-16`.
    pub(crate) fn name(&self) -> String {
        let plain = format!("{}-{}", self.codec, self.channels);
        self.joc_objects.map_or(plain.clone(), |objects| format!("{plain}-joc-{objects}"))
    }
}

/// A package's audio by coding and sound.
#[derive(Debug)]
pub(crate) struct Sounds<'a> {
    /// Each sound's tracks, one in each coding that it has. The first sound is the default one.
    sounds: Vec<Vec<&'a AudioTrack>>,
    /// All codings, in the order in which they come first.
    pub(crate) codings: Vec<Coding>,
}

impl<'a> Sounds<'a> {
    pub(crate) fn of(audio: &[&'a AudioTrack]) -> Sounds<'a> {
        let mut sounds: Vec<Vec<&AudioTrack>> = Vec::new();
        let mut codings = Vec::new();
        for &track in audio {
            let coding = Coding::of(track);
            if !codings.contains(&coding) {
                codings.push(coding);
            }
            match sounds.iter_mut().find(|sound| takes(sound, track)) {
                Some(sound) => sound.push(track),
                None => sounds.push(vec![track]),
            }
        }
        Sounds { sounds, codings }
    }

    /// The first track of each sound.
    pub(crate) fn firsts(&self) -> impl Iterator<Item = &'a AudioTrack> {
        self.sounds.iter().filter_map(|sound| sound.first().copied())
    }

    /// One track of each sound in the given coding; in its first one where it has not that.
    pub(crate) fn in_coding(&self, coding: Coding) -> impl Iterator<Item = &'a AudioTrack> {
        let best = move |sound: &Vec<&'a AudioTrack>| {
            let own = sound.iter().find(|track| Coding::of(track) == coding);
            own.or(sound.first()).copied()
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
    sound.iter().all(alike) && !sound.iter().any(|own| Coding::of(own) == Coding::of(track))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::audio;

    #[test]
    fn tracks_are_sorted_by_sound_and_coding() {
        use AudioCodec::{Aac, Eac3};
        let audio = [
            audio("English", "en", Aac, 2, None),
            audio("Deutsch", "de", Aac, 2, None),
            audio("English", "en", Eac3, 6, Some(16)),
            audio("English", "en", Eac3, 6, None),
            audio("English", "en", Aac, 2, None), // the same again: something else to listen to
        ];
        let sounds = Sounds::of(&audio.iter().collect::<Vec<_>>());
        let names: Vec<_> = sounds.codings.iter().map(Coding::name).collect();
        assert_eq!(names, ["aac-2", "eac3-6-joc-16", "eac3-6"]);
        let index = |track: &AudioTrack| audio.iter().position(|own| std::ptr::eq(own, track)).unwrap();
        let groups = sounds.codings.iter().map(|coding| sounds.in_coding(*coding).map(index).collect());
        let groups: Vec<Vec<_>> = groups.collect();
        assert_eq!(groups, [[0, 1, 4], [2, 1, 4], [3, 1, 4]]);
        assert_eq!(sounds.firsts().map(index).collect::<Vec<_>>(), [0, 1, 4]);
    }
}
