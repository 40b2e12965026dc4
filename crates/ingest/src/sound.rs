//! Rules about sound: which tracks are made of a stream, and how loud they are made.
//!
//! # Tracks
//! AAC-LC stereo (or mono) always, because everything plays it. As the operator's codecs ask for: AAC 5.1 and E-AC-3 5.1
//! where the stream has 5.1 channels or more, and Opus. An E-AC-3 stream is never encoded to E-AC-3 again: its own
//! frames are passed through, and with them objects (JOC) that no encoder here could make.
//!
//! # Loudness
//! Each track is measured as it plays (after its downmix) and gets one gain from start to end: dynamics are the mixer's
//! work and stay. The target is -24 LUFS, measured over the whole programme (ITU-R BS.1770-5): that of ATSC A/85:2013
//! (clause 6.2), and of Netflix's delivery specification for programmes that are not measured by their dialogue. The
//! -27 LKFS which that asks for otherwise is gated by speech, and nothing here tells speech from other sound. No track
//! may then peak above -2 dBTP (both of these again): the lossy codecs after it overshoot by less.

use media::codec::AudioCodec;
use media::facts::AudioFacts;
use media::sound::{Frames, Loudness, Rendition};

/// Integrated loudness of every encoded track, in LUFS.
pub const LOUDNESS_TARGET_LUFS: f64 = -24.0;
/// Highest true peak of every encoded track before its codec, in dBTP.
pub const TRUE_PEAK_MAX_DBTP: f64 = -2.0;
/// Most gain, in dB: what is quieter still was meant to be, or is noise.
pub const GAIN_MAX_DB: f64 = 20.0;

/// The codecs of an operator who has not chosen: AAC for everything, E-AC-3 for the receivers that play nothing else in
/// 5.1. Opus sounds better than both at a low rate, but every device with it has AAC too.
pub const CODECS_DEFAULT: [AudioCodec; 2] = [AudioCodec::Aac, AudioCodec::Eac3];

/// Channels of 5.1.
const SURROUND_CHANNELS: u32 = 6;
/// 64 kb/s for each of six channels, below which AAC-LC is told from its source; the LFE leaves its share to the others.
const AAC_SURROUND_BPS: u32 = 384_000;
/// The rate of 5.1 AC-3 on DVD-Video: the encoder has none of the tools by which E-AC-3 needs less.
const EAC3_SURROUND_BPS: u32 = 448_000;
/// Transparent for nearly all stereo sound (xiph.org's recommended settings).
const OPUS_STEREO_BPS: u32 = 128_000;
/// The recommendation for 5.1 of the same table.
const OPUS_SURROUND_BPS: u32 = 256_000;
/// The sample rate of all tracks, and so the only one at which frames can be taken as they are.
const SAMPLE_RATE_HZ: u32 = 48_000;

/// The tracks to make of `stream`, the one that every device plays first.
///
/// `codecs` are those that the operator wants; AAC stereo is made in any case. `stereo_bps` is the bitrate of AAC stereo.
pub fn renditions(stream: &AudioFacts, codecs: &[AudioCodec], stereo_bps: u32) -> Vec<Rendition> {
    let wants = |codec| codecs.contains(&codec);
    let surround = stream.channels >= SURROUND_CHANNELS;
    let front = stream.channels.clamp(1, 2);
    let encoded =
        |codec, channels, bitrate_bps| Rendition { codec, channels, frames: Frames::Encoded { bitrate_bps } };
    // Mono needs half of what two channels do.
    let mut renditions = vec![encoded(AudioCodec::Aac, front, stereo_bps / 2 * front)];
    if surround && wants(AudioCodec::Aac) {
        renditions.push(encoded(AudioCodec::Aac, SURROUND_CHANNELS, AAC_SURROUND_BPS));
    }
    if wants(AudioCodec::Eac3) {
        renditions.extend(eac3(stream));
    }
    if wants(AudioCodec::Opus) {
        renditions.push(encoded(AudioCodec::Opus, front, OPUS_STEREO_BPS / 2 * front));
        if surround {
            renditions.push(encoded(AudioCodec::Opus, SURROUND_CHANNELS, OPUS_SURROUND_BPS));
        }
    }
    renditions
}

fn eac3(stream: &AudioFacts) -> Option<Rendition> {
    if stream.codec == "eac3" && stream.sample_rate_hz == SAMPLE_RATE_HZ {
        return Some(Rendition {
            codec: AudioCodec::Eac3,
            channels: stream.channels,
            frames: Frames::Copied,
        });
    }
    eac3_encoded(stream)
}

/// What is made of `stream` where its own frames cannot be taken; `None` where it is not 5.1.
pub fn eac3_encoded(stream: &AudioFacts) -> Option<Rendition> {
    (stream.channels >= SURROUND_CHANNELS).then_some(Rendition {
        codec: AudioCodec::Eac3,
        channels: SURROUND_CHANNELS,
        frames: Frames::Encoded { bitrate_bps: EAC3_SURROUND_BPS },
    })
}

/// The one gain, in dB, that brings a track to the target: less where its peak would pass the ceiling, none where it is
/// silent.
pub fn gain_db(measured: &Loudness) -> f64 {
    if measured.integrated_lufs <= Loudness::SILENT_LUFS {
        return 0.0;
    }
    let to_target = LOUDNESS_TARGET_LUFS - measured.integrated_lufs;
    let to_ceiling = TRUE_PEAK_MAX_DBTP - measured.true_peak_dbtp;
    to_target.min(to_ceiling).min(GAIN_MAX_DB)
}

/// `dialnorm` (ETSI TS 102 366, 4.4.2.8) of a track of this loudness: the level to which decoders bring all programmes
/// alike, in whole dB from -31 to -1.
pub fn dialogue_level_db(loudness_lufs: f64) -> i32 {
    (loudness_lufs.round() as i32).clamp(-31, -1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::facts::Label;

    fn stream(codec: &str, channels: u32, sample_rate_hz: u32) -> AudioFacts {
        let label = Label::default();
        AudioFacts {
            stream: 1,
            codec: codec.into(),
            channels,
            sample_rate_hz,
            start_s: 0.0,
            duration_s: None,
            describes_video: false,
            label,
        }
    }

    #[test]
    fn tracks_of_a_stream() {
        let all = [AudioCodec::Aac, AudioCodec::Eac3, AudioCodec::Opus];
        for (stream, codecs, expected) in [
            (stream("aac", 1, 44_100), &CODECS_DEFAULT[..], "aac1@80"),
            (stream("aac", 2, 48_000), &CODECS_DEFAULT, "aac2@160"),
            (stream("ac3", 5, 48_000), &CODECS_DEFAULT, "aac2@160"),
            (stream("ac3", 6, 48_000), &CODECS_DEFAULT, "aac2@160 aac6@384 eac36@448"),
            (stream("truehd", 8, 96_000), &CODECS_DEFAULT, "aac2@160 aac6@384 eac36@448"),
            (stream("eac3", 6, 48_000), &CODECS_DEFAULT, "aac2@160 aac6@384 eac36=copy"),
            (stream("eac3", 2, 48_000), &CODECS_DEFAULT, "aac2@160 eac32=copy"),
            (stream("eac3", 6, 44_100), &CODECS_DEFAULT, "aac2@160 aac6@384 eac36@448"),
            (stream("eac3", 6, 48_000), &[], "aac2@160"),
            (stream("eac3", 6, 48_000), &[AudioCodec::Eac3], "aac2@160 eac36=copy"),
            (stream("flac", 2, 48_000), &all, "aac2@160 opus2@128"),
            (stream("flac", 6, 48_000), &all, "aac2@160 aac6@384 eac36@448 opus2@128 opus6@256"),
        ] {
            let told = renditions(&stream, codecs, 160_000).into_iter().map(|r| match r.frames {
                Frames::Copied => format!("{}{}=copy", r.codec, r.channels),
                Frames::Encoded { bitrate_bps } => {
                    format!("{}{}@{}", r.codec, r.channels, bitrate_bps / 1000)
                }
            });
            assert_eq!(told.collect::<Vec<_>>().join(" "), expected, "{stream:?}");
        }
    }

    #[test]
    fn gains() {
        for (integrated_lufs, true_peak_dbtp, expected) in [
            (-24.0, -10.0, 0.0),
            (-14.0, 0.5, -10.0),  // louder than the target
            (-30.0, -12.0, 6.0),  // quieter, with room above
            (-30.0, -5.0, 3.0),   // quieter, and only 3 dB below the ceiling
            (-24.0, 1.0, -3.0),   // at the target, but clipped
            (-60.0, -50.0, 20.0), // hardly audible
            (-70.0, -120.0, 0.0), // silent
        ] {
            let measured = Loudness { integrated_lufs, range_lu: 0.0, true_peak_dbtp };
            assert!((gain_db(&measured) - expected).abs() < 1e-9, "{measured:?}: {}", gain_db(&measured));
        }
    }

    #[test]
    fn dialogue_levels_are_in_range() {
        for (lufs, expected) in [(-24.0, -24), (-23.6, -24), (-40.0, -31), (3.0, -1)] {
            assert_eq!(dialogue_level_db(lufs), expected);
        }
    }
}
