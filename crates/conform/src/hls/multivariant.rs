//! Checks of a multivariant playlist: variants and what they refer to; then the playlists that it names.

use super::playlist::{Item, Playlist, Tag};
use super::segments::key_rules;
use super::variants::{self, Variant};
use super::{Hls, Loaded, renditions, version};
use crate::library::Library;
use crate::log::Log;
use crate::rule::hls as rule;
use std::rc::Rc;

/// Sample entry types of video, as CODECS has them.
const VIDEO: [&str; 9] = ["avc1", "avc3", "hvc1", "hev1", "dvh1", "dvhe", "vp09", "vp08", "av01"];

/// Frames per second above which a variant should say its rate.
const SLOW_RATE: f64 = 30.0;

/// Checks the playlist and, where the depth asks for it, those that it names.
pub(super) fn check(hls: &mut Hls, playlist: &Playlist, library: &mut Library<'_>) {
    version::check(playlist, &mut library.log);
    let log = &mut library.log;
    let streams = streams(playlist, log);
    renditions::check(playlist, &streams, log);
    for (tag, _) in &streams {
        attributes(playlist, tag, log);
    }
    alike(playlist, &streams, log);
    session_keys(playlist, log);
    steering(playlist, &streams, log);
    let loaded = load(hls, playlist, &streams, library);
    variants::check(playlist, &loaded, library);
}

/// Each EXT-X-STREAM-INF with the URI on the next line.
fn streams<'a>(playlist: &'a Playlist, log: &mut Log) -> Vec<(&'a Tag, &'a str)> {
    let mut streams = Vec::new();
    let mut open: Option<&Tag> = None;
    for item in &playlist.items {
        match item {
            Item::Uri { line, text } => match open.take() {
                Some(tag) => streams.push((tag, text.as_str())),
                None => log.add(
                    rule::URI_LINE,
                    playlist.place(*line),
                    format!("`{text}` has no EXT-X-STREAM-INF before it"),
                ),
            },
            Item::Tag(tag) => {
                if let Some(open) = open.take() {
                    log.add(
                        rule::URI_LINE,
                        playlist.place(open.line),
                        "no URI follows this EXT-X-STREAM-INF",
                    );
                }
                open = (tag.name == "EXT-X-STREAM-INF").then_some(tag);
            }
        }
    }
    if let Some(open) = open {
        log.add(rule::URI_LINE, playlist.place(open.line), "no URI follows this EXT-X-STREAM-INF");
    }
    streams
}

/// The attributes of one variant.
fn attributes(playlist: &Playlist, tag: &Tag, log: &mut Log) {
    let list = &tag.attributes;
    let place = || playlist.place(tag.line);
    let codecs = list.get("CODECS");
    if codecs.is_none() {
        log.add(rule::CODECS_MISSING, place(), "there is no CODECS");
    }
    let is_video = |codec: &str| VIDEO.iter().any(|family| codec.trim().starts_with(family));
    let video = codecs.is_some_and(|codecs| codecs.split(',').any(is_video));
    if video && list.get("RESOLUTION").is_none() {
        log.add(rule::RESOLUTION_MISSING, place(), "there is video, and no RESOLUTION");
    }
    let range = list.get("VIDEO-RANGE");
    if range.is_some_and(|range| !["SDR", "HLG", "PQ"].contains(&range)) {
        let message = format!("VIDEO-RANGE is {}", range.unwrap_or_default());
        log.add(rule::VIDEO_RANGE, place(), message);
    }
    let (peak, average) = (list.integer("BANDWIDTH"), list.integer("AVERAGE-BANDWIDTH"));
    if let Some((peak, average)) = peak.zip(average).filter(|(peak, average)| average > peak) {
        log.add(rule::BANDWIDTH, place(), format!("AVERAGE-BANDWIDTH is {average}, BANDWIDTH {peak}"));
    }
}

/// What all variants say or none.
fn alike(playlist: &Playlist, streams: &[(&Tag, &str)], log: &mut Log) {
    let none = |tag: &Tag| tag.attributes.get("CLOSED-CAPTIONS") == Some("NONE");
    if let Some((tag, _)) =
        streams.iter().find(|(tag, _)| !none(tag)).filter(|_| streams.iter().any(|(tag, _)| none(tag)))
    {
        log.add(
            rule::CLOSED_CAPTIONS,
            playlist.place(tag.line),
            "other variants say CLOSED-CAPTIONS=NONE, and this one does not",
        );
    }
    let range = |tag: &Tag| tag.attributes.get("VIDEO-RANGE").is_some();
    let audio_only = |tag: &Tag| tag.attributes.get("RESOLUTION").is_none();
    let lacks = streams.iter().find(|(tag, _)| !range(tag) && !audio_only(tag));
    if let Some((tag, _)) = lacks.filter(|_| streams.iter().any(|(tag, _)| range(tag))) {
        log.add(
            rule::VIDEO_RANGE_MISSING,
            playlist.place(tag.line),
            "other variants have VIDEO-RANGE, and this one has not",
        );
    }
}

fn session_keys(playlist: &Playlist, log: &mut Log) {
    const SAME: [&str; 5] = ["METHOD", "URI", "IV", "KEYFORMAT", "KEYFORMATVERSIONS"];
    let mut seen: Vec<&Tag> = Vec::new();
    for tag in playlist.all("EXT-X-SESSION-KEY") {
        key_rules(playlist, tag, log);
        if tag.attributes.get("METHOD") == Some("NONE") {
            log.add(rule::SESSION_KEY, playlist.place(tag.line), "METHOD is NONE");
        }
        let same =
            |other: &&Tag| SAME.iter().all(|name| other.attributes.get(name) == tag.attributes.get(name));
        if seen.iter().any(same) {
            log.add(rule::SESSION_KEY, playlist.place(tag.line), "the same key is there before");
        }
        seen.push(tag);
    }
}

/// Section 4.4.6.6; a variant without PATHWAY-ID is on the pathway `.`.
fn steering(playlist: &Playlist, streams: &[(&Tag, &str)], log: &mut Log) {
    let Some(tag) = playlist.find("EXT-X-CONTENT-STEERING") else { return };
    let Some(first) = tag.attributes.get("PATHWAY-ID") else { return };
    let has = |(tag, _): &(&Tag, &str)| tag.attributes.get("PATHWAY-ID").unwrap_or(".") == first;
    if !streams.iter().any(has) {
        log.add(rule::STEERING, playlist.place(tag.line), format!("no variant has the PATHWAY-ID {first}"));
    }
}

/// Reads what the playlist names.
fn load<'a>(
    hls: &mut Hls,
    playlist: &Playlist,
    streams: &[(&'a Tag, &str)],
    library: &mut Library<'_>,
) -> Vec<Variant<'a>> {
    let mut named = |tag: &Tag, reference: &str| -> Option<Rc<Loaded>> {
        hls.named(&playlist.resolve(reference), &playlist.place(tag.line), &playlist.variables, library)
    };
    let renditions: Vec<_> = playlist
        .all("EXT-X-MEDIA")
        .map(|tag| (tag, tag.attributes.get("URI").and_then(|uri| named(tag, uri))))
        .collect();
    let variants = streams.iter().map(|(tag, uri)| {
        let group = |kind: &str| {
            let id = tag.attributes.get(kind);
            let member = |media: &Tag| {
                media.attributes.get("TYPE") == Some(kind)
                    && id.is_some()
                    && media.attributes.get("GROUP-ID") == id
            };
            renditions
                .iter()
                .filter(|(media, _)| member(media))
                .map(|(media, loaded)| (media.attributes.get("URI").is_some(), loaded.clone()))
                .collect()
        };
        Variant { tag, loaded: named(tag, uri), audio: group("AUDIO"), subtitles: group("SUBTITLES") }
    });
    let variants: Vec<_> = variants.collect();
    let mut odd = Vec::new();
    for variant in &variants {
        if variant.loaded.as_ref().is_some_and(|loaded| loaded.media.i_frames_only()) {
            odd.push((variant.tag.line, "this variant's playlist has EXT-X-I-FRAMES-ONLY"));
        }
    }
    for tag in playlist.all("EXT-X-I-FRAME-STREAM-INF") {
        let loaded = tag.attributes.get("URI").and_then(|uri| named(tag, uri));
        if loaded.is_some_and(|loaded| !loaded.media.i_frames_only()) {
            odd.push((tag.line, "its playlist has no EXT-X-I-FRAMES-ONLY"));
        }
    }
    let images: Vec<_> = playlist.all("EXT-X-IMAGE-STREAM-INF").collect();
    let images = images
        .into_iter()
        .filter_map(|tag| Some((tag, tag.attributes.get("URI").and_then(|uri| named(tag, uri))?)));
    let without: Vec<_> =
        images.filter(|(_, loaded)| !loaded.media.images_only()).map(|(tag, _)| tag.line).collect();
    for line in without {
        library.log.add(rule::IMAGES, playlist.place(line), "its playlist has no EXT-X-IMAGES-ONLY");
    }
    for (line, message) in odd {
        library.log.add(rule::I_FRAMES, playlist.place(line), message);
    }
    variants
}

/// Whether a rate should be said.
pub(super) fn is_fast(frames_per_s: f64) -> bool {
    frames_per_s > SLOW_RATE + 0.1
}
