//! What `cargo xtask bench ladder` is asked to measure.

use super::clip::{CLIPS, Clip};
use crate::shell::Result;
use media::codec::VideoCodec;
use std::path::PathBuf;

/// Height of the masters in pixels, at most: small enough that a grid of 60 encodes takes minutes.
const HEIGHT_DEFAULT: u32 = 540;
/// Length of the masters in seconds.
const SECONDS_DEFAULT: f64 = 10.0;

/// What to measure of a clip in a codec. The first three compare with the product's ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The fixed ladder.
    Fixed,
    /// The exhaustive grid: the best single CRF, the best CRF of each shot, and what finding them costs.
    Grid,
    /// ab-av1.
    Peer,
    /// Wall time with one and with two workers.
    Workers,
}

impl Part {
    const ALL: [(&str, Part); 4] =
        [("fixed", Part::Fixed), ("grid", Part::Grid), ("peer", Part::Peer), ("workers", Part::Workers)];
}

/// The options.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Options {
    pub(super) clips: Vec<&'static Clip>,
    pub(super) codecs: Vec<VideoCodec>,
    pub(super) parts: Vec<Part>,
    /// Greatest height of the masters in pixels.
    pub(super) height: u32,
    /// Length of the masters in seconds.
    pub(super) seconds: f64,
    /// A `matinee` to measure, in place of a fresh release build.
    pub(super) matinee: Option<PathBuf>,
}

/// Reads `--clip NAME`, `--codec NAME`, `--part NAME` (each may come again; all, H.264 with AV1, and all are the
/// defaults), `--seconds N`, `--height N` and `--matinee PROGRAM`.
pub(super) fn parse(arguments: &[&str]) -> Result<Options> {
    let mut options = Options {
        clips: Vec::new(),
        codecs: Vec::new(),
        parts: Vec::new(),
        height: HEIGHT_DEFAULT,
        seconds: SECONDS_DEFAULT,
        matinee: None,
    };
    let mut words = arguments.iter();
    while let Some(&word) = words.next() {
        let value = *words.next().ok_or_else(|| format!("`{word}` needs a value"))?;
        let unknown = |what: &str| format!("`{value}` is no {what}");
        match word {
            "--clip" => {
                let clip = CLIPS.iter().find(|clip| clip.name == value);
                options.clips.push(clip.ok_or_else(|| unknown("clip"))?);
            }
            "--codec" => options.codecs.push(value.parse().map_err(|_| unknown("codec"))?),
            "--part" => {
                let part = Part::ALL.iter().find(|(name, _)| *name == value);
                options.parts.push(part.ok_or_else(|| unknown("part"))?.1);
            }
            "--seconds" => options.seconds = value.parse().map_err(|_| unknown("number"))?,
            "--height" => options.height = value.parse().map_err(|_| unknown("number"))?,
            "--matinee" => options.matinee = Some(PathBuf::from(value)),
            _ => return Err(format!("bench ladder does not know `{word}`").into()),
        }
    }
    Ok(options.completed())
}

impl Options {
    /// What was not named is everything; of the codecs the two that have targets.
    fn completed(mut self) -> Options {
        if self.clips.is_empty() {
            self.clips = CLIPS.iter().collect();
        }
        if self.codecs.is_empty() {
            self.codecs = vec![VideoCodec::H264, VideoCodec::Av1];
        }
        if self.parts.is_empty() {
            self.parts = Part::ALL.map(|(_, part)| part).to_vec();
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_read() {
        let got =
            parse(&["--clip", "sintel", "--codec", "hevc", "--part", "grid", "--seconds", "5"]).unwrap();
        let names: Vec<&str> = got.clips.iter().map(|clip| clip.name).collect();
        assert_eq!(
            (names, got.codecs, got.parts),
            (vec!["sintel"], vec![VideoCodec::Hevc], vec![Part::Grid])
        );
        assert_eq!((got.seconds, got.height), (5.0, HEIGHT_DEFAULT));
        let all = parse(&[]).unwrap();
        assert_eq!((all.clips.len(), all.codecs.len(), all.parts.len()), (CLIPS.len(), 2, 4));
        for wrong in [&["--clip"][..], &["--clip", "x"], &["--codec", "x"], &["--height", "x"], &["x", "y"]] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
