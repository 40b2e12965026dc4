//! Markers: a file beside the master that says what may be skipped. `film.mkv` has its markers in `film.markers.json`:
//!
//! ```json
//! { "markers": [{ "kind": "intro", "start_s": 62.0, "end_s": 93.5 }] }
//! ```
//!
//! Kinds are `recap`, `intro` and `credits`; times are seconds from the first picture.

use anyhow::{Context as _, anyhow, bail, ensure};
use media::package::{Marker, MarkerKind};
use serde::Deserialize;
use std::path::Path;

/// What takes the place of the master's extension.
const EXTENSION: &str = "markers.json";

/// Longest file that is read, in bytes.
const BYTES_MAX: u64 = 64 << 10;

/// Most markers: each is in every playlist.
const MARKERS_MAX: usize = 50;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    markers: Vec<Record>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    kind: String,
    start_s: f64,
    end_s: f64,
}

/// The markers beside `master`, in order; none where there is no such file.
///
/// # Errors
/// Where the file is there and cannot be read, or says what no film has.
pub async fn beside(master: &Path) -> anyhow::Result<Vec<Marker>> {
    let path = master.with_extension(EXTENSION);
    let doing = || format!("reading the markers {}", path.display());
    match tokio::fs::metadata(&path).await {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(doing),
        Ok(file) if file.len() > BYTES_MAX => bail!("{} has more than {BYTES_MAX} bytes", path.display()),
        Ok(_) => {}
    }
    let text = tokio::fs::read(&path).await.with_context(doing)?;
    read(&text).with_context(|| format!("{}; mend it or take it away", path.display()))
}

fn read(text: &[u8]) -> anyhow::Result<Vec<Marker>> {
    let document: Document = serde_json::from_slice(text).context("the markers are unreadable")?;
    ensure!(document.markers.len() <= MARKERS_MAX, "there are more than {MARKERS_MAX} markers");
    let mut markers = document.markers.iter().map(marker).collect::<anyhow::Result<Vec<_>>>()?;
    markers.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
    Ok(markers)
}

fn marker(record: &Record) -> anyhow::Result<Marker> {
    let Record { kind, start_s, end_s } = record;
    let all = [MarkerKind::Recap, MarkerKind::Intro, MarkerKind::Credits];
    let known = all.into_iter().find(|known| known.name() == kind);
    let kind = known.ok_or_else(|| anyhow!("{kind:?} is no kind of marker: recap, intro or credits"))?;
    ensure!(
        *start_s >= 0.0 && start_s < end_s,
        "a marker from {start_s} s to {end_s} s is no stretch of a film"
    );
    Ok(Marker { kind, start_s: *start_s, end_s: *end_s })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_read_in_order() {
        let text = r#"{"markers": [{"kind": "credits", "start_s": 80, "end_s": 90.5},
                                   {"kind": "intro", "start_s": 0.5, "end_s": 3}]}"#;
        let marker = |kind, start_s, end_s| Marker { kind, start_s, end_s };
        let expected = [marker(MarkerKind::Intro, 0.5, 3.0), marker(MarkerKind::Credits, 80.0, 90.5)];
        assert_eq!(read(text.as_bytes()).unwrap(), expected);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let one = |kind: &str, start_s: &str, end_s: &str| {
            format!(r#"{{"markers": [{{"kind": "{kind}", "start_s": {start_s}, "end_s": {end_s}}}]}}"#)
        };
        let many =
            format!(r#"{{"markers": [{}]}}"#, [r#"{"kind":"intro","start_s":0,"end_s":1}"#; 51].join(","));
        for (text, expected) in [
            (String::new(), "unreadable"),
            ("[]".to_owned(), "unreadable"),
            (one("advert", "0", "1"), "no kind of marker"),
            (one("intro", "2", "1"), "no stretch"),
            (one("intro", "-1", "1"), "no stretch"),
            (many, "more than 50"),
        ] {
            let error = format!("{:#}", read(text.as_bytes()).unwrap_err());
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
