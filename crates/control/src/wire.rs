//! Wire types: what is sent, as JSON. Their shape is a contract, described in [`openapi`](crate::openapi).

pub mod catalogue;
pub(crate) mod device;
pub(crate) mod entitlement;
pub mod grant;
pub(crate) mod key_policy;
pub mod licence;
pub mod play;
pub mod protection;
pub mod refusal;
pub mod revocation;
