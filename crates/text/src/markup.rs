//! Markup inside a cue's text: tags, references to characters, and the overrides of SubStation Alpha.

use crate::cue::{Place, Span, Spans, Style};

/// Which markup a format has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// A few tags of HTML and overrides in braces, both by custom; what is none of them is text.
    SubRip,
    /// Tags (WebVTT, 3.3): all are markup, known or not.
    WebVtt,
    /// Braces are markup, whatever is in them; `\N` breaks a line.
    Ssa,
}

/// A cue's text, read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Marked {
    /// The text.
    pub(crate) spans: Vec<Span>,
    /// Where the markup puts it, if anywhere.
    pub(crate) place: Option<Place>,
}

/// Reads a cue's text, which begins in `style`.
pub(crate) fn marked(text: &str, dialect: Dialect, style: Style) -> Marked {
    let mut reader = Reader { dialect, style, hidden: false, spans: Spans::default(), place: None };
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let used = reader.markup(rest, next).unwrap_or_else(|| {
            reader.push(&rest[..next.len_utf8()]);
            next.len_utf8()
        });
        rest = &rest[used..];
    }
    Marked { spans: reader.spans.finish(), place: reader.place }
}

struct Reader {
    dialect: Dialect,
    style: Style,
    /// Inside ruby text, or a drawing: not shown.
    hidden: bool,
    spans: Spans,
    place: Option<Place>,
}

impl Reader {
    /// Takes the markup that `rest` begins with; the number of bytes that it has, or `None` where it is text.
    fn markup(&mut self, rest: &str, next: char) -> Option<usize> {
        match (next, self.dialect) {
            ('<', Dialect::SubRip | Dialect::WebVtt) => self.tag(rest),
            ('&', Dialect::SubRip | Dialect::WebVtt) => self.reference(rest),
            ('{', Dialect::SubRip | Dialect::Ssa) => self.overrides(rest),
            ('\\', Dialect::Ssa) => self.escape(rest),
            _ => None,
        }
    }

    fn push(&mut self, text: &str) {
        if !self.hidden {
            self.spans.push(text, self.style);
        }
    }

    fn tag(&mut self, rest: &str) -> Option<usize> {
        let inside = &rest[1..rest.find('>')?];
        let (on, inside) = inside.strip_prefix('/').map_or((true, inside), |name| (false, name));
        let name = inside.split([' ', '.', '\t', '\n']).next().unwrap_or_default().to_ascii_lowercase();
        match name.as_str() {
            "i" | "em" => self.style.italic = on,
            "b" | "strong" => self.style.bold = on,
            "u" => self.style.underline = on,
            "rt" => self.hidden = on,
            "ruby" => self.hidden = false,
            "font" | "s" | "strike" | "span" | "c" | "v" | "lang" => {}
            "br" => self.push("\n"),
            _ if self.dialect == Dialect::SubRip => return None,
            _ => {}
        }
        Some(rest.find('>')? + 1)
    }

    fn reference(&mut self, rest: &str) -> Option<usize> {
        let length = rest.find(';').filter(|length| *length <= REFERENCE_BYTES_MAX)?;
        let character = reference(&rest[1..length])?;
        self.push(character.encode_utf8(&mut [0; 4]));
        Some(length + 1)
    }

    /// `{\i1\an8}`, and in SubStation Alpha also `{a comment}`.
    fn overrides(&mut self, rest: &str) -> Option<usize> {
        let length = rest.find('}')?;
        if self.dialect == Dialect::SubRip && !rest.starts_with("{\\") {
            return None;
        }
        for tag in rest[1..length].split('\\').skip(1) {
            self.override_by(tag.trim());
        }
        Some(length + 1)
    }

    fn override_by(&mut self, tag: &str) {
        let number = |name: &str| tag.strip_prefix(name)?.trim().parse::<u32>().ok();
        if let Some(key) = number("an") {
            self.place = Some(Place::keypad(key));
        } else if let Some(weight) = number("b") {
            self.style.bold = weight == 1 || weight >= BOLD_WEIGHT;
        } else if let Some(on) = number("i") {
            self.style.italic = on == 1;
        } else if let Some(on) = number("u") {
            self.style.underline = on == 1;
        } else if let Some(scale) = number("p") {
            self.hidden = scale > 0; // a drawing
        }
    }

    fn escape(&mut self, rest: &str) -> Option<usize> {
        let text = match rest.as_bytes().get(1)? {
            b'N' => "\n",
            b'n' => " ", // a break only where lines are not wrapped by themselves
            b'h' => "\u{a0}",
            _ => return None,
        };
        self.push(text);
        Some(2)
    }
}

/// Font weight from which `\b` is bold (CSS Fonts 4, 2.2).
const BOLD_WEIGHT: u32 = 600;

/// Longest reference to a character that is looked for: `&#x10ffff`.
const REFERENCE_BYTES_MAX: usize = 10;

/// The character called `name` in a reference (`amp`, `#233`, `#xe9`).
pub(crate) fn reference(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let hexadecimal = number.strip_prefix(['x', 'X']).map(|digits| u32::from_str_radix(digits, 16));
        return char::from_u32(hexadecimal.unwrap_or_else(|| number.parse()).ok()?);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "lrm" => '\u{200e}',
        "rlm" => '\u{200f}',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Styled runs in brackets: `i[..]`, `bu[..]`.
    fn told(marked: &Marked) -> String {
        let run = |span: &Span| {
            let Style { italic, bold, underline } = span.style;
            let letters: String =
                [(italic, 'i'), (bold, 'b'), (underline, 'u')].iter().filter(|s| s.0).map(|s| s.1).collect();
            if letters.is_empty() { span.text.clone() } else { format!("{letters}[{}]", span.text) }
        };
        marked.spans.iter().map(run).collect()
    }

    #[test]
    fn markup() {
        use Dialect::{Ssa, SubRip, WebVtt};
        for (dialect, text, expected, place) in [
            (SubRip, "<i>a</i> <B>b</B>", "i[a] b[b]", None),
            (SubRip, "<font color=\"#fff\">a</font>\n<u>b</u>", "a\nu[b]", None),
            (SubRip, "a < b > c <3 <Cat>", "a < b > c <3 <Cat>", None),
            (SubRip, "{\\an8}a {note} &amp; b&c; &", "a {note} & b&c; &", Some(Place::Top)),
            (SubRip, "{\\i1}a{\\i0}b { \\an2}", "i[a]b { \\an2}", None),
            (SubRip, "a <", "a <", None),
            (WebVtt, "<v.loud Mary>a</v> <c.x>b</c><00:01.000>c", "a bc", None),
            (WebVtt, "<ruby>a<rt>b</rt></ruby>c &lt;i&gt; &nbsp;&#233;&#xe9;", "ac <i> \u{a0}éé", None),
            (WebVtt, "{\\an8}a", "{\\an8}a", None),
            (WebVtt, "<unknown>a", "a", None),
            (Ssa, "{comment}a\\Nb\\nc\\hd", "a\nb c\u{a0}d", None),
            (Ssa, "{\\pos(1,2)\\an9\\b700}a{\\b0}b <i>", "b[a]b <i>", Some(Place::Top)),
            (Ssa, "{\\p1}m 0 0 l 1 1{\\p0}a", "a", None),
            (Ssa, "a {open", "a {open", None),
            (Ssa, "\\", "\\", None),
        ] {
            let marked = marked(text, dialect, Style::default());
            assert_eq!((told(&marked).as_str(), marked.place), (expected, place), "{dialect:?} {text:?}");
        }
    }
}
