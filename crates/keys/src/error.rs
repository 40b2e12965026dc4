//! What can go wrong with keys. No message holds a byte of one.

use media::protection::KeyId;
use title::TitleId;

/// The key store's answer.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a key could not be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database failed.
    #[error(transparent)]
    Db(#[from] db::Error),
    /// The operating system gives no random bytes.
    #[error("the operating system gives no random bytes ({0})")]
    Random(getrandom::Error),
    /// The file with the master key cannot be used.
    #[error("cannot use {path} as the master key's file (setting keys.file)")]
    File {
        /// The file.
        path: String,
        /// Why not.
        source: std::io::Error,
    },
    /// Others may read the file.
    #[error("{path} holds the master key and others may read it: run `chmod 600 {path}`")]
    Exposed {
        /// The file.
        path: String,
    },
    /// There is no master key, but there are keys that were sealed with one.
    #[error(
        "there is no master key in {path}, but content keys are sealed with {names}: put the file back, or name it \
         with the setting keys.file"
    )]
    Lost {
        /// Where it was looked for.
        path: String,
        /// The master keys that are wanted.
        names: String,
    },
    /// A text is no list of master keys.
    #[error("a master key is 64 hexadecimal digits; {what} holds something else")]
    Unreadable {
        /// Which text.
        what: String,
    },
    /// Something is sealed with a master key that is not at hand.
    #[error("{what} is sealed with master key {name}, which is not at hand: add it after the current one")]
    UnknownMaster {
        /// What is sealed.
        what: String,
        /// The master key.
        name: String,
    },
    /// What is sealed was changed, or is something else.
    #[error("{what} cannot be opened: the ciphertext was changed, or belongs elsewhere")]
    Broken {
        /// What is sealed.
        what: String,
    },
    /// There is no such key.
    #[error("there is no content key {0}")]
    NotFound(KeyId),
    /// A title has more keys than can be handed out at once.
    #[error("title {0} has more than {max} content keys, too many for one document", max = db::CONTENT_KEYS_MAX - 1)]
    TooMany(TitleId),
    /// Another key was imported under the same identifier, or for the same tracks.
    #[error("{what} has another content key already; an import never replaces one")]
    Taken {
        /// Which tracks.
        what: String,
    },
    /// A key would encrypt two periods of a track from the same counter.
    #[error(
        "key {0} is for several key periods of the same tracks: in cenc that would give both the same keystream, by \
         which both can be read; ask for a key of its own for each"
    )]
    Reused(KeyId),
    /// There is one master key, and it was given by hand.
    #[error(
        "the master key is not in a file of ours: give the new one first, then a comma, then the old one (setting \
         keys.master), and rotate again"
    )]
    NothingToRotateTo,
    /// A certificate cannot be encrypted for.
    #[error("the certificate cannot be used: {reason}")]
    Certificate {
        /// Why not.
        reason: String,
    },
    /// A text is no private key.
    #[error(
        "this is no RSA key in PKCS#8 without a password; `openssl pkcs8 -topk8 -nodes -in FILE` makes one of others"
    )]
    PrivateKey,
    /// A document is for somebody else.
    #[error("the document's keys are encrypted for another certificate than the private key's")]
    NotForUs,
    /// A document cannot be read.
    #[error(transparent)]
    Cpix(#[from] cpix::Error),
    /// A document's keys do not open, or not for certain, or nobody can tell what they are for.
    #[error("the document's keys cannot be used: {reason}")]
    Delivery {
        /// What is wrong.
        reason: String,
    },
    /// Rotation does not come to an end.
    #[error("more keys are being made than can be sealed anew; stop other programs and rotate again")]
    RotationEndless,
}
