//! Attribute lists of HLS tags (section 4.2).

use std::fmt::{Display, Write};

/// A tag with attributes, being written at the end of a playlist.
pub(super) struct Attributes<'a> {
    out: &'a mut String,
    /// What comes before the next attribute.
    separator: char,
}

impl<'a> Attributes<'a> {
    pub(super) fn of(out: &'a mut String, tag: &str) -> Attributes<'a> {
        out.push('#');
        out.push_str(tag);
        Attributes { out, separator: ':' }
    }

    /// A value without quotes: a number, a resolution or an enumerated string.
    pub(super) fn plain(&mut self, name: &str, value: impl Display) -> &mut Self {
        self.name(name);
        let _ = write!(self.out, "{value}");
        self
    }

    /// A quoted string, of what such a string can hold.
    pub(super) fn quoted(&mut self, name: &str, value: &str) -> &mut Self {
        self.name(name);
        self.out.push('"');
        push_plain(self.out, value);
        self.out.push('"');
        self
    }

    pub(super) fn maybe_quoted(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        match value {
            Some(value) => self.quoted(name, value),
            None => self,
        }
    }

    pub(super) fn yes_or_no(&mut self, name: &str, value: bool) -> &mut Self {
        self.plain(name, if value { "YES" } else { "NO" })
    }

    fn name(&mut self, name: &str) {
        self.out.push(self.separator);
        self.out.push_str(name);
        self.out.push('=');
        self.separator = ',';
    }

    /// Ends the line.
    pub(super) fn end(&mut self) {
        self.out.push('\n');
    }
}

/// A text as a quoted string can hold it: there is no escape, so double quotes become single ones, and line
/// breaks and other control characters become spaces.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_plain(&mut out, text);
    out
}

fn push_plain(out: &mut String, text: &str) {
    let plain = |letter: char| match letter {
        '"' => '\'',
        letter if letter.is_control() => ' ',
        letter => letter,
    };
    if text.bytes().all(|byte| byte != b'"' && (b' '..0x7f).contains(&byte)) {
        out.push_str(text); // nearly always
    } else {
        out.extend(text.chars().map(plain));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stay_inside_their_quotes() {
        let mut out = String::new();
        let mut attributes = Attributes::of(&mut out, "T");
        attributes.plain("A", 1).quoted("B", "Ünder \"her\"\r\n#EXT-X-ENDLIST,C=2").yes_or_no("D", true);
        attributes.maybe_quoted("E", None).quoted("F", "plain").end();
        assert_eq!(out, "#T:A=1,B=\"Ünder 'her'  #EXT-X-ENDLIST,C=2\",D=YES,F=\"plain\"\n");
    }
}
