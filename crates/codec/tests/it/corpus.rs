//! Every clip at hand, whole or broken: a film or a refusal with a reason, never a panic, never a hang.

use super::bench::{Bench, clips};
use codec::Error;
use codec::mezzanine;
use codec::probe::probe;
use ingest::{Decoded, QcReport};
use media::Digest;
use media::facts::Facts;
use media::master::{Finding, Master, MasterFile};
use std::path::{Path, PathBuf};

/// Refusals that are wanted, by the code of their blocker; every other clip is a film.
const REFUSED: [(&str, &[&str]); 5] = [
    (
        "unreadable",
        &[
            "UPSTREAM_README.md",
            "dovi_tool_hdr10plus_metadata.json",
            "dovi_tool_regular.hevc", // a bare stream, without timestamps
            "dovi_tool_regular_bl_start_code_4.hevc",
            "dovi_tool_regular_rpu.bin",
            "empty.mp4",
            "html_as.mp4",
            "m3u8_local_file_as.mp4",
            "moov_size_4.mp4",
            "nested_moov_3000.mp4",
            "no_moov.mp4",
            "one_byte.mp4",
            "png_as.mkv",
            "random_64k.mp4",
            "really_invalid_EBML_ElementDataSize_in_EBMLHeader.mkv",
            "sample_malformed_free_box.mp4",
            "stsz_count_ffffffff.mp4",
            "text_as.mp4",
            "unknown_sized_non_master_element.mkv",
            "webm_header_only.webm",
        ],
    ),
    ("undecodable", &["stco_offsets_past_eof.mp4", "truncated_25pct.mp4"]),
    ("too-damaged", &["mdat_bitflips_500.mp4"]),
    ("broken-timestamps", &["mdhd_timescale_zero.mp4"]),
    (
        "no-video",
        &["ac4_level4.mp4", "dts_hd_ma.mp4", "eac3.ts", "eac3_51_1.7s.mp4", "eac3_joc_atmos_2s.mp4"],
    ),
];

async fn report(bench: &Bench, path: &Path) -> (Facts, QcReport) {
    match probe(&bench.tools, path).await {
        Ok(probed) => {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let bytes = path.metadata().unwrap().len();
            let report = ingest::inspect(&probed.facts, MasterFile { digest: Digest([0; 32]), bytes, name });
            (probed.facts, report)
        }
        Err(Error::Failed { stderr, status, .. }) => {
            assert!(status.starts_with("exit status"), "{}: {status}", path.display());
            (Facts::default(), ingest::unreadable(stderr.last().map_or("no reason given", String::as_str)))
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

/// Decodes a film that is short enough for a test, and judges it again.
async fn decoded(bench: &Bench, path: &Path, facts: &Facts, master: &Master) -> Vec<Finding> {
    let name = path.file_name().unwrap().to_string_lossy();
    let folder = bench.folder(&name);
    let job = mezzanine::Job {
        master: path,
        video: &master.video,
        conform: &master.conform,
        folder: &folder,
        file_name: "mezzanine.mov",
        hdr_file_name: None,
    };
    let made = match mezzanine::make(&bench.tools, &job, &mut |_| {}, &mut |_| {}).await {
        Ok(made) => made,
        Err(Error::Failed { .. }) => {
            return ingest::after_decode(facts, master, &Decoded { frames: 0, decode_errors: 0 });
        }
        Err(error) => panic!("{name}: {error}"),
    };
    ingest::after_decode(facts, master, &Decoded { frames: made.frames, decode_errors: made.decode_errors })
}

#[tokio::test]
async fn every_clip_is_a_film_or_refused_with_a_reason() {
    let bench = Bench::new().await;
    for folder in ["corrupt", "video", "hdr", "formats", "audio"] {
        let Some(clips) = clips(folder) else { continue };
        for path in files(&clips) {
            let name = path.file_name().unwrap().to_string_lossy();
            let (facts, mut report) = report(&bench, &path).await;
            assert_eq!(report.master.is_none(), report.blockers().next().is_some(), "{name}");
            if let (Some(master), "corrupt") = (&report.master, folder) {
                report.findings.extend(decoded(&bench, &path, &facts, master).await);
            }
            for finding in &report.findings {
                assert!(finding.message.ends_with('.') && finding.message.len() > 20, "{finding:?}");
            }
            let expected = REFUSED.iter().find(|(_, names)| names.contains(&&*name)).map(|(code, _)| *code);
            let refused = report.blockers().next().map(|finding| finding.code);
            assert_eq!(refused, expected, "{name}: {:#?}", report.findings);
        }
    }
}

/// Clips of high dynamic range: what the container conflicts with, and what is said of the light.
#[tokio::test]
async fn colour_flags_that_contradict_the_stream_are_found() {
    let bench = Bench::new().await;
    let Some(clips) = clips("hdr") else { return };
    for (name, conflicts, light) in [
        ("hdr10_pq_hevc_1080p_1s_container_says_sdr.mp4", true, Some(1000)),
        ("hdr10_pq_av1_1080p_mdcv_clli_1s.mp4", false, Some(1100)),
        ("hdr10_pq_av1_720x1280_4s.mp4", false, None),
        ("hlg_hevc_1080p_editlist_2.5s.mp4", false, None),
    ] {
        let (facts, report) = report(&bench, &clips.join(name)).await;
        let found = report.findings.iter().any(|finding| finding.code == "colour-flags-conflict");
        assert_eq!(found, conflicts, "{name}: {:#?}", report.findings);
        let video = &facts.video[0];
        assert_eq!((video.bit_depth, video.light.map(|light| light.max)), (10, light), "{name}");
    }
}
