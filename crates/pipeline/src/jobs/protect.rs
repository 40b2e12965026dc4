//! Protect: encrypts an assembled track before it takes its place in a package.
//!
//! Owns which key each segment has, and the step that rewrites the track. A step is named by the scheme, the key IDs, the
//! clear lead and what key systems are told, and by the clear track: never by a key. How samples are encrypted is the
//! business of `cmaf`.

use super::assemble::AssembledTrack;
use super::track::{self, IndexRecord};
use crate::budget::Need;
use crate::flow::{Context, Stage};
use crate::keys::{ContentKey, Wanted};
use crate::settings::{Choice, Protection as Settings};
use crate::step::{Cost, Step};
use crate::workshop::{Job, Made};
use anyhow::{Context as _, anyhow};
use cmaf::cenc::{Period, Protection, pssh};
use media::Digest;
use media::package::TrackIndex;
use media::protection::{self, KeyPeriod, LICENCE_KEYS_MAX, Scheme, Signal, TrackClass};
use std::path::{Path, PathBuf};
use title::TitleId;

/// Memory of the window through which samples pass, and of one segment's tables.
const MEMORY_BYTES: u64 = 64 << 20;

/// Key periods of a title: a licence has to carry those of all classes.
const PERIODS_MAX: usize = LICENCE_KEYS_MAX / TrackClass::ALL.len();

/// Segments of sound begin at a frame near the picture's boundary, which counts as at it when it is not farther away.
const BOUNDARY_SLACK_S: f64 = 0.1;

/// Begins the text from which initialisation vectors are derived.
const IV_PREFIX: &[u8] = b"matinee iv 1\n";

const TRACK_FILE: &str = "track.mp4";
const INDEX_FILE: &str = "index.json";

/// A track as it goes into the package, and how it is protected.
#[derive(Debug, Clone)]
pub struct ProtectedTrack {
    /// The track.
    pub track: AssembledTrack,
    /// Its protection; `None` where it stays clear.
    pub protection: Option<protection::Protection>,
}

/// Protects `track`, which the devices of `class` may play, as the settings say.
pub async fn protect(
    ctx: &Context,
    title: &TitleId,
    class: TrackClass,
    track: &AssembledTrack,
) -> anyhow::Result<ProtectedTrack> {
    let settings = &ctx.settings.protection;
    let Choice::Under(scheme) = settings.scheme else {
        return Ok(ProtectedTrack { track: track.clone(), protection: None });
    };
    let starts: Vec<u64> = track.index.segments.iter().map(|segment| segment.start).collect();
    let plan = Plan::new(settings, track.index.timescale, &starts)?;
    let keys = keys(ctx, title, class, scheme, &plan).await?;
    let described = plan.describe(scheme, class, settings, &keys);
    let doing = || format!("encrypting a track of class {}", class.name());
    let protected = rewrite(ctx, track, &described, keys).await.with_context(doing)?;
    Ok(ProtectedTrack { track: protected, protection: Some(described) })
}

/// Which segments are clear, and where keys change.
#[derive(Debug, PartialEq)]
pub(crate) struct Plan {
    clear_segments: usize,
    /// First segment of each key, with the period's number.
    periods: Vec<(usize, u32)>,
}

impl Plan {
    /// For a track whose segments start at these ticks.
    pub(crate) fn new(settings: &Settings, timescale: u32, starts: &[u64]) -> anyhow::Result<Plan> {
        let start_s = |ticks: &u64| *ticks as f64 / f64::from(timescale.max(1)) + BOUNDARY_SLACK_S;
        let mut starts = starts.iter().map(start_s);
        let clear_segments = if settings.clear_lead_s > 0.0 {
            starts.clone().take_while(|start| *start < settings.clear_lead_s).count()
        } else {
            0
        };
        let mut periods = vec![(0, 0)];
        if settings.key_period_s > 0.0 {
            let numbers = starts.by_ref().map(|start| (start / settings.key_period_s) as u32).enumerate();
            for (segment, number) in numbers {
                if periods.last().is_some_and(|(_, last)| *last < number) {
                    periods.push((segment, number));
                }
            }
        }
        if periods.len() > PERIODS_MAX {
            let count = periods.len();
            return Err(anyhow!(
                "{count} keys for one track are more than the {PERIODS_MAX} that a licence carries for each class: \
                 raise prepare.key_period_s"
            ));
        }
        Ok(Plan { clear_segments, periods })
    }

    /// What manifests tell of it, under these keys, one a period.
    pub(crate) fn describe(
        &self,
        scheme: Scheme,
        class: TrackClass,
        settings: &Settings,
        keys: &[ContentKey],
    ) -> protection::Protection {
        let ids: Vec<_> = keys.iter().map(|key| key.id).collect();
        let signal = |system: &crate::settings::System| {
            let url = system.licence_url.as_deref();
            let header = pssh::header(system.system, scheme, &ids, url);
            Signal {
                system: system.system,
                pssh: header.pssh,
                object: header.object,
                licence_url: system.licence_url.clone(),
            }
        };
        let period = |((first_segment, _), key_id): (&(usize, u32), _)| KeyPeriod {
            first_segment: *first_segment,
            key_id,
        };
        protection::Protection {
            scheme,
            class,
            clear_segments: self.clear_segments,
            periods: self.periods.iter().zip(ids.iter().copied()).map(period).collect(),
            signals: settings.systems.iter().map(signal).collect(),
        }
    }
}

async fn keys(
    ctx: &Context,
    title: &TitleId,
    class: TrackClass,
    scheme: Scheme,
    plan: &Plan,
) -> anyhow::Result<Vec<ContentKey>> {
    let source = ctx.keys.as_ref().context("titles are to be protected, and there is no key store")?;
    let mut keys = Vec::with_capacity(plan.periods.len());
    for (_, period) in &plan.periods {
        let wanted = Wanted { title: title.clone(), class, scheme, period: *period };
        let doing = || format!("getting the {} key of {title}, period {period}", class.name());
        keys.push(source.content_key(&wanted).await.with_context(doing)?);
    }
    Ok(keys)
}

/// Runs the step.
async fn rewrite(
    ctx: &Context,
    track: &AssembledTrack,
    described: &protection::Protection,
    keys: Vec<ContentKey>,
) -> anyhow::Result<AssembledTrack> {
    let clear = ctx.workshop.file(&track.output.key).await?;
    let job = Job {
        step: Step {
            kind: "protect",
            version: 2, // 2: a clear lead has a sample entry of its own
            params: params(described),
            inputs: vec![track.output.digest],
            tool: String::new(),
        },
        stage: Stage::Package,
        need: Need { threads: 1, memory_bytes: MEMORY_BYTES },
        droppable: &[],
    };
    let protection = with_keys(described, keys, track.output.digest);
    let index = track.index.clone();
    let work = |bench: PathBuf| async move {
        let path = bench.join(TRACK_FILE);
        let written = tokio::task::spawn_blocking(move || encrypt(&clear, &index, protection, &path));
        tokio::fs::write(bench.join(INDEX_FILE), serde_json::to_vec(&written.await??)?).await?;
        Ok(Made { files: vec![TRACK_FILE.to_owned(), INDEX_FILE.to_owned()], cost: Cost::default() })
    };
    let finished = ctx.workshop.run(job, work).await?;
    let record = ctx.workshop.read(finished.output(INDEX_FILE)?).await?;
    let record: IndexRecord = serde_json::from_slice(&record)?;
    let (codecs, joc_objects, index) = record.into_index();
    Ok(AssembledTrack { output: finished.output(TRACK_FILE)?.clone(), codecs, joc_objects, index })
}

fn params(described: &protection::Protection) -> Vec<(&'static str, String)> {
    let keys = described.periods.iter().map(|period| format!("{}:{}", period.first_segment, period.key_id));
    let headers = described.signals.iter().map(|signal| store::digest::of_bytes(&signal.pssh).to_string());
    vec![
        ("scheme", described.scheme.to_string()),
        ("clear", described.clear_segments.to_string()),
        ("keys", keys.collect::<Vec<_>>().join(",")),
        ("headers", headers.collect::<Vec<_>>().join(",")),
    ]
}

/// What `cmaf` is told. A vector is derived from the key's ID and the clear track, so that the same track comes out with
/// the same bytes, and other tracks, or another version of this one, with other vectors under the same key.
pub(crate) fn with_keys(
    described: &protection::Protection,
    keys: Vec<ContentKey>,
    clear: Digest,
) -> Protection {
    let periods = keys.into_iter().zip(&described.periods).map(|(content, period)| Period {
        first_segment: period.first_segment,
        key_id: content.id,
        key: content.key,
        iv: vector(content.id, clear),
    });
    Protection {
        scheme: described.scheme,
        clear_segments: described.clear_segments,
        periods: periods.collect(),
        pssh: described
            .signals
            .iter()
            .map(|signal| signal.pssh.clone())
            .filter(|pssh| !pssh.is_empty())
            .collect(),
    }
}

fn vector(id: protection::KeyId, clear: Digest) -> [u8; 16] {
    let digest = store::digest::of_bytes(&[IV_PREFIX, &id.0, &clear.0].concat());
    std::array::from_fn(|at| digest.0[at])
}

/// Writes `protected`, the clear track at `clear` encrypted.
fn encrypt(
    clear: &Path,
    index: &TrackIndex,
    protection: Protection,
    protected: &Path,
) -> anyhow::Result<IndexRecord> {
    let doing = || format!("encrypting the track {}", clear.display());
    track::rewrite(clear, index, protection, protected).with_context(doing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(starts_s: &[f64]) -> Vec<u64> {
        starts_s.iter().map(|start| (start * 1000.0) as u64).collect()
    }

    #[track_caller]
    fn check(clear_lead_s: f64, key_period_s: f64, starts_s: &[f64], clear: usize, periods: &[(usize, u32)]) {
        let settings = Settings { clear_lead_s, key_period_s, ..Settings::default() };
        let expected = Plan { clear_segments: clear, periods: periods.to_vec() };
        assert_eq!(Plan::new(&settings, 1000, &ticks(starts_s)).unwrap(), expected);
    }

    #[test]
    fn leads_and_periods_are_whole_segments() {
        let picture = [0.0, 2.0, 6.0, 10.0, 14.0];
        check(0.0, 0.0, &picture, 0, &[(0, 0)]);
        check(4.0, 0.0, &picture, 2, &[(0, 0)]);
        check(6.0, 0.0, &picture, 2, &[(0, 0)]);
        check(60.0, 0.0, &picture, 5, &[(0, 0)]);
        check(0.0, 10.0, &picture, 0, &[(0, 0), (3, 1)]);
        check(0.0, 3.0, &picture, 0, &[(0, 0), (2, 2), (3, 3), (4, 4)]);
        // Sound is cut at frames: 5.995 s is the picture's 6 s.
        check(6.0, 10.0, &[0.0, 2.005, 5.995, 9.984, 14.01], 2, &[(0, 0), (3, 1)]);
    }

    #[test]
    fn too_many_keys_are_refused() {
        let starts: Vec<f64> = (0..1025).map(f64::from).collect();
        let settings = Settings { key_period_s: 1.0, ..Settings::default() };
        assert!(Plan::new(&settings, 1000, &ticks(&starts)).is_err());
    }

    #[test]
    fn vectors_differ_by_key_and_track() {
        let ids = [protection::KeyId([1; 16]), protection::KeyId([2; 16])];
        let tracks = [Digest([1; 32]), Digest([2; 32])];
        let vectors: std::collections::BTreeSet<_> =
            ids.iter().flat_map(|id| tracks.map(|track| vector(*id, track))).collect();
        assert_eq!(vectors.len(), 4);
    }
}
