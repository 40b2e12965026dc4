//! How many bits the product's ladder needs, and what finding it costs: beside a fixed ladder, beside the best single CRF
//! and the best CRFs of all shots out of an exhaustive grid, and beside ab-av1.
//!
//! Everything is measured on finished files by one function, and kept under the build folder: an interrupted bench goes
//! on where it was, and two codecs may be measured side by side. Processor times are to be believed where the cores have
//! nothing else to do; the part that takes wall times wants the machine for itself.

mod options;
mod clip;
mod ours;
mod rivals;
mod encoder;
mod lab;
mod score;
mod tool;
mod compare;
mod curve;
mod hull;
mod plot;

use super::{Figure, Target};
use crate::build::{Profile, target};
use crate::phases::Phases;
use crate::setup::{self, Part as Needed};
use crate::shell::Result;
use compare::System;
use lab::{Lab, Measured};
use options::{Options, Part};
use std::path::{Path, PathBuf};

/// Gain of a second worker.
const SPEED_UP_MIN: f64 = 1.9;
/// The farm's task: an hour of film at this size and rate within this time.
const FARM_PIXELS_PER_S: f64 = 3840.0 * 2160.0 * 24.0;
const FARM_FILM_S: f64 = 3600.0;
const FARM_WALL_S: f64 = 1800.0;

/// Measures what `arguments` ask for.
pub(super) fn measure(arguments: &[&str]) -> Result<Vec<Figure>> {
    let options = options::parse(arguments)?;
    setup::ensure(&[Needed::Tools])?;
    let matinee = matinee(&options)?;
    let mut figures = Vec::new();
    for clip in &options.clips {
        if !clip.present() {
            println!("{}: skipped, the film does not lie beside the repository", clip.name);
            continue;
        }
        let folder = folder().join(format!("{}-{}p-{}s", clip.name, options.height, options.seconds));
        let master = clip.master(&options, &folder)?;
        for &codec in &options.codecs {
            let folder = folder.join(codec.name());
            std::fs::create_dir_all(&folder)?;
            let lab = Lab { clip: clip.name, codec, master: master.clone(), folder };
            figures.extend(one(&lab, &options, &matinee)?);
        }
    }
    println!("plots: {}", plots().display());
    Ok(figures)
}

/// The program to measure; built, unless one was named.
fn matinee(options: &Options) -> Result<PathBuf> {
    if let Some(program) = &options.matinee {
        return Ok(std::path::absolute(program)?);
    }
    crate::demo::make(&mut Phases::new())?;
    Ok(Profile::Release.matinee())
}

fn folder() -> PathBuf {
    target().join("bench/ladder")
}

fn plots() -> PathBuf {
    folder().join("plots")
}

/// One clip in one codec.
fn one(lab: &Lab, options: &Options, matinee: &Path) -> Result<Vec<Figure>> {
    let asked = |part| options.parts.contains(&part);
    let mut figures = Vec::new();
    if [Part::Fixed, Part::Grid, Part::Peer].into_iter().any(asked) {
        figures.extend(rates(lab, matinee, asked)?);
    }
    if asked(Part::Workers) {
        figures.push(workers(lab, matinee)?);
    }
    Ok(figures)
}

/// The product's ladder beside those that were asked for.
fn rates(lab: &Lab, matinee: &Path, asked: impl Fn(Part) -> bool) -> Result<Vec<Figure>> {
    let ours = ours::ours(lab, matinee)?;
    let keyframes = lab.keyframes(&ours.keyframes)?;
    let rungs: Vec<&Measured> = ours.rungs.iter().map(|rung| &rung.measured).collect();
    let product = System::new(lab, "ours", &rungs)?;
    let mut rivals = Vec::new();
    let mut figures = Vec::new();
    let mut best = Vec::new();
    if asked(Part::Fixed) {
        rivals.push(System::of(lab, "fixed", &rivals::fixed(lab, &keyframes)?)?);
    }
    if asked(Part::Grid) {
        let grid = rivals::grid(lab, &keyframes)?;
        let single = System::new(lab, "single CRF", &compare::on_hull(&grid))?;
        best = compare::exhaustive(&grid, &ours.shots, lab.master.seconds());
        figures.extend(compare::against_exhaustive(lab, &product, &best));
        figures.extend(compare::worst_frames(lab, &product, &single));
        figures.extend(compare::search(lab, &ours, &grid));
        rivals.push(single);
    }
    if asked(Part::Peer) {
        let (encodes, cpu_s) = rivals::peer(lab)?;
        rivals.push(System::of(lab, "ab-av1", &encodes)?);
        figures.push(Figure::new(
            format!("{}: ab-av1, search and encode", compare::subject(lab)),
            cpu_s,
            "CPU s",
        ));
    }
    let aims: Vec<String> = ours.rungs.iter().map(|rung| format!("{:.2}", rung.aim)).collect();
    let systems: Vec<&System> = [&product].into_iter().chain(&rivals).collect();
    println!("\n{}\n{}aims of ours: {}", compare::subject(lab), compare::table(&systems), aims.join(" "));
    draw(lab, &systems, &best)?;
    figures.extend(rivals.iter().flat_map(|rival| compare::against(lab, &product, rival)));
    figures.extend(compare::cost(lab, &ours));
    figures.push(farm(lab, ours.cpu_s()));
    Ok(figures)
}

fn draw(lab: &Lab, systems: &[&System], best: &[(f64, f64)]) -> Result {
    let mut series: Vec<plot::Series> = systems.iter().map(|system| plot::series(system)).collect();
    if !best.is_empty() {
        series.push(("a CRF for each shot out of the grid".to_owned(), best.to_vec()));
    }
    let subject = compare::subject(lab);
    std::fs::create_dir_all(plots())?;
    let path = plots().join(format!("{}.svg", subject.replace(' ', "-")));
    Ok(std::fs::write(path, plot::svg(&subject, &series))?)
}

/// Cores for an hour of 4K in half an hour, if the cost of a pixel stays what it was here.
fn farm(lab: &Lab, cpu_s: f64) -> Figure {
    let pixels = lab.master.size.pixels() as f64 * lab.master.frames as f64;
    let film_cpu_s = cpu_s / pixels * FARM_PIXELS_PER_S * FARM_FILM_S;
    let name = format!("{}: cores for 1 h of 2160p24 in 30 min", compare::subject(lab));
    Figure::new(name, (film_cpu_s / FARM_WALL_S).ceil(), "cores")
}

/// Wall time with one worker over that with two.
fn workers(lab: &Lab, matinee: &Path) -> Result<Figure> {
    let [one, two] = [ours::wall_s(lab, matinee, 1)?, ours::wall_s(lab, matinee, 2)?];
    let name = format!("{}: speed-up from 1 to 2 workers", compare::subject(lab));
    Ok(Figure::new(name, one / two, "times").target(Target::AtLeast(SPEED_UP_MIN)))
}
