//! Check: the package as players will see it, judged by the rules of HLS, DASH and CMAF before anybody can.
//!
//! Errors keep a title from being published. The rules are `conform`'s, which shares no code with what wrote the files.

use super::package::Content;
use crate::flow::{Context, Failure};
use anyhow::{Context as _, anyhow};
use bytes::Bytes;
use conform::{Depth, Part, Severity, Source, Unreadable};
use futures_util::TryStreamExt;
use media::ByteRange;
use media::package::{DASH_FILE, HLS_FILE};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::Store;
use tokio::runtime::Handle;

/// Findings that a failure spells out; `matinee check` lists all.
const FINDINGS_TOLD_MAX: usize = 5;

/// Checks the files of a package.
pub(super) async fn run(ctx: &Context, files: &BTreeMap<String, Content>) -> Result<(), Failure> {
    let mut entries: Vec<String> = [HLS_FILE, DASH_FILE].map(str::to_owned).into();
    entries.extend(files.keys().filter(|path| path.ends_with(".m3u8") && *path != HLS_FILE).cloned());
    let source =
        Files { store: Arc::clone(&ctx.workshop.store), files: files.clone(), runtime: Handle::current() };
    let check = move || conform::check(&source, &entries, Depth::Media);
    let report = tokio::task::spawn_blocking(check).await.context("checking the package")?;
    for finding in report.findings.iter().filter(|finding| finding.rule.severity == Severity::Warning) {
        tracing::warn!(rule = finding.rule.id, place = %finding.place, "{}", finding.message);
    }
    refuse(&report).map_or(Ok(()), |error| Err(Failure::Failed(error)))
}

/// Why a package is not published, where it has errors.
fn refuse(report: &conform::Report) -> Option<anyhow::Error> {
    let errors = report.count(Severity::Error);
    let findings = report.findings.iter().filter(|finding| finding.rule.severity == Severity::Error);
    let told: Vec<String> = findings
        .take(FINDINGS_TOLD_MAX)
        .map(|f| format!("{}: {} ({}: {}; {})", f.place, f.message, f.rule.id, f.rule.states, f.rule.clause))
        .collect();
    (errors > 0).then(|| {
        anyhow!(
            "the package breaks rules that players rely on, and was not published: {errors} errors. This is a fault of \
             Matinee and not of the master; please report it with these findings.\n{}",
            told.join("\n")
        )
    })
}

/// The files of a package, wherever they are.
struct Files {
    store: Arc<dyn Store>,
    files: BTreeMap<String, Content>,
    runtime: Handle,
}

impl Source for Files {
    fn read(&self, uri: &str, range: ByteRange) -> Result<Part, Unreadable> {
        let elsewhere = uri.contains("://");
        let content =
            self.files.get(uri).ok_or(if elsewhere { Unreadable::Elsewhere } else { Unreadable::Missing })?;
        let file_bytes = content.bytes();
        let offset = range.offset.min(file_bytes);
        let range = ByteRange { offset, length: range.length.min(file_bytes - offset) };
        let bytes = match content {
            Content::Written(bytes) => slice(bytes, range),
            Content::Stored(_) if range.length == 0 => Vec::new(),
            Content::Stored(output) => self
                .runtime
                .block_on(async {
                    let pieces = self.store.read(&output.key, Some(range)).await?;
                    pieces
                        .try_fold(Vec::new(), |mut all, piece| async move {
                            all.extend_from_slice(&piece);
                            Ok(all)
                        })
                        .await
                })
                .map_err(|error: store::Error| Unreadable::Failed(error.to_string()))?,
        };
        Ok(Part { bytes, file_bytes })
    }
}

/// A part of bytes that lies within them.
fn slice(bytes: &Bytes, range: ByteRange) -> Vec<u8> {
    let part = usize::try_from(range.offset).ok().zip(usize::try_from(range.end()).ok());
    part.and_then(|(start, end)| bytes.get(start..end)).unwrap_or_default().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use conform::rule::{cmaf, hls};
    use conform::{At, Finding, Place, Report};

    fn finding(rule: &'static conform::Rule) -> Finding {
        let place = Place { file: "video.m3u8".into(), at: At::Line(4) };
        Finding { rule, place, message: "it is wrong".into(), more: 2 }
    }

    #[test]
    fn errors_alone_keep_a_title_back() {
        let report = |findings| Report { findings, ..Report::default() };
        assert!(refuse(&report(vec![finding(cmaf::BRAND)])).is_none());
        let error = refuse(&report(vec![finding(hls::VERSION), finding(cmaf::BRAND)])).unwrap().to_string();
        for expected in ["3 errors", "video.m3u8:4: it is wrong (hls-version", "RFC 8216bis 8"] {
            assert!(error.contains(expected), "{error}");
        }
        assert!(!error.contains("cmaf-brand"), "{error}");
    }

    #[tokio::test]
    async fn parts_of_written_and_of_stored_files() {
        let store: Arc<dyn Store> = Arc::new(store::Memory::default());
        let key = store::Key::new("steps/a").unwrap();
        store.put(&key, Bytes::from_static(b"stored")).await.unwrap();
        let output = crate::step::Output { key, digest: store::digest::of_bytes(b"stored"), bytes: 6 };
        let files = BTreeMap::from([
            ("a".to_owned(), Content::Stored(output)),
            ("b".to_owned(), Content::Written(Bytes::from_static(b"written"))),
        ]);
        let source = Files { store, files, runtime: Handle::current() };
        let check = move || {
            for (file, offset, length, expected) in
                [("a", 1, 2, "to"), ("a", 4, 9, "ed"), ("a", 6, 1, ""), ("a", 9, 1, ""), ("b", 5, 9, "en")]
            {
                let part = source.read(file, ByteRange { offset, length }).unwrap();
                assert_eq!(part.bytes, expected.as_bytes(), "{file} {offset}");
            }
            let all = ByteRange { offset: 0, length: 1 };
            assert_eq!(source.read("c", all), Err(Unreadable::Missing));
            assert_eq!(source.read("http://example.com/c", all), Err(Unreadable::Elsewhere));
        };
        tokio::task::spawn_blocking(check).await.unwrap();
    }
}
