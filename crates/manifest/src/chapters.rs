//! Chapters as players of each kind take them: Apple's JSON, and WebVTT.

use crate::thumbnails::{millis, timestamp};
use media::package::{Chapter, Package};
use serde_json::{Value, json};
use std::fmt::Write;

/// File name of the chapters as JSON.
pub const CHAPTERS_JSON_FILE: &str = "chapters.json";

/// File name of the chapters as WebVTT.
pub const CHAPTERS_FILE: &str = "chapters.vtt";

/// Language of a name of which none is known (RFC 5646, section 4.1).
const UNDETERMINED: &str = "und";

/// The chapters for HLS players (Apple, "Providing JSON chapters").
pub fn json(package: &Package) -> String {
    let entry = |(number, chapter): (usize, &Chapter)| {
        let language = chapter.language.as_deref().unwrap_or(UNDETERMINED);
        json!({
            "chapter": number + 1,
            "start-time": chapter.start_s,
            "titles": [{ "language": language, "title": chapter.title }],
        })
    };
    Value::Array(package.chapters.iter().enumerate().map(entry).collect()).to_string() + "\n"
}

/// The chapters as WebVTT (W3C WebVTT, 1.5: a cue's text is a chapter's title).
pub fn webvtt(package: &Package) -> String {
    let mut out = "WEBVTT\n".to_owned();
    let ends = package.chapters.iter().skip(1).map(|next| next.start_s).chain([package.duration_s]);
    for (chapter, end_s) in package.chapters.iter().zip(ends) {
        let (start, end) = (timestamp(millis(chapter.start_s)), timestamp(millis(end_s)));
        let title = chapter.title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let title: String = title.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let _ = write!(out, "\n{start} --> {end}\n{title}\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn chapters_are_told_in_both_forms() {
        let package = sample::marked_package();
        let expected = concat!(
            r#"[{"chapter":1,"start-time":0.0,"titles":[{"language":"en","title":"The \"Dam\""}]},"#,
            r#"{"chapter":2,"start-time":4.5,"titles":[{"language":"und","title":"Rain & <fire>"}]}]"#,
            "\n",
        );
        assert_eq!(json(&package), expected);
        assert_eq!(
            webvtt(&package),
            "WEBVTT\n\n00:00:00.000 --> 00:00:04.500\nThe \"Dam\"\n\n00:00:04.500 --> 00:00:10.010\nRain &amp; \
             &lt;fire&gt;\n"
        );
    }
}
