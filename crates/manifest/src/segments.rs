//! Names of segments: a track file's parts as files of their own, for manifests that give each segment a name.
//!
//! The names stand for byte ranges; there are no such files.

use media::ByteRange;
use media::package::{Package, Track};

/// Names as a DASH segment template (ISO/IEC 23009-1, 5.3.9.4.4).
pub(crate) const INITIALIZATION_TEMPLATE: &str = "segments/$RepresentationID$/init.mp4";
pub(crate) const MEDIA_TEMPLATE: &str = "segments/$RepresentationID$/$Time$.m4s";

/// What follows the id of a track where it is told of a second time, for fast playing: ids differ (5.3.5.2).
pub(crate) const TRICK_SUFFIX: &str = "-trick";

/// The file and the part of it that a name stands for; `None` where it is none of the package's.
pub fn locate<'a>(package: &'a Package, name: &str) -> Option<(&'a str, ByteRange)> {
    let (id, part) = name.strip_prefix("segments/")?.split_once('/')?;
    let id = id.strip_suffix(TRICK_SUFFIX).unwrap_or(id);
    let track = tracks(package).find(|track| track.id == id)?;
    let bytes = match part.strip_suffix(".m4s") {
        None if part == "init.mp4" => track.index.header,
        None => return None,
        Some(time) => {
            let start: u64 = time.parse().ok().filter(|_| !time.starts_with('+'))?;
            let segments = &track.index.segments;
            segments[segments.binary_search_by_key(&start, |segment| segment.start).ok()?].bytes
        }
    };
    Some((&track.path, bytes))
}

fn tracks(package: &Package) -> impl Iterator<Item = &Track> {
    let video = package.video.iter().map(|video| &video.track);
    let audio = package.audio.iter().map(|audio| &audio.track);
    let text = package.text.iter().flat_map(|text| [&text.forms.wvtt, &text.forms.imsc]).flatten();
    video.chain(audio).chain(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn names_stand_for_parts_of_files() {
        let package = sample::package();
        let range = |offset, length| ByteRange { offset, length };
        for (name, expected) in [
            ("segments/video-360p/init.mp4", Some(("video-360p.mp4", range(0, 700)))),
            ("segments/video-360p/48048.m4s", Some(("video-360p.mp4", range(1776, 2000)))),
            ("segments/audio-de-aac-2/0.m4s", Some(("audio-de-aac-2.mp4", range(776, 1000)))),
            ("segments/video-180p-trick/0.m4s", Some(("video-180p.mp4", range(776, 1000)))),
            ("segments/video-360p/1.m4s", None),
            ("segments/video-360p/+0.m4s", None),
            ("segments/video-360p/x.mp4", None),
            ("segments/video-720p/init.mp4", None),
            ("video-360p/init.mp4", None),
            ("", None),
        ] {
            assert_eq!(locate(&package, name), expected, "{name}");
        }
    }
}
