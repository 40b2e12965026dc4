//! Why a document cannot be used. No message holds a byte of a key.

/// Why a document cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Larger than what is read.
    #[error("the CPIX document has {bytes} bytes, more than the {max} that are read")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// No well-formed XML, or more of it than is read.
    #[error("the CPIX document cannot be read at byte {at}: {reason}")]
    Xml {
        /// Where.
        at: u64,
        /// What is wrong.
        reason: String,
    },
    /// XML, but not CPIX.
    #[error("the document's root is <{0}>, not <CPIX>")]
    NotCpix(String),
    /// An element lacks something, or has something that is none.
    #[error("<{element}>: {reason}")]
    Element {
        /// The element's local name.
        element: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

/// An error in `element`.
pub(crate) fn wrong(element: &'static str, reason: impl Into<String>) -> Error {
    Error::Element { element, reason: reason.into() }
}
