//! From a request to an answer.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use cache::access::Denied;
use cache::blocks;
use cache::conditional::{self, EntityTag, Verdict};
use cache::freshness::Content;
use cache::range;
use http::header;
use http::{HeaderMap, Method, StatusCode, request};
use listen::Answer;

use crate::asked;
use crate::content_type;
use crate::multipart::Multipart;
use crate::response::{Builder, CacheName};
use crate::seal::{self, BLOCK_DIGESTS};
use crate::source::{Asked, Failure, Found, Handled, Source};

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

/// Seconds after which a client may ask again where nobody could say: short beside a player's buffer, long beside what
/// a disk or a mount takes to recover.
const RETRY_AFTER_S: &str = "2";

/// How who has no token is asked for one (RFC 9110 section 11.6.1 wants a challenge in each 401), by the name of the
/// header that carries it.
const CHALLENGE: &str = "CTA-Common-Access-Token";

/// What a request is about.
pub(crate) struct Wanted {
    /// The object, as its source is asked for it.
    pub(crate) asked: Asked,
    /// The bytes of it that stand for the whole, if not all of them.
    pub(crate) part: Option<Range<u64>>,
    /// How long it may be kept, and by whom.
    pub(crate) content: Content,
}

/// An object, or a part of one that has its own address, as far as its headers need it.
struct Object {
    found: Found,
    content_type: Cow<'static, str>,
    /// Where it begins in what the source has under the key.
    start: u64,
    bytes: u64,
    /// Its entity tag as it stands in a header.
    tag: Arc<str>,
    content: Content,
    /// This cache's name, for `Cache-Status`.
    cache: Arc<CacheName>,
}

/// The answer to `request`; `None` stands for a path that names no object. `cache` is the name of this one.
pub(crate) async fn respond(
    source: &dyn Source,
    cache: &Arc<CacheName>,
    wanted: Option<Wanted>,
    request: &request::Parts,
) -> Answer {
    match request.method {
        Method::GET | Method::HEAD => {}
        Method::OPTIONS => return preflight(),
        ref other if OTHER_METHODS.contains(other) => return not_allowed(),
        _ => return not_implemented(),
    }
    let Some(wanted) = wanted else { return not_found() };
    match respond_with_object(source, cache, wanted, request).await {
        Ok(mut answer) => {
            if answer.status.is_success() && request.headers.contains_key(BLOCK_DIGESTS) {
                seal::put(answer.status, &mut answer.headers);
            }
            answer
        }
        Err(failure) => {
            tracing::error!(error = &failure as &dyn std::error::Error, "an object cannot be had");
            Builder::new(StatusCode::SERVICE_UNAVAILABLE, Content::Passing)
                .fixed(header::RETRY_AFTER, RETRY_AFTER_S)
                .text("the object cannot be had now\n")
        }
    }
}

async fn respond_with_object(
    source: &dyn Source,
    cache: &Arc<CacheName>,
    wanted: Wanted,
    request: &request::Parts,
) -> Result<Answer, Failure> {
    let asked = &wanted.asked;
    let Some(found) = source.find(asked).await? else { return Ok(not_found()) };
    let Some(object) = Object::new(found, cache, &wanted) else { return Ok(not_found()) };
    let tag = EntityTag::parse(object.tag.as_bytes());
    let value = |name| asked::joined(&request.headers, name);
    let (if_match, if_none_match) = (value(header::IF_MATCH), value(header::IF_NONE_MATCH));
    match conditional::evaluate(if_match.as_deref(), if_none_match.as_deref(), tag.as_ref()) {
        Verdict::Proceed => {}
        Verdict::NotModified => {
            let handled = object.found.handled;
            return Ok(object.described(StatusCode::NOT_MODIFIED, handled).empty());
        }
        Verdict::Failed => {
            let failed = Builder::new(StatusCode::PRECONDITION_FAILED, Content::Passing);
            return Ok(failed.text("the object is another one\n"));
        }
    }
    if request.method == Method::HEAD {
        return Ok(object.whole(object.found.handled).empty());
    }
    let ranges = wanted_ranges(&request.headers, &object, tag.as_ref());
    send(source, asked, &object, ranges, request).await
}

/// The answer with bytes.
async fn send(
    source: &dyn Source,
    asked: &Asked,
    object: &Object,
    ranges: range::Answer,
    request: &request::Parts,
) -> Result<Answer, Failure> {
    let found = &object.found;
    match ranges {
        range::Answer::Unsatisfiable => Ok(unsatisfiable(object)),
        range::Answer::Whole if object.bytes == 0 => Ok(object.whole(found.handled).empty()),
        range::Answer::Whole => {
            let reading = source.read(asked, found, object.span(&(0..object.bytes))).await?;
            Ok(Answer { done: reading.done, ..object.whole(reading.handled).with(reading.body) })
        }
        range::Answer::Part(range) => {
            let span = object.span(&range);
            let digests = match slice_of(&span, found.bytes) {
                Some(slice) if request.headers.contains_key(BLOCK_DIGESTS) => {
                    source.digests(asked, found, slice).await?
                }
                _ => None,
            };
            let reading = source.read(asked, found, span).await?;
            let mut builder = object.ranged(&range, reading.handled);
            if let Some(digests) = digests {
                builder = builder.computed(BLOCK_DIGESTS, &digests.to_string());
            }
            Ok(Answer { done: reading.done, ..builder.with(reading.body) })
        }
        range::Answer::Parts(ranges) => {
            let multipart = Multipart::new(&object.content_type, object.bytes, object.start, &ranges);
            let builder = object.multipart(&multipart);
            let reading = multipart.read(source, asked, found).await?;
            Ok(builder.handled(&object.cache, reading.handled).with(reading.body))
        }
    }
}

/// Which slice `span` of an object of `bytes` is exactly, if it is one.
fn slice_of(span: &Range<u64>, bytes: u64) -> Option<u32> {
    let index = u32::try_from(span.start / u64::from(blocks::SLICE_BYTES)).ok()?;
    (blocks::bytes_of(index, bytes)? == *span).then_some(index)
}

impl Object {
    /// What is wanted of what was found; `None` where that has not the part.
    fn new(found: Found, cache: &Arc<CacheName>, wanted: &Wanted) -> Option<Object> {
        let (start, bytes) = match &wanted.part {
            None => (0, found.bytes),
            Some(part) if part.end <= found.bytes => (part.start, part.end - part.start),
            Some(_) => return None,
        };
        let mut tag = found.tag.clone().unwrap_or_default();
        if let (Some(part), Some(opaque)) = (&wanted.part, tag.strip_suffix('"')) {
            tag = format!("{opaque}-{}-{}\"", part.start, part.end).into();
        }
        let content_type = match &found.content_type {
            Some(content_type) => Cow::Owned(content_type.clone()),
            None => Cow::Borrowed(content_type::of(wanted.asked.key.name())),
        };
        let (content, cache) = (wanted.content, Arc::clone(cache));
        Some(Object { found, content_type, start, bytes, tag, content, cache })
    }

    /// Where a range of it is in what the source has.
    fn span(&self, range: &Range<u64>) -> Range<u64> {
        self.start + range.start..self.start + range.end
    }

    /// Headers that do not depend on which bytes are sent.
    fn described(&self, status: StatusCode, handled: Handled) -> Builder {
        let mut builder = Builder::new(status, self.content)
            .handled(&self.cache, handled)
            .fixed(header::ACCEPT_RANGES, "bytes");
        if !self.tag.is_empty() {
            builder = builder.computed(header::ETAG, &self.tag);
        }
        if let (Some(value), Content::Immutable) = (&self.found.cache_control, self.content) {
            builder = builder.computed(header::CACHE_CONTROL, value);
        }
        if let Some(age_s) = self.found.age_s {
            builder = builder.number(header::AGE, age_s);
        }
        builder
    }

    fn whole(&self, handled: Handled) -> Builder {
        self.described(StatusCode::OK, handled)
            .text_of(header::CONTENT_TYPE, self.content_type.clone())
            .number(header::CONTENT_LENGTH, self.bytes)
    }

    fn ranged(&self, range: &Range<u64>, handled: Handled) -> Builder {
        let content_range = format!("bytes {}-{}/{}", range.start, range.end - 1, self.bytes);
        self.described(StatusCode::PARTIAL_CONTENT, handled)
            .text_of(header::CONTENT_TYPE, self.content_type.clone())
            .number(header::CONTENT_LENGTH, range.end - range.start)
            .computed(header::CONTENT_RANGE, &content_range)
    }

    /// Each part has a `Content-Range` of its own, the whole must have none (RFC 9110 section 15.3.7.2).
    fn multipart(&self, body: &Multipart) -> Builder {
        self.described(StatusCode::PARTIAL_CONTENT, self.found.handled)
            .computed(header::CONTENT_TYPE, &body.content_type())
            .number(header::CONTENT_LENGTH, body.content_length())
    }
}

fn wanted_ranges(headers: &HeaderMap, object: &Object, tag: Option<&EntityTag<'_>>) -> range::Answer {
    let if_range = headers.get(header::IF_RANGE).map(|value| value.as_bytes());
    match asked::joined(headers, header::RANGE) {
        Some(value) if conditional::range_applies(if_range, tag) => range::evaluate(&value, object.bytes),
        _ => range::Answer::Whole,
    }
}

fn unsatisfiable(object: &Object) -> Answer {
    Builder::new(StatusCode::RANGE_NOT_SATISFIABLE, Content::Passing)
        .fixed(header::ACCEPT_RANGES, "bytes")
        .computed(header::CONTENT_RANGE, &format!("bytes */{}", object.bytes))
        .text("the object has no such bytes\n")
}

/// The answer to who may not read.
pub(crate) fn denied(denied: Denied) -> Answer {
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

fn not_found() -> Answer {
    Builder::new(StatusCode::NOT_FOUND, Content::Absent).text("there is no such object\n")
}

fn not_allowed() -> Answer {
    Builder::new(StatusCode::METHOD_NOT_ALLOWED, Content::Passing)
        .fixed(header::ALLOW, METHODS)
        .text("objects can only be read\n")
}

fn not_implemented() -> Answer {
    Builder::new(StatusCode::NOT_IMPLEMENTED, Content::Passing).text("there is no such method\n")
}

fn preflight() -> Answer {
    Builder::new(StatusCode::NO_CONTENT, Content::Passing)
        .fixed(header::ALLOW, METHODS)
        .fixed(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS)
        .fixed(header::ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS)
        .fixed(header::ACCESS_CONTROL_MAX_AGE, PREFLIGHT_AGE_S)
        .empty()
}
