//! The report as a web page: one file, no script, nothing fetched, light or dark as the reader's system is.

mod tables;

use crate::fixed;
use crate::model::{Rendition, Report};
use crate::plot::{self, formats, hull, shots, stages};
use crate::svg::escape;
use crate::units;
use media::Size;
use media::master::Severity;
use media::rung::Ladder;

/// Renders the report as a whole HTML document.
pub fn html(report: &Report) -> String {
    let trials = report.ladders.iter().flat_map(|ladder| &ladder.trials).map(|point| point.trial.size);
    let sizes = plot::sizes(trials.chain(report.renditions.iter().map(|rendition| rendition.size)));
    let title = escape(&report.title);
    let style = include_str!("html/style.css");
    let body = [
        header(report),
        tiles(report),
        findings(report),
        renditions(report, &sizes),
        ladders(report, &sizes),
        by_shot(report, &sizes),
        time_spent(report),
        origins(report),
    ];
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}: preparation report</title>\n<style>\n{style}</style>\n</head>\n\
         <body>\n<main>\n{}\n</main>\n</body>\n</html>\n",
        body.join("\n")
    )
}

fn header(report: &Report) -> String {
    let (title, id) = (escape(&report.title), escape(&report.id));
    format!("<header>\n<h1>{title}</h1>\n<p>Preparation report, title <code>{id}</code></p>\n</header>")
}

/// The numbers that a reader wants first.
fn tiles(report: &Report) -> String {
    let duration_s = report.master.duration_s;
    let shots = report.shots.shots.len();
    let formats: Vec<String> = report.ladders.iter().map(|ladder| ladder.format.to_string()).collect();
    let mut tiles = vec![
        tile("Film", &units::timecode(duration_s), &format!("{shots} shots")),
        tile("Rungs", &report.renditions.len().to_string(), &formats.join(", ")),
    ];
    if let Some(top) = report.renditions.first() {
        let bitrate = units::bitrate(top.bitrate_bps_average as f64);
        tiles.push(tile(
            "Best VMAF",
            &format!("{:.1}", top.vmaf.mean),
            &format!("{} at {bitrate}", top.size),
        ));
    }
    let change = report.ladders.first().and_then(|ladder| fixed::mean_change(&report.fixed(ladder)));
    if let Some(change) = change {
        tiles.push(tile("Fixed ladder", &units::change(change), "bits for its VMAF, predicted"));
    }
    let ratio = report.bytes as f64 / report.master.bytes.max(1) as f64;
    tiles.push(tile("Package", &units::bytes(report.bytes), &format!("{ratio:.2} of the master")));
    tiles.extend(search(report));
    let pace = report.wall_s() / duration_s.max(1e-3);
    tiles.push(tile("Time", &units::duration(report.wall_s()), &format!("{pace:.1} s for a second of film")));
    format!("<dl class=\"tiles\">\n{}\n</dl>", tiles.join("\n"))
}

/// What finding the ladders cost, beside what it was for.
fn search(report: &Report) -> Option<String> {
    let share = report.search.cpu_s / report.search.encode_cpu_s;
    let detail = format!("of the encodes' processor time, {} probes", report.probes());
    share.is_finite().then(|| tile("Search", &format!("{:.0} %", share * 100.0), &detail))
}

fn tile(name: &str, value: &str, detail: &str) -> String {
    let (name, value, detail) = (escape(name), escape(value), escape(detail));
    format!("<div><dt>{name}</dt><dd>{value}<small>{detail}</small></dd></div>")
}

fn findings(report: &Report) -> String {
    let item = |class: &str, text: String| format!("<li class=\"{class}\">{text}</li>");
    let findings = report.findings.iter().map(|finding| {
        let class = match finding.severity {
            Severity::Blocker => "blocker",
            Severity::Warning => "warning",
        };
        item(class, format!("{} <code>{}</code>", escape(&finding.message), escape(&finding.code)))
    });
    let notes = report.ladders.iter().flat_map(|ladder| {
        ladder.notes.iter().map(|note| item("warning", format!("{}: {}", ladder.format, escape(note))))
    });
    let items: Vec<String> = findings.chain(notes).collect();
    if items.is_empty() {
        String::new()
    } else {
        format!("<ul class=\"notes\">\n{}\n</ul>", items.join("\n"))
    }
}

fn renditions(report: &Report, sizes: &[Size]) -> String {
    let mut parts = Vec::new();
    if report.ladders.len() > 1 {
        let named = report.ladders.iter().map(|ladder| ladder.format.to_string());
        let legend = legend(named.enumerate().map(|(number, name)| (formats::colour(number), name)));
        parts.push(card(&(legend + &formats::draw(report))));
    }
    parts.push(card(&tables::renditions(report, sizes)));
    section("Renditions", "What viewers get, as measured: every rung of every format.", &parts)
}

fn ladders(report: &Report, sizes: &[Size]) -> String {
    let parts: Vec<String> = report.ladders.iter().map(|ladder| one_ladder(report, ladder, sizes)).collect();
    section(
        "Ladders",
        "Each dot is a trial encode of the film's excerpts. No mix of trials beats those on the dashed hull. \
         Rings are the rungs that were chosen. Diamonds are a ladder of the same bitrates for every film, with the \
         same codec; its VMAF is predicted from the trials and not measured.",
        &parts,
    )
}

fn one_ladder(report: &Report, ladder: &Ladder, sizes: &[Size]) -> String {
    let fixed = report.fixed(ladder);
    let (trials, probes) = (ladder.trials.len(), ladder.probes);
    let title = format!("<h3>{} <small>{trials} trials, {probes} probes</small></h3>", ladder.format);
    let note = report.on_cadence(ladder.format).map_or_else(String::new, |note| {
        format!("<p>{} The fixed ladder's sizes have as many.</p>", escape(&note))
    });
    let plot = card(&(note + &size_legend(sizes) + &hull::draw(ladder, &fixed, sizes)));
    if fixed.is_empty() {
        return format!("{title}\n{plot}");
    }
    format!("{title}\n{plot}\n{}", card(&tables::fixed(&fixed)))
}

fn by_shot(report: &Report, sizes: &[Size]) -> String {
    let mut parts = vec![card(&shots::motion(report))];
    for (number, ladder) in report.ladders.iter().enumerate() {
        let renditions: Vec<&Rendition> = report.renditions_of(ladder.format).collect();
        let plots = shots::vmaf(report, &renditions, sizes) + &shots::bitrate(report, &renditions, sizes);
        let format = ladder.format.to_string();
        parts.push(match number {
            0 => format!("<h3>{format}</h3>\n{}", card(&(size_legend(sizes) + &plots))),
            _ => details(&format, &card(&plots)),
        });
        parts.push(details(
            &format!("{format} as a table: VMAF with its 5th percentile, bitrate and CRF"),
            &card(&tables::shot_results(report, &renditions)),
        ));
    }
    let count = report.shots.shots.len();
    parts.push(details(&format!("Complexity of all {count} shots"), &card(&tables::complexity(report))));
    section(
        "Shot by shot",
        "How much moves in every shot, and the quality and bitrate it has in every rung. Colours are sizes, as above.",
        &parts,
    )
}

fn details(summary: &str, content: &str) -> String {
    format!("<details><summary>{}</summary>\n{content}\n</details>", escape(summary))
}

fn time_spent(report: &Report) -> String {
    let legend = "<p class=\"legend\"><span><i class=\"swatch wall\"></i>wall</span>\
                  <span><i class=\"swatch cpu\"></i>processor</span></p>";
    section(
        "Time",
        "What each stage cost. Steps whose output was in the store already were not run again.",
        &[card(&format!("{legend}{}", stages::draw(&report.stages))), card(&tables::stages(report))],
    )
}

fn origins(report: &Report) -> String {
    section("Master and tools", "", &[card(&tables::master(report)), card(&tables::tools(report))])
}

fn section(title: &str, lead: &str, parts: &[String]) -> String {
    let lead =
        if lead.is_empty() { String::new() } else { format!("<p class=\"lead\">{}</p>\n", escape(lead)) };
    format!("<section>\n<h2>{}</h2>\n{lead}{}\n</section>", escape(title), parts.join("\n"))
}

fn card(content: &str) -> String {
    format!("<div class=\"card\">\n{content}\n</div>")
}

/// The colours of the sizes.
fn size_legend(sizes: &[Size]) -> String {
    legend(sizes.iter().map(|size| (plot::colour(*size, sizes), size.to_string())))
}

/// Colour classes and what they stand for.
fn legend(entries: impl Iterator<Item = (String, String)>) -> String {
    let entry = |(colour, name): (String, String)| {
        format!("<span><i class=\"swatch {colour}\"></i>{}</span>", escape(&name))
    };
    format!("<p class=\"legend\">{}</p>\n", entries.map(entry).collect::<String>())
}
