//! `matinee tokens`: who plays, and whose play tokens are worth nothing any more.

use crate::cli::{Tokens, TokensAction, TokensRevoke};
use crate::commands::serve::ACCESS_SECRET;
use crate::config::Config;
use crate::{output, workspace};
use anyhow::{Context as _, ensure};
use db::{Db, Revocation};
use playback::{Fingerprint, Subject};
use serde::Serialize;
use std::io::Write;
use stdx::clock::{Clock, SystemClock};

const DAY_MS: i64 = 86_400_000;

/// Runs the command. A running server minds what it does at the next request.
pub(crate) async fn run(config: &Config, args: Tokens) -> anyhow::Result<()> {
    workspace::must_exist(config)?;
    let db = workspace::db(config).await?;
    let now_ms = SystemClock::new().now_ms();
    match args.action {
        TokensAction::List { json } => list(&db, now_ms, json).await,
        TokensAction::Revoke(args) => revoke(config, &db, args, now_ms).await,
        TokensAction::Secret => secret(config, &db, now_ms).await,
        TokensAction::Restore { subject } => restore(&db, subject).await,
    }
}

/// Prints what edges on other machines check tokens with.
async fn secret(config: &Config, db: &Db, now_ms: i64) -> anyhow::Result<()> {
    let keys = workspace::keys(config, db).await?;
    let secret = keys.secret(ACCESS_SECRET, now_ms).await?;
    let digits: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(writeln!(std::io::stdout(), "{digits}")?)
}

async fn revoke(config: &Config, db: &Db, args: TokensRevoke, now_ms: i64) -> anyhow::Result<()> {
    let of_name = || args.device_name.as_deref().map(|name| Subject::Device(Fingerprint::of(name)));
    let subject = args.subject.or_else(of_name).context("name a session or a device")?;
    let until_ms = config.licence.revoked_until_ms(now_ms, i64::from(args.for_days) * DAY_MS);
    let revocation = Revocation { subject: subject.to_string(), revoked_ms: now_ms, until_ms };
    db.revoke(&revocation).await?;
    let what = match subject {
        Subject::Session(_) => "session",
        Subject::Device(_) => "device",
    };
    let hours = (until_ms - now_ms) / 3_600_000;
    Ok(writeln!(std::io::stdout(), "The {what} {subject} gets no licence and no renewal for {hours} hours.")?)
}

async fn restore(db: &Db, subject: Subject) -> anyhow::Result<()> {
    ensure!(
        db.restore(&subject.to_string()).await?,
        "{subject} is not revoked; `matinee tokens list` shows who is"
    );
    Ok(writeln!(std::io::stdout(), "{subject} is not revoked any more.")?)
}

/// What `tokens list --json` prints.
#[derive(Debug, Serialize)]
struct ListJson {
    playing: Vec<StreamJson>,
    revoked: Vec<RevocationJson>,
}

#[derive(Debug, Serialize)]
struct StreamJson {
    session: String,
    /// Whose place it takes: `device`, and its fingerprint.
    account: String,
    until_ms: i64,
}

#[derive(Debug, Serialize)]
struct RevocationJson {
    subject: String,
    revoked_ms: i64,
    until_ms: i64,
}

async fn list(db: &Db, now_ms: i64, json: bool) -> anyhow::Result<()> {
    let playing = db.list_streams(now_ms).await?.into_iter();
    let revoked = db.list_revocations(now_ms).await?.into_iter();
    let stream = |stream: db::Stream| StreamJson {
        session: stream.session,
        account: stream.account,
        until_ms: stream.until_ms,
    };
    let revocation =
        |Revocation { subject, revoked_ms, until_ms }| RevocationJson { subject, revoked_ms, until_ms };
    let all = ListJson { playing: playing.map(stream).collect(), revoked: revoked.map(revocation).collect() };
    let mut out = std::io::stdout().lock();
    if json {
        return output::json(&mut out, &all);
    }
    for stream in &all.playing {
        let seconds = (stream.until_ms - now_ms) / 1000;
        writeln!(out, "playing  {}  {}, {seconds} s left", stream.session, stream.account)?;
    }
    for revocation in &all.revoked {
        let hours = (revocation.until_ms - now_ms) / 3_600_000;
        writeln!(out, "revoked  {}, {hours} h left", revocation.subject)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use playback::Session;

    #[tokio::test]
    async fn what_is_revoked_is_kept_until_it_is_restored() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
        let db = workspace::db(&config).await.unwrap();
        let (session, device) = (Subject::Session(Session([7; 16])), Subject::Device(Fingerprint::of("tv")));
        let by_id = TokensRevoke { subject: Some(session), device_name: None, for_days: 0 };
        revoke(&config, &db, by_id, 1000).await.unwrap();
        let by_name = TokensRevoke { subject: None, device_name: Some("tv".to_owned()), for_days: 30 };
        revoke(&config, &db, by_name, 2000).await.unwrap();
        let revoked = |subject: Subject, revoked_ms, days: i64| Revocation {
            subject: subject.to_string(),
            revoked_ms,
            until_ms: revoked_ms + days * DAY_MS,
        };
        // A session may be renewed for a day, by default.
        let both = [revoked(device, 2000, 30), revoked(session, 1000, 1)];
        assert_eq!(db.list_revocations(2000).await.unwrap(), both);
        restore(&db, session).await.unwrap();
        let error = restore(&db, session).await.unwrap_err().to_string();
        assert!(error.contains("is not revoked"), "{error}");
        list(&db, 2000, false).await.unwrap();
        list(&db, 2000, true).await.unwrap();
    }
}
