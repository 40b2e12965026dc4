//! The page's tables.

use crate::fixed::FixedRow;
use crate::model::{Audio, Rendition, Report, ShotResult};
use crate::plot;
use crate::svg::escape;
use crate::units;
use media::Size;

/// Columns of the table of renditions.
const RENDITION_HEADS: [&str; 13] = [
    "Rung", "Size", "CRF", "Bitrate", "Peak", "Target", "VMAF", "Harmonic", "5th pct.", "Worst", "NEG",
    "XPSNR", "File",
];

/// What every rung came to, format by format, audio and the sum below.
pub(super) fn renditions(report: &Report, sizes: &[Size]) -> String {
    let columns = RENDITION_HEADS.len();
    let mut rows = String::new();
    for ladder in &report.ladders {
        if report.ladders.len() > 1 {
            rows += &format!("<tr><th class=\"group\" colspan=\"{columns}\">{}</th></tr>\n", ladder.format);
        }
        rows += &report.renditions_of(ladder.format).map(|r| rendition(r, report, sizes)).collect::<String>();
    }
    rows += &report.audio.iter().map(audio).collect::<String>();
    let package = units::bytes(report.bytes);
    let foot = format!("<tr><td colspan=\"{}\">Whole package</td><td>{package}</td></tr>", columns - 1);
    table(&RENDITION_HEADS, &rows, &foot)
}

fn rendition(rendition: &Rendition, report: &Report, sizes: &[Size]) -> String {
    let vmaf = rendition.vmaf;
    let swatch = format!("<i class=\"swatch {}\"></i>", plot::colour(rendition.size, sizes));
    let measured = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.1}"));
    let slower = Some(rendition.rate).filter(|rate| *rate != report.master.rate);
    let rate = slower.map_or_else(String::new, |rate| format!(", {} fps", units::fps(rate)));
    let size = rendition.size.to_string() + &rate;
    let cells = row(&[
        swatch + &escape(units::rung(&rendition.rung, rendition.format)),
        size,
        rendition.crf.to_string(),
        units::bitrate(rendition.bitrate_bps_average as f64),
        units::bitrate(rendition.bitrate_bps_peak as f64),
        format!("{:.1}", rendition.vmaf_target),
        format!("<b>{:.1}</b>", vmaf.mean),
        format!("{:.1}", vmaf.harmonic_mean),
        format!("{:.1}", vmaf.p5),
        format!("{:.1}", vmaf.min),
        measured(rendition.neg.map(|neg| neg.mean)),
        measured(rendition.xpsnr.map(|xpsnr| xpsnr.mean_db)),
        units::bytes(rendition.bytes),
    ]);
    let note = rendition.note.as_ref().map_or_else(String::new, |note| {
        let columns = RENDITION_HEADS.len();
        format!("<tr><td class=\"note\" colspan=\"{columns}\">{}</td></tr>\n", escape(note))
    });
    cells + &note
}

fn audio(audio: &Audio) -> String {
    let bitrate = units::bitrate(audio.bitrate_bps_average as f64);
    let name =
        format!("Audio: {}, {}, {} channels", escape(&audio.name), escape(&audio.codec), audio.channels);
    let loudness = audio.loudness.as_ref().map_or_else(String::new, units::loudness);
    format!(
        "<tr><td colspan=\"3\">{name}</td><td>{bitrate}</td>\
         <td class=\"note\" colspan=\"{}\">{loudness}</td><td>{}</td></tr>\n",
        RENDITION_HEADS.len() - 5,
        units::bytes(audio.bytes)
    )
}

/// The fixed ladder beside the title's own.
pub(super) fn fixed(rows: &[FixedRow]) -> String {
    let heads = ["Fixed ladder", "Bitrate", "VMAF, predicted", "This ladder", "Change"];
    let cells = |fixed: &FixedRow| {
        row(&[
            format!("{}p", fixed.lines),
            units::bitrate(fixed.fixed.bitrate_bps),
            format!("{:.1}", fixed.fixed.vmaf),
            units::ours(fixed),
            fixed.change().map_or_else(|| "–".to_owned(), units::change),
        ])
    };
    table(&heads, &rows.iter().map(cells).collect::<String>(), "")
}

/// Every shot with its complexity.
pub(super) fn complexity(report: &Report) -> String {
    let heads = ["Shot", "Start", "Length", "Cut", "Motion", "Detail", "Grain", "Light"];
    let rate = report.master.rate;
    let cells = |(number, shot): (usize, &media::shot::Shot)| {
        row(&[
            (number + 1).to_string(),
            units::timecode(rate.seconds(shot.frames.start)),
            units::duration(rate.seconds(shot.frames.len())),
            format!("{:.2}", shot.cut_score),
            format!("{:.1}", shot.complexity.motion),
            format!("{:.1}", shot.complexity.detail),
            format!("{:.1}", shot.complexity.grain),
            format!("{:.0}", shot.complexity.brightness),
        ])
    };
    table(&heads, &report.shots.shots.iter().enumerate().map(cells).collect::<String>(), "")
}

/// What each of `renditions` came to in every shot: mean and 5th-percentile VMAF, bitrate, CRF, encodes.
pub(super) fn shot_results(report: &Report, renditions: &[&Rendition]) -> String {
    let rungs = renditions.iter().map(|rendition| escape(units::rung(&rendition.rung, rendition.format)));
    let heads: Vec<String> = ["Shot", "Start"].map(str::to_owned).into_iter().chain(rungs).collect();
    let mut rows = String::new();
    for (number, shot) in report.shots.shots.iter().enumerate() {
        let start = units::timecode(report.master.rate.seconds(shot.frames.start));
        let mut cells = vec![(number + 1).to_string(), start];
        cells.extend(
            renditions
                .iter()
                .map(|rendition| rendition.shots.get(number).map_or_else(|| "–".to_owned(), shot_result)),
        );
        rows += &row(&cells);
    }
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    table(&heads, &rows, "")
}

fn shot_result(shot: &ShotResult) -> String {
    let again = if shot.encodes > 1 { format!(" ×{}", shot.encodes) } else { String::new() };
    let bitrate = units::bitrate(shot.bitrate_bps);
    let (mean, p5, crf) = (shot.vmaf_mean, shot.vmaf_p5, shot.crf);
    format!("{mean:.1} <small>{p5:.1}</small><br><small>{bitrate}<br>CRF {crf}{again}</small>")
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
