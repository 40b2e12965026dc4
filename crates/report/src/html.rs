//! The report as a web page: one file, no script, nothing fetched, light or dark as the reader's system is.

mod tables;

use crate::model::Report;
use crate::plot::{self, hull, shots, stages};
use crate::svg::escape;
use crate::units;
use media::Size;
use media::master::Severity;

/// Renders the report as a whole HTML document.
pub fn html(report: &Report) -> String {
    let trials = report.ladder.trials.iter().map(|point| point.trial.size);
    let sizes = plot::sizes(trials.chain(report.renditions.iter().map(|rendition| rendition.size)));
    let title = escape(&report.title);
    let style = include_str!("html/style.css");
    let body = [
        header(report),
        tiles(report),
        findings(report),
        ladder(report, &sizes),
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
    let mut tiles = vec![
        tile("Film", &units::timecode(duration_s), &format!("{shots} shots")),
        tile(
            "Rungs",
            &report.renditions.len().to_string(),
            &format!("{} trials", report.ladder.trials.len()),
        ),
    ];
    if let Some(top) = report.renditions.first() {
        let bitrate = units::bitrate(top.bitrate_bps_average as f64);
        tiles.push(tile(
            "Best VMAF",
            &format!("{:.1}", top.vmaf.mean),
            &format!("{} at {bitrate}", top.size),
        ));
    }
    let ratio = report.bytes as f64 / report.master.bytes.max(1) as f64;
    tiles.push(tile("Package", &units::bytes(report.bytes), &format!("{ratio:.2} of the master")));
    let pace = report.wall_s() / duration_s.max(1e-3);
    tiles.push(tile("Time", &units::duration(report.wall_s()), &format!("{pace:.1} s for a second of film")));
    format!("<dl class=\"tiles\">\n{}\n</dl>", tiles.join("\n"))
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
    let notes = report.ladder.notes.iter().map(|note| item("warning", escape(note)));
    let items: Vec<String> = findings.chain(notes).collect();
    if items.is_empty() {
        String::new()
    } else {
        format!("<ul class=\"notes\">\n{}\n</ul>", items.join("\n"))
    }
}

fn ladder(report: &Report, sizes: &[Size]) -> String {
    section(
        "Ladder",
        "Each dot is a trial encode of the film's excerpts. No mix of trials beats those on the dashed hull. \
         Rings are the rungs that were chosen.",
        &[
            card(&(legend(sizes) + &hull::draw(&report.ladder, sizes))),
            card(&tables::renditions(report, sizes)),
        ],
    )
}

fn by_shot(report: &Report, sizes: &[Size]) -> String {
    let plots = shots::motion(report) + &shots::vmaf(report, sizes) + &shots::bitrate(report, sizes);
    let table = format!(
        "<details><summary>All {} shots as a table</summary>\n{}\n</details>",
        report.shots.shots.len(),
        card(&tables::shots(report))
    );
    section(
        "Shot by shot",
        "How much moves in every shot, and the quality and bitrate it has in every rung. Colours are sizes, as above.",
        &[card(&plots), table],
    )
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
fn legend(sizes: &[Size]) -> String {
    let entry =
        |size: &Size| format!("<span><i class=\"swatch {}\"></i>{size}</span>", plot::colour(*size, sizes));
    format!("<p class=\"legend\">{}</p>\n", sizes.iter().map(entry).collect::<String>())
}
