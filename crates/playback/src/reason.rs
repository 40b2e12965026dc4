//! Reasons: why a licence is refused, each with a code of its own.

/// Why a licence is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Reason {
    /// No token came with the request.
    #[error("The request has no play token; ask for a play grant first.")]
    TokenMissing,
    /// What came is no token of ours.
    #[error("The play token is unreadable; ask for a new play grant.")]
    TokenMalformed,
    /// The signature is not ours.
    #[error("The play token's signature is wrong; ask for a new play grant.")]
    TokenForged,
    /// The token is for another purpose.
    #[error("The token is not for licences; use the one of the play grant.")]
    TokenWrongAudience,
    /// Its time has not come.
    #[error("The play token is not valid yet; a clock is wrong.")]
    TokenTooEarly,
    /// Its time is over.
    #[error("The play token has expired; ask for a new play grant.")]
    TokenExpired,
    /// It was used before.
    #[error("The play token was used before; each buys one licence, which brings the next token.")]
    TokenReplayed,
    /// It is for another title.
    #[error("The play token is for another title; ask for a play grant of this one.")]
    TokenOtherTitle,
    /// It was given to another device.
    #[error("The play token was given to another device; ask for a play grant for this one.")]
    TokenOtherDevice,
    /// It was given to another profile.
    #[error("The play token was given to another profile; ask for a play grant for this one.")]
    TokenOtherProfile,
    /// The operator ended its session, or shut its device out.
    #[error("The operator has ended this session, or shut this device out.")]
    TokenRevoked,
    /// The session has lasted too long.
    #[error("The session has lasted too long; ask for a new play grant.")]
    SessionTooOld,
    /// The viewer has no right to the title, or to tracks this good.
    #[error("The viewer is not entitled to this.")]
    NotEntitled,
    /// A key was asked for that is no key of the title.
    #[error("One of the keys is not a key of the title; ask for those of the play grant's tracks.")]
    KeyOtherTitle,
    /// All keys that were asked for need a better device.
    #[error("The device does not keep keys well enough for these tracks; play those of the grant's classes.")]
    SecurityTooLow,
    /// Offline licences are not given.
    #[error("Licences to keep are not given here.")]
    OfflineRefused,
    /// Other streams take all places.
    #[error("Too many streams play at once; stop one and try again.")]
    TooManyStreams,
}

impl Reason {
    /// All.
    pub const ALL: [Reason; 17] = [
        Reason::TokenMissing,
        Reason::TokenMalformed,
        Reason::TokenForged,
        Reason::TokenWrongAudience,
        Reason::TokenTooEarly,
        Reason::TokenExpired,
        Reason::TokenReplayed,
        Reason::TokenOtherTitle,
        Reason::TokenOtherDevice,
        Reason::TokenOtherProfile,
        Reason::TokenRevoked,
        Reason::SessionTooOld,
        Reason::NotEntitled,
        Reason::KeyOtherTitle,
        Reason::SecurityTooLow,
        Reason::OfflineRefused,
        Reason::TooManyStreams,
    ];

    /// For programs; never changes.
    pub fn code(self) -> &'static str {
        match self {
            Reason::TokenMissing => "token_missing",
            Reason::TokenMalformed => "token_malformed",
            Reason::TokenForged => "token_forged",
            Reason::TokenWrongAudience => "token_wrong_audience",
            Reason::TokenTooEarly => "token_too_early",
            Reason::TokenExpired => "token_expired",
            Reason::TokenReplayed => "token_replayed",
            Reason::TokenOtherTitle => "token_other_title",
            Reason::TokenOtherDevice => "token_other_device",
            Reason::TokenOtherProfile => "token_other_profile",
            Reason::TokenRevoked => "token_revoked",
            Reason::SessionTooOld => "session_too_old",
            Reason::NotEntitled => "not_entitled",
            Reason::KeyOtherTitle => "key_other_title",
            Reason::SecurityTooLow => "security_too_low",
            Reason::OfflineRefused => "offline_refused",
            Reason::TooManyStreams => "too_many_streams",
        }
    }

    /// Whether another token would help: HTTP's 401 rather than 403 (RFC 9110, 15.5.2).
    pub fn is_unauthenticated(self) -> bool {
        matches!(
            self,
            Reason::TokenMissing
                | Reason::TokenMalformed
                | Reason::TokenForged
                | Reason::TokenTooEarly
                | Reason::TokenExpired
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_reason_has_a_code_of_its_own() {
        let codes: HashSet<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
        assert_eq!(codes.len(), Reason::ALL.len());
    }
}
