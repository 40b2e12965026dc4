//! Rules about sound and subtitles: which streams are prepared.

use crate::rules::warning;
use media::facts::{AudioFacts, Facts, TextFacts, VideoFacts};
use media::master::Finding;

/// Most sound streams of a film: more than the languages of any release seen; bounds the work of one file.
const AUDIO_STREAMS_MAX: usize = 16;
/// Most subtitle streams, for the same reason.
const TEXT_STREAMS_MAX: usize = 64;
/// Sound codecs that the tools name and cannot decode.
const AUDIO_UNDECODABLE: [&str; 4] = ["ac4", "mpegh_3d_audio", "none", "unknown"];
/// Subtitle codecs that hold text (ffmpeg's names).
const TEXT_CODECS: [&str; 9] =
    ["subrip", "srt", "ass", "ssa", "mov_text", "webvtt", "text", "microdvd", "sami"];
/// Sound may be longer or shorter than the picture by this share before anybody should look.
const LENGTH_SLACK_SHARE: f64 = 0.02;
const LENGTH_SLACK_S: f64 = 1.0;

/// The sound streams to prepare, the default one first, and those with a voice over the picture last.
pub(crate) fn audio(facts: &Facts, video: &VideoFacts, findings: &mut Vec<Finding>) -> Vec<AudioFacts> {
    if facts.audio.is_empty() {
        findings.push(warning("no-audio", "The file has no sound; the film will be silent.".into()));
    }
    let (good, bad): (Vec<_>, Vec<_>) = facts.audio.iter().partition(|audio| is_decodable(audio));
    for audio in bad {
        let name = if audio.codec.is_empty() { "unknown" } else { &audio.codec };
        let message = format!("Sound stream {} ({name}) cannot be decoded and is left out.", audio.stream);
        findings.push(warning("audio-undecodable", message));
    }
    let mut chosen: Vec<AudioFacts> = good.into_iter().cloned().collect();
    chosen.sort_by_key(|audio| (audio.describes_video, !audio.label.default)); // stable: the file's order among equals
    if chosen.len() > AUDIO_STREAMS_MAX {
        let message =
            format!("The file has {} sound streams; the first {AUDIO_STREAMS_MAX} are taken.", chosen.len());
        findings.push(warning("too-many-audio-streams", message));
        chosen.truncate(AUDIO_STREAMS_MAX);
    }
    chosen.iter().for_each(|audio| judge_length(audio, video, findings));
    chosen
}

fn is_decodable(audio: &AudioFacts) -> bool {
    let known = !audio.codec.is_empty() && !AUDIO_UNDECODABLE.contains(&audio.codec.as_str());
    known && audio.channels > 0 && audio.sample_rate_hz > 0
}

fn judge_length(audio: &AudioFacts, video: &VideoFacts, findings: &mut Vec<Finding>) {
    let (Some(sound), Some(picture)) = (audio.duration_s, video.duration_s) else { return };
    let sound_end = audio.start_s + sound;
    let picture_end = video.start_s + picture;
    if (sound_end - picture_end).abs() > LENGTH_SLACK_S.max(LENGTH_SLACK_SHARE * picture) {
        let message = format!(
            "Sound stream {} ends at {sound_end:.2} s, the picture at {picture_end:.2} s; it is cut or followed by silence.",
            audio.stream
        );
        findings.push(warning("audio-length-differs", message));
    }
}

/// The subtitle streams to prepare.
pub(crate) fn text(facts: &Facts, findings: &mut Vec<Finding>) -> Vec<TextFacts> {
    let mut chosen = Vec::new();
    for text in &facts.text {
        if text.bitmap {
            let message = format!(
                "Subtitle stream {} ({}) is pictures, not text, and is left out.",
                text.stream, text.codec
            );
            findings.push(warning("bitmap-subtitles-skipped", message));
        } else if !TEXT_CODECS.contains(&text.codec.as_str()) {
            let message =
                format!("Subtitle stream {} ({:?}) cannot be read and is left out.", text.stream, text.codec);
            findings.push(warning("subtitles-unsupported", message));
        } else {
            chosen.push(text.clone());
        }
    }
    if chosen.len() > TEXT_STREAMS_MAX {
        let message = format!(
            "The file has {} subtitle streams; the first {TEXT_STREAMS_MAX} are taken.",
            chosen.len()
        );
        findings.push(warning("too-many-subtitle-streams", message));
        chosen.truncate(TEXT_STREAMS_MAX);
    }
    chosen
}
