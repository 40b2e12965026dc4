//! Where a body ends in what comes over HTTP/1.1: after so many bytes, or in chunks (RFC 9112, 6 and 7.1).
//!
//! As strict as heads are read, and for the same reason: whoever reads a chunk's end elsewhere than we do sees other requests
//! behind it (RFC 9112, 11.2). Knows nothing of sockets.

use bytes::{Bytes, BytesMut};
use http::{HeaderName, HeaderValue};

use crate::head::BodyLength;

/// Bytes of the line before a chunk. Extensions stand there, which nobody has ever seen put to use.
const SIZE_LINE_BYTES_MAX: usize = 256;

/// Digits of a chunk's size; so it fits 64 bits.
const SIZE_DIGITS_MAX: usize = 16;

/// Bytes of extensions of all chunks: else each byte of a body could bring a line with it.
const EXTENSIONS_BYTES_MAX: usize = 4 << 10;

/// Bytes of all trailers, which are read and dropped.
const TRAILERS_BYTES_MAX: usize = 4 << 10;

/// What is still to come of a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// So many bytes.
    Length(u64),
    /// Chunks.
    Chunked(Chunks),
}

/// Where we are among chunks, and what stood beside their data.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Chunks {
    at: At,
    extensions_bytes: usize,
    trailers_bytes: usize,
}

/// `Size -> Data -> End -> Size`, and after a size of 0 `Size -> Trailers -> Over`.
#[derive(Debug, Default, PartialEq, Eq)]
enum At {
    #[default]
    Size,
    /// Within a chunk, of which so many bytes are missing.
    Data(u64),
    /// Behind its data.
    End,
    Trailers,
    Over,
}

/// What was taken of what came.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// Data, at least one byte.
    Data(Bytes),
    /// Nothing: more has to come.
    Nothing,
    /// Nothing: the body was all.
    Over,
}

impl From<BodyLength> for Framing {
    fn from(length: BodyLength) -> Framing {
        match length {
            BodyLength::Bytes(bytes) => Framing::Length(bytes),
            BodyLength::Chunked => Framing::Chunked(Chunks::default()),
        }
    }
}

impl Framing {
    pub(crate) fn is_over(&self) -> bool {
        match self {
            Framing::Length(left) => *left == 0,
            Framing::Chunked(chunks) => chunks.at == At::Over,
        }
    }

    /// Takes the next data off `inbox`, and what frames it.
    ///
    /// # Errors
    /// Where what came is no body. What follows means nothing then.
    pub(crate) fn take(&mut self, inbox: &mut BytesMut) -> Result<Taken, &'static str> {
        match self {
            Framing::Length(0) => Ok(Taken::Over),
            Framing::Length(left) => Ok(taken(inbox, left)),
            Framing::Chunked(chunks) => chunks.take(inbox),
        }
    }
}

impl Chunks {
    fn take(&mut self, inbox: &mut BytesMut) -> Result<Taken, &'static str> {
        loop {
            self.at = match &mut self.at {
                At::Data(left) => {
                    let taken = taken(inbox, left);
                    if *left == 0 {
                        self.at = At::End;
                    }
                    return Ok(taken);
                }
                At::Over => return Ok(Taken::Over),
                At::End => match inbox[..] {
                    [b'\r', b'\n', ..] => {
                        drop(inbox.split_to(2));
                        At::Size
                    }
                    [] | [b'\r'] => return Ok(Taken::Nothing),
                    _ => return Err("a chunk is longer than it says"),
                },
                At::Size => {
                    let Some(line) = line(inbox, SIZE_LINE_BYTES_MAX)? else { return Ok(Taken::Nothing) };
                    match self.size(&line)? {
                        0 => At::Trailers,
                        size => At::Data(size),
                    }
                }
                At::Trailers => {
                    let room = TRAILERS_BYTES_MAX - self.trailers_bytes;
                    let Some(line) = line(inbox, room)? else { return Ok(Taken::Nothing) };
                    self.trailers_bytes += line.len() + 2;
                    if line.is_empty() { At::Over } else { trailer(&line).map(|()| At::Trailers)? }
                }
            }
        }
    }

    /// The size that a line says. Extensions are passed over, as all have to be that nobody knows (RFC 9112, 7.1.1).
    fn size(&mut self, line: &[u8]) -> Result<u64, &'static str> {
        let end = line.iter().position(|byte| !byte.is_ascii_hexdigit()).unwrap_or(line.len());
        let (digits, extensions) = line.split_at(end);
        self.extensions_bytes += extensions.len();
        if self.extensions_bytes > EXTENSIONS_BYTES_MAX {
            return Err("its chunks have too many extensions");
        }
        let begins_well = extensions.is_empty() || extensions.trim_ascii_start().starts_with(b";");
        if !begins_well || !extensions.iter().all(|&byte| is_text(byte)) {
            return Err("a chunk's size is malformed");
        }
        let digits = std::str::from_utf8(digits).ok().filter(|digits| digits.len() <= SIZE_DIGITS_MAX);
        digits.and_then(|digits| u64::from_str_radix(digits, 16).ok()).ok_or("a chunk's size is malformed")
    }
}

/// As much of the `left` bytes as came.
fn taken(inbox: &mut BytesMut, left: &mut u64) -> Taken {
    let bytes = inbox.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
    if bytes == 0 {
        return Taken::Nothing;
    }
    *left -= bytes as u64;
    Taken::Data(inbox.split_to(bytes).freeze())
}

/// Takes a line off, without its CR LF; none where it did not end yet.
fn line(inbox: &mut BytesMut, bytes_max: usize) -> Result<Option<BytesMut>, &'static str> {
    let Some(feed) = inbox.iter().take(bytes_max).position(|&byte| byte == b'\n') else {
        return if inbox.len() < bytes_max { Ok(None) } else { Err("a line between chunks is too long") };
    };
    let mut line = inbox.split_to(feed + 1);
    if !line.ends_with(b"\r\n") {
        return Err("a line between chunks does not end in CR LF");
    }
    line.truncate(feed - 1);
    Ok(Some(line))
}

/// Whether a field's value may have such a byte (RFC 9110, 5.5).
fn is_text(byte: u8) -> bool {
    byte == b'\t' || (byte >= b' ' && byte != 0x7f)
}

fn trailer(line: &[u8]) -> Result<(), &'static str> {
    let colon = line.iter().position(|&byte| byte == b':').ok_or("a trailer is malformed")?;
    let is_field =
        HeaderName::from_bytes(&line[..colon]).is_ok() && HeaderValue::from_bytes(&line[colon + 1..]).is_ok();
    is_field.then_some(()).ok_or("a trailer is malformed")
}

#[cfg(test)]
mod tests;
