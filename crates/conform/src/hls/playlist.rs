//! The lines of a playlist: tags with their attributes, and URIs; and the rules of writing that hold for all of them.

use super::attributes::Attributes;
use super::tags::{self, Home, Value};
use crate::log::{Log, Place};
use crate::rule::hls as rule;
use crate::uri;
use std::collections::BTreeMap;

/// Lines that are read; a film of ten hours in segments of two seconds has 54 000 with byte ranges.
const LINES_MAX: usize = 200_000;

/// Schemes by which a playlist may name things: on the web, within itself, and key systems' own.
const SCHEMES: [&str; 5] = ["http", "https", "data", "skd", "urn"];

/// What a playlist lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Segments.
    Media,
    /// Variants and renditions.
    Multivariant,
}

/// A tag.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tag {
    pub(crate) line: usize,
    /// Without `#`.
    pub(crate) name: String,
    /// What follows the colon.
    pub(crate) value: String,
    /// The value as a list of attributes, where the tag has one.
    pub(crate) attributes: Attributes,
}

/// A line that means something.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Item {
    /// A tag.
    Tag(Tag),
    /// A URI, variables replaced and not resolved.
    Uri { line: usize, text: String },
}

/// A playlist's lines.
#[derive(Debug, Clone)]
pub(crate) struct Playlist {
    /// The file.
    pub(crate) file: String,
    pub(crate) kind: Kind,
    pub(crate) items: Vec<Item>,
    /// The variables defined, by name.
    pub(crate) variables: BTreeMap<String, String>,
}

impl Playlist {
    /// Reads a playlist; `imports` are the variables of the multivariant playlist that named it. `None` where it is
    /// none.
    pub(crate) fn parse(
        file: &str,
        bytes: &[u8],
        imports: &BTreeMap<String, String>,
        log: &mut Log,
    ) -> Option<Playlist> {
        let text = decoded(file, bytes, log);
        let mut lines = text.lines();
        if lines.next().is_none_or(|first| first.trim_end() != "#EXTM3U") {
            log.add(rule::HEADER, Place::line(file, 1), "the first line is not `#EXTM3U`");
            if !text.contains("#EXT") {
                return None;
            }
        }
        let mut reader = Reader { file, log, variables: BTreeMap::new(), imports };
        let items: Vec<Item> = (1..)
            .zip(text.lines().take(LINES_MAX))
            .filter_map(|(line, text)| reader.item(line, text))
            .collect();
        let variables = reader.variables;
        let kind = kind(file, &items, log);
        once(file, &items, log);
        Some(Playlist { file: file.to_owned(), kind, items, variables })
    }

    /// The tags, in order.
    pub(crate) fn tags(&self) -> impl Iterator<Item = &Tag> {
        self.items.iter().filter_map(|item| match item {
            Item::Tag(tag) => Some(tag),
            Item::Uri { .. } => None,
        })
    }

    /// The tags of this name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Tag> {
        self.tags().filter(move |tag| tag.name == name)
    }

    /// The first tag of this name.
    pub(crate) fn find(&self, name: &str) -> Option<&Tag> {
        self.tags().find(|tag| tag.name == name)
    }

    /// Whether there is a tag of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// A line of it.
    pub(crate) fn place(&self, line: usize) -> Place {
        Place::line(&self.file, line)
    }

    /// What a reference in it means.
    pub(crate) fn resolve(&self, reference: &str) -> String {
        uri::resolve(&self.file, reference)
    }
}

fn decoded(file: &str, bytes: &[u8], log: &mut Log) -> String {
    let text = String::from_utf8_lossy(bytes);
    let is_control = |c: char| c.is_control() && !matches!(c, '\n' | '\r');
    let wrong = if text.starts_with('\u{feff}') {
        Some("it begins with a byte order mark")
    } else if text.contains('\u{fffd}') {
        Some("it is not UTF-8")
    } else if text.contains(is_control) {
        Some("it has control characters")
    } else {
        None
    };
    if let Some(wrong) = wrong {
        log.add(rule::ENCODING, Place::file(file), wrong);
    }
    text.trim_start_matches('\u{feff}').to_owned()
}

struct Reader<'a> {
    file: &'a str,
    log: &'a mut Log,
    variables: BTreeMap<String, String>,
    imports: &'a BTreeMap<String, String>,
}

impl Reader<'_> {
    fn item(&mut self, line: usize, text: &str) -> Option<Item> {
        let text = text.trim_end();
        if text.is_empty() {
            return None;
        }
        if !text.starts_with('#') {
            let text = self.replaced(line, text);
            self.check_scheme(line, &text);
            return Some(Item::Uri { line, text });
        }
        let tag = text[1..].strip_prefix("EXT").map(|_| &text[1..])?;
        let (name, value) = tag.split_once(':').map_or((tag, None), |(name, value)| (name, Some(value)));
        self.tag(line, name, value).map(Item::Tag)
    }

    fn tag(&mut self, line: usize, name: &str, value: Option<&str>) -> Option<Tag> {
        let place = Place::line(self.file, line);
        let Some(spec) = tags::find(name) else {
            self.log.add(rule::TAG_UNKNOWN, place, format!("#{name} is not in the standard"));
            return None;
        };
        let text = value.unwrap_or_default();
        let integer = |text: &str| !text.is_empty() && text.parse::<u64>().is_ok();
        let wrong = match spec.value {
            Value::None => value.is_some().then(|| format!("#{name} has a value")),
            Value::Integer => {
                (!integer(text)).then(|| format!("#{name} has `{text}`, which is no whole number"))
            }
            Value::Word(words) => {
                (!words.contains(&text)).then(|| format!("#{name} has `{text}`, not {}", words.join(" or ")))
            }
            Value::Own | Value::Attributes(_) => None,
        };
        if let Some(wrong) = wrong {
            self.log.add(rule::TAG_VALUE, place, wrong);
        }
        let attributes = match spec.value {
            Value::Attributes(known) => self.attributes(line, name, text, known),
            _ => Attributes::default(),
        };
        Some(Tag { line, name: name.to_owned(), value: text.to_owned(), attributes })
    }

    fn attributes(&mut self, line: usize, name: &str, text: &str, known: &[tags::Attribute]) -> Attributes {
        let place = || Place::line(self.file, line);
        let (mut list, wrong) = Attributes::parse(text);
        for wrong in wrong {
            self.log.add(rule::ATTRIBUTE_LIST, place(), format!("#{name}: {wrong}"));
        }
        for tags::Attribute(attribute, kind, needed) in known {
            let value = list.get(attribute);
            if *needed && value.is_none() {
                self.log.add(rule::ATTRIBUTE_MISSING, place(), format!("#{name} has no {attribute}"));
            }
            if list.misfits(attribute, *kind) {
                let value = value.unwrap_or_default();
                let message = format!("{attribute} of #{name} is `{value}`, which is no {}", kind.name());
                self.log.add(rule::ATTRIBUTE_VALUE, place(), message);
            }
        }
        if name == "EXT-X-DEFINE" {
            self.define(line, &list);
        }
        let mut undefined = Vec::new();
        let replace = |text: &str| replaced(text, &self.variables);
        list.names().filter_map(|n| list.get(n)).for_each(|value| undefined.extend(replace(value).1));
        list.map_values(|text| replace(text).0);
        self.tell_undefined(line, undefined);
        if let Some(uri) = list.get("URI") {
            self.check_scheme(line, uri);
        }
        list
    }

    /// Section 4.4.2.3.
    fn define(&mut self, line: usize, tag: &Attributes) {
        let query = |name: &str| {
            let (_, query) = self.file.split_once('?')?;
            query
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .find(|(key, _)| *key == name)
                .map(|(_, v)| v.to_owned())
        };
        let (name, value) = match (tag.get("NAME"), tag.get("IMPORT"), tag.get("QUERYPARAM")) {
            (Some(name), None, None) => (name, tag.get("VALUE").map(str::to_owned)),
            (None, Some(name), None) => (name, self.imports.get(name).cloned()),
            (None, None, Some(name)) => (name, query(name)),
            _ => {
                let message = "EXT-X-DEFINE needs one of NAME, IMPORT and QUERYPARAM";
                return self.log.add(rule::VARIABLE, Place::line(self.file, line), message);
            }
        };
        let wrong = match &value {
            None => Some(format!("the variable {name} gets no value")),
            Some(_) if self.variables.contains_key(name) => {
                Some(format!("the variable {name} is defined twice"))
            }
            Some(_) => None,
        };
        if let Some(wrong) = wrong {
            self.log.add(rule::VARIABLE, Place::line(self.file, line), wrong);
        }
        self.variables.insert(name.to_owned(), value.unwrap_or_default());
    }

    fn replaced(&mut self, line: usize, text: &str) -> String {
        let (text, undefined) = replaced(text, &self.variables);
        self.tell_undefined(line, undefined);
        text
    }

    fn tell_undefined(&mut self, line: usize, names: Vec<String>) {
        for name in names {
            let message = format!("the variable {name} is not defined");
            self.log.add(rule::VARIABLE, Place::line(self.file, line), message);
        }
    }

    fn check_scheme(&mut self, line: usize, reference: &str) {
        if let Some(scheme) =
            uri::scheme(reference).filter(|s| !SCHEMES.contains(&s.to_ascii_lowercase().as_str()))
        {
            let message = format!("`{reference}` has the scheme {scheme}");
            self.log.add(rule::URI_LOCAL, Place::line(self.file, line), message);
        }
    }
}

/// A text with its variables replaced, and the names of those that are not defined (section 4.3).
fn replaced(text: &str, variables: &BTreeMap<String, String>) -> (String, Vec<String>) {
    let mut out = String::new();
    let mut undefined = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{$") {
        let Some((name, after)) = after.split_once('}') else { break };
        out += before;
        match variables.get(name) {
            Some(value) => out += value,
            None => undefined.push(name.to_owned()),
        }
        rest = after;
    }
    (out + rest, undefined)
}

fn kind(file: &str, items: &[Item], log: &mut Log) -> Kind {
    let homes = items.iter().filter_map(|item| match item {
        Item::Tag(tag) => tags::find(&tag.name).map(|spec| (tag, spec.home)),
        Item::Uri { .. } => None,
    });
    let mut first = None;
    for (tag, home) in homes.filter(|(_, home)| *home != Home::Any) {
        let first = *first.get_or_insert(home);
        if home != first {
            let other = if first == Home::Media { "a media" } else { "a multivariant" };
            let message = format!("#{} is in what began as {other} playlist", tag.name);
            log.add(rule::KIND, Place::line(file, tag.line), message);
        }
    }
    if first.is_none() {
        log.add(rule::KIND, Place::file(file), "it has no tag of segments or of variants");
    }
    if first == Some(Home::Multivariant) { Kind::Multivariant } else { Kind::Media }
}

fn once(file: &str, items: &[Item], log: &mut Log) {
    let mut seen: Vec<&str> = Vec::new();
    for item in items {
        let Item::Tag(tag) = item else { continue };
        if seen.contains(&tag.name.as_str()) {
            log.add(rule::TAG_ONCE, Place::line(file, tag.line), format!("#{} is there again", tag.name));
        } else if tags::find(&tag.name).is_some_and(|spec| spec.once) {
            seen.push(&tag.name);
        }
    }
}
