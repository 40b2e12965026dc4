//! Whole searches on modelled films: whatever the film, the search ends and the ladder keeps its law.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of a test fail as tests do")]

use ladder::{Config, Next, Source, next};
use media::rung::{Ladder, Trial, TrialPoint};
use media::{FrameRate, Size};

/// How a film answers to the encoder.
#[derive(Debug, Clone, Copy)]
struct Film {
    name: &'static str,
    size: (u32, u32),
    /// Bits per pixel and second at CRF 23.
    bits_per_pixel: f64,
    /// VMAF lost at CRF 23 in the source's size.
    loss: f64,
    /// How strongly VMAF suffers from a smaller size: 0 for a picture without fine detail.
    sharpness: f64,
    /// Amplitude of the measurement's noise in VMAF.
    noise: f64,
}

#[rustfmt::skip]
const FILMS: [Film; 10] = [
    Film { name: "live action",    size: (1920, 1080), bits_per_pixel: 2.0,   loss: 3.0,  sharpness: 14.0, noise: 0.0 },
    // Near what was measured of a rendered film.
    Film { name: "animation",      size: (1920, 1080), bits_per_pixel: 0.9,   loss: 3.3,  sharpness: 13.0, noise: 0.0 },
    Film { name: "easy animation", size: (1920, 1080), bits_per_pixel: 0.3,   loss: 2.0,  sharpness: 9.0,  noise: 0.1 },
    Film { name: "flat drawing",   size: (1280, 720),  bits_per_pixel: 0.1,   loss: 1.0,  sharpness: 2.0,  noise: 0.1 },
    Film { name: "heavy grain",    size: (1920, 1080), bits_per_pixel: 9.0,   loss: 8.0,  sharpness: 20.0, noise: 0.1 },
    Film { name: "hopeless noise", size: (1920, 1080), bits_per_pixel: 40.0,  loss: 30.0, sharpness: 25.0, noise: 0.2 },
    Film { name: "wide",           size: (1920, 804),  bits_per_pixel: 2.0,   loss: 5.0,  sharpness: 14.0, noise: 0.2 },
    Film { name: "portrait",       size: (1080, 1920), bits_per_pixel: 1.5,   loss: 4.0,  sharpness: 12.0, noise: 0.1 },
    Film { name: "tiny",           size: (176, 144),   bits_per_pixel: 40.0,  loss: 7.0,  sharpness: 0.0,  noise: 0.0 },
    Film { name: "black",          size: (1280, 720),  bits_per_pixel: 0.001, loss: 0.0,  sharpness: 0.0,  noise: 0.0 },
];

impl Film {
    fn source(&self) -> Source {
        let size = Size { width: self.size.0, height: self.size.1 };
        Source { size, rate: FrameRate { num: 24, den: 1 } }
    }

    /// The outcome of a trial. Loss doubles every 6 CRF, more slowly where it is great, and bits halve every 7; a
    /// smaller size has fewer but dearer pixels, and loses what it cannot show.
    fn outcome(&self, trial: &Trial) -> TrialPoint {
        let crf = trial.crf.value();
        let part = trial.size.pixels() as f64 / self.source().size.pixels() as f64;
        let pixels = trial.size.pixels() as f64;
        let wave = (crf * 12.9898 + part * 78.233).sin();
        let coding = self.loss * ((crf - 23.0) / 6.0).exp2() * part.powf(-0.3);
        let lost = 60.0 * (1.0 - (-coding / 60.0).exp())
            + self.sharpness * (part.powf(-0.4) - 1.0)
            + self.noise * wave;
        TrialPoint {
            trial: *trial,
            bitrate_bps: pixels * self.bits_per_pixel * part.powf(-0.2) * ((23.0 - crf) / 7.0).exp2(),
            vmaf: (100.0 - lost).clamp(0.0, 100.0),
        }
    }

    /// Runs the search to its end, as (ladder, rounds).
    fn search(&self, config: &Config) -> (Ladder, usize) {
        let mut history = Vec::new();
        for round in 0..=config.trials_max {
            match next(&history, &self.source(), config) {
                Next::Done(ladder) => return (ladder, round),
                Next::Probe(trials) => {
                    assert!(!trials.is_empty(), "{}: a round without a trial never ends", self.name);
                    for trial in trials {
                        assert!(
                            history.iter().all(|p: &TrialPoint| p.trial != trial),
                            "{}: {trial:?} again",
                            self.name
                        );
                        history.push(self.outcome(&trial));
                    }
                }
            }
        }
        panic!("{}: the search does not end", self.name);
    }
}

/// The law of every ladder.
fn check(film: &Film, ladder: &Ladder, config: &Config) {
    let name = film.name;
    let rungs = &ladder.rungs;
    assert!(!rungs.is_empty() && rungs.len() <= config.rungs_max, "{name}: {rungs:?}");
    assert!(ladder.trials.len() <= config.trials_max, "{name}");
    for rung in rungs {
        assert!(rung.size.pixels() <= film.source().size.pixels(), "{name}: above the source");
        assert!(rung.bitrate_bps_max as f64 >= 2.0 * rung.bitrate_bps_expected, "{name}: cap");
        // What is promised is what the film would come to.
        let real = film.outcome(&Trial { size: rung.size, crf: rung.crf });
        assert!(real.vmaf >= rung.vmaf_target - 1.2, "{name}: {} of {rung:?}", real.vmaf);
        let ratio = real.bitrate_bps / rung.bitrate_bps_expected;
        assert!((0.85..1.18).contains(&ratio), "{name}: bitrate {ratio} of {rung:?}");
    }
    for pair in rungs.windows(2) {
        let (above, below) = (&pair[0], &pair[1]);
        assert_ne!(above.name, below.name, "{name}");
        assert!(above.size.pixels() >= below.size.pixels(), "{name}: {above:?} {below:?}");
        let step = above.vmaf_target - below.vmaf_target;
        let ratio = above.bitrate_bps_expected / below.bitrate_bps_expected;
        assert!(step > 0.0 && ratio >= config.bitrate_ratio_min - 1e-9, "{name}: {above:?} {below:?}");
        // Four fifths of the step of quality, or of the ratio at which a rung is due.
        assert!(step >= 3.9 || ratio >= 2.0, "{name}: {above:?} {below:?}");
        assert!(below.bitrate_bps_expected >= config.bitrate_bps_min, "{name}: {below:?}");
        assert!(below.vmaf_target >= config.vmaf_bottom, "{name}: {below:?}");
    }
    let mut names: Vec<&str> = rungs.iter().map(|rung| rung.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), rungs.len(), "{name}: names are unique");
}

#[test]
fn every_film_gets_a_lawful_ladder() {
    let config = Config::default();
    for film in &FILMS {
        let (ladder, rounds) = film.search(&config);
        assert!(rounds <= 5, "{}: {rounds} rounds", film.name);
        check(film, &ladder, &config);
    }
}

/// The sizes and VMAF targets of the film's ladder, best first.
#[track_caller]
fn ladder_of(name: &str) -> (Vec<(Size, i64)>, Vec<String>) {
    let film = FILMS.iter().find(|film| film.name == name).unwrap();
    let ladder = film.search(&Config::default()).0;
    let rungs = ladder.rungs.iter().map(|rung| (rung.size, rung.vmaf_target.round() as i64)).collect();
    (rungs, ladder.notes)
}

#[test]
fn a_rich_film_gets_a_full_ladder_and_a_plain_one_few_rungs() {
    let (rungs, _) = ladder_of("live action");
    assert_eq!(rungs.len(), 7);
    assert_eq!(rungs[0], (Size { width: 1920, height: 1080 }, 95));
    let (rungs, notes) = ladder_of("flat drawing");
    assert_eq!((rungs, notes), (vec![(Size { width: 1280, height: 720 }, 95)], vec![]));
    assert_eq!(ladder_of("black").0, [(Size { width: 1280, height: 720 }, 95)]);
    assert!(ladder_of("tiny").0.iter().all(|rung| rung.0 == Size { width: 176, height: 144 }));
}

#[test]
fn a_film_too_hard_for_the_bitrate_says_so() {
    let (rungs, notes) = ladder_of("heavy grain");
    assert!((85..93).contains(&rungs[0].1), "{rungs:?}");
    assert!(notes[0].starts_with("the top rung aims at VMAF 9"), "{notes:?}");
}

#[test]
fn the_order_of_the_history_does_not_matter() {
    let config = Config::default();
    for film in &FILMS {
        let (ladder, _) = film.search(&config);
        let mut history = ladder.trials.clone();
        history.reverse();
        match next(&history, &film.source(), &config) {
            Next::Done(again) => assert_eq!(again.rungs, ladder.rungs, "{}", film.name),
            Next::Probe(trials) => panic!("{}: {trials:?}", film.name),
        }
    }
}

#[test]
fn trials_end_where_their_number_does() {
    for trials_max in 0..14 {
        let config = Config { trials_max, ..Config::default() };
        let (ladder, _) = FILMS[0].search(&config);
        assert!(ladder.trials.len() <= trials_max);
        assert_eq!(ladder.rungs.is_empty(), trials_max == 0, "one trial is enough for a rung");
    }
}
