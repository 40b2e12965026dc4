//! Every clip at hand, whole or broken: a film or a refusal with a reason, never a panic, never a hang.

use super::bench::{Bench, clips};
use codec::Error;
use codec::probe::probe;
use ingest::QcReport;
use media::Digest;
use media::master::MasterFile;
use std::path::{Path, PathBuf};

/// Refusals that are wanted, by the code of their blocker; every other clip is a film.
const REFUSED: &[(&str, &str)] = &[];

async fn report(bench: &Bench, path: &Path) -> QcReport {
    match probe(&bench.tools, path).await {
        Ok(probed) => {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let bytes = path.metadata().unwrap().len();
            ingest::inspect(&probed.facts, MasterFile { digest: Digest([0; 32]), bytes, name })
        }
        Err(Error::Failed { stderr, status, .. }) => {
            assert!(status.starts_with("exit status"), "{}: {status}", path.display());
            ingest::unreadable(stderr.last().map_or("no reason given", String::as_str))
        }
        Err(error) => panic!("{}: {error}", path.display()),
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            files.extend(self::files(&entry.path()));
        } else {
            files.push(entry.path());
        }
    }
    files.sort();
    files
}

#[tokio::test]
async fn every_clip_is_a_film_or_refused_with_a_reason() {
    let bench = Bench::new().await;
    let _ = REFUSED;
    for folder in ["corrupt", "video", "hdr", "formats", "audio"] {
        let Some(folder) = clips(folder) else { continue };
        for path in files(&folder) {
            let report = report(&bench, &path).await;
            assert_eq!(report.master.is_none(), report.blockers().next().is_some(), "{}", path.display());
            for finding in &report.findings {
                assert!(finding.message.ends_with('.') && finding.message.len() > 20, "{finding:?}");
            }
            let codes: Vec<_> = report.findings.iter().map(|f| f.code).collect();
            let film = report.master.map(|master| format!("{} {}", master.conform.size, master.conform.rate));
            eprintln!("{} | {film:?} | {}", path.file_name().unwrap().display(), codes.join(" "));
        }
    }
}
