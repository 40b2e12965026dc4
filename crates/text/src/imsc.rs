//! IMSC: cues as documents of the text profile (W3C TTML Profiles for Internet Media Subtitles and Captions 1.0.1), one for
//! each segment of a track (ISO/IEC 14496-30, 5).
//!
//! Times are those of the track. Text stands in one of three regions that do not overlap, as the profile asks.

use crate::cue::{Cue, Place, Span, Style};
use crate::segment::{end_ms, overlapping, start_ms};
use crate::write::timestamp;
use std::fmt::Write;

/// What stands before the language, and between it and the text. Letters are 5.3 % of the picture's height, as 80 % of a
/// fifteenth.
const HEAD: [&str; 2] = [
    r##"<?xml version="1.0" encoding="UTF-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter"
 xmlns:tts="http://www.w3.org/ns/ttml#styling" xmlns:itts="http://www.w3.org/ns/ttml/profile/imsc1#styling"
 ttp:profile="http://www.w3.org/ns/ttml/profile/imsc1/text" ttp:timeBase="media" xml:lang=""##,
    r##"">
<head>
<styling>
<style xml:id="text" tts:fontFamily="proportionalSansSerif" tts:fontSize="80%" tts:lineHeight="125%"
 tts:color="white" tts:backgroundColor="#000000c2" tts:textAlign="center"/>
</styling>
<layout>
<region xml:id="top" tts:origin="10% 5%" tts:extent="80% 30%" tts:displayAlign="before"/>
<region xml:id="middle" tts:origin="10% 35%" tts:extent="80% 30%" tts:displayAlign="center"/>
<region xml:id="bottom" tts:origin="10% 65%" tts:extent="80% 30%" tts:displayAlign="after"/>
</layout>
</head>
<body>
<div>
"##,
];
const TAIL: &str = "</div>\n</body>\n</tt>\n";

/// What a whole track has in common.
#[derive(Debug, Clone, Copy)]
pub struct Imsc<'a> {
    /// BCP 47 language, where known.
    pub language: Option<&'a str>,
    /// Shown even to viewers who asked for no subtitles (`itts:forcedDisplay`).
    pub forced: bool,
}

impl Imsc<'_> {
    /// A document for each segment. `boundaries_ms` are where segments begin, and where the last one ends.
    pub fn segments(&self, cues: &[Cue], boundaries_ms: &[i64]) -> Vec<String> {
        boundaries_ms.windows(2).map(|bounds| self.document(cues, bounds)).collect()
    }

    fn document(&self, cues: &[Cue], bounds: &[i64]) -> String {
        let mut out = [HEAD[0], &escape(self.language.unwrap_or_default()), HEAD[1]].concat();
        for (_, cue) in overlapping(cues, bounds) {
            let (begin, end) = (start_ms(cue).max(bounds[0]), end_ms(cue).min(bounds[1]));
            let (begin, end) = (timestamp(begin), timestamp(end));
            let region = match cue.place {
                Place::Top => "top",
                Place::Middle => "middle",
                Place::Bottom => "bottom",
            };
            let forced = if self.forced { " itts:forcedDisplay=\"true\"" } else { "" };
            let _ =
                write!(out, "<p region=\"{region}\" style=\"text\" begin=\"{begin}\" end=\"{end}\"{forced}>");
            cue.spans.iter().for_each(|span| push_span(&mut out, span));
            out.push_str("</p>\n");
        }
        out + TAIL
    }
}

fn push_span(out: &mut String, span: &Span) {
    let text = escape(&span.text).replace('\n', "<br/>");
    let Style { italic, bold, underline } = span.style;
    let styles: String = [
        (italic, " tts:fontStyle=\"italic\""),
        (bold, " tts:fontWeight=\"bold\""),
        (underline, " tts:textDecoration=\"underline\""),
    ]
    .iter()
    .filter(|(on, _)| *on)
    .map(|(_, style)| *style)
    .collect();
    if styles.is_empty() {
        out.push_str(&text);
    } else {
        let _ = write!(out, "<span{styles}>{text}</span>");
    }
}

/// Text as XML holds it (XML 1.0, 2.4); cues have no control characters but line breaks.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cue(start_ms: i64, end_ms: i64, spans: &[(&str, Style)], place: Place) -> Cue {
        let spans = spans.iter().map(|(text, style)| Span { text: (*text).into(), style: *style });
        Cue { start_us: start_ms * 1000, end_us: end_ms * 1000, spans: spans.collect(), place }
    }

    fn cues() -> Vec<Cue> {
        let plain = Style::default();
        let loud = Style { italic: true, bold: true, underline: true };
        vec![
            cue(500, 2500, &[("Tom & <b>\nsays ", plain), ("\"hi\"", loud)], Place::Bottom),
            cue(1000, 2000, &[("up", plain)], Place::Top),
        ]
    }

    #[test]
    fn paragraphs_are_cut_at_the_segments() {
        let documents = Imsc { language: Some("en"), forced: true }.segments(&cues(), &[0, 2000, 4000, 6000]);
        let paragraphs = |document: &String| {
            document.lines().filter(|line| line.starts_with("<p")).map(str::to_owned).collect::<Vec<_>>()
        };
        let text = "Tom &amp; &lt;b&gt;<br/>says <span tts:fontStyle=\"italic\" tts:fontWeight=\"bold\" \
                    tts:textDecoration=\"underline\">&quot;hi&quot;</span></p>";
        let p = |region, begin, end| {
            let times = format!("begin=\"00:00:0{begin}\" end=\"00:00:0{end}\"");
            format!("<p region=\"{region}\" style=\"text\" {times} itts:forcedDisplay=\"true\">")
        };
        assert_eq!(
            documents.iter().map(paragraphs).collect::<Vec<_>>(),
            [
                vec![p("bottom", "0.500", "2.000") + text, p("top", "1.000", "2.000") + "up</p>"],
                vec![p("bottom", "2.000", "2.500") + text],
                vec![],
            ]
        );
        assert!(documents.iter().all(|document| document.contains("xml:lang=\"en\"")));
    }

    /// The reader of this crate, which knows the profile from other people's files, gets the cues back.
    #[test]
    fn a_document_is_read_back() {
        let documents = Imsc { language: None, forced: false }.segments(&cues(), &[0, 10_000]);
        let read = crate::read(documents[0].as_bytes()).unwrap();
        assert_eq!((read.format, read.cues), (crate::Format::Ttml, cues()));
        assert!(!documents[0].contains("forcedDisplay"));
    }
}
