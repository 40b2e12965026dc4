//! XML, as far as an MPD needs it: elements with attributes, and text or elements inside.

use std::fmt::{self, Display};

/// An element in the making.
pub(super) struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    text: String,
    children: Vec<Element>,
}

impl Element {
    pub(super) fn new(name: &'static str) -> Element {
        Element { name, attributes: Vec::new(), text: String::new(), children: Vec::new() }
    }

    pub(super) fn attribute(mut self, name: &'static str, value: impl Display) -> Element {
        self.attributes.push((name, value.to_string()));
        self
    }

    pub(super) fn text(mut self, text: &str) -> Element {
        self.text.push_str(text);
        self
    }

    pub(super) fn child(mut self, child: Element) -> Element {
        self.children.push(child);
        self
    }

    pub(super) fn children(mut self, children: impl IntoIterator<Item = Element>) -> Element {
        self.children.extend(children);
        self
    }

    /// The element as a document.
    pub(super) fn document(&self) -> String {
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{self}")
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        let indent = 2 * depth;
        write!(f, "{:indent$}<{}", "", self.name)?;
        for (name, value) in &self.attributes {
            write!(f, " {name}=\"{}\"", escape(value))?;
        }
        if self.children.is_empty() && self.text.is_empty() {
            return f.write_str("/>\n");
        }
        write!(f, ">{}", escape(&self.text))?;
        if !self.children.is_empty() {
            f.write_str("\n")?;
            self.children.iter().try_for_each(|child| child.write(f, depth + 1))?;
            write!(f, "{:indent$}", "")?;
        }
        writeln!(f, "</{}>", self.name)
    }
}

impl Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}

/// A text as attributes and elements can hold it (XML 1.0, 2.2 and 2.4): the five special characters as
/// entities; control characters, which XML cannot hold or attributes would turn into spaces, as spaces.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_nest() {
        let inner = Element::new("b").attribute("n", 1);
        let element = Element::new("a").child(inner).child(Element::new("c").text("x"));
        assert_eq!(element.to_string(), "<a>\n  <b n=\"1\"/>\n  <c>x</c>\n</a>\n");
    }

    #[test]
    fn special_characters_are_escaped() {
        for (text, expected) in [
            ("Tom & \"Jerry\"", "Tom &amp; &quot;Jerry&quot;"),
            ("</Label><x a='1'>", "&lt;/Label&gt;&lt;x a=&apos;1&apos;&gt;"),
            ("a\nb\0c", "a b c"),
            ("日本語", "日本語"),
        ] {
            assert_eq!(escape(text), expected);
        }
    }
}
