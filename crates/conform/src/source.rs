//! Where the bytes of a presentation come from.

use media::ByteRange;
use std::fmt;

/// Some bytes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The bytes; fewer than asked for where the file ends before.
    pub bytes: Vec<u8>,
    /// Length of the whole file.
    pub file_bytes: u64,
}

/// Why bytes cannot be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// There is no such file.
    Missing,
    /// The file lies elsewhere, where this source does not go.
    Elsewhere,
    /// Something else, as a sentence without its full stop.
    Failed(String),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::Missing => f.write_str("there is no such file"),
            Unreadable::Elsewhere => f.write_str("it lies outside of what is checked"),
            Unreadable::Failed(reason) => f.write_str(reason),
        }
    }
}

/// A folder, a server or memory that holds a presentation.
pub trait Source {
    /// The bytes `range` of the file `uri`: a path relative to the source, with `/` between its parts, or an absolute
    /// URI where a manifest names one.
    ///
    /// # Errors
    /// Where the file cannot be read. A range that begins after the file's end gives no bytes and no error.
    fn read(&self, uri: &str, range: ByteRange) -> Result<Part, Unreadable>;
}
