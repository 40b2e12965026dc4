//! Playback: who may decrypt what, and for how long.
//!
//! Owns the play token as a value, the licence policy, what an entitlement limits, and the codes of refusals. Holds no
//! content key, does no IO, reads no clock and draws nothing: secrets, nonces and `now` are arguments. That a token is used
//! once and that an account plays few streams at a time needs memory, which is the database's (`db`).

mod device;
mod entitlement;
mod licence;
mod reason;
mod subject;
mod token;

pub use device::{Fingerprint, Security};
pub use entitlement::Entitlement;
pub use licence::{
    Ask, AskedKey, Duration, Kind, Licence, OFFLINE_DAYS, Policy, REVOCATION_S_MAX, SOFTWARE_CLASS_MAX,
    check_token, decide,
};
pub use reason::Reason;
pub use subject::{NotASubject, Subject};
pub use token::{Audience, Claims, Nonce, PROFILE_BYTES_MAX, Session, Signer, TITLE_BYTES_MAX};
