//! Writing: cues as a WebVTT file.

use crate::cue::{Cue, Place, Span, Style};
use crate::segment::{end_ms, start_ms};

/// The file, in cue order. Times are rounded to the millisecond that WebVTT has.
pub fn write(cues: &[Cue]) -> String {
    let mut file = String::from("WEBVTT\n");
    for cue in cues {
        write_cue(&mut file, cue);
    }
    file
}

/// Writes a cue, with the empty line before it.
pub(crate) fn write_cue(file: &mut String, cue: &Cue) {
    let (start, end) = (timestamp(start_ms(cue)), timestamp(end_ms(cue)));
    let (settings, text) = (settings(cue.place), payload(cue));
    let gap = if settings.is_empty() { "" } else { " " };
    *file += &format!("\n{start} --> {end}{gap}{settings}\n{text}\n");
}

/// The settings of a cue at a place. The bottom is where players put a cue that says nothing, out of the way of their
/// controls.
pub(crate) fn settings(place: Place) -> &'static str {
    match place {
        Place::Bottom => "",
        Place::Middle => "line:50%",
        Place::Top => "line:0",
    }
}

/// A cue's text, with tags and references.
pub(crate) fn payload(cue: &Cue) -> String {
    cue.spans.iter().map(span).collect()
}

/// Hours, minutes, seconds and milliseconds.
pub(crate) fn timestamp(ms: i64) -> String {
    let (seconds, minutes, hours) = (ms / 1000 % 60, ms / 60_000 % 60, ms / 3_600_000);
    format!("{hours:02}:{minutes:02}:{seconds:02}.{:03}", ms % 1000)
}

fn span(span: &Span) -> String {
    let mut text = span.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let Style { italic, bold, underline } = span.style;
    for (on, tag) in [(underline, "u"), (bold, "b"), (italic, "i")] {
        if on {
            text = format!("<{tag}>{text}</{tag}>");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cues_are_written() {
        let italic = Style { italic: true, bold: true, ..Style::default() };
        let span = |text: &str, style| Span { text: text.into(), style };
        let cues = [
            Cue {
                start_us: 1_234_499,
                end_us: 3_723_004_500,
                spans: vec![span("a & b --> <c>\n", Style::default()), span("d", italic)],
                place: Place::Top,
            },
            Cue {
                start_us: -5,
                end_us: 1000,
                spans: vec![span("e", Style::default())],
                place: Place::Bottom,
            },
        ];
        let expected = "WEBVTT\n\n00:00:01.234 --> 01:02:03.005 line:0\na &amp; b --&gt; &lt;c&gt;\n<i><b>d</b></i>\n\
                        \n00:00:00.000 --> 00:00:00.001\ne\n";
        assert_eq!(write(&cues), expected);
    }
}
