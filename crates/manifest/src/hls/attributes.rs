//! Attribute lists of HLS tags (section 4.2).

/// A tag with attributes, in the making.
pub(super) struct Attributes {
    line: String,
    /// What comes before the next attribute.
    separator: char,
}

impl Attributes {
    pub(super) fn of(tag: &str) -> Attributes {
        Attributes { line: format!("#{tag}"), separator: ':' }
    }

    /// A value without quotes: a number, a resolution or an enumerated string.
    pub(super) fn plain(&mut self, name: &str, value: &str) -> &mut Attributes {
        self.line += &format!("{}{name}={value}", self.separator);
        self.separator = ',';
        self
    }

    /// A quoted string, of what such a string can hold.
    pub(super) fn quoted(&mut self, name: &str, value: &str) -> &mut Attributes {
        self.plain(name, &format!("\"{}\"", plain(value)))
    }

    pub(super) fn yes_or_no(&mut self, name: &str, value: bool) -> &mut Attributes {
        self.plain(name, if value { "YES" } else { "NO" })
    }

    /// The line with its end.
    pub(super) fn line(&self) -> String {
        format!("{}\n", self.line)
    }
}

/// A text as a quoted string can hold it: there is no escape, so double quotes become single ones, and line
/// breaks and other control characters become spaces.
pub(super) fn plain(text: &str) -> String {
    let plain = |letter: char| match letter {
        '"' => '\'',
        letter if letter.is_control() => ' ',
        letter => letter,
    };
    text.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stay_inside_their_quotes() {
        let mut attributes = Attributes::of("T");
        attributes.plain("A", "1").quoted("B", "Ünder \"her\"\r\n#EXT-X-ENDLIST,C=2").yes_or_no("D", true);
        assert_eq!(attributes.line(), "#T:A=1,B=\"Ünder 'her'  #EXT-X-ENDLIST,C=2\",D=YES\n");
    }
}
