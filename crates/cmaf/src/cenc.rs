//! Common Encryption (ISO/IEC 23001-7:2023): tracks encrypted under content keys as they are written.
//!
//! Owns the schemes `cenc` and `cbcs`: [subsample maps](Mapper) of H.264, HEVC, VP9 and AV1, the encryption itself, and the
//! boxes that tell players of it, those of key systems included ([`pssh`]). Knows no licence and keeps no key.
//!
//! ```text
//! Protection { scheme, keys, clear lead } -> track::writer -> encv/enca + tenc, senc, seig, pssh, samples encrypted
//! ```
//!
//! Clauses cited here without another number are those of ISO/IEC 23001-7:2023.

mod key;
mod cipher;
mod map;
mod protect;
pub mod pssh;
pub(crate) mod boxes;
pub(crate) mod parse;

pub use key::Key;
pub use map::{MapError, Mapper, SUBSAMPLES_MAX, Subsample};
pub use parse::{Parameters, ProtectedEntry, SampleInfo};
pub(crate) use protect::Protector;
pub use protect::{Period, Protection};

/// Bytes of an AES block.
const BLOCK_BYTES: usize = 16;

/// Bytes of each sample's own vector under `cenc`; the rest of the counter block counts blocks (9.3).
const IV_BYTES_CENC: u8 = 8;

/// Of the pattern of `cbcs` for pictures: blocks encrypted, and blocks passed over (10.4.2).
const CBCS_CRYPT_BLOCKS: u8 = 1;
const CBCS_SKIP_BLOCKS: u8 = 9;
