//! Checks of EXT-X-MEDIA tags: each by itself, in its group, and beside the groups that variants name.

use super::playlist::{Playlist, Tag};
use super::segments::same_but;
use crate::log::Log;
use crate::rule::hls as rule;
use std::collections::BTreeMap;

/// Types of renditions, and the attributes of variants that name their groups.
const TYPES: [&str; 4] = ["AUDIO", "VIDEO", "SUBTITLES", "CLOSED-CAPTIONS"];

/// A group: its type, its ID and its members.
type Groups<'a> = BTreeMap<(&'a str, &'a str), Vec<&'a Tag>>;

/// Checks all renditions.
pub(super) fn check(playlist: &Playlist, streams: &[(&Tag, &str)], log: &mut Log) {
    let mut groups: Groups<'_> = BTreeMap::new();
    for tag in playlist.all("EXT-X-MEDIA") {
        one(playlist, tag, log);
        if let (Some(kind), Some(group)) = (tag.attributes.get("TYPE"), tag.attributes.get("GROUP-ID")) {
            groups.entry((kind, group)).or_default().push(tag);
        }
    }
    for members in groups.values() {
        group(playlist, members, log);
    }
    sets(playlist, &groups, log);
    for (tag, _) in streams {
        named(playlist, tag, &groups, log);
    }
}

fn one(playlist: &Playlist, tag: &Tag, log: &mut Log) {
    let list = &tag.attributes;
    let kind = list.get("TYPE").unwrap_or_default();
    let has = |name: &str| list.get(name).is_some();
    let wrongs = [
        (!TYPES.contains(&kind), format!("TYPE is {kind}")),
        (
            list.yes("DEFAULT") && list.get("AUTOSELECT") == Some("NO"),
            "DEFAULT is YES, and AUTOSELECT is NO".into(),
        ),
        (has("FORCED") && kind != "SUBTITLES", format!("FORCED is on a rendition of {kind}")),
        (kind == "SUBTITLES" && !has("URI"), "subtitles have no URI".into()),
        (kind == "CLOSED-CAPTIONS" && has("URI"), "closed captions have a URI".into()),
        (kind == "CLOSED-CAPTIONS" && !has("INSTREAM-ID"), "closed captions have no INSTREAM-ID".into()),
        (
            kind != "CLOSED-CAPTIONS" && kind != "SUBTITLES" && has("INSTREAM-ID"),
            format!("INSTREAM-ID is on a rendition of {kind}"),
        ),
    ];
    for (_, message) in wrongs.into_iter().filter(|(wrong, _)| *wrong) {
        log.add(rule::MEDIA, playlist.place(tag.line), message);
    }
}

fn group(playlist: &Playlist, members: &[&Tag], log: &mut Log) {
    let id = |tag: &Tag| tag.attributes.get("GROUP-ID").unwrap_or_default().to_owned();
    let mut names: Vec<&str> = Vec::new();
    let mut has_default = false;
    for tag in members {
        let name = tag.attributes.get("NAME").unwrap_or_default();
        if names.contains(&name) {
            let message = format!("the name `{name}` is there twice in group {}", id(tag));
            log.add(rule::GROUP_MEMBERS, playlist.place(tag.line), message);
        }
        names.push(name);
        if tag.attributes.yes("DEFAULT") && std::mem::replace(&mut has_default, true) {
            let message = format!("group {} has a second default", id(tag));
            log.add(rule::GROUP_MEMBERS, playlist.place(tag.line), message);
        }
    }
}

/// Section 4.4.6.2.1: groups of one type have corresponding members.
fn sets(playlist: &Playlist, groups: &Groups<'_>, log: &mut Log) {
    const OWN: [&str; 9] = [
        "URI",
        "GROUP-ID",
        "CHANNELS",
        "BIT-DEPTH",
        "SAMPLE-RATE",
        "STABLE-RENDITION-ID",
        "CHARACTERISTICS",
        "INSTREAM-ID",
        "ASSOC-LANGUAGE",
    ];
    for ((kind, id), members) in groups {
        let Some(((_, first_id), first)) =
            groups.iter().find(|((other, _), _)| other == kind).filter(|((_, other), _)| other != id)
        else {
            continue;
        };
        let lacks = |here: &[&Tag], there: &Tag| {
            !here.iter().any(|tag| same_but(&tag.attributes, &there.attributes, &OWN))
        };
        let missing = first.iter().find(|tag| lacks(members, tag)).map(|tag| (tag, *id, *first_id));
        let extra = members.iter().find(|tag| lacks(first, tag)).map(|tag| (tag, *first_id, *id));
        if let Some((tag, without, with)) = missing.or(extra) {
            let name = tag.attributes.get("NAME").unwrap_or_default();
            let line = members[0].line;
            let message = format!("`{name}` of group {with} has no like in group {without}");
            log.add(rule::GROUP_SETS, playlist.place(line), message);
        }
    }
}

/// The groups that a variant names.
fn named(playlist: &Playlist, tag: &Tag, groups: &Groups<'_>, log: &mut Log) {
    for kind in TYPES {
        let Some(id) = tag.attributes.get(kind) else { continue };
        let none = kind == "CLOSED-CAPTIONS" && id == "NONE";
        if !none && !groups.contains_key(&(kind, id)) {
            let message = format!("there is no group {id} of type {kind}");
            log.add(rule::GROUP, playlist.place(tag.line), message);
        }
    }
}
