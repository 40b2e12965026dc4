//! The page's tables.

use crate::model::Report;
use crate::plot;
use crate::svg::escape;
use crate::units;
use media::Size;

/// What every rung came to, audio and the sum below.
pub(super) fn renditions(report: &Report, sizes: &[Size]) -> String {
    let heads =
        ["Rung", "Size", "CRF", "Bitrate", "Peak", "Target", "VMAF", "Harmonic", "5th pct.", "Worst", "File"];
    let mut rows = String::new();
    for rendition in &report.renditions {
        let vmaf = rendition.vmaf;
        let swatch = format!("<i class=\"swatch {}\"></i>", plot::colour(rendition.size, sizes));
        rows += &row(&[
            swatch + &escape(&rendition.rung),
            rendition.size.to_string(),
            rendition.crf.to_string(),
            units::bitrate(rendition.bitrate_bps_average as f64),
            units::bitrate(rendition.bitrate_bps_peak as f64),
            format!("{:.1}", rendition.vmaf_target),
            format!("<b>{:.1}</b>", vmaf.mean),
            format!("{:.1}", vmaf.harmonic_mean),
            format!("{:.1}", vmaf.p5),
            format!("{:.1}", vmaf.min),
            units::bytes(rendition.bytes),
        ]);
        if let Some(note) = &rendition.note {
            rows +=
                &format!("<tr><td class=\"note\" colspan=\"{}\">{}</td></tr>\n", heads.len(), escape(note));
        }
    }
    for audio in &report.audio {
        let bitrate = units::bitrate(audio.bitrate_bps_average as f64);
        let name = format!("Audio: {}, {} channels", escape(&audio.name), audio.channels);
        rows += &format!(
            "<tr><td colspan=\"3\">{name}</td><td>{bitrate}</td><td colspan=\"6\"></td><td>{}</td></tr>\n",
            units::bytes(audio.bytes)
        );
    }
    let foot =
        format!("<tr><td colspan=\"10\">Whole package</td><td>{}</td></tr>", units::bytes(report.bytes));
    table(&heads, &rows, &foot)
}

/// Every shot with its complexity, and what the rungs came to in it.
pub(super) fn shots(report: &Report) -> String {
    let fixed = ["Shot", "Start", "Length", "Cut", "Motion", "Detail", "Light"].map(str::to_owned);
    let heads: Vec<String> =
        fixed.into_iter().chain(report.renditions.iter().map(|rendition| escape(&rendition.rung))).collect();
    let mut rows = String::new();
    for (number, shot) in report.shots.shots.iter().enumerate() {
        let rate = report.master.rate;
        let mut cells = vec![
            (number + 1).to_string(),
            units::timecode(rate.seconds(shot.frames.start)),
            units::duration(rate.seconds(shot.frames.len())),
            format!("{:.2}", shot.cut_score),
            format!("{:.1}", shot.complexity.motion),
            format!("{:.1}", shot.complexity.detail),
            format!("{:.0}", shot.complexity.brightness),
        ];
        cells.extend(report.renditions.iter().map(|rendition| {
            let Some(shot) = rendition.shots.get(number) else { return "–".to_owned() };
            let again = if shot.encodes > 1 { format!(" ×{}", shot.encodes) } else { String::new() };
            format!("{:.1}<br><small>{}{again}</small>", shot.vmaf_mean, units::bitrate(shot.bitrate_bps))
        }));
        rows += &row(&cells);
    }
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    table(&heads, &rows, "")
}

/// Cost of every stage and of all.
pub(super) fn stages(report: &Report) -> String {
    let heads = ["Stage", "Wall", "Processor", "Steps run", "From the store", "Memory of a process"];
    let mut rows = String::new();
    for stage in &report.stages {
        rows += &row(&[
            escape(&stage.name),
            units::duration(stage.wall_s),
            units::duration(stage.cpu_s),
            stage.steps_run.to_string(),
            stage.steps_cached.to_string(),
            stage.memory_bytes_peak.map_or_else(|| "–".to_owned(), units::bytes),
        ]);
    }
    let sum =
        |count: fn(&crate::model::Stage) -> u64| report.stages.iter().map(count).sum::<u64>().to_string();
    let foot = row(&[
        "All".into(),
        units::duration(report.wall_s()),
        units::duration(report.cpu_s()),
        sum(|stage| stage.steps_run),
        sum(|stage| stage.steps_cached),
        String::new(),
    ]);
    table(&heads, &rows, &foot)
}

/// What was handed in.
pub(super) fn master(report: &Report) -> String {
    let master = &report.master;
    let rate = format!("{:.3} frames per second", master.rate.fps());
    let mut facts = vec![
        ("File", escape(&master.name)),
        ("Length", format!("{}, {}", units::bytes(master.bytes), units::timecode(master.duration_s))),
        ("Digest", format!("<code>{}</code>", master.digest)),
        ("Picture", format!("{}, {}", escape(&master.video), master.size)),
        ("Conformed to", format!("{} at {rate}", master.conformed_size)),
    ];
    facts.extend(master.audio.iter().map(|stream| ("Audio", escape(stream))));
    facts.extend(master.text.iter().map(|stream| ("Subtitles", escape(stream))));
    list(&facts)
}

/// The tools and their versions.
pub(super) fn tools(report: &Report) -> String {
    let tool = |tool: &crate::model::Tool| (escape(&tool.name), escape(&tool.version));
    let tools: Vec<(String, String)> = report.tools.iter().map(tool).collect();
    let mut facts: Vec<(&str, String)> =
        tools.iter().map(|(name, version)| (name.as_str(), version.clone())).collect();
    facts.push(("VMAF model", escape(&report.vmaf_model)));
    list(&facts)
}

/// Cells are HTML already.
fn row(cells: &[String]) -> String {
    let cells: String = cells.iter().map(|cell| format!("<td>{cell}</td>")).collect();
    format!("<tr>{cells}</tr>\n")
}

fn table(heads: &[&str], rows: &str, foot: &str) -> String {
    let heads: String = heads.iter().map(|head| format!("<th scope=\"col\">{head}</th>")).collect();
    let foot = if foot.is_empty() { String::new() } else { format!("<tfoot>{foot}</tfoot>\n") };
    format!("<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n{foot}</table>")
}

fn list(facts: &[(&str, String)]) -> String {
    let fact = |(name, value): &(&str, String)| format!("<dt>{name}</dt><dd>{value}</dd>\n");
    format!("<dl class=\"facts\">\n{}</dl>", facts.iter().map(fact).collect::<String>())
}
