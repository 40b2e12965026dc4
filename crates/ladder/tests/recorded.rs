//! Searches on a recorded film: every shot of a trailer, as encoders and VMAF really answered. How well rungs are
//! predicted, what equal slope saves, and what the looks at shots are worth that complexity chooses.
//!
//! `cargo test -p ladder --test recorded -- --nocapture` prints the figures.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of a test fail as tests do")]
#![expect(clippy::print_stdout, reason = "the figures are for whoever asks for them")]

use ladder::{Config, Film, Next, Source, next};
use media::codec::VideoCodec;
use media::picture::Transfer;
use media::rung::{Crf, Effort, Probe, ProbePoint, Rung};
use media::shot::{Complexity, Shot, ShotList};
use media::{Format, FrameRange, FrameRate, Size};

const RATE: FrameRate = FrameRate { num: 24, den: 1 };
const SIZE: Size = Size { width: 960, height: 540 };
/// Loss that the odds are taken against, so that their logarithm is nearly straight over the CRF.
const LOSS_LIMIT: f64 = 170.0;

/// One encode of all shots.
#[derive(Debug)]
struct Encode {
    size: Size,
    effort: Effort,
    crf: f64,
    /// For each shot, the binary logarithms of its bits and of the odds of its loss.
    shots: Vec<[f64; 2]>,
}

/// A film whose answers were recorded in one codec.
#[derive(Debug)]
struct Recorded {
    codec: VideoCodec,
    shots: ShotList,
    encodes: Vec<Encode>,
}

/// What a search came to.
#[derive(Debug)]
struct Found {
    probes: usize,
    /// For each rung, what it saves beside one CRF for all shots at the same VMAF, in percent.
    savings: Vec<f64>,
    /// For each rung, its VMAF less what it aims at.
    misses: Vec<f64>,
}

impl Found {
    fn saving(&self) -> f64 {
        mean(&self.savings)
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn odds(vmaf: f64) -> f64 {
    let lost = (100.0 - vmaf).max(0.05);
    (lost / (LOSS_LIMIT - lost)).log2()
}

fn vmaf(odds: f64) -> f64 {
    let odds = odds.exp2();
    (100.0 - LOSS_LIMIT * odds / (1.0 + odds)).max(0.0)
}

/// The value at `x` of the lines through `points`, which go on beyond both ends.
fn line(points: &[(f64, f64)], x: f64) -> f64 {
    let after = points.partition_point(|point| point.0 < x).clamp(1, points.len() - 1);
    let (a, b) = (points[after - 1], points[after]);
    a.1 + (b.1 - a.1) * (x - a.0) / (b.0 - a.0)
}

fn numbers(words: &[&str]) -> Vec<f64> {
    words.iter().map(|word| word.parse().unwrap()).collect()
}

impl Recorded {
    fn read(codec: VideoCodec) -> Recorded {
        let mut film = Recorded { codec, shots: ShotList::default(), encodes: Vec::new() };
        for text in include_str!("data/sintel.txt").lines() {
            match text.split(' ').collect::<Vec<_>>()[..] {
                ["shot", ref values @ ..] => film.add_shot(&numbers(values)),
                [name, width, height, effort, ref values @ ..] if name == codec.name() => {
                    let size = Size { width: width.parse().unwrap(), height: height.parse().unwrap() };
                    let effort = if effort == "final" { Effort::Final } else { Effort::Probe };
                    let values = numbers(values);
                    let shots = values[1..].chunks(2).map(|pair| [pair[0].log2(), odds(pair[1])]).collect();
                    film.encodes.push(Encode { size, effort, crf: values[0], shots });
                }
                _ => {}
            }
        }
        film
    }

    fn add_shot(&mut self, values: &[f64]) {
        let [length, motion, detail, grain, brightness] = values[..] else { panic!("{values:?}") };
        let start = self.shots.frames();
        let frames = FrameRange { start, end: start + length as u64 };
        let complexity = Complexity { motion, detail, grain, brightness };
        self.shots.shots.push(Shot { frames, complexity, cut_score: 1.0 });
    }

    /// Bits of the whole shot and its VMAF, between the recorded CRFs and sizes.
    fn outcome(&self, shot: usize, size: Size, effort: Effort, crf: f64) -> (f64, f64) {
        let value = |of: usize| {
            let mut by_size: Vec<(f64, Vec<(f64, f64)>)> = Vec::new();
            for encode in self.encodes.iter().filter(|encode| encode.effort == effort) {
                let pixels = (encode.size.pixels() as f64).log2();
                let point = (encode.crf, encode.shots[shot][of]);
                match by_size.iter_mut().find(|known| known.0 == pixels) {
                    Some(known) => known.1.push(point),
                    None => by_size.push((pixels, vec![point])),
                }
            }
            by_size.reverse(); // recorded from the largest on
            let at: Vec<(f64, f64)> =
                by_size.iter().map(|(size, points)| (*size, line(points, crf))).collect();
            line(&at, (size.pixels() as f64).log2())
        };
        (value(0).exp2(), vmaf(value(1)))
    }

    fn probed(&self, probe: &Probe) -> ProbePoint {
        let Probe { shot, frames, trial, effort } = *probe;
        let (bits, vmaf) = self.outcome(shot, trial.size, effort, trial.crf.value());
        let part = frames.len() as f64 / self.shots.shots[shot].frames.len() as f64;
        ProbePoint { probe: *probe, bits: (bits * part) as u64, vmaf }
    }

    /// Bits and VMAF of the film with these CRFs.
    fn whole(&self, size: Size, crf: impl Fn(usize) -> Crf) -> (f64, f64) {
        let (mut bits, mut loss) = (0.0, 0.0);
        for (number, shot) in self.shots.shots.iter().enumerate() {
            let (shot_bits, vmaf) = self.outcome(number, size, Effort::Final, crf(number).value());
            bits += shot_bits;
            loss += (100.0 - vmaf) * shot.frames.len() as f64;
        }
        (bits, 100.0 - loss / self.shots.frames() as f64)
    }

    /// What the shots of `rung` save beside one CRF for all of them, in percent, and by how much the rung misses its aim.
    fn judged(&self, rung: &Rung) -> (f64, f64) {
        let (bits, vmaf) = self.whole(rung.size, |shot| rung.shot_crfs[shot]);
        let one: Vec<(f64, f64)> = (rung.crf.0.saturating_sub(60)..=rung.crf.0 + 60)
            .step_by(20)
            .map(|tenths| self.whole(rung.size, |_| Crf(tenths)))
            .map(|(bits, vmaf)| (-vmaf, bits.ln()))
            .collect();
        let one = line(&one, -vmaf).exp();
        (100.0 * (1.0 - bits / one), vmaf - rung.vmaf_target)
    }

    /// Searches with `seconds` second looks, where given, and the complexities moved on by `shift` shots.
    fn search(&self, seconds: Option<usize>, shift: usize) -> Found {
        let mut shots = self.shots.clone();
        for (shot, from) in shots.shots.iter_mut().zip(self.shots.shots.iter().cycle().skip(shift)) {
            shot.complexity = from.complexity;
        }
        let usual = self.config();
        let second_looks = seconds.map_or(usual.second_looks, |count| (count, count));
        let config = Config { second_looks, ..usual };
        let format = Format { codec: self.codec, transfer: Transfer::Sdr };
        let film = Film { format, source: Source { size: SIZE, rate: RATE }, shots: &shots };
        let mut history: Vec<ProbePoint> = Vec::new();
        for _ in 0..=config.trials_max {
            match next(&history, &film, &config) {
                Next::Probe(probes) => history.extend(probes.iter().map(|probe| self.probed(probe))),
                Next::Done(ladder) => {
                    let (savings, misses) = ladder.rungs.iter().map(|rung| self.judged(rung)).unzip();
                    return Found { probes: history.len(), savings, misses };
                }
            }
        }
        panic!("the search does not end");
    }

    fn config(&self) -> Config {
        match self.codec {
            VideoCodec::H264 => Config::default(),
            _ => Config { crf_min: Crf(120), crf_max: Crf(630), ..Config::default() },
        }
    }
}

/// Rungs come within `miss` VMAF of their aims and save `saving` percent on average.
#[track_caller]
fn check(codec: VideoCodec, miss: f64, saving: f64) {
    let found = Recorded::read(codec).search(None, 0);
    println!(
        "{codec}: {} probes, saved {:.1?} %, missed by {:.1?}",
        found.probes, found.savings, found.misses
    );
    assert!(found.misses.iter().all(|missed| missed.abs() <= miss), "{:?}", found.misses);
    assert!(found.saving() >= saving, "{:?}", found.savings);
}

#[test]
fn rungs_are_where_they_were_predicted_and_save_bits() {
    check(VideoCodec::H264, 1.0, 5.0);
    check(VideoCodec::Av1, 1.0, 7.0);
}

/// Complexity says which shots are told more of by a second look. Without it more looks are needed for as much: here each
/// shot is given another's complexity.
#[test]
fn complexity_saves_looks() {
    for codec in [VideoCodec::H264, VideoCodec::Av1] {
        let film = Recorded::read(codec);
        let saved = |seconds: usize| {
            let placed = film.search(Some(seconds), 0);
            let moved: Vec<f64> =
                (1..19).step_by(3).map(|shift| film.search(Some(seconds), shift).saving()).collect();
            let (with, without) = (placed.saving(), mean(&moved));
            println!(
                "{codec}, {seconds} second looks ({} probes): {with:.1} % saved by complexity, {without:.1} % without",
                placed.probes
            );
            (with, without)
        };
        let (few, many, all) = (saved(6), saved(10), saved(19));
        assert!(few.0 > many.1, "{codec}: six looks by complexity, ten without it: {few:?} {many:?}");
        assert!(few.0 > 0.8 * all.0, "{codec}: six of nineteen second looks: {few:?} {all:?}");
    }
}
