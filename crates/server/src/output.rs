//! What commands print as JSON: the shapes that scripts rely on (documented in `docs/reference/cli.md`).

use codec::tools::{Report, ToolReport};
use db::Listing;
use media::master::{Finding, Severity};
use media::package::VideoTrack;
use pipeline::Prepared;
use serde::Serialize;
use std::io::Write;
use title::Release;

/// Prints `value` as indented JSON and ends the line.
pub(crate) fn json(out: &mut impl Write, value: &impl Serialize) -> anyhow::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    Ok(writeln!(out)?)
}

/// What `prepare --json` prints of a published title.
#[derive(Debug, Serialize)]
pub(crate) struct PreparedJson {
    status: &'static str,
    #[serde(flatten)]
    title: TitleJson,
    hls: String,
    dash: String,
    vmaf_model: String,
    rungs: Vec<RungJson>,
    audio: Vec<AudioJson>,
    /// Bytes of the whole package.
    bytes: u64,
    /// Seconds from start to end of this run.
    wall_s: f64,
    stages: Vec<report::Stage>,
    warnings: Vec<FindingJson>,
    notes: Vec<String>,
}

impl PreparedJson {
    /// Describes `prepared`; films are served under `media_url`.
    pub(crate) fn new(prepared: &Prepared, media_url: &str) -> PreparedJson {
        let Prepared { release, report } = prepared;
        let base = format!("{media_url}{}/", release.package_digest);
        PreparedJson {
            status: "published",
            title: TitleJson::new(release),
            hls: format!("{base}master.m3u8"),
            dash: format!("{base}manifest.mpd"),
            vmaf_model: report.vmaf_model.clone(),
            rungs: release.package.video.iter().map(RungJson::new).collect(),
            audio: release.package.audio.iter().map(AudioJson::new).collect(),
            bytes: report.bytes,
            wall_s: report.stages.iter().map(|stage| stage.wall_s).sum(),
            stages: report.stages.clone(),
            warnings: report.findings.iter().map(FindingJson::from).collect(),
            notes: notes(report),
        }
    }
}

/// What the ladder and the gate remarked, such as why a rung stays short of its target.
fn notes(report: &report::Report) -> Vec<String> {
    let short =
        |rendition: &report::Rendition| Some(format!("{}: {}", rendition.rung, rendition.note.as_ref()?));
    let searched = report
        .ladders
        .iter()
        .flat_map(|ladder| ladder.notes.iter().map(|note| format!("{}: {note}", ladder.format)));
    searched.chain(report.renditions.iter().filter_map(short)).collect()
}

/// A title in lists.
#[derive(Debug, Serialize)]
pub(crate) struct TitleJson {
    id: String,
    title: String,
    duration_s: f64,
    published_ms: i64,
}

impl TitleJson {
    /// Describes a title in the catalogue's listing.
    pub(crate) fn of_listing(listing: &Listing) -> TitleJson {
        TitleJson {
            id: listing.title.id.0.clone(),
            title: listing.title.name.clone(),
            duration_s: listing.duration_s,
            published_ms: listing.published_ms,
        }
    }

    /// Describes `release`.
    pub(crate) fn new(release: &Release) -> TitleJson {
        TitleJson {
            id: release.title.id.0.clone(),
            title: release.title.name.clone(),
            duration_s: release.package.duration_s,
            published_ms: release.published_ms,
        }
    }
}

#[derive(Debug, Serialize)]
struct RungJson {
    name: String,
    width: u32,
    height: u32,
    codecs: String,
    bitrate_bps: u64,
    bitrate_bps_peak: u64,
    vmaf: f64,
    bytes: u64,
}

impl RungJson {
    fn new(video: &VideoTrack) -> RungJson {
        RungJson {
            name: video.rung.clone(),
            width: video.size.width,
            height: video.size.height,
            codecs: video.track.codecs.clone(),
            bitrate_bps: video.track.bitrate_bps_average,
            bitrate_bps_peak: video.track.bitrate_bps_peak,
            vmaf: video.vmaf,
            bytes: video.track.index.segments.last().map_or(0, |segment| segment.bytes.end()),
        }
    }
}

#[derive(Debug, Serialize)]
struct AudioJson {
    name: String,
    language: Option<String>,
    channels: u32,
    codecs: String,
    bitrate_bps: u64,
}

impl AudioJson {
    fn new(audio: &media::package::AudioTrack) -> AudioJson {
        AudioJson {
            name: audio.name.clone(),
            language: audio.language.clone(),
            channels: audio.channels,
            codecs: audio.track.codecs.clone(),
            bitrate_bps: audio.track.bitrate_bps_average,
        }
    }
}

/// What `prepare --json` prints of a refused master.
#[derive(Debug, Serialize)]
pub(crate) struct Refusal {
    status: &'static str,
    findings: Vec<FindingJson>,
}

impl Refusal {
    /// Describes `findings`.
    pub(crate) fn new(findings: &[Finding]) -> Refusal {
        Refusal {
            status: "refused",
            findings: findings
                .iter()
                .map(|finding| FindingJson::from(&report::Finding::from(finding)))
                .collect(),
        }
    }
}

#[derive(Debug, Serialize)]
struct FindingJson {
    code: String,
    severity: &'static str,
    message: String,
}

impl From<&report::Finding> for FindingJson {
    fn from(finding: &report::Finding) -> FindingJson {
        let severity = match finding.severity {
            Severity::Blocker => "blocker",
            Severity::Warning => "warning",
        };
        FindingJson { code: finding.code.clone(), severity, message: finding.message.clone() }
    }
}

/// What `doctor --json` prints.
#[derive(Debug, Serialize)]
pub(crate) struct DoctorJson {
    tools: Vec<ToolJson>,
    landlock_abi: u32,
    network_cut: Option<bool>,
}

#[derive(Debug, Serialize)]
struct ToolJson {
    name: &'static str,
    path: Option<String>,
    version: Option<String>,
    error: Option<String>,
    lacks: Vec<String>,
    remedy: Option<&'static str>,
}

impl DoctorJson {
    /// Describes `report`.
    pub(crate) fn new(report: &Report) -> DoctorJson {
        DoctorJson {
            tools: report.tools.iter().map(ToolJson::new).collect(),
            landlock_abi: report.landlock_abi,
            network_cut: report.sandbox.map(|applied| applied.network_namespace),
        }
    }
}

impl ToolJson {
    fn new(report: &ToolReport) -> ToolJson {
        let found = report.found.as_ref();
        ToolJson {
            name: report.name,
            path: found.ok().map(|tool| tool.path.display().to_string()),
            version: found.ok().map(|tool| tool.version.clone()),
            error: found.err().cloned(),
            lacks: report.lacks.clone(),
            remedy: report.remedy,
        }
    }
}
