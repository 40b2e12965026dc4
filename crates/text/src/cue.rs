//! Cue: a piece of text and when it is shown.

/// One cue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cue {
    /// When it appears, in microseconds.
    pub start_us: i64,
    /// When it goes, in microseconds; `i64::MAX` where the file does not say.
    pub end_us: i64,
    /// Its text in runs of one style; lines end with `\n`.
    pub spans: Vec<Span>,
    /// Where on the picture.
    pub place: Place,
}

impl Cue {
    /// Its text without any style.
    pub fn text(&self) -> String {
        self.spans.iter().map(|span| span.text.as_str()).collect()
    }
}

/// A run of text in one style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The text.
    pub text: String,
    /// How it looks.
    pub style: Style,
}

/// How text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    /// Italics.
    pub italic: bool,
    /// Bold.
    pub bold: bool,
    /// Underlined.
    pub underline: bool,
}

/// Where on the picture a cue stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Place {
    /// At the bottom, as nearly all do.
    #[default]
    Bottom,
    /// In the middle third.
    Middle,
    /// In the upper third.
    Top,
}

impl Place {
    /// The place of what stands at `share` of the picture's height, from the top.
    pub(crate) fn at(share: f64) -> Place {
        match share {
            share if share < 1.0 / 3.0 => Place::Top,
            share if share < 2.0 / 3.0 => Place::Middle,
            _ => Place::Bottom,
        }
    }

    /// The place of a key on a numeric keypad, as SubStation Alpha (v4.00+) and its imitators count: `\an8` is the top.
    pub(crate) fn keypad(key: u32) -> Place {
        match key {
            7..=9 => Place::Top,
            4..=6 => Place::Middle,
            _ => Place::Bottom,
        }
    }
}

/// Text that grows, in runs of one style.
#[derive(Debug, Default)]
pub(crate) struct Spans {
    spans: Vec<Span>,
}

impl Spans {
    /// Adds text.
    pub(crate) fn push(&mut self, text: &str, style: Style) {
        if text.is_empty() {
            return;
        }
        match self.spans.last_mut() {
            Some(last) if last.style == style => last.text.push_str(text),
            _ => self.spans.push(Span { text: text.to_owned(), style }),
        }
    }

    /// The runs, with control characters, blanks at the ends of lines, and empty lines taken out.
    pub(crate) fn finish(self) -> Vec<Span> {
        let mut tidy = Spans::default();
        let mut gap = Spans::default(); // blanks, or a line break: written when text follows
        for span in &self.spans {
            for character in span.text.chars() {
                match character {
                    '\n' if !gap.breaks() => gap = Spans::of("\n", span.style),
                    ' ' | '\t' if !gap.breaks() => gap.push(" ", span.style),
                    _ if character.is_control() || character == ' ' => {}
                    _ => {
                        let written = std::mem::take(&mut gap).spans;
                        if !tidy.spans.is_empty() {
                            written.iter().for_each(|blank| tidy.push(&blank.text, blank.style));
                        }
                        tidy.push(character.encode_utf8(&mut [0; 4]), span.style);
                    }
                }
            }
        }
        tidy.spans
    }

    fn of(text: &str, style: Style) -> Spans {
        Spans { spans: vec![Span { text: text.to_owned(), style }] }
    }

    /// Whether it is a line break.
    fn breaks(&self) -> bool {
        matches!(&self.spans[..], [span] if span.text == "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_tidied() {
        let italic = Style { italic: true, ..Style::default() };
        let mut spans = Spans::default();
        for (text, style) in [
            (" \n a", Style::default()),
            ("", italic),
            (" b  \n \n", Style::default()),
            ("\u{7}  c\r", italic),
            (" \n", Style::default()),
        ] {
            spans.push(text, style);
        }
        let finished = spans.finish();
        let told: Vec<_> = finished.iter().map(|span| (span.text.as_str(), span.style.italic)).collect();
        assert_eq!(told, [("a b\n", false), ("c", true)]);
    }
}
