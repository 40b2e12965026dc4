//! `conform` on a presentation in one input: playlists or manifests, and after a zero byte the file that they name.
//!
//! Texts are parted by the control character RS (0x1e): the first is where checking begins, the second is every other
//! playlist. An input that begins with neither `#` nor `<` is media alone.

use conform::{Depth, Part, Source, Unreadable};
use media::ByteRange;

struct Input<'a> {
    texts: Vec<&'a [u8]>,
    media: &'a [u8],
}

impl<'a> Input<'a> {
    fn new(bytes: &'a [u8]) -> Input<'a> {
        if !matches!(bytes.first(), Some(b'#' | b'<' | 0xef)) {
            return Input { texts: Vec::new(), media: bytes };
        }
        let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
        let (text, media) = bytes.split_at(end);
        Input { texts: text.split(|byte| *byte == 0x1e).collect(), media: media.get(1..).unwrap_or_default() }
    }

    fn entry(&self) -> &'static str {
        match self.texts.first().and_then(|text| text.first()) {
            None => "media.mp4",
            Some(b'<') => "manifest.mpd",
            Some(_) => "master.m3u8",
        }
    }
}

impl Source for Input<'_> {
    fn read(&self, uri: &str, range: ByteRange) -> Result<Part, Unreadable> {
        if uri.contains("://") {
            return Err(Unreadable::Elsewhere);
        }
        let text = match uri {
            _ if uri == self.entry() => self.texts.first(),
            _ if uri.ends_with(".m3u8") => self.texts.get(1),
            _ => None,
        };
        let file = text.copied().unwrap_or(self.media);
        let start = usize::try_from(range.offset).unwrap_or(usize::MAX).min(file.len());
        let end = start.saturating_add(usize::try_from(range.length).unwrap_or(usize::MAX)).min(file.len());
        Ok(Part { bytes: file[start..end].to_vec(), file_bytes: file.len() as u64 })
    }
}

/// Checks the presentation. What it gives tells which rules were broken.
pub(crate) fn run(bytes: &[u8]) -> u64 {
    let input = Input::new(bytes);
    let report = conform::check(&input, &[input.entry().to_owned()], Depth::Media);
    let mut rules: Vec<_> = report.findings.iter().map(|finding| finding.rule.id).collect();
    rules.sort_unstable();
    rules.dedup();
    let way = report.manifests.wrapping_mul(7) + report.media_files.wrapping_mul(5) + report.fragments.min(9);
    rules.concat().bytes().fold(way, |sum, byte| sum.wrapping_mul(131).wrapping_add(byte.into()))
}
