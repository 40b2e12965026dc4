//! Checks of adaptation sets: what their representations have in common, and what their profile allows.

use super::representation::Representation;
use super::xml::Element;
use crate::bmff::codecs;
use crate::cmaf::set;
use crate::log::{Log, Place};
use crate::rule::dash as rule;
use crate::track::Rendition;

/// Profiles with one kind of addressing.
const ON_DEMAND: &str = "urn:mpeg:dash:profile:isoff-on-demand:2011";
const LIVE: &str = "urn:mpeg:dash:profile:isoff-live:2011";

/// Checks what a set and its representations say, without media.
pub(super) fn check(file: &str, set: &Element, representations: &[Representation<'_>], log: &mut Log) {
    let mut tell =
        |rule, element: &Element, message: String| log.add(rule, Place::line(file, element.line), message);
    let first = representations.first();
    for representation in representations {
        let element = representation.element;
        let Some(mime) = representation.get("mimeType") else {
            tell(rule::MIME, element, "there is no mimeType".into());
            continue;
        };
        if let Some(other) = first.and_then(|first| first.get("mimeType")).filter(|other| *other != mime) {
            tell(rule::MIME, element, format!("the mimeType is {mime}, and {other} before in this set"));
        }
        let kind = mime.split('/').next().unwrap_or_default();
        if let Some(said) = set.get("contentType").filter(|said| *said != kind && kind != "application") {
            tell(rule::MIME, element, format!("the contentType is {said}, the mimeType {mime}"));
        }
        let codec = representation.get("codecs");
        if codec.is_none() && mime.ends_with("/mp4") {
            tell(rule::CODECS_MISSING, element, "there is no codecs".into());
        }
        let family = |codecs: Option<&str>| codecs.map(|codecs| codecs::family(codecs).to_owned());
        if let Some((this, other)) = family(codec)
            .zip(first.and_then(|first| family(first.get("codecs"))))
            .filter(|(this, other)| this != other)
        {
            tell(rule::SET, element, format!("the codec is {this}, and {other} before in this set"));
        }
        for (most, own) in [("maxWidth", "width"), ("maxHeight", "height"), ("maxBandwidth", "bandwidth")] {
            let values =
                set.integer(most).zip(representation.get(own).and_then(|own| own.parse::<u64>().ok()));
            if let Some((most_value, value)) = values.filter(|(most, own)| own > most) {
                tell(rule::SET, element, format!("{own} is {value}, the set's {most} {most_value}"));
            }
        }
    }
}

/// Checks that a set keeps to the profile that it has, or the manifest where that has one only.
pub(super) fn profile(
    file: &str,
    mpd: &Element,
    set: &Element,
    representations: &[Representation<'_>],
    log: &mut Log,
) {
    let profiles = set.get("profiles").or(mpd.get("profiles")).unwrap_or_default();
    let profiles: Vec<&str> = profiles.split(',').map(str::trim).collect();
    let [profile] = profiles.as_slice() else { return };
    for representation in representations {
        let has = |name: &str| !representation.inherited(name).is_empty();
        let wrong = match *profile {
            ON_DEMAND => ["SegmentTemplate", "SegmentList"].into_iter().find(|name| has(name)),
            LIVE => {
                ["SegmentBase", "SegmentList"].into_iter().find(|name| has(name) && !has("SegmentTemplate"))
            }
            _ => None,
        };
        if let Some(name) = wrong {
            let message = format!("there is a {name}, and the profile is {profile}");
            log.add(rule::PROFILE, Place::line(file, representation.element.line), message);
        }
    }
}

/// Checks the media of a set together: tracks that may be switched between.
pub(super) fn media(set: &Element, renditions: &[Rendition], log: &mut Log) {
    let all: Vec<&Rendition> = renditions.iter().collect();
    set::same(&all, log);
    let claims = |name: &str| set.get(name).is_some_and(|value| value != "false" && value != "0");
    if claims("segmentAlignment") || claims("subsegmentAlignment") {
        set::aligned(&all, log);
    }
}
