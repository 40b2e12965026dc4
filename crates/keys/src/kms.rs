//! The interface behind which the master key is.

use async_trait::async_trait;
use db::Sealed;
use zeroize::Zeroizing;

use crate::Result;

/// A secret in clear. Never printed, and overwritten when it is dropped.
pub struct Plain(Zeroizing<Vec<u8>>);

impl Plain {
    /// The secret made of these bytes.
    pub fn new(bytes: Vec<u8>) -> Plain {
        Plain(Zeroizing::new(bytes))
    }

    /// The bytes themselves: for a cipher, or for who may have them.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

/// Does not show the bytes.
impl std::fmt::Debug for Plain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Plain(..)")
    }
}

/// Seals small secrets with a master key that never leaves it: a key management service, or a file beside us.
#[async_trait]
pub trait Kms: std::fmt::Debug + Send + Sync {
    /// Seals `secret`, so that it opens only as `what`: a ciphertext moved to another place does not open.
    ///
    /// # Errors
    /// Where the master key cannot be reached.
    async fn seal(&self, what: &str, secret: &Plain) -> Result<Sealed>;

    /// Opens what was sealed as `what`.
    ///
    /// # Errors
    /// Where the master key cannot be reached, or `sealed` is not what it was.
    async fn open(&self, what: &str, sealed: &Sealed) -> Result<Plain>;

    /// Name of the master key that seals now.
    ///
    /// # Errors
    /// Where that cannot be told.
    async fn current(&self) -> Result<String>;

    /// Puts a new master key in the current one's place; earlier ones still open.
    ///
    /// # Errors
    /// Where a new one can be neither made nor found.
    async fn start_rotation(&self) -> Result<()>;

    /// Forgets the earlier master keys: nothing is sealed with them any more.
    ///
    /// # Errors
    /// Where they cannot be removed.
    async fn finish_rotation(&self) -> Result<()>;
}
