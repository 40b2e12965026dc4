//! Where a head ends in bytes that come piece by piece; no byte is looked at twice.

use super::{HEAD_TOO_LONG, Refused, TARGET_TOO_LONG, bad};
use crate::Limits;

/// A search for the end of a head.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// Bytes that were looked at.
    at: usize,
    /// Where the line begins that is being looked at.
    line: usize,
    /// Where the request line begins, once it has ended.
    begin: Option<usize>,
}

impl Scan {
    /// Where the head in `bytes` begins and ends, if it ends there. `bytes` are those of the last call and what came since.
    ///
    /// # Errors
    /// Where a line does not end in CR LF, or the head is longer than it may be.
    pub(crate) fn find(&mut self, bytes: &[u8], limits: &Limits) -> Result<Option<(usize, usize)>, Refused> {
        while let Some(step) = bytes[self.at..].iter().position(|&byte| byte == b'\n') {
            let feed = self.at + step;
            if feed == self.line || bytes[feed - 1] != b'\r' {
                return Err(bad("a line of the request's head does not end in CR LF"));
            }
            let is_empty = feed - self.line == 1;
            match self.begin {
                Some(begin) if is_empty => return Ok(Some((begin, feed + 1))),
                // RFC 9112, 2.2: empty lines before the request line are passed over.
                None if !is_empty => self.begin = Some(self.line),
                _ => {}
            }
            (self.at, self.line) = (feed + 1, feed + 1);
            self.within(limits)?;
        }
        self.at = bytes.len();
        self.within(limits)?;
        Ok(None)
    }

    fn within(&self, limits: &Limits) -> Result<(), Refused> {
        // A target that fits, with a method and a version, is shorter than this; so a longer first line has one that does not.
        let first_line_max = limits.head_bytes.min(2 * limits.target_bytes);
        match self.begin {
            None if self.at > first_line_max => Err(TARGET_TOO_LONG),
            _ if self.at > limits.head_bytes => Err(HEAD_TOO_LONG),
            _ => Ok(()),
        }
    }
}
