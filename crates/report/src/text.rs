//! The report for a terminal: the same facts in columns, without the plots.

use crate::model::{Finding, Master, Rendition, Report, Stage};
use crate::units;
use media::master::Severity;
use media::rung::Ladder;
use std::fmt::Write as _;

/// Renders the report as plain text of at most about 100 columns.
pub fn text(report: &Report) -> String {
    let mut page = String::new();
    line(&mut page, format_args!("{}  ({})", printable(&report.title), printable(&report.id)));
    master(&mut page, &report.master);
    findings(&mut page, &report.findings);
    shots(&mut page, report);
    for ladder in &report.ladders {
        one_ladder(&mut page, report, ladder);
    }
    rest(&mut page, report);
    stages(&mut page, report);
    for tool in &report.tools {
        line(&mut page, format_args!("{}  {}", printable(&tool.name), printable(&tool.version)));
    }
    line(&mut page, format_args!("VMAF model  {}", printable(&report.vmaf_model)));
    page
}

fn master(page: &mut String, master: &Master) {
    let Master { name, bytes, size, conformed_size, rate, video, .. } = master;
    let (bytes, duration) = (units::bytes(*bytes), units::timecode(master.duration_s));
    line(page, format_args!("\nMaster"));
    line(page, format_args!("  {}  {bytes}, {duration}", printable(name)));
    line(
        page,
        format_args!(
            "  {}, {size}, conformed to {conformed_size} at {:.3} fps",
            printable(video),
            rate.fps()
        ),
    );
    for stream in master.audio.iter().chain(&master.text) {
        line(page, format_args!("  {}", printable(stream)));
    }
}

fn findings(page: &mut String, findings: &[Finding]) {
    for finding in findings {
        let word = match finding.severity {
            Severity::Blocker => "blocker",
            Severity::Warning => "warning",
        };
        line(page, format_args!("  {word} {}: {}", finding.code, printable(&finding.message)));
    }
}

fn shots(page: &mut String, report: &Report) {
    let count = report.shots.shots.len();
    let mean = report.master.duration_s / count.max(1) as f64;
    line(page, format_args!("\nShots\n  {count}, {} on average", units::duration(mean)));
}

/// The ladder of one format: its rungs as they came out, then the fixed ladder beside it.
fn one_ladder(page: &mut String, report: &Report, ladder: &Ladder) {
    let Ladder { format, trials, rungs, probes, notes, .. } = ladder;
    let (rungs, trials) = (rungs.len(), trials.len());
    line(page, format_args!("\nLadder {format}\n  {rungs} rungs from {trials} trials, {probes} probes"));
    for note in notes {
        line(page, format_args!("  note: {}", printable(note)));
    }
    line(
        page,
        format_args!(
            "\n  {:<9} {:>9} {:>5} {:>10} {:>10} {:>6} {:>6} {:>6} {:>6} {:>6} {:>8}",
            "rung", "size", "CRF", "bitrate", "peak", "VMAF", "harm.", "p5", "NEG", "XPSNR", "bytes"
        ),
    );
    for rendition in report.renditions_of(*format) {
        one_rendition(page, rendition);
    }
    if let Some(note) = report.on_cadence(*format) {
        line(page, format_args!("  {note}"));
    }
    fixed(page, report, ladder);
}

fn one_rendition(page: &mut String, rendition: &Rendition) {
    let Rendition { size, crf, vmaf, .. } = rendition;
    let measured = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.1}"));
    line(
        page,
        format_args!(
            "  {:<9} {:>9} {:>5} {:>10} {:>10} {:>6.1} {:>6.1} {:>6.1} {:>6} {:>6} {:>8}",
            units::rung(&rendition.rung, rendition.format),
            size.to_string(),
            crf.to_string(),
            units::bitrate(rendition.bitrate_bps_average as f64),
            units::bitrate(rendition.bitrate_bps_peak as f64),
            vmaf.mean,
            vmaf.harmonic_mean,
            vmaf.p5,
            measured(rendition.neg.map(|neg| neg.mean)),
            measured(rendition.xpsnr.map(|xpsnr| xpsnr.mean_db)),
            units::bytes(rendition.bytes),
        ),
    );
    if let Some(note) = &rendition.note {
        line(page, format_args!("            {}", printable(note)));
    }
}

/// The fixed ladder beside the title's own.
fn fixed(page: &mut String, report: &Report, ladder: &Ladder) {
    let rows = report.fixed(ladder);
    if rows.is_empty() {
        return;
    }
    line(page, format_args!("\n  A fixed ladder, its VMAF predicted from the trials:"));
    for row in rows {
        let needs = format!("{}p needs {}", row.lines, units::bitrate(row.fixed.bitrate_bps));
        let change = row.change().map_or_else(String::new, |part| format!(" ({})", units::change(part)));
        let ours = units::ours(&row);
        line(page, format_args!("  {needs:<21} for VMAF {:.1}, this one {ours}{change}", row.fixed.vmaf));
    }
}

/// What is not of one ladder: audio, the whole, and what finding the ladders cost.
fn rest(page: &mut String, report: &Report) {
    line(page, format_args!("\nPackage"));
    for audio in &report.audio {
        let bitrate = units::bitrate(audio.bitrate_bps_average as f64);
        let (name, bytes) = (printable(&audio.name), units::bytes(audio.bytes));
        let (codec, channels) = (printable(&audio.codec), audio.channels);
        line(page, format_args!("  audio     {name}, {codec}, {channels} channels, {bitrate}, {bytes}"));
        if let Some(loudness) = &audio.loudness {
            line(page, format_args!("            {}", units::loudness(loudness)));
        }
    }
    line(page, format_args!("  package   {}", units::bytes(report.bytes)));
    let (search, encode) = (report.search.cpu_s, report.search.encode_cpu_s);
    let (search, encode) = (units::duration(search), units::duration(encode));
    let probes = report.probes();
    line(page, format_args!("  search    {probes} probes, {search} of processor time; the encodes {encode}"));
}

fn stages(page: &mut String, report: &Report) {
    line(
        page,
        format_args!(
            "\n  {:<9} {:>12} {:>12} {:>6} {:>7} {:>8}",
            "stage", "wall", "processor", "steps", "cached", "memory"
        ),
    );
    for stage in &report.stages {
        let Stage { name, steps_run, steps_cached, .. } = stage;
        let memory = stage.memory_bytes_peak.map_or_else(|| "-".into(), units::bytes);
        line(
            page,
            format_args!(
                "  {name:<9} {:>12} {:>12} {steps_run:>6} {steps_cached:>7} {memory:>8}",
                units::duration(stage.wall_s),
                units::duration(stage.cpu_s),
            ),
        );
    }
    let (wall, cpu) = (units::duration(report.wall_s()), units::duration(report.cpu_s()));
    line(page, format_args!("  {:<9} {wall:>12} {cpu:>12}\n", "all"));
}

/// `text` without control characters: what a file calls itself must not drive the terminal.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn line(page: &mut String, line: std::fmt::Arguments<'_>) {
    let _ = page.write_fmt(line); // writing to a String cannot fail
    page.push('\n');
}
