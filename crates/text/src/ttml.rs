//! TTML 2 as far as the IMSC 1.1 text profile uses it: timed paragraphs, with inherited times and styles.
//!
//! `timeContainer="seq"` and animation are not read: the profile has no use for the first, and the second changes looks
//! only. Elements and attributes are known by their local names, since drafts and broadcasters use namespaces of their
//! own.

mod style;
mod time;

use crate::cue::{Cue, Place, Spans, Style};
use crate::markup::reference;
use crate::read::{Cues, Unreadable};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use style::{Look, Sheet};
use time::Clock;

/// Deepest nesting that is followed; what is deeper is not read. Files made by people and tools have about eight.
const DEPTH_MAX: usize = 64;

/// Reads the cues of a document.
pub(crate) fn read(text: &str) -> Result<Cues, Unreadable> {
    let mut xml = Reader::from_str(text);
    let mut document = Document::default();
    let mut deep = 0usize; // open elements beyond the deepest that is followed
    loop {
        let event = xml.read_event().map_err(|_| Unreadable::Xml { at: xml.error_position() })?;
        match event {
            Event::Start(_) if document.open.len() >= DEPTH_MAX => deep += 1,
            Event::Start(element) => document.start(&element),
            Event::Empty(element) if document.open.len() < DEPTH_MAX => {
                document.start(&element);
                document.end();
            }
            Event::End(_) if deep > 0 => deep -= 1,
            Event::End(_) => document.end(),
            Event::Text(text) => document.text(&text),
            Event::CData(text) => document.text(&text),
            Event::GeneralRef(name) => {
                if let Some(character) = reference(&name) {
                    document.text(character.encode_utf8(&mut [0; 4]));
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    document.knows_tt.then_some(document.cues).ok_or(Unreadable::Unknown)
}

/// An open element, with what it has inherited.
#[derive(Debug, Clone)]
struct Element {
    name: String,
    /// When it begins and ends, in microseconds of the document.
    begin_us: i64,
    end_us: i64,
    look: Look,
    /// Whether blanks are text and not layout (`xml:space`).
    preserve: bool,
}

impl Element {
    fn root() -> Element {
        Element { name: String::new(), begin_us: 0, end_us: i64::MAX, look: Look::default(), preserve: false }
    }
}

#[derive(Default)]
struct Document {
    knows_tt: bool,
    clock: Clock,
    sheet: Sheet,
    open: Vec<Element>,
    paragraph: Vec<Fragment>,
    cues: Cues,
}

/// Text of a paragraph that is shown for one stretch of time.
struct Fragment {
    begin_us: i64,
    end_us: i64,
    place: Place,
    spans: Spans,
    /// Whether text may follow its last character without a blank: not at a line's beginning.
    ends_in_blank: bool,
}

/// Attributes by local name.
type Attributes = Vec<(String, String)>;

fn attributes(element: &BytesStart<'_>) -> Attributes {
    let mut known = element.attributes();
    let owned = known.with_checks(false).flatten().filter_map(|attribute| {
        let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok()?;
        Some((attribute.key.local_name().as_ref().to_owned(), value.into_owned()))
    });
    owned.collect()
}

fn get<'a>(attributes: &'a Attributes, name: &str) -> Option<&'a str> {
    attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim())
}

impl Document {
    fn start(&mut self, element: &BytesStart<'_>) {
        let attributes = attributes(element);
        let name = element.local_name().as_ref().to_owned();
        let parent = self.open.last().cloned().unwrap_or_else(Element::root);
        match name.as_str() {
            "tt" => {
                self.knows_tt = true;
                self.clock = Clock::new(|name| get(&attributes, name));
            }
            "style" | "region" => {
                self.sheet.declare(&name, parent.name == "region", &attributes);
            }
            "p" => self.paragraph.clear(),
            "br" => self.push("\n", &parent),
            "image" | "div" => self.cues.pictures += usize::from(is_picture(&name, &parent, &attributes)),
            _ => {}
        }
        let child = self.child(name, &parent, &attributes);
        self.open.push(child);
    }

    /// The element with its own times and style, those of its parent where it has none.
    fn child(&self, name: String, parent: &Element, attributes: &Attributes) -> Element {
        let time = |name| get(attributes, name).and_then(|text| self.clock.time(text));
        let begin_us = parent.begin_us.saturating_add(time("begin").unwrap_or(0));
        let end = time("end").map(|end| parent.begin_us.saturating_add(end));
        let duration = time("dur").map(|duration| begin_us.saturating_add(duration));
        let end_us = [end, duration].into_iter().flatten().fold(parent.end_us, i64::min);
        let preserve = get(attributes, "space").map_or(parent.preserve, |space| space == "preserve");
        let look = self.sheet.look(parent.look, attributes);
        Element { name, begin_us, end_us, look, preserve }
    }

    fn end(&mut self) {
        let Some(element) = self.open.pop() else { return };
        if element.name == "p" {
            for Fragment { begin_us, end_us, place, spans, .. } in self.paragraph.drain(..) {
                self.cues.take(Some(Cue { start_us: begin_us, end_us, spans: spans.finish(), place }));
            }
        }
    }

    fn text(&mut self, text: &str) {
        let Some(element) = self.open.last().cloned() else { return };
        if !self.open.iter().any(|open| open.name == "p") || element.name == "metadata" {
            return;
        }
        if element.preserve {
            self.push(text, &element);
        } else {
            self.push_collapsed(text, &element);
        }
    }

    /// Runs of blanks become one, across the elements that they lie in.
    fn push_collapsed(&mut self, text: &str, element: &Element) {
        for character in text.chars() {
            let is_blank = matches!(character, ' ' | '\t' | '\n' | '\r');
            match self.fragment(element) {
                Some(fragment) if is_blank && fragment.ends_in_blank => {}
                _ if is_blank => self.push(" ", element),
                _ => self.push(character.encode_utf8(&mut [0; 4]), element),
            }
        }
    }

    /// The fragment that text of `element` would join.
    fn fragment(&mut self, element: &Element) -> Option<&mut Fragment> {
        let joins = |last: &&mut Fragment| (last.begin_us, last.end_us) == (element.begin_us, element.end_us);
        self.paragraph.last_mut().filter(joins)
    }

    fn push(&mut self, text: &str, element: &Element) {
        if element.look.hidden || !self.open.iter().any(|open| open.name == "p") {
            return;
        }
        let style: Style = element.look.style;
        let ends_in_blank = text.ends_with([' ', '\n']);
        if let Some(fragment) = self.fragment(element) {
            fragment.spans.push(text, style);
            fragment.ends_in_blank = ends_in_blank;
            return;
        }
        let mut spans = Spans::default();
        spans.push(text, style);
        let (begin_us, end_us, place) = (element.begin_us, element.end_us, element.look.place);
        self.paragraph.push(Fragment { begin_us, end_us, place, spans, ends_in_blank });
    }
}

/// SMPTE-TT (ST 2052-1) and IMSC's image profile have pictures in place of text.
fn is_picture(name: &str, parent: &Element, attributes: &Attributes) -> bool {
    match name {
        "image" => parent.name == "div",
        _ => get(attributes, "backgroundImage").is_some(),
    }
}
