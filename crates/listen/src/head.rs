//! The head of an HTTP/1.1 request: found in what came, read strictly (RFC 9112).
//!
//! Owns what a request's head may look like. Where RFC 9112 leaves a choice, the head is refused: a proxy before us that
//! chose otherwise would see other requests than we do (RFC 9112, 11.2). Knows nothing of sockets.

mod scan;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, EXPECT, HOST, TRANSFER_ENCODING};
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version, request};
use std::mem::MaybeUninit;

use crate::Limits;
pub(crate) use scan::Scan;

/// Header fields that are read into a table of this size on the stack; no limit may be higher.
const HEADERS_MAX: usize = 256;

/// A request's head.
#[derive(Debug)]
pub(crate) struct Head {
    /// What the handler gets: the target is a path with its query (or `*`), and `Host` says where it was sought, if anything
    /// did.
    pub(crate) request: request::Parts,
    /// Bytes of the body that follows.
    pub(crate) body: BodyLength,
    /// Whether the client wants no other answer on this connection.
    pub(crate) close: bool,
    /// Whether the client waits to be told to send its body.
    pub(crate) expects_continue: bool,
}

/// What follows a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyLength {
    /// So many bytes.
    Bytes(u64),
    /// Chunks, of which nobody knows how many.
    Chunked,
}

/// Why a head is not one, in words for the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) status: StatusCode,
    pub(crate) why: &'static str,
}

const fn bad(why: &'static str) -> Refused {
    Refused { status: StatusCode::BAD_REQUEST, why }
}

const TARGET_TOO_LONG: Refused =
    Refused { status: StatusCode::URI_TOO_LONG, why: "the request's target is too long" };

const HEAD_TOO_LONG: Refused =
    Refused { status: StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, why: "the request's head is too long" };

/// Reads a head, from its request line to its empty line.
///
/// # Errors
/// Where it breaks a rule or a limit.
pub(crate) fn parse(head: &Bytes, limits: &Limits) -> Result<Head, Refused> {
    let mut fields = [const { MaybeUninit::uninit() }; HEADERS_MAX];
    let mut parsed = httparse::Request::new(&mut []);
    match parsed.parse_with_uninit_headers(head, &mut fields[..limits.headers.min(HEADERS_MAX)]) {
        Ok(httparse::Status::Complete(_)) => {}
        Ok(httparse::Status::Partial) => return Err(bad("the request's head ends too early")),
        Err(error) => return Err(refused(error, head)),
    }
    let target = parsed.path.unwrap_or_default();
    if target.len() > limits.target_bytes {
        return Err(TARGET_TOO_LONG);
    }
    let version = if parsed.version == Some(0) { Version::HTTP_10 } else { Version::HTTP_11 };
    let method = Method::from_bytes(parsed.method.unwrap_or_default().as_bytes())
        .map_err(|_| bad("the request's method is none"))?;
    // RFC 9112, 3.2: a fragment is no part of a target, and `Uri` would drop it without a word.
    if target.contains('#') {
        return Err(bad("the request's target has a fragment"));
    }
    let uri = Uri::from_maybe_shared(head.slice_ref(target.as_bytes()))
        .map_err(|_| bad("the request's target is not an address"))?;
    let headers = headers(head, parsed.headers)?;
    head_of(method, uri, version, headers)
}

fn refused(error: httparse::Error, head: &[u8]) -> Refused {
    match error {
        httparse::Error::TooManyHeaders => {
            Refused { why: "the request has too many header fields", ..HEAD_TOO_LONG }
        }
        httparse::Error::Version if names_version(head) => Refused {
            status: StatusCode::HTTP_VERSION_NOT_SUPPORTED,
            why: "only HTTP/1.0 and HTTP/1.1 are spoken here",
        },
        httparse::Error::HeaderName => bad("a header field's name is malformed"),
        httparse::Error::HeaderValue => bad("a header field's value is malformed"),
        _ => bad("the request's head is malformed"),
    }
}

/// Whether a request line ends in some version of HTTP, and not in whatever else stands where that belongs.
fn names_version(head: &[u8]) -> bool {
    let line = head.split(|&byte| byte == b'\r').next().unwrap_or_default();
    let words: Vec<&[u8]> = line.split(|&byte| byte == b' ').take(4).collect();
    let [_, _, version] = words[..] else { return false };
    matches!(version, [b'H', b'T', b'T', b'P', b'/', b'0'..=b'9', b'.', b'0'..=b'9'])
}

fn headers(head: &Bytes, fields: &[httparse::Header<'_>]) -> Result<HeaderMap, Refused> {
    let mut headers = HeaderMap::with_capacity(fields.len());
    for field in fields {
        let name = HeaderName::from_bytes(field.name.as_bytes())
            .map_err(|_| bad("a header field's name is malformed"))?;
        // An empty value may point nowhere.
        let value = if field.value.is_empty() { Bytes::new() } else { head.slice_ref(field.value) };
        let value =
            HeaderValue::from_maybe_shared(value).map_err(|_| bad("a header field's value is malformed"))?;
        headers.append(name, value);
    }
    Ok(headers)
}

fn head_of(method: Method, uri: Uri, version: Version, mut headers: HeaderMap) -> Result<Head, Refused> {
    let uri = sought(&method, uri, version, &mut headers)?;
    let body = body_length(version, &headers)?;
    let close = closes(version, &headers);
    let expects_continue = expects_continue(version, &headers)?;
    let (mut request, ()) = http::Request::new(()).into_parts();
    (request.method, request.uri, request.version, request.headers) = (method, uri, version, headers);
    Ok(Head { request, body, close, expects_continue })
}

/// The target as a path, with its host where the head says it (RFC 9112, 3.2).
fn sought(method: &Method, uri: Uri, version: Version, headers: &mut HeaderMap) -> Result<Uri, Refused> {
    let mut hosts = headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(_), Some(_)) => return Err(bad("the request names more than one host")),
        (None, _) if version == Version::HTTP_11 => return Err(bad("the request names no host")),
        (Some(host), None) if !is_host(host) => return Err(bad("the request's host is malformed")),
        _ => {}
    }
    if method == Method::CONNECT {
        let why = "nothing is tunnelled here";
        return Err(Refused { status: StatusCode::NOT_IMPLEMENTED, why });
    }
    match (uri.scheme(), uri.authority()) {
        (None, None) if uri.path() != "*" || method == Method::OPTIONS => Ok(uri),
        (Some(_), Some(authority)) if !authority.as_str().contains('@') => {
            let host = HeaderValue::from_str(authority.as_str())
                .map_err(|_| bad("the request's host is malformed"))?;
            headers.insert(HOST, host);
            uri.path_and_query().cloned().map(Uri::from).ok_or(bad("the request's target has no path"))
        }
        _ => Err(bad("the request's target is not a path")),
    }
}

/// Whether this can be a `Host`: an authority without a user, or nothing (RFC 9110, 7.2).
fn is_host(host: &HeaderValue) -> bool {
    let host = host.as_bytes();
    host.is_empty() || (!host.contains(&b'@') && Authority::try_from(host).is_ok())
}

/// How long the body is (RFC 9112, 6.3).
fn body_length(version: Version, headers: &HeaderMap) -> Result<BodyLength, Refused> {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    match (content_length(headers)?, codings.next()) {
        (length, None) => Ok(BodyLength::Bytes(length.unwrap_or(0))),
        (Some(_), Some(_)) => Err(bad("the request's body has a length and a transfer coding")),
        (None, Some(_)) if version == Version::HTTP_10 => Err(bad("HTTP/1.0 has no transfer codings")),
        (None, Some(coding))
            if codings.next().is_none() && coding.as_bytes().eq_ignore_ascii_case(b"chunked") =>
        {
            Ok(BodyLength::Chunked)
        }
        (None, Some(_)) => Err(Refused {
            status: StatusCode::NOT_IMPLEMENTED,
            why: "the only transfer coding known here is chunked",
        }),
    }
}

/// How long the body is said to be (RFC 9110, 8.6).
pub(crate) fn content_length(headers: &HeaderMap) -> Result<Option<u64>, Refused> {
    let mut lengths = headers.get_all(CONTENT_LENGTH).iter();
    match (lengths.next(), lengths.next()) {
        (None, _) => Ok(None),
        (Some(_), Some(_)) => Err(bad("the request's body has more than one length")),
        (Some(length), None) => {
            length_of(length).map(Some).ok_or(bad("the length of the request's body is no number"))
        }
    }
}

/// Digits alone; what `parse` takes besides (a sign) is not in the grammar.
fn length_of(value: &HeaderValue) -> Option<u64> {
    let digits = value.to_str().ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    digits.parse().ok()
}

fn closes(version: Version, headers: &HeaderMap) -> bool {
    let has = |option: &str| {
        let values = headers.get_all(CONNECTION).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|word| word.trim().eq_ignore_ascii_case(option))
    };
    has("close") || (version == Version::HTTP_10 && !has("keep-alive"))
}

fn expects_continue(version: Version, headers: &HeaderMap) -> Result<bool, Refused> {
    match headers.get(EXPECT) {
        // RFC 9110, 10.1.1: of HTTP/1.0 it is not heeded.
        Some(_) if version == Version::HTTP_10 => Ok(false),
        None => Ok(false),
        Some(value) if value.as_bytes().eq_ignore_ascii_case(b"100-continue") => Ok(true),
        Some(_) => Err(Refused {
            status: StatusCode::EXPECTATION_FAILED,
            why: "the only expectation known here is 100-continue",
        }),
    }
}

#[cfg(test)]
mod tests;
