//! What can be wrong with bytes that should be an ISO BMFF file, and where.

use crate::boxes::FourCc;
use std::fmt;

/// A problem in one box of a file.
#[derive(Debug)]
pub struct Error {
    /// The box in which reading stopped; `file` stands for the file itself.
    pub kind: FourCc,
    /// Where that box begins, or the byte in it that is wrong, counted from the start of the file.
    pub offset: u64,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a box.
#[derive(Debug)]
pub enum Problem {
    /// The box ends before its fields do, or says that it is longer than what holds it.
    Truncated,
    /// A box that must be there is not.
    Missing(FourCc),
    /// More than a limit of this crate allows.
    OverLimit {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// Valid, but not of the kind that this crate reads.
    Unsupported(&'static str),
    /// Against the specification, or against another box.
    Invalid(&'static str),
    /// The reader failed.
    Io(std::io::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "box {} at byte {}: ", self.kind, self.offset)?;
        match &self.problem {
            Problem::Truncated => f.write_str("cut short"),
            Problem::Missing(kind) => write!(f, "has no {kind} box"),
            Problem::OverLimit { what, limit } => write!(f, "more than {limit} {what}"),
            Problem::Unsupported(what) => write!(f, "{what} is not supported"),
            Problem::Invalid(what) => f.write_str(what),
            Problem::Io(error) => write!(f, "cannot be read: {error}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.problem {
            Problem::Io(error) => Some(error),
            _ => None,
        }
    }
}
