//! Preparations: runs of `prepare`, for people to look at. Nothing depends on them.
//!
//! ```text
//! start ──> Running ──finish──> Published | Refused | Failed
//! ```
//! A killed process cannot say so: its run stays `Running` until the same master is started again.

use media::Digest;

use crate::titles::digest;
use crate::{Db, Error, Result};

/// Most preparations that one call returns: more than anybody reads.
pub const PREPARATIONS_MAX: i64 = 200;

/// What becomes of the runs of a master that have not ended when it is started again.
const INTERRUPTED: &str = "stopped before it ended; started again";

/// Number of a preparation, rising from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PreparationId(pub i64);

/// One run of preparation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preparation {
    /// Its number.
    pub id: PreparationId,
    /// Content digest of the master.
    pub master: Digest,
    /// Name that the title has or would have.
    pub title_name: String,
    /// How far it is.
    pub state: State,
    /// When it began, in milliseconds since 1970 (UTC).
    pub started_ms: i64,
    /// When it ended.
    pub finished_ms: Option<i64>,
    /// Why it ended so, as a sentence.
    pub message: Option<String>,
}

/// How far a preparation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Under way, or killed.
    Running,
    /// The title is in the catalogue.
    Published,
    /// The master is unfit; the message says why.
    Refused,
    /// Something broke; starting it again goes on where it stopped.
    Failed,
}

/// How a preparation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The title is in the catalogue.
    Published,
    /// The master is unfit, for this reason.
    Refused(String),
    /// Something broke, and how.
    Failed(String),
}

impl Db {
    /// Notes that preparation of `master` began. Runs of the same master that have not ended are noted as failed.
    pub async fn start_preparation(
        &self,
        master: &Digest,
        title_name: &str,
        started_ms: i64,
    ) -> Result<PreparationId> {
        let doing = || Error::database("note that a preparation began");
        let mut transaction = self.begin_writing().await.map_err(doing())?;
        let interrupted = sqlx::query(
            "UPDATE preparations SET state = 'failed', finished_ms = $1, message = $2
             WHERE master = $3 AND state = 'running'",
        );
        let interrupted = interrupted.bind(started_ms).bind(INTERRUPTED).bind(master.to_string());
        interrupted.execute(&mut *transaction).await.map_err(doing())?;
        let started = sqlx::query_scalar(
            "INSERT INTO preparations (id, master, title_name, state, started_ms)
             SELECT COALESCE(MAX(id), 0) + 1, $1, $2, 'running', $3 FROM preparations RETURNING id",
        );
        let started = started.bind(master.to_string()).bind(title_name).bind(started_ms);
        let id = started.fetch_one(&mut *transaction).await.map_err(doing())?;
        transaction.commit().await.map_err(doing())?;
        Ok(PreparationId(id))
    }

    /// Notes how the preparation `id` ended.
    pub async fn finish_preparation(
        &self,
        id: PreparationId,
        outcome: &Outcome,
        finished_ms: i64,
    ) -> Result<()> {
        let (state, message) = match outcome {
            Outcome::Published => (State::Published, None),
            Outcome::Refused(message) => (State::Refused, Some(message.as_str())),
            Outcome::Failed(message) => (State::Failed, Some(message.as_str())),
        };
        let query =
            sqlx::query("UPDATE preparations SET state = $1, finished_ms = $2, message = $3 WHERE id = $4");
        let query = query.bind(name(state)).bind(finished_ms).bind(message).bind(id.0);
        query.execute(self.pool()).await.map_err(Error::database("note that a preparation ended"))?;
        Ok(())
    }

    /// The newest preparations, newest first. At most [`PREPARATIONS_MAX`].
    pub async fn list_preparations(&self) -> Result<Vec<Preparation>> {
        let query = sqlx::query_as(
            "SELECT id, master, title_name, state, started_ms, finished_ms, message
             FROM preparations ORDER BY id DESC LIMIT $1",
        );
        let rows: Vec<Row> = query
            .bind(PREPARATIONS_MAX)
            .fetch_all(self.pool())
            .await
            .map_err(Error::database("list preparations"))?;
        rows.into_iter().map(preparation).collect()
    }
}

/// id, master, title name, state, started, finished, message.
type Row = (i64, String, String, String, i64, Option<i64>, Option<String>);

fn preparation(
    (id, master, title_name, state, started_ms, finished_ms, message): Row,
) -> Result<Preparation> {
    let what = |column: &str| format!("{column} of preparation {id}");
    let master = digest(&what("master"), &master)?;
    let state = state_named(&state).ok_or(state).map_err(Error::damaged(what("state")))?;
    Ok(Preparation { id: PreparationId(id), master, title_name, state, started_ms, finished_ms, message })
}

fn name(state: State) -> &'static str {
    match state {
        State::Running => "running",
        State::Published => "published",
        State::Refused => "refused",
        State::Failed => "failed",
    }
}

fn state_named(text: &str) -> Option<State> {
    [State::Running, State::Published, State::Refused, State::Failed]
        .into_iter()
        .find(|&state| name(state) == text)
}
