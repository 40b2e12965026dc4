//! What licences must remember: which tokens were used, and which sessions play.

use sqlx::AnyConnection;

use crate::revocations::is_any_revoked;
use crate::{Db, Error, Result};

/// Most streams that one call returns.
pub const STREAMS_MAX: i64 = 1000;

/// How long a used token is remembered after it has ended, in milliseconds: a request that was on its way when it ended, or
/// another server whose clock is behind, must not find it unused.
const SPENT_GRACE_MS: i64 = 60_000;

/// A session that plays, as far as is known: one that stopped without a word is there until its licence ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// The session.
    pub session: String,
    /// Whose place it takes.
    pub account: String,
    /// Until when it takes it, in milliseconds since 1970 (UTC).
    pub until_ms: i64,
}

/// A licence that is about to be given, as far as it takes something that is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim<'a> {
    /// What makes the token unlike others.
    pub nonce: &'a str,
    /// When the token ends by itself, in milliseconds since 1970 (UTC).
    pub token_expires_ms: i64,
    /// How many licences a token buys.
    pub token_uses_max: u32,
    /// The session that plays.
    pub session: &'a str,
    /// The device that plays.
    pub device: &'a str,
    /// Whose places it takes.
    pub account: &'a str,
    /// Until when it takes its place, in milliseconds since 1970 (UTC).
    pub until_ms: i64,
    /// How many places the account has.
    pub streams_max: u32,
}

/// What became of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    /// Token and place are taken.
    Done,
    /// Session or device are revoked. The token is not used up.
    Revoked,
    /// The token was used as often as it may be.
    TokenUsedUp,
    /// Other sessions of the account have all places. The token is not used up.
    NoPlace,
}

impl Db {
    /// Uses the token once and takes a place for the session, both or neither. Two claims at the same moment never
    /// take the same place.
    pub async fn claim_stream(&self, claim: &Claim<'_>, now_ms: i64) -> Result<Claimed> {
        let doing = || Error::database("claim a stream");
        let mut transaction = self.begin_writing().await.map_err(doing())?;
        drop_past(&mut transaction, now_ms).await.map_err(doing())?;
        let subjects = [claim.session, claim.device];
        if is_any_revoked(&mut transaction, subjects, now_ms).await.map_err(doing())? {
            return Ok(Claimed::Revoked);
        }
        let uses = use_token(&mut transaction, claim).await.map_err(doing())?;
        if uses > i64::from(claim.token_uses_max) {
            return Ok(Claimed::TokenUsedUp);
        }
        let others = count_others(&mut transaction, claim).await.map_err(doing())?;
        if others >= i64::from(claim.streams_max) {
            return Ok(Claimed::NoPlace);
        }
        take_place(&mut transaction, claim).await.map_err(doing())?;
        transaction.commit().await.map_err(doing())?;
        Ok(Claimed::Done)
    }

    /// Sessions that play, those that ask again last before the others. At most [`STREAMS_MAX`].
    pub async fn list_streams(&self, now_ms: i64) -> Result<Vec<Stream>> {
        let query = sqlx::query_as(
            "SELECT session, account, until_ms FROM streams WHERE until_ms > $1
             ORDER BY until_ms DESC, session LIMIT $2",
        );
        let rows: Vec<(String, String, i64)> = query
            .bind(now_ms)
            .bind(STREAMS_MAX)
            .fetch_all(self.pool())
            .await
            .map_err(Error::database("list streams"))?;
        Ok(rows
            .into_iter()
            .map(|(session, account, until_ms)| Stream { session, account, until_ms })
            .collect())
    }

    /// Gives the session's place back.
    pub async fn end_stream(&self, session: &str) -> Result<()> {
        let query = sqlx::query("DELETE FROM streams WHERE session = $1").bind(session);
        query.execute(self.pool()).await.map_err(Error::database("end a stream"))?;
        Ok(())
    }
}

async fn drop_past(connection: &mut AnyConnection, now_ms: i64) -> sqlx::Result<()> {
    let tokens = sqlx::query("DELETE FROM spent_tokens WHERE expires_ms <= $1").bind(now_ms - SPENT_GRACE_MS);
    tokens.execute(&mut *connection).await?;
    let streams = sqlx::query("DELETE FROM streams WHERE until_ms <= $1").bind(now_ms);
    streams.execute(connection).await.map(drop)
}

async fn use_token(connection: &mut AnyConnection, claim: &Claim<'_>) -> sqlx::Result<i64> {
    let query = sqlx::query_scalar(
        "INSERT INTO spent_tokens (nonce, uses, expires_ms) VALUES ($1, 1, $2)
         ON CONFLICT (nonce) DO UPDATE SET uses = spent_tokens.uses + 1 RETURNING uses",
    );
    query.bind(claim.nonce).bind(claim.token_expires_ms).fetch_one(connection).await
}

async fn count_others(connection: &mut AnyConnection, claim: &Claim<'_>) -> sqlx::Result<i64> {
    let query = sqlx::query_scalar("SELECT COUNT(*) FROM streams WHERE account = $1 AND session <> $2");
    query.bind(claim.account).bind(claim.session).fetch_one(connection).await
}

/// A shorter licence does not end the one before, nor its place.
async fn take_place(connection: &mut AnyConnection, claim: &Claim<'_>) -> sqlx::Result<()> {
    let query = sqlx::query(
        "INSERT INTO streams (session, account, until_ms) VALUES ($1, $2, $3)
         ON CONFLICT (session) DO UPDATE SET until_ms = CASE
             WHEN streams.until_ms < excluded.until_ms THEN excluded.until_ms ELSE streams.until_ms END",
    );
    query.bind(claim.session).bind(claim.account).bind(claim.until_ms).execute(connection).await.map(drop)
}
