//! The licence policy: which keys a device gets, and for how long.

use media::protection::{KeyId, TrackClass};

use crate::{Audience, Claims, Entitlement, Fingerprint, Reason, Security};

/// Days for which a licence to keep may last, as the operator chooses.
pub const OFFLINE_DAYS: std::ops::RangeInclusive<u32> = 7..=30;

/// Longest that a revocation can last, in seconds: ten years, longer than any device is used.
pub const REVOCATION_S_MAX: i64 = 10 * 366 * 86_400;

/// What the operator allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// How long the token of a play grant may wait for its licence, in milliseconds.
    pub token_ms: i64,
    /// How long a licence to watch lasts, in milliseconds; a player that goes on renews it. A stream takes a place
    /// that long after its last sign of life.
    pub licence_ms: i64,
    /// How long a session may go on renewing, in milliseconds.
    pub session_ms_max: i64,
    /// How many streams an account may have at a time.
    pub streams_max: u32,
    /// How many licences one token buys. More than one is for players that ask for each key apart and cannot carry
    /// the next token from one answer into the next request.
    pub token_uses_max: u32,
    /// How long a licence to keep lasts, within [`OFFLINE_DAYS`]; `None` where none is given.
    pub offline_days: Option<u32>,
    /// The best class of tracks whose keys a software device gets; never better than [`SOFTWARE_CLASS_MAX`].
    pub software_class_max: TrackClass,
}

/// The best class whose keys a software device can get, whatever the policy says.
pub const SOFTWARE_CLASS_MAX: TrackClass = TrackClass::FullHd;

impl Policy {
    /// The best class of tracks whose keys a device of this security gets.
    pub fn class_max(&self, security: Security) -> TrackClass {
        match security {
            Security::Software => self.software_class_max.min(SOFTWARE_CLASS_MAX),
            Security::Hardware => TrackClass::Uhd,
        }
    }

    /// Until when a revocation at `now_ms` has to be kept that shall last `for_ms` milliseconds at least: longer where tokens
    /// that were given before could still be renewed. In milliseconds since 1970 (UTC).
    pub fn revoked_until_ms(&self, now_ms: i64, for_ms: i64) -> i64 {
        now_ms + for_ms.max(self.session_ms_max).max(self.token_ms)
    }
}

impl Default for Policy {
    /// Tokens of five minutes, licences of ten, sessions of a day, four streams, nothing to keep, 720p for software.
    fn default() -> Policy {
        Policy {
            token_ms: 5 * 60_000,
            licence_ms: 10 * 60_000,
            session_ms_max: DAY_MS,
            streams_max: 4,
            token_uses_max: 1,
            offline_days: None,
            software_class_max: TrackClass::Hd,
        }
    }
}

const DAY_MS: i64 = 24 * 3_600_000;

/// What a player asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask<'a> {
    /// The title that it is about to play.
    pub title: &'a str,
    /// The device that asks.
    pub device: Fingerprint,
    /// The profile that watches.
    pub profile: &'a str,
    /// The best that the key system does which asks, whatever the device does with others.
    pub security: Security,
    /// The keys.
    pub keys: &'a [AskedKey],
    /// For how long.
    pub duration: Duration,
}

/// A key that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskedKey {
    /// The key.
    pub id: KeyId,
    /// The class of the tracks that it opens; `None` where no track of the title has it.
    pub class: Option<TrackClass>,
}

/// How long a player wants its licence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duration {
    /// While it plays.
    Streaming,
    /// For days, without asking again.
    Offline,
}

/// What is granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Licence {
    /// The keys, at least one, in the order in which they were asked for.
    pub keys: Vec<KeyId>,
    /// When it ends, in milliseconds since 1970 (UTC).
    pub expires_ms: i64,
    /// How it goes on.
    pub kind: Kind,
}

/// How a licence goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A player that still plays renews it at this time, in milliseconds since 1970 (UTC).
    Renewable {
        /// The time.
        renew_ms: i64,
    },
    /// It ends.
    Kept,
}

/// Decides whether the holder of a token that says `claims`, who is entitled to `entitlement`, gets what it asks for. Keys
/// that the device is not good enough for, or that are not paid for, are left out; the rest is granted.
///
/// # Errors
/// The first reason against it: the token's time and purpose, what it is bound to, the entitlement's end, then the keys.
pub fn decide(
    policy: &Policy,
    claims: &Claims,
    entitlement: &Entitlement,
    ask: &Ask<'_>,
    now_ms: i64,
) -> Result<Licence, Reason> {
    check_token(policy, claims, ask, now_ms)?;
    if entitlement.is_over(now_ms) {
        return Err(Reason::NotEntitled);
    }
    let keys = allowed_keys(policy, claims.security.min(ask.security), entitlement, ask.keys)?;
    Ok(match ask.duration {
        Duration::Streaming => {
            let expires_ms = entitlement.bounded_ms(now_ms + policy.licence_ms);
            // At half time there is time for a second try and a third.
            Licence {
                keys,
                expires_ms,
                kind: Kind::Renewable { renew_ms: now_ms + (expires_ms - now_ms) / 2 },
            }
        }
        Duration::Offline => {
            let days = policy.offline_days.ok_or(Reason::OfflineRefused)?;
            let days = days.clamp(*OFFLINE_DAYS.start(), *OFFLINE_DAYS.end());
            let expires_ms = entitlement.bounded_ms(now_ms + i64::from(days) * DAY_MS);
            Licence { keys, expires_ms, kind: Kind::Kept }
        }
    })
}

/// Checks what needs no word of anybody else: the token's time and purpose, what it is bound to, and the session's age.
///
/// # Errors
/// The first reason against it.
pub fn check_token(policy: &Policy, claims: &Claims, ask: &Ask<'_>, now_ms: i64) -> Result<(), Reason> {
    claims.check(Audience::Licence, now_ms)?;
    check_binding(claims, ask)?;
    let is_old = now_ms - claims.session_start_ms >= policy.session_ms_max;
    if is_old { Err(Reason::SessionTooOld) } else { Ok(()) }
}

fn check_binding(claims: &Claims, ask: &Ask<'_>) -> Result<(), Reason> {
    match () {
        () if claims.title != ask.title => Err(Reason::TokenOtherTitle),
        () if claims.device != ask.device => Err(Reason::TokenOtherDevice),
        () if claims.profile != ask.profile => Err(Reason::TokenOtherProfile),
        () => Ok(()),
    }
}

fn allowed_keys(
    policy: &Policy,
    security: Security,
    entitlement: &Entitlement,
    asked: &[AskedKey],
) -> Result<Vec<KeyId>, Reason> {
    let keys: Option<Vec<_>> = asked.iter().map(|key| Some((key.id, key.class?))).collect();
    let mut keys = keys.filter(|keys| !keys.is_empty()).ok_or(Reason::KeyOtherTitle)?;
    for (class_max, reason) in
        [(policy.class_max(security), Reason::SecurityTooLow), (entitlement.class_max, Reason::NotEntitled)]
    {
        keys.retain(|(_, class)| *class <= class_max);
        if keys.is_empty() {
            return Err(reason);
        }
    }
    Ok(keys.into_iter().map(|(id, _)| id).collect())
}

#[cfg(test)]
mod tests;
