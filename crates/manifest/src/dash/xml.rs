//! XML, as far as an MPD needs it: elements with attributes, and text or elements inside, written as they come.

use std::fmt::{Display, Write};

/// A document being written.
pub(super) struct Xml {
    out: String,
    depth: usize,
    inside: Inside,
}

/// What the element that is being written has inside so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// Nothing: its tag is open, for attributes.
    Tag,
    Text,
    Elements,
}

impl Xml {
    /// A document, with room for `capacity` bytes made at once.
    pub(super) fn document(capacity: usize, root: impl FnOnce(&mut Xml)) -> String {
        let mut out = String::with_capacity(capacity);
        out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let mut xml = Xml { out, depth: 0, inside: Inside::Elements };
        root(&mut xml);
        xml.out
    }

    /// Elements without a document.
    pub(super) fn fragment(elements: impl FnOnce(&mut Xml)) -> String {
        let mut xml = Xml { out: String::new(), depth: 0, inside: Inside::Elements };
        elements(&mut xml);
        xml.out
    }

    /// Writes an element; `inside` writes its attributes and then what else it has.
    pub(super) fn element(&mut self, name: &str, inside: impl FnOnce(&mut Xml)) -> &mut Self {
        if self.inside == Inside::Tag {
            self.out.push_str(">\n");
        }
        self.indent();
        self.out.push('<');
        self.out.push_str(name);
        (self.inside, self.depth) = (Inside::Tag, self.depth + 1);
        inside(self);
        self.depth -= 1;
        if self.inside == Inside::Tag {
            self.out.push_str("/>\n");
        } else {
            if self.inside == Inside::Elements {
                self.indent();
            }
            self.out.push_str("</");
            self.out.push_str(name);
            self.out.push_str(">\n");
        }
        self.inside = Inside::Elements;
        self
    }

    /// Adds an attribute to the element, whose inside has not begun.
    pub(super) fn attribute(&mut self, name: &str, value: impl Display) -> &mut Self {
        debug_assert_eq!(self.inside, Inside::Tag, "attribute {name} after an element's inside");
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        let _ = write!(Escaped(&mut self.out), "{value}");
        self.out.push('"');
        self
    }

    pub(super) fn maybe_attribute(&mut self, name: &str, value: Option<impl Display>) -> &mut Self {
        match value {
            Some(value) => self.attribute(name, value),
            None => self,
        }
    }

    /// Adds text to an element, which then has no elements.
    pub(super) fn text(&mut self, text: impl Display) -> &mut Self {
        if self.inside == Inside::Tag {
            self.out.push('>');
        }
        self.inside = Inside::Text;
        let _ = write!(Escaped(&mut self.out), "{text}");
        self
    }

    /// Writes an element that has only text.
    pub(super) fn text_element(&mut self, name: &str, text: impl Display) -> &mut Self {
        self.element(name, |xml| {
            xml.text(text);
        })
    }

    fn indent(&mut self) {
        for _ in 0..self.depth {
            self.out.push_str("  ");
        }
    }
}

/// Takes text as attributes and elements can hold it (XML 1.0, 2.2 and 2.4): the five special characters as
/// entities; control characters, which XML cannot hold or attributes would turn into spaces, as spaces.
struct Escaped<'a>(&'a mut String);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let special = |byte: u8| matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'' | 0..=0x1f | 0x7f..);
        if !text.bytes().any(special) {
            self.0.push_str(text); // nearly always
            return Ok(());
        }
        for letter in text.chars() {
            match letter {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&apos;"),
                '\u{fffe}' | '\u{ffff}' => self.0.push('\u{fffd}'),
                letter if letter.is_control() => self.0.push(' '),
                letter => self.0.push(letter),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_nest() {
        let document = Xml::document(0, |xml| {
            xml.element("a", |xml| {
                xml.element("b", |xml| {
                    xml.attribute("n", 1).maybe_attribute("m", None::<u32>);
                });
                xml.text_element("c", "x");
            });
        });
        let (_, elements) = document.split_once('\n').unwrap();
        assert_eq!(elements, "<a>\n  <b n=\"1\"/>\n  <c>x</c>\n</a>\n");
    }

    #[test]
    fn special_characters_are_escaped() {
        for (text, expected) in [
            ("Tom & \"Jerry\"", "Tom &amp; &quot;Jerry&quot;"),
            ("</Label><x a='1'>", "&lt;/Label&gt;&lt;x a=&apos;1&apos;&gt;"),
            ("a\nb\0c", "a b c"),
            ("日本語", "日本語"),
        ] {
            let mut out = String::new();
            write!(Escaped(&mut out), "{text}").unwrap();
            assert_eq!(out, expected);
        }
    }
}
