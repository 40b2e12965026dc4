//! A rendition: a track as a manifest lists it, beside what its files really hold.

use crate::bmff::fragment::Fragment;
use crate::bmff::header::Header;
use crate::library::{Kind, Library, MediaFile, Missing, Resource};
use crate::log::Place;
use crate::rule::Rule;
use std::rc::Rc;

/// A rendition whose header was read.
#[derive(Debug, Clone)]
pub(crate) struct Rendition {
    pub(crate) header: Rc<Header>,
    pub(crate) segments: Vec<Segment>,
}

/// A segment of a rendition.
#[derive(Debug, Clone)]
pub(crate) struct Segment {
    pub(crate) uri: String,
    /// Where the manifest names it.
    pub(crate) named: Place,
    /// Its bytes.
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) file: Rc<MediaFile>,
    /// What the manifest says of its duration, in seconds.
    pub(crate) said_s: Option<f64>,
    /// Whether its times do not follow from the segment before.
    pub(crate) discontinuity: bool,
}

/// What a manifest lists.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub(crate) resource: Resource,
    pub(crate) said_s: Option<f64>,
    pub(crate) discontinuity: bool,
}

impl Segment {
    /// Its fragments.
    pub(crate) fn fragments(&self) -> &[Fragment] {
        self.file.within(self.start, self.end)
    }

    /// Its length in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// Ticks of its samples.
    pub(crate) fn ticks(&self) -> u64 {
        self.fragments().iter().map(|fragment| fragment.duration).sum()
    }
}

impl Rendition {
    /// Reads what a manifest lists after a header. Segments that cannot be read, and those that are not boxes, are left
    /// out; `not_whole` is the rule that a segment breaks which is not made of whole boxes.
    pub(crate) fn read(
        library: &mut Library<'_>,
        header: &Rc<Header>,
        listed: &[Listed],
        missing: Missing,
        not_whole: &'static Rule,
    ) -> Rendition {
        let mut segments = Vec::new();
        for Listed { resource, said_s, discontinuity } in listed {
            let Some(file) = library.media(resource, Some(header), missing) else { continue };
            let (start, end) = match resource.range {
                Some(range) => (range.offset, range.offset.saturating_add(range.length)),
                None => (0, file.file_bytes),
            };
            if file.kind != Kind::Bmff {
                continue;
            }
            let edge = |at: &u64| file.edges.binary_search(at).is_ok();
            if end <= file.file_bytes && !(edge(&start) && edge(&end)) {
                let message =
                    format!("bytes {start} to {end} of {} do not begin and end with a box", resource.uri);
                library.log.add(not_whole, resource.named.clone(), message);
            }
            segments.push(Segment {
                uri: resource.uri.clone(),
                named: resource.named.clone(),
                start,
                end,
                file,
                said_s: *said_s,
                discontinuity: *discontinuity,
            });
        }
        Rendition { header: Rc::clone(header), segments }
    }

    /// Whether it is video.
    pub(crate) fn is_video(&self) -> bool {
        self.header.track().is_some_and(|track| track.handler == *b"vide")
    }

    /// Ticks of the media in seconds.
    pub(crate) fn seconds(&self, ticks: i64) -> f64 {
        let timescale = self.header.track().map_or(1, |track| track.timescale.max(1));
        ticks as f64 / f64::from(timescale)
    }

    /// Ticks of a segment in seconds.
    pub(crate) fn segment_s(&self, segment: &Segment) -> f64 {
        self.seconds(i64::try_from(segment.ticks()).unwrap_or(i64::MAX))
    }

    /// Frames per second, of those that last as long as is usual; `None` without samples.
    pub(crate) fn frames_per_s(&self) -> Option<f64> {
        let steady = || self.segments.iter().flat_map(Segment::fragments).map(|fragment| fragment.steady);
        let samples: usize = steady().map(|(samples, _)| samples).sum();
        let ticks: u64 = steady().map(|(_, ticks)| ticks).sum();
        let seconds = self.seconds(i64::try_from(ticks).ok()?);
        (samples > 0 && seconds > 0.0).then(|| samples as f64 / seconds)
    }

    /// HDR class of its transfer characteristics (ITU-T H.273) as HLS names it; `None` where the header does not say.
    pub(crate) fn video_range(&self) -> Option<&'static str> {
        let transfer = self.header.entry()?.transfer?;
        Some(match transfer {
            16 => "PQ",
            18 => "HLG",
            _ => "SDR",
        })
    }
}
