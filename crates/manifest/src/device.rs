//! Device: what a player can play, and what of a package that leaves to offer.
//!
//! Owns the choice. Who a device is, and which keys it gets, is known elsewhere; here it is a list of abilities.

use crate::offer::{Offer, Steering, TextForm};
use media::codec::{AudioCodec, VideoCodec};
use media::package::{AudioTrack, Package, Track, VideoTrack};
use media::picture::Transfer;
use media::protection::{KeySystem, Protection, Scheme, TrackClass};
use media::{Format, Size};

/// What a device plays.
#[derive(Debug, Clone, PartialEq)]
pub struct Device {
    /// Video codecs, each with the dynamic ranges in which it is shown right.
    pub formats: Vec<Format>,
    /// Largest picture, whichever side is up.
    pub size_max: Size,
    /// Highest frame rate.
    pub fps_max: f64,
    /// Greatest mean bitrate of the picture in bits per second.
    pub bitrate_bps_max: u64,
    /// Codecs of sound.
    pub sounds: Vec<AudioCodec>,
    /// Most channels.
    pub channels_max: u32,
    /// Schemes of encryption that it decrypts.
    pub schemes: Vec<Scheme>,
    /// Key systems that it has. One that has none plays what is clear.
    pub systems: Vec<KeySystem>,
    /// The best class of tracks that it gets keys of.
    pub class_max: TrackClass,
    /// The form in which it takes text.
    pub text_form: TextForm,
}

impl Device {
    /// A device that plays everything, with text as files.
    pub fn any() -> Device {
        let transfers = [Transfer::Sdr, Transfer::Pq, Transfer::Hlg];
        let formats = VideoCodec::ALL
            .iter()
            .flat_map(|codec| transfers.map(|transfer| Format { codec: *codec, transfer }));
        Device {
            formats: formats.collect(),
            size_max: Size { width: u32::MAX, height: u32::MAX },
            fps_max: f64::INFINITY,
            bitrate_bps_max: u64::MAX,
            sounds: vec![AudioCodec::Aac, AudioCodec::Eac3, AudioCodec::Opus],
            channels_max: u32::MAX,
            schemes: Scheme::ALL.to_vec(),
            systems: KeySystem::ALL.to_vec(),
            class_max: TrackClass::Uhd,
            text_form: TextForm::File,
        }
    }

    /// What of a package to offer; `None` where the device can play no picture of it, or sound that there is.
    ///
    /// What cannot be decoded or decrypted is left out. What is merely large is left out where something smaller is left:
    /// each format keeps its smallest track, and the sound what has fewest channels, since a player can shrink and mix.
    pub fn offer<'a>(&self, package: &'a Package, steering: Option<&'a Steering>) -> Option<Offer<'a>> {
        let video = self.video(package);
        let audio = self.audio(package);
        if video.is_empty() || audio.is_empty() != package.audio.is_empty() {
            return None;
        }
        let text = package.text.iter().collect();
        let systems = self.systems.clone();
        Some(Offer {
            package,
            video,
            audio,
            text,
            systems,
            text_form: self.text_form,
            base_url: "",
            steering,
        })
    }

    fn video<'a>(&self, package: &'a Package) -> Vec<&'a VideoTrack> {
        let playable = |video: &&VideoTrack| {
            self.formats.contains(&video.format)
                && video.rate.fps() <= self.fps_max
                && self.decrypts(&video.track)
        };
        let playable: Vec<_> = package.video.iter().filter(playable).collect();
        let of_format = playable.chunk_by(|a, b| a.format == b.format);
        let kept = of_format.flat_map(|tracks| {
            let small = tracks.iter().filter(|video| self.has_room_for(video)).count();
            let smallest = tracks.last().filter(|_| small == 0);
            tracks.iter().filter(|video| self.has_room_for(video)).chain(smallest).copied()
        });
        kept.collect()
    }

    fn has_room_for(&self, video: &VideoTrack) -> bool {
        let sides = |size: Size| (size.width.max(size.height), size.width.min(size.height));
        let ((long, short), (long_max, short_max)) = (sides(video.size), sides(self.size_max));
        long <= long_max && short <= short_max && video.track.bitrate_bps_average <= self.bitrate_bps_max
    }

    fn audio<'a>(&self, package: &'a Package) -> Vec<&'a AudioTrack> {
        let playable =
            |audio: &&AudioTrack| self.sounds.contains(&audio.codec) && self.decrypts(&audio.track);
        let playable: Vec<_> = package.audio.iter().filter(playable).collect();
        let fewest = playable.iter().map(|audio| audio.channels).min().unwrap_or(0);
        let channels_max = self.channels_max.max(fewest);
        playable.into_iter().filter(|audio| audio.channels <= channels_max).collect()
    }

    fn decrypts(&self, track: &Track) -> bool {
        let can = |protection: &Protection| {
            self.schemes.contains(&protection.scheme)
                && protection.class <= self.class_max
                && protection.signals.iter().any(|signal| self.systems.contains(&signal.system))
        };
        track.protection.as_ref().is_none_or(can)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    /// The ids of the tracks that are offered of the protected sample, or that nothing is.
    #[track_caller]
    fn check(change: impl FnOnce(&mut Device), expected: Option<&str>) {
        let package = sample::protected_package(Scheme::Cbcs);
        let mut device = Device::any();
        change(&mut device);
        let offer = device.offer(&package, None);
        let ids = offer.map(|offer| {
            let video = offer.video.iter().map(|video| video.track.id.as_str());
            video.chain(offer.audio.iter().map(|audio| audio.track.id.as_str())).collect::<Vec<_>>().join(" ")
        });
        assert_eq!(ids.as_deref(), expected);
    }

    #[test]
    fn a_device_is_offered_what_it_plays() {
        let h264 = "video-2160p video-1080p video-360p";
        let hevc = "video-hevc-2160p video-hevc-1080p video-hevc-360p";
        let aac = "audio-en-aac-2 audio-de-aac-2";
        let all = format!("{h264} {hevc} audio-en-aac-2 audio-en-eac3-6 audio-de-aac-2");
        check(|_| {}, Some(&all));
        check(|device| device.sounds = vec![AudioCodec::Aac], Some(&format!("{h264} {hevc} {aac}")));
        check(|device| device.channels_max = 1, Some(&format!("{h264} {hevc} {aac}")));
        check(|device| device.formats = vec![Format::BASE], Some(&all.replace(&format!(" {hevc}"), "")));
        let software = all.split(' ').filter(|id| !id.contains("1080p") && !id.contains("2160p"));
        let software = software.collect::<Vec<_>>().join(" ");
        check(|device| device.class_max = TrackClass::Hd, Some(&software));
        check(|device| device.size_max = Size { width: 10, height: 10 }, Some(&software));
        check(|device| device.bitrate_bps_max = 500_000, Some(&software));
        check(|device| device.systems = vec![KeySystem::FairPlay], Some(&all));
        check(|device| device.systems = vec![], None);
        check(|device| device.schemes = vec![Scheme::Cenc], None);
        check(|device| device.fps_max = 20.0, None);
        check(|device| device.sounds = vec![AudioCodec::Opus], None);
    }

    #[test]
    fn what_is_clear_needs_no_key_system() {
        let package = sample::package();
        let device =
            Device { systems: vec![], schemes: vec![], class_max: TrackClass::Audio, ..Device::any() };
        let offer = device.offer(&package, None).unwrap();
        assert_eq!((offer.video.len(), offer.audio.len(), offer.text.len()), (2, 2, 2));
    }
}
