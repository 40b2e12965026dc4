//! Checks of variants beside the media that their playlists name.

use super::bandwidth::{average_bps, peak_bps};
use super::playlist::{Playlist, Tag};
use super::{Loaded, multivariant};
use crate::bmff::codecs;
use crate::cmaf::set;
use crate::library::Library;
use crate::log::Log;
use crate::rule::hls as rule;
use crate::track::Rendition;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Most that FRAME-RATE may be away from the media's, in frames a second.
const FRAME_RATE_TOLERANCE: f64 = 0.01;

/// Part by which bit rates may differ: durations are written in whole milliseconds or less.
const BANDWIDTH_TOLERANCE: f64 = 0.001;

/// Most pixels that RESOLUTION may be away from the header's: pixels that are nearly square make odd sizes.
const RESOLUTION_TOLERANCE: u64 = 2;

/// Most that presentations may differ in length, in seconds: sound ends with a frame of its own.
const DURATION_TOLERANCE_S: f64 = 0.5;

/// A variant and what it plays. Of a rendition: whether it has a playlist, and that playlist.
pub(super) struct Variant<'a> {
    pub(super) tag: &'a Tag,
    pub(super) loaded: Option<Rc<Loaded>>,
    pub(super) audio: Vec<(bool, Option<Rc<Loaded>>)>,
    pub(super) subtitles: Vec<(bool, Option<Rc<Loaded>>)>,
}

impl Variant<'_> {
    fn video(&self) -> Option<&Rendition> {
        self.loaded.as_ref()?.bytes.renditions.iter().find(|rendition| rendition.is_video())
    }

    /// Its own playlist and those of its renditions that could be read.
    fn playlists(&self) -> impl Iterator<Item = &Rc<Loaded>> {
        let groups = self.audio.iter().chain(&self.subtitles).filter_map(|(_, loaded)| loaded.as_ref());
        self.loaded.iter().chain(groups)
    }

    /// Whether all that it plays was looked into.
    fn is_whole(&self) -> bool {
        let group = self.audio.iter().chain(&self.subtitles);
        let read = |loaded: &Option<Rc<Loaded>>| loaded.as_ref().is_some_and(|loaded| loaded.bytes.whole);
        read(&self.loaded) && group.into_iter().all(|(has_uri, loaded)| !has_uri || read(loaded))
    }
}

/// Checks all variants.
pub(super) fn check(playlist: &Playlist, variants: &[Variant<'_>], library: &mut Library<'_>) {
    let log = &mut library.log;
    for variant in variants {
        codecs_listed(playlist, variant, log);
        picture(playlist, variant, log);
        bandwidth(playlist, variant, log);
    }
    together(playlist, variants, log);
    independent(playlist, variants, log);
    let mut sets: BTreeMap<String, Vec<&Rendition>> = BTreeMap::new();
    for rendition in variants.iter().filter_map(Variant::video) {
        let entry = rendition.header.entry();
        let family = entry.map(|entry| entry.format.escape_ascii().to_string()).unwrap_or_default();
        let set = sets.entry(format!("{family} {}", rendition.video_range().unwrap_or("SDR"))).or_default();
        if !set.iter().any(|known| known.header.file == rendition.header.file) {
            set.push(rendition);
        }
    }
    for members in sets.values() {
        set::same(members, log);
        set::aligned(members, log);
    }
}

fn codecs_listed(playlist: &Playlist, variant: &Variant<'_>, log: &mut Log) {
    let Some(said) = variant.tag.attributes.get("CODECS") else { return };
    let place = || playlist.place(variant.tag.line);
    let said: Vec<&str> = said.split(',').map(str::trim).collect();
    let renditions = || variant.playlists().flat_map(|loaded| &loaded.bytes.renditions);
    let of = |rendition: &'_ Rendition| rendition.header.file.clone();
    let real: Vec<(String, String)> = renditions()
        .flat_map(|rendition| rendition.header.codecs().map(move |codecs| (codecs.to_owned(), of(rendition))))
        .collect();
    for (real, file) in &real {
        if !said.iter().any(|said| codecs::agree(said, real)) {
            let near = said.iter().find(|said| codecs::family(said) == codecs::family(real));
            let message = match near {
                Some(near) => format!("{file} is {real}, CODECS has {near}"),
                None => format!("{file} is {real}, which is not in CODECS"),
            };
            log.add(rule::CODECS, place(), message);
        }
    }
    if !variant.is_whole() || real.is_empty() {
        return;
    }
    for said in &said {
        if !real.iter().any(|(real, _)| codecs::family(real) == codecs::family(said)) {
            log.add(rule::CODECS, place(), format!("CODECS has {said}, which nothing in this variant is"));
        }
    }
}

fn picture(playlist: &Playlist, variant: &Variant<'_>, log: &mut Log) {
    let Some(video) = variant.video() else { return };
    let list = &variant.tag.attributes;
    let place = || playlist.place(variant.tag.line);
    let said = list.get("RESOLUTION").and_then(|said| said.split_once('x'));
    let said = said.and_then(|(w, h)| Some((w.parse::<u64>().ok()?, h.parse::<u64>().ok()?)));
    let real = video.header.entry().and_then(|entry| entry.display_size());
    if let Some((said, real)) = said.zip(real).filter(|(said, real)| {
        said.0.abs_diff(real.0) > RESOLUTION_TOLERANCE || said.1.abs_diff(real.1) > RESOLUTION_TOLERANCE
    }) {
        let message = format!("RESOLUTION is {}x{}, the header says {}x{}", said.0, said.1, real.0, real.1);
        log.add(rule::RESOLUTION, place(), message);
    }
    if let Some(real) = video.video_range() {
        let said = list.get("VIDEO-RANGE").unwrap_or("SDR");
        if said != real {
            log.add(rule::VIDEO_RANGE, place(), format!("VIDEO-RANGE is {said}, the header says {real}"));
        }
    }
    if let Some(real) = video.frames_per_s() {
        match list.number("FRAME-RATE") {
            Some(said) if (said - real).abs() > FRAME_RATE_TOLERANCE => {
                log.add(
                    rule::FRAME_RATE,
                    place(),
                    format!("FRAME-RATE is {said}, the media has {real:.3} frames a second"),
                );
            }
            None if multivariant::is_fast(real) => {
                log.add(
                    rule::FRAME_RATE,
                    place(),
                    format!("the media has {real:.3} frames a second, and there is no FRAME-RATE"),
                );
            }
            _ => {}
        }
    }
}

/// Section 4.4.6.2: the largest sum of any playable combination. Subtitles do not count.
fn bandwidth(playlist: &Playlist, variant: &Variant<'_>, log: &mut Log) {
    let Some(own) = variant.loaded.as_ref().filter(|loaded| !loaded.bytes.sizes.is_empty()) else { return };
    let rates = |loaded: &Loaded| {
        let target_s = loaded.media.target_s.unwrap_or(0) as f64;
        Some((peak_bps(&loaded.bytes.sizes, target_s)?, average_bps(&loaded.bytes.sizes)?))
    };
    let Some((peak, average)) = rates(own) else { return };
    let audio: Option<Vec<_>> = variant
        .audio
        .iter()
        .filter(|(has_uri, _)| *has_uri)
        .map(|(_, loaded)| rates(loaded.as_ref()?))
        .collect();
    let Some(audio) = audio else { return };
    let most = |part: fn(&(f64, f64)) -> f64| audio.iter().map(part).fold(0.0, f64::max);
    let (peak, average) = (peak + most(|rates| rates.0), average + most(|rates| rates.1));
    let said = |name: &str| variant.tag.attributes.integer(name).map(|rate| rate as f64);
    let mut tell = |rule, name: &str, said: f64, real: f64| {
        let message = format!("{name} is {said:.0}, the segments' is {real:.0}");
        log.add(rule, playlist.place(variant.tag.line), message);
    };
    for (name, real) in [("BANDWIDTH", peak), ("AVERAGE-BANDWIDTH", average)] {
        if let Some(said) = said(name).filter(|said| said * (1.0 + BANDWIDTH_TOLERANCE) < real) {
            tell(rule::BANDWIDTH, name, said, real);
        }
    }
    if let Some(said) = said("BANDWIDTH").filter(|said| *said > 1.1 * peak) {
        tell(rule::BANDWIDTH_HIGH, "BANDWIDTH", said, peak);
    }
}

/// Section 6.2.4: what all playlists share.
fn together(playlist: &Playlist, variants: &[Variant<'_>], log: &mut Log) {
    let own: Vec<_> =
        variants.iter().filter_map(|variant| Some((variant.tag.line, variant.loaded.as_ref()?))).collect();
    let Some((_, first)) = own.first() else { return };
    let audio = variants
        .iter()
        .flat_map(|v| v.audio.iter().filter_map(|(_, loaded)| Some((v.tag.line, loaded.as_ref()?))));
    let breaks = |loaded: &Loaded| {
        let mut at = 0.0;
        let mut times = Vec::new();
        for segment in &loaded.media.segments {
            if segment.discontinuity {
                times.push(at);
            }
            at += segment.duration_s;
        }
        times
    };
    let (first_breaks, first_file) = (breaks(first), &first.media.playlist.file);
    let ended = |loaded: &Loaded| loaded.media.playlist.has("EXT-X-ENDLIST");
    for (line, other) in own.iter().copied().chain(audio) {
        let file = &other.media.playlist.file;
        if other.media.target_s != first.media.target_s {
            let target =
                |loaded: &Loaded| loaded.media.target_s.map_or("not there".to_owned(), |s| format!("{s} s"));
            let message = format!(
                "the target duration of {file} is {}, that of {first_file} {}",
                target(other),
                target(first)
            );
            log.add(rule::TARGET_SAME, playlist.place(line), message);
        }
        let (here, there) = (breaks(other), &first_breaks);
        let apart = here.iter().zip(there).any(|(a, b)| (a - b).abs() > DURATION_TOLERANCE_S);
        if here.len() != there.len() || apart {
            let message = format!(
                "{file} has {} discontinuities, {first_file} {}, or at other times",
                here.len(),
                there.len()
            );
            log.add(rule::DISCONTINUITIES, playlist.place(line), message);
        }
        let (here, there) = (other.media.duration_s(), first.media.duration_s());
        if ended(other) && ended(first) && (here - there).abs() > DURATION_TOLERANCE_S {
            let message = format!("{file} lasts {here:.3} s, {first_file} {there:.3} s");
            log.add(rule::DURATION_SAME, playlist.place(line), message);
        }
    }
}

fn independent(playlist: &Playlist, variants: &[Variant<'_>], log: &mut Log) {
    const TAG: &str = "EXT-X-INDEPENDENT-SEGMENTS";
    let claimed = playlist.has(TAG);
    let (mut videos, mut all_sync, mut all_claim) = (0, true, true);
    for variant in variants {
        let Some((loaded, video)) = variant.loaded.as_ref().zip(variant.video()) else { continue };
        videos += 1;
        let claims = claimed || loaded.media.playlist.has(TAG);
        all_claim &= claims;
        let dependent = video
            .segments
            .iter()
            .find(|segment| segment.fragments().first().is_some_and(|first| !first.sync));
        all_sync &= dependent.is_none();
        if let Some(segment) = dependent.filter(|_| claims) {
            log.add(
                rule::INDEPENDENT,
                segment.named.clone(),
                "the segment begins with a sample that needs others before it",
            );
        }
    }
    if videos > 0 && all_sync && !all_claim {
        log.add(
            rule::INDEPENDENT_MISSING,
            playlist.place(1),
            "all segments begin with keyframes, and there is no EXT-X-INDEPENDENT-SEGMENTS",
        );
    }
}
