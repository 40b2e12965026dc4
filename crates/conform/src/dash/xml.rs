//! The tree of an XML document, with the line of every element. Prefixes of names are kept as written.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Elements that are read; a manifest of a film of ten hours with a line for each segment has 20 000.
const ELEMENTS_MAX: usize = 200_000;

/// Deepest nesting; manifests have some eight levels.
const DEPTH_MAX: usize = 32;

/// An element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Element {
    /// Without its prefix.
    pub(crate) name: String,
    pub(crate) line: usize,
    /// Names as written and values.
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Element>,
    /// Its own text, trimmed.
    pub(crate) text: String,
}

/// Why a document cannot be read, and in which line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) line: usize,
    pub(crate) message: String,
}

impl Element {
    /// Reads a document.
    pub(crate) fn parse(text: &str) -> Result<Element, Broken> {
        let mut xml = Reader::from_str(text);
        let mut open: Vec<Element> = Vec::new();
        let mut root = None;
        let mut lines = Lines { text, at: 0, line: 1 };
        for _ in 0..ELEMENTS_MAX * 4 {
            let event = xml.read_event();
            let line = lines.line(usize::try_from(xml.buffer_position()).unwrap_or(usize::MAX));
            let broken = |message: String| Broken { line, message };
            match event.map_err(|error| broken(error.to_string()))? {
                Event::Start(_) if open.len() == DEPTH_MAX => {
                    return Err(broken(format!("elements are more than {DEPTH_MAX} deep")));
                }
                Event::Start(start) => open.push(element(&start, line).map_err(broken)?),
                Event::Empty(start) => close(element(&start, line).map_err(broken)?, &mut open, &mut root),
                Event::End(_) => {
                    if let Some(done) = open.pop() {
                        close(done, &mut open, &mut root);
                    }
                }
                Event::Text(text) => {
                    if let Some(element) = open.last_mut() {
                        element.text += text.trim();
                    }
                }
                Event::CData(text) => {
                    if let Some(element) = open.last_mut() {
                        element.text += text.trim();
                    }
                }
                Event::GeneralRef(name) => {
                    if let (Some(element), Some(character)) = (open.last_mut(), reference(&name)) {
                        element.text.push(character);
                    }
                }
                Event::Eof if open.is_empty() => {
                    return root.ok_or_else(|| broken("there is no element".into()));
                }
                Event::Eof => return Err(broken(format!("<{}> is not closed", open[open.len() - 1].name))),
                _ => {}
            }
        }
        Err(Broken { line: 1, message: format!("there are more than {ELEMENTS_MAX} elements") })
    }
}

fn element(start: &BytesStart<'_>, line: usize) -> Result<Element, String> {
    let mut element = Element { name: start.local_name().as_ref().to_owned(), line, ..Element::default() };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
        let value = value.map_err(|error| error.to_string())?;
        element.attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    Ok(element)
}

fn close(done: Element, open: &mut [Element], root: &mut Option<Element>) {
    match open.last_mut() {
        Some(parent) => parent.children.push(done),
        None => *root = root.take().or(Some(done)),
    }
}

/// What a reference stands for (XML 1.0, 4.1 and 4.6).
fn reference(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix('x') {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => number.parse(),
        };
        return char::from_u32(code.ok()?);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

/// Line numbers of rising positions.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    fn line(&mut self, position: usize) -> usize {
        let position = position.min(self.text.len());
        let passed = self.text.as_bytes().get(self.at..position).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').count();
        self.at = self.at.max(position);
        self.line
    }
}

impl Element {
    /// An attribute, by its name as written.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// An attribute without regard to its prefix.
    pub(crate) fn get_local(&self, name: &str) -> Option<&str> {
        let local = |known: &str| known.rsplit(':').next() == Some(name);
        self.attributes.iter().find(|(known, _)| local(known)).map(|(_, value)| value.as_str())
    }

    /// An attribute as a whole number.
    pub(crate) fn integer(&self, name: &str) -> Option<u64> {
        self.get(name)?.trim().parse().ok()
    }

    /// The children of this name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first child of this name.
    pub(crate) fn find(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_has_lines() {
        let root =
            Element::parse("<?xml version=\"1.0\"?>\n<a x:k=\"1&amp;2\">\n <b/>t&amp;u\n</a>\n").unwrap();
        assert_eq!(
            (root.name.as_str(), root.line, root.get("x:k"), root.get_local("k")),
            ("a", 2, Some("1&2"), Some("1&2"))
        );
        assert_eq!((root.children[0].line, root.text.as_str()), (3, "t&u"));
    }

    #[test]
    fn broken_documents_are_told_with_their_line() {
        for (text, line) in [
            ("<a>\n<b></a>", 2),
            ("<a>\n", 2),
            ("", 1),
            ("<a b=1/>", 1),
            ("<a b=\"1\" b=\"2\"/>", 1),
            ("text", 1),
        ] {
            assert_eq!(Element::parse(text).map_err(|broken| broken.line), Err(line), "{text}");
        }
        let deep = "<a>".repeat(DEPTH_MAX + 1);
        assert!(Element::parse(&deep).is_err());
    }
}
