//! Checks of a manifest by itself: type, periods, IDs, and elements that refer to others.

use super::values::duration_s;
use super::xml::Element;
use crate::log::{Log, Place};
use crate::rule::dash as rule;
use crate::uri;

/// Rounding that periods may differ by, in seconds.
const SAME_S: f64 = 0.05;

/// Values of the role scheme (clause 5.8.5.5, table 34).
const ROLES: [&str; 24] = [
    "caption",
    "subtitle",
    "main",
    "alternate",
    "supplementary",
    "commentary",
    "dub",
    "description",
    "sign",
    "metadata",
    "enhanced-audio-intelligibility",
    "emergency",
    "forced-subtitle",
    "forced_subtitle",
    "easyreader",
    "karaoke",
    "audio-description",
    "medium",
    "dialogue",
    "music-and-effects",
    "key",
    "hearing-impaired",
    "spherical-video",
    "image",
];

/// Checks the document.
pub(super) fn check(file: &str, mpd: &Element, log: &mut Log) {
    let mut tell =
        |rule, element: &Element, message: String| log.add(rule, Place::line(file, element.line), message);
    kind(mpd, &mut tell);
    if mpd.find("Period").is_none() {
        tell(rule::EMPTY, mpd, "there is no Period".into());
    }
    ids(mpd.all("Period"), &mut tell);
    periods(mpd, &mut tell);
    for period in mpd.all("Period") {
        let sets: Vec<&Element> = period.all("AdaptationSet").collect();
        if sets.is_empty() && is_static(mpd) && period.get("duration") != Some("PT0S") {
            tell(rule::EMPTY, period, "there is no AdaptationSet".into());
        }
        ids(sets.iter().copied(), &mut tell);
        ids(sets.iter().flat_map(|set| set.all("Representation")), &mut tell);
        for set in &sets {
            self::set(set, &sets, &mut tell);
        }
    }
    steering(mpd, &mut tell);
    everywhere(mpd, &mut tell);
}

type Tell<'a> = dyn FnMut(&'static crate::Rule, &Element, String) + 'a;

/// Whether the manifest is static.
pub(super) fn is_static(mpd: &Element) -> bool {
    mpd.get("type").unwrap_or("static") == "static"
}

fn kind(mpd: &Element, tell: &mut Tell<'_>) {
    let has = |name: &str| mpd.get(name).is_some();
    let last_lasts = mpd.all("Period").last().is_some_and(|period| period.get("duration").is_some());
    if is_static(mpd) {
        if !has("mediaPresentationDuration") && !last_lasts {
            tell(rule::TYPE, mpd, "it is static, and has no mediaPresentationDuration".into());
        }
        if has("minimumUpdatePeriod") {
            tell(rule::TYPE, mpd, "it is static, and has a minimumUpdatePeriod".into());
        }
        return;
    }
    for name in ["availabilityStartTime", "publishTime"] {
        if !has(name) {
            tell(rule::TYPE, mpd, format!("it is dynamic, and has no {name}"));
        }
    }
}

fn ids<'a>(elements: impl Iterator<Item = &'a Element>, tell: &mut Tell<'_>) {
    let mut seen: Vec<&str> = Vec::new();
    for element in elements {
        let Some(id) = element.get("id") else { continue };
        if seen.contains(&id) {
            tell(rule::ID, element, format!("the id `{id}` of <{}> is there before", element.name));
        }
        seen.push(id);
    }
}

/// Start and duration of each period, in seconds, as far as the manifest tells (clause 5.3.2.1).
pub(super) fn period_times(mpd: &Element) -> Vec<(Option<f64>, Option<f64>)> {
    let value = |element: &Element, name: &str| element.get(name).and_then(duration_s);
    let all: Vec<&Element> = mpd.all("Period").collect();
    let mut starts: Vec<Option<f64>> = Vec::new();
    for (number, period) in all.iter().enumerate() {
        let follows = || {
            let before = number.checked_sub(1)?;
            Some(starts[before]? + value(all[before], "duration")?)
        };
        let first = (number == 0 && is_static(mpd)).then_some(0.0);
        starts.push(value(period, "start").or_else(follows).or(first));
    }
    let total = value(mpd, "mediaPresentationDuration");
    let times = all.iter().enumerate().map(|(number, period)| {
        let next = if number + 1 < all.len() { starts[number + 1] } else { total };
        let left = next.zip(starts[number]).map(|(next, start)| next - start);
        (starts[number], value(period, "duration").or(left))
    });
    times.collect()
}

fn periods(mpd: &Element, tell: &mut Tell<'_>) {
    let total = mpd.get("mediaPresentationDuration").and_then(duration_s);
    let times = period_times(mpd);
    let mut end = 0.0;
    for (period, (start, duration)) in mpd.all("Period").zip(times) {
        let Some(start) = start else { continue };
        if start + SAME_S < end {
            tell(
                rule::PERIOD_TIME,
                period,
                format!("it starts at {start} s, the one before ends at {end} s"),
            );
        }
        end = start + duration.unwrap_or(0.0);
        if let Some(total) = total.filter(|total| end > total + SAME_S) {
            tell(rule::PERIOD_TIME, period, format!("it ends at {end} s, the presentation at {total} s"));
        }
        if duration.is_some_and(|duration| duration < 0.0) {
            tell(rule::PERIOD_TIME, period, "it ends before it starts".into());
        }
    }
}

fn set(set: &Element, sets: &[&Element], tell: &mut Tell<'_>) {
    if set.find("Representation").is_none() {
        tell(rule::EMPTY, set, "there is no Representation".into());
    }
    if let Some(lang) = set.get("lang").filter(|lang| !is_language(lang)) {
        tell(rule::LANGUAGE, set, format!("lang is `{lang}`"));
    }
    let known = |id: &str| sets.iter().any(|other| other.get("id") == Some(id) && !std::ptr::eq(*other, set));
    for property in set.all("EssentialProperty").chain(set.all("SupplementalProperty")) {
        let value = property.get("value").unwrap_or_default();
        let (what, ids): (_, Vec<&str>) = match property.get("schemeIdUri") {
            Some("http://dashif.org/guidelines/trickmode") => {
                ("trick mode", value.split_whitespace().collect())
            }
            Some("urn:mpeg:dash:adaptation-set-switching:2016") => {
                ("switching", value.split(',').map(str::trim).collect())
            }
            Some("http://dashif.org/guidelines/thumbnail_tile" | "http://dashif.org/thumbnail_tile") => {
                thumbnails(set, property, tell);
                continue;
            }
            _ => continue,
        };
        if let Some(id) = ids.iter().find(|id| !known(id)).or(ids.is_empty().then_some(&"")) {
            tell(rule::REFERENCE, property, format!("{what} names the set `{id}`, which is not there"));
        }
    }
}

fn thumbnails(set: &Element, property: &Element, tell: &mut Tell<'_>) {
    let value = property.get("value").unwrap_or_default();
    let tiles =
        value.split_once('x').and_then(|(c, r)| Some((c.parse::<u32>().ok()?, r.parse::<u32>().ok()?)));
    if tiles.is_none_or(|(columns, rows)| columns == 0 || rows == 0) {
        tell(rule::THUMBNAILS, property, format!("the tiles are `{value}`"));
    }
    for representation in set.all("Representation") {
        let get = |name: &str| representation.get(name).or(set.get(name));
        if !get("mimeType").is_some_and(|mime| mime.starts_with("image/")) {
            tell(rule::THUMBNAILS, representation, "the mimeType is no image's".into());
        }
        if get("width").is_none() || get("height").is_none() {
            tell(rule::THUMBNAILS, representation, "there is no width or no height".into());
        }
    }
}

/// Whether a text has the form of a BCP 47 tag.
fn is_language(tag: &str) -> bool {
    let part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let primary = tag.split('-').next().unwrap_or_default();
    primary.bytes().all(|b| b.is_ascii_alphabetic())
        && (2..=8).contains(&primary.len())
        && tag.split('-').all(part)
}

fn steering(mpd: &Element, tell: &mut Tell<'_>) {
    let Some(steering) = mpd.find("ContentSteering") else { return };
    if steering.text.is_empty() {
        tell(rule::STEERING, steering, "there is no server's URL in it".into());
    }
    let mut locations = Vec::new();
    let mut open = vec![mpd];
    while let Some(element) = open.pop() {
        locations.extend(element.all("BaseURL").filter_map(|base| base.get("serviceLocation")));
        open.extend(&element.children);
    }
    let first = steering.get("defaultServiceLocation").unwrap_or_default();
    for location in first.split_whitespace().filter(|location| !locations.contains(location)) {
        tell(rule::STEERING, steering, format!("no BaseURL has the service location {location}"));
    }
}

/// What may be anywhere: roles, and URLs.
fn everywhere(element: &Element, tell: &mut Tell<'_>) {
    let role = element.name == "Role" && element.get("schemeIdUri") == Some("urn:mpeg:dash:role:2011");
    let value = element.get("value").unwrap_or_default();
    if role && !ROLES.contains(&value) {
        tell(rule::ROLE, element, format!("the role is `{value}`"));
    }
    let urls =
        ["media", "initialization", "sourceURL", "index"].into_iter().filter_map(|name| element.get(name));
    let base = (element.name == "BaseURL" || element.name == "Location").then_some(element.text.as_str());
    for url in urls.chain(base) {
        let local = uri::scheme(url).filter(|scheme| {
            !["http", "https", "data", "urn"].contains(&scheme.to_ascii_lowercase().as_str())
        });
        if let Some(scheme) = local {
            tell(rule::LOCAL, element, format!("`{url}` has the scheme {scheme}"));
        }
    }
    element.children.iter().for_each(|child| everywhere(child, tell));
}
