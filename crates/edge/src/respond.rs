//! From a request to a response.

use std::ops::Range;
use std::sync::Arc;

use cache::access::Denied;
use cache::conditional::{self, EntityTag, Verdict};
use cache::freshness::Content;
use cache::range::{self, Answer};
use http::header::{self, HeaderName};
use http::{HeaderMap, Method, Response, StatusCode, request};
use store::{ByteRange, Key, Store};

use crate::content_type;
use crate::multipart::Multipart;
use crate::response::{Body, Builder, CACHE_STATUS};

/// What an object can be asked for.
const METHODS: &str = "GET, HEAD, OPTIONS";

/// Request headers that a page of another origin may set: what players send.
const REQUEST_HEADERS: &str = "Range, If-Match, If-None-Match, If-Range, CTA-Common-Access-Token, \
                               CMCD-Object, CMCD-Request, CMCD-Session, CMCD-Status";

/// Seconds for which a browser may remember that: as long as any of them does.
const PREFLIGHT_AGE_S: &str = "86400";

/// Methods that are known and not for objects: 405. Those that nobody knows get 501 (RFC 9110 section 9.1).
const OTHER_METHODS: [Method; 6] =
    [Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE, Method::CONNECT];

/// Seconds after which a client may ask again where the store failed: short beside a player's buffer, long beside what
/// a disk or a mount takes to recover.
const RETRY_AFTER_S: &str = "2";

/// Our member of `Cache-Status` (RFC 9211) where an object is sent: the edge had it. Answers that it makes up itself,
/// such as 404, have none (section 2).
const CACHE_HIT: &str = "matinee; hit";

/// How who has no token is asked for one (RFC 9110 section 11.6.1 wants a challenge in each 401), by the name of the
/// header that carries it.
const CHALLENGE: &str = "CTA-Common-Access-Token";

/// What a path names.
pub(crate) struct Named {
    /// The object.
    pub(crate) key: Key,
    /// The bytes of it that stand for the whole, if not all of them.
    pub(crate) part: Option<Range<u64>>,
}

/// An object, or a part of one that has its own address, as far as its headers need it.
struct Object {
    key: Key,
    /// Where it begins in what the store has under the key.
    start: u64,
    bytes: u64,
    /// Between the quotes of its entity tag. Objects never change, so the key and the length say it all, and every
    /// edge says the same.
    tag: String,
    /// How long it may be kept, and by whom.
    content: Content,
}

/// The answer to `request` for the object `named`, which is kept as `content`; `None` stands for a path that names none.
pub(crate) async fn respond(
    store: &Arc<dyn Store>,
    named: Option<Named>,
    content: Content,
    request: &request::Parts,
) -> Response<Body> {
    match request.method {
        Method::GET | Method::HEAD => {}
        Method::OPTIONS => return preflight(),
        ref other if OTHER_METHODS.contains(other) => return not_allowed(),
        _ => return not_implemented(),
    }
    let Some(Named { key, part }) = named else { return not_found() };
    match respond_with_object(store, &key, part, content, request).await {
        Ok(response) => response,
        Err(store::Error::NotFound(_)) => not_found(),
        Err(error) => {
            tracing::error!(%key, error = &error as &dyn std::error::Error, "the store does not answer");
            Builder::new(StatusCode::SERVICE_UNAVAILABLE, Content::Passing)
                .fixed(header::RETRY_AFTER, RETRY_AFTER_S)
                .text("the store does not answer\n")
        }
    }
}

async fn respond_with_object(
    store: &Arc<dyn Store>,
    key: &Key,
    part: Option<Range<u64>>,
    content: Content,
    request: &request::Parts,
) -> store::Result<Response<Body>> {
    let Some(meta) = store.head(key).await? else { return Ok(not_found()) };
    let Some(object) = Object::new(key, meta.bytes, part, content) else { return Ok(not_found()) };
    let tag = EntityTag::strong(&object.tag);
    let value = |name| joined(&request.headers, name);
    let (if_match, if_none_match) = (value(header::IF_MATCH), value(header::IF_NONE_MATCH));
    match conditional::evaluate(if_match.as_deref(), if_none_match.as_deref(), &tag) {
        Verdict::Proceed => {}
        Verdict::NotModified => return Ok(described(StatusCode::NOT_MODIFIED, &object).empty()),
        Verdict::Failed => {
            let failed = Builder::new(StatusCode::PRECONDITION_FAILED, Content::Passing);
            return Ok(failed.text("the object is another one\n"));
        }
    }
    if request.method == Method::HEAD {
        return Ok(whole(&object).empty());
    }
    match wanted_range(&request.headers, &object, &tag) {
        Answer::Whole => {
            let all = (object.bytes < meta.bytes).then(|| object.span(&(0..object.bytes)));
            Ok(whole(&object).stream(store.read(key, all).await?))
        }
        Answer::Part(range) => {
            Ok(ranged(&object, &range).stream(store.read(key, Some(object.span(&range))).await?))
        }
        Answer::Parts(ranges) => {
            let content_type = content_type::of(object.key.name());
            let body = Multipart::new(content_type, object.bytes, object.start, &ranges);
            Ok(multipart(&object, &body).stream(body.read(store, key).await?))
        }
        Answer::Unsatisfiable => Ok(unsatisfiable(&object)),
    }
}

impl Object {
    /// The `part` of an object of `bytes`, or all of it; `None` where the object has not that part.
    fn new(key: &Key, bytes: u64, part: Option<Range<u64>>, content: Content) -> Option<Object> {
        let tag = format!("{bytes:x}-{key}");
        match part {
            None => Some(Object { key: key.clone(), start: 0, bytes, tag, content }),
            Some(part) if part.end <= bytes => {
                let tag = format!("{tag}-{}-{}", part.start, part.end);
                let bytes = part.end - part.start;
                Some(Object { key: key.clone(), start: part.start, bytes, tag, content })
            }
            Some(_) => None,
        }
    }

    /// Where a range of it is in what the store has.
    fn span(&self, range: &Range<u64>) -> ByteRange {
        ByteRange { offset: self.start + range.start, length: range.end - range.start }
    }
}

fn wanted_range(headers: &HeaderMap, object: &Object, tag: &EntityTag<'_>) -> Answer {
    let if_range = headers.get(header::IF_RANGE).map(|value| value.as_bytes());
    match joined(headers, header::RANGE) {
        Some(value) if conditional::range_applies(if_range, tag) => range::evaluate(&value, object.bytes),
        _ => Answer::Whole,
    }
}

/// The values of header `name` as one list (RFC 9110 section 5.3).
fn joined(headers: &HeaderMap, name: HeaderName) -> Option<Vec<u8>> {
    let values: Vec<&[u8]> = headers.get_all(name).iter().map(|value| value.as_bytes()).collect();
    (!values.is_empty()).then(|| values.join(&b", "[..]))
}

/// Headers that do not depend on which bytes are sent.
fn described(status: StatusCode, object: &Object) -> Builder {
    Builder::new(status, object.content)
        .computed(header::ETAG, &EntityTag::strong(&object.tag).to_string())
        .fixed(CACHE_STATUS, CACHE_HIT)
        .fixed(header::ACCEPT_RANGES, "bytes")
}

fn whole(object: &Object) -> Builder {
    described(StatusCode::OK, object)
        .fixed(header::CONTENT_TYPE, content_type::of(object.key.name()))
        .computed(header::CONTENT_LENGTH, &object.bytes.to_string())
}

fn ranged(object: &Object, range: &Range<u64>) -> Builder {
    let content_range = format!("bytes {}-{}/{}", range.start, range.end - 1, object.bytes);
    described(StatusCode::PARTIAL_CONTENT, object)
        .fixed(header::CONTENT_TYPE, content_type::of(object.key.name()))
        .computed(header::CONTENT_LENGTH, &(range.end - range.start).to_string())
        .computed(header::CONTENT_RANGE, &content_range)
}

/// Each part has a `Content-Range` of its own, the whole must have none (RFC 9110 section 15.3.7.2).
fn multipart(object: &Object, body: &Multipart) -> Builder {
    described(StatusCode::PARTIAL_CONTENT, object)
        .computed(header::CONTENT_TYPE, &body.content_type())
        .computed(header::CONTENT_LENGTH, &body.content_length().to_string())
}

fn unsatisfiable(object: &Object) -> Response<Body> {
    Builder::new(StatusCode::RANGE_NOT_SATISFIABLE, Content::Passing)
        .fixed(header::ACCEPT_RANGES, "bytes")
        .computed(header::CONTENT_RANGE, &format!("bytes */{}", object.bytes))
        .text("the object has no such bytes\n")
}

/// The answer to who may not read.
pub(crate) fn denied(denied: Denied) -> Response<Body> {
    let (status, line) = match denied {
        Denied::Missing => (StatusCode::UNAUTHORIZED, "an access token is needed\n"),
        Denied::Malformed => (StatusCode::UNAUTHORIZED, "the access token is unreadable\n"),
        Denied::Forged => (StatusCode::UNAUTHORIZED, "the access token's signature is wrong\n"),
        Denied::TooEarly => (StatusCode::UNAUTHORIZED, "the access token is not valid yet\n"),
        Denied::Expired => (StatusCode::UNAUTHORIZED, "the access token has expired\n"),
        Denied::OtherPath => (StatusCode::FORBIDDEN, "the access token is for something else\n"),
        Denied::Unknown => {
            (StatusCode::FORBIDDEN, "the access token has a condition that is not known here\n")
        }
    };
    let builder = Builder::new(status, Content::Passing);
    match status {
        StatusCode::UNAUTHORIZED => builder.fixed(header::WWW_AUTHENTICATE, CHALLENGE).text(line),
        _ => builder.text(line),
    }
}

fn not_found() -> Response<Body> {
    Builder::new(StatusCode::NOT_FOUND, Content::Absent).text("there is no such object\n")
}

fn not_allowed() -> Response<Body> {
    Builder::new(StatusCode::METHOD_NOT_ALLOWED, Content::Passing)
        .fixed(header::ALLOW, METHODS)
        .text("objects can only be read\n")
}

fn not_implemented() -> Response<Body> {
    Builder::new(StatusCode::NOT_IMPLEMENTED, Content::Passing).text("there is no such method\n")
}

fn preflight() -> Response<Body> {
    Builder::new(StatusCode::NO_CONTENT, Content::Passing)
        .fixed(header::ALLOW, METHODS)
        .fixed(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS)
        .fixed(header::ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS)
        .fixed(header::ACCESS_CONTROL_MAX_AGE, PREFLIGHT_AGE_S)
        .empty()
}
