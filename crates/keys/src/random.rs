//! Random bytes: the operating system's.

use crate::{Error, Result};

/// `N` random bytes that nobody can guess (getrandom(2)).
///
/// # Errors
/// Where the operating system has none.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(Error::Random)?;
    Ok(bytes)
}
