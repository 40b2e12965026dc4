//! Checks of a media playlist by itself.

use super::playlist::{Playlist, Tag};
use super::segments::{Media, is_date};
use super::version;
use crate::log::Log;
use crate::rule::hls as rule;

/// Checks a media playlist without its segments.
pub(super) fn check(media: &Media, log: &mut Log) {
    let playlist = &media.playlist;
    version::check(playlist, log);
    target_duration(media, log);
    if playlist.find("EXT-X-PLAYLIST-TYPE").is_some_and(|tag| tag.value == "VOD")
        && !playlist.has("EXT-X-ENDLIST")
    {
        log.add(rule::END, playlist.place(1), "the type is VOD, and there is no EXT-X-ENDLIST");
    }
    if media.segments.is_empty() && playlist.has("EXT-X-ENDLIST") {
        log.add(rule::EMPTY, playlist.place(1), "there are no segments, and none will come");
    }
    low_latency(playlist, media.target_s, log);
    for tag in playlist.all("EXT-X-DATERANGE") {
        date_range(playlist, tag, log);
    }
    if media.images_only() {
        images(media, log);
    }
}

fn target_duration(media: &Media, log: &mut Log) {
    let playlist = &media.playlist;
    let Some(target_s) = media.target_s else {
        return log.add(rule::TARGET_DURATION, playlist.place(1), "there is no EXT-X-TARGETDURATION");
    };
    for segment in &media.segments {
        if segment.duration_s.round() > target_s as f64 {
            let message =
                format!("the segment lasts {} s, the target duration is {target_s} s", segment.duration_s);
            log.add(rule::TARGET_DURATION, playlist.place(segment.line), message);
        }
    }
}

/// Sections 4.4.3.7, 4.4.3.8, 4.4.4.9 and 4.4.5.2.
fn low_latency(playlist: &Playlist, target_s: Option<u64>, log: &mut Log) {
    let part_target = playlist.find("EXT-X-PART-INF").and_then(|tag| tag.attributes.number("PART-TARGET"));
    for part in playlist.all("EXT-X-PART") {
        let duration = part.attributes.number("DURATION").unwrap_or(0.0);
        let wrong = match part_target {
            None => "there are parts, and no EXT-X-PART-INF".to_owned(),
            Some(target) if duration > target => {
                format!("the part lasts {duration} s, PART-TARGET is {target} s")
            }
            Some(_) => continue,
        };
        log.add(rule::LOW_LATENCY, playlist.place(part.line), wrong);
    }
    let control = playlist.find("EXT-X-SERVER-CONTROL");
    if let Some(tag) = control {
        server_control(playlist, tag, part_target, target_s, log);
    }
    if let Some(tag) = playlist
        .find("EXT-X-SKIP")
        .filter(|_| control.is_none_or(|c| c.attributes.get("CAN-SKIP-UNTIL").is_none()))
    {
        let message = "there is an EXT-X-SKIP, and no CAN-SKIP-UNTIL in EXT-X-SERVER-CONTROL";
        log.add(rule::LOW_LATENCY, playlist.place(tag.line), message);
    }
    if let Some(hint) = playlist.find("EXT-X-PRELOAD-HINT").filter(|_| playlist.has("EXT-X-ENDLIST")) {
        log.add(
            rule::LOW_LATENCY,
            playlist.place(hint.line),
            "there is a preload hint in a playlist that has ended",
        );
    }
}

fn server_control(
    playlist: &Playlist,
    tag: &Tag,
    part_target: Option<f64>,
    target_s: Option<u64>,
    log: &mut Log,
) {
    let list = &tag.attributes;
    let target = target_s.map(|seconds| seconds as f64);
    let below = |name: &str, times: f64, unit: Option<f64>| {
        let (value, unit) = list.number(name).zip(unit)?;
        (value < times * unit)
            .then(|| format!("{name} is {value} s, at least {times} times {unit} s is asked for"))
    };
    let needs = |name: &str, other: &str| {
        (list.get(name).is_some() && list.get(other).is_none())
            .then(|| format!("there is {name}, and no {other}"))
    };
    let no_hold_back =
        (part_target.is_some() && playlist.has("EXT-X-PART") && list.get("PART-HOLD-BACK").is_none())
            .then(|| "there are parts, and no PART-HOLD-BACK".to_owned());
    let wrongs = [
        below("CAN-SKIP-UNTIL", 6.0, target),
        below("HOLD-BACK", 3.0, target),
        below("PART-HOLD-BACK", 2.0, part_target),
        needs("CAN-SKIP-DATERANGES", "CAN-SKIP-UNTIL"),
        no_hold_back,
    ];
    for wrong in wrongs.into_iter().flatten() {
        log.add(rule::LOW_LATENCY, playlist.place(tag.line), wrong);
    }
}

fn date_range(playlist: &Playlist, tag: &Tag, log: &mut Log) {
    let list = &tag.attributes;
    let has = |name: &str| list.get(name).is_some();
    let odd =
        ["START-DATE", "END-DATE"].into_iter().find(|name| list.get(name).is_some_and(|date| !is_date(date)));
    let wrong = match (list.get("START-DATE"), list.get("END-DATE")) {
        _ if odd.is_some() => format!("{} is no date with time and zone", odd.unwrap_or_default()),
        (Some(start), Some(end)) if same_zone(start, end) && end < start => {
            "it ends before it begins".to_owned()
        }
        _ if list.yes("END-ON-NEXT") && !has("CLASS") => "there is END-ON-NEXT, and no CLASS".to_owned(),
        _ if list.yes("END-ON-NEXT") && (has("DURATION") || has("END-DATE")) => {
            "there is END-ON-NEXT, and an end too".to_owned()
        }
        _ => return,
    };
    log.add(rule::DATE_RANGE, playlist.place(tag.line), wrong);
}

/// Whether two dates compare as texts.
fn same_zone(a: &str, b: &str) -> bool {
    a.ends_with('Z')
        && b.ends_with('Z')
        && a.split('.').next().map(str::len) == b.split('.').next().map(str::len)
}

fn images(media: &Media, log: &mut Log) {
    let playlist = &media.playlist;
    if let Some(segment) = media.segments.first().filter(|_| !playlist.has("EXT-X-TILES")) {
        log.add(rule::IMAGES, playlist.place(segment.line), "there is no EXT-X-TILES");
    }
}
