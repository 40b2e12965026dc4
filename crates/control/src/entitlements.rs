//! Entitlements: who may watch what. Everybody everything, or as the operator's own service says.
//!
//! Owns the asking, what becomes of it when nobody answers, and for how long an answer is believed.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use fetch::{Client, Limits, Request};
use playback::{Entitlement, Reason};
use stdx::clock::Clock;

use crate::wire::entitlement::{self, Answer, Question, Verdict};
use crate::wire::refusal::Refusal;

/// A viewer waits for the first picture meanwhile, and the answer is a line.
const LIMITS: Limits = Limits {
    connect: Duration::from_secs(2),
    total: Duration::from_secs(4),
    body_bytes_max: 16 << 10,
    redirects_max: 0,
};

/// Longest that an answer is believed, whatever it says, in seconds: who loses a right loses it within an hour.
const CACHE_S_MAX: u64 = 3600;

/// Most answers that are kept: a few hundred bytes each. When there are more, all are forgotten and asked for anew.
const CACHED_MAX: usize = 10_000;

/// What happens while the operator's service does not answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WhenDown {
    /// Nobody starts anything, and licences that end are not renewed.
    #[default]
    Refuse,
    /// Everybody may watch everything.
    Allow,
}

/// The operator's service.
#[derive(Clone)]
pub struct EntitlementService {
    /// Asks it.
    pub client: Client,
    /// Where it is. May hold a secret in its query.
    pub url: String,
    /// Sent with each question. May hold secrets.
    pub headers: HeaderMap,
    /// While it does not answer.
    pub when_down: WhenDown,
}

/// Shows no secret.
impl fmt::Debug for EntitlementService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EntitlementService").field("when_down", &self.when_down).finish_non_exhaustive()
    }
}

/// Who may watch what; clones share what is known.
#[derive(Debug, Clone, Default)]
pub struct Entitlements(Option<Arc<Asked>>);

#[derive(Debug)]
struct Asked {
    service: EntitlementService,
    clock: Arc<dyn Clock>,
    /// Answers, each with the time at which it is to be forgotten, in milliseconds since 1970 (UTC).
    known: Mutex<HashMap<Question, (Verdict, i64)>>,
}

impl Entitlements {
    /// Everybody may watch everything.
    pub fn open() -> Entitlements {
        Entitlements(None)
    }

    /// As `service` says.
    pub fn asked(service: EntitlementService, clock: Arc<dyn Clock>) -> Entitlements {
        Entitlements(Some(Arc::new(Asked { service, clock, known: Mutex::default() })))
    }

    /// What a viewer may have.
    pub(crate) async fn of(&self, question: &Question) -> Result<Entitlement, Refusal> {
        let Some(asked) = &self.0 else { return Ok(Entitlement::ALL) };
        let verdict = match asked.known(question) {
            Some(verdict) => verdict,
            None => asked.ask(question).await?,
        };
        match verdict {
            Verdict::Entitled(entitlement) if !entitlement.is_over(asked.clock.now_ms()) => Ok(entitlement),
            Verdict::Entitled(_) => Err(Refusal::licence(Reason::NotEntitled)),
            Verdict::Not(reason) => {
                tracing::info!(
                    title = question.title,
                    code = Reason::NotEntitled.code(),
                    "a viewer was refused"
                );
                Err(Refusal::not_entitled(reason))
            }
        }
    }
}

impl Asked {
    async fn ask(&self, question: &Question) -> Result<Verdict, Refusal> {
        match self.answer(question).await {
            Ok(Answer { verdict, cache_s }) => {
                self.remember(question, &verdict, cache_s);
                Ok(verdict)
            }
            Err(error) => {
                tracing::error!(error = &*error as &dyn Error, "the entitlement service does not answer");
                match self.service.when_down {
                    WhenDown::Allow => Ok(Verdict::Entitled(Entitlement::ALL)),
                    WhenDown::Refuse => Err(Refusal::entitlement_unknown()),
                }
            }
        }
    }

    async fn answer(&self, question: &Question) -> Result<Answer, Box<dyn Error + Send + Sync>> {
        let EntitlementService { client, url, headers, .. } = &self.service;
        let mut all = HeaderMap::new();
        all.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        all.extend(headers.clone());
        let request = Request::post(url, serde_json::to_vec(question)?.into()).with_headers(all);
        let answer = client.send(&request, &LIMITS).await?;
        if answer.status.as_u16() != 200 {
            return Err(format!("its status is {}", answer.status.as_u16()).into());
        }
        Ok(entitlement::read(&answer.body)?)
    }

    fn known(&self, question: &Question) -> Option<Verdict> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (verdict, until_ms) = known.get(question)?;
        (self.clock.now_ms() < *until_ms).then(|| verdict.clone())
    }

    fn remember(&self, question: &Question, verdict: &Verdict, cache_s: u64) {
        let seconds = i64::try_from(cache_s.min(CACHE_S_MAX)).unwrap_or(0);
        let now_ms = self.clock.now_ms();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if seconds == 0 {
            known.remove(question);
            return;
        }
        if known.len() >= CACHED_MAX {
            known.retain(|_, (_, until_ms)| now_ms < *until_ms);
        }
        if known.len() >= CACHED_MAX {
            known.clear();
        }
        known.insert(question.clone(), (verdict.clone(), now_ms + seconds * 1000));
    }
}
