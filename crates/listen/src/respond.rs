//! The head of an answer as HTTP/1.1 writes it, and whether an answer is one that can be sent.

use http::header::CONTENT_LENGTH;
use http::{HeaderValue, Method, StatusCode, Version};

use crate::head::Refused;
use crate::{Answer, Body};

/// What an answer says of its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Persistence {
    /// It stays, which HTTP/1.1 takes for granted.
    Stays,
    /// It stays, which HTTP/1.0 wants to hear.
    Kept,
    /// It ends with this answer.
    Closes,
}

impl Persistence {
    pub(crate) fn of(version: Version, close: bool) -> Persistence {
        match (close, version) {
            (true, _) => Persistence::Closes,
            (false, Version::HTTP_10) => Persistence::Kept,
            (false, _) => Persistence::Stays,
        }
    }
}

/// Appends the head of an answer.
pub(crate) fn write_head(into: &mut Vec<u8>, answer: &Answer, date: &str, persistence: Persistence) {
    into.extend_from_slice(b"HTTP/1.1 ");
    into.extend_from_slice(answer.status.as_str().as_bytes());
    into.push(b' ');
    into.extend_from_slice(answer.status.canonical_reason().unwrap_or_default().as_bytes());
    into.extend_from_slice(b"\r\ndate: ");
    into.extend_from_slice(date.as_bytes());
    into.extend_from_slice(match persistence {
        Persistence::Stays => b"\r\n".as_slice(),
        Persistence::Kept => b"\r\nconnection: keep-alive\r\n",
        Persistence::Closes => b"\r\nconnection: close\r\n",
    });
    for (name, value) in &answer.headers {
        into.extend_from_slice(name.as_str().as_bytes());
        into.extend_from_slice(b": ");
        into.extend_from_slice(value.as_bytes());
        into.extend_from_slice(b"\r\n");
    }
    into.extend_from_slice(b"\r\n");
}

/// The answer to a request that is refused before any handler sees it: a line of text, that ends the connection.
pub(crate) fn refusal(refused: Refused) -> Answer {
    let mut answer = text(refused.status, refused.why);
    answer.headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    answer
}

fn text(status: StatusCode, why: &'static str) -> Answer {
    let body = bytes::Bytes::from(format!("{why}\n"));
    let mut headers = http::HeaderMap::new();
    headers.insert(CONTENT_LENGTH, body.len().into());
    Answer { status, headers, body: Body::Bytes(body), done: None }
}

/// The answer, once its body is as long as it says: an answer that would leave the client waiting, or take the next for a part
/// of it, becomes a 500. With it comes how many bytes follow.
pub(crate) fn settled(mut answer: Answer, method: &Method) -> (Answer, u64) {
    let status = answer.status;
    let has_none = status.is_informational() || matches!(status.as_u16(), 204 | 304);
    if method == Method::HEAD || has_none {
        answer.body = Body::Empty;
        return (answer, 0);
    }
    let said = answer
        .headers
        .get(CONTENT_LENGTH)
        .map(|value| value.to_str().ok().and_then(|text| text.parse().ok()));
    let real = match &answer.body {
        Body::Empty => Some(0),
        Body::Bytes(bytes) => Some(bytes.len() as u64),
        Body::File(part) => Some(part.length),
        Body::Pieces(_) => None,
    };
    match (said, real) {
        (None, Some(real)) => {
            answer.headers.insert(CONTENT_LENGTH, real.into());
            (answer, real)
        }
        (Some(Some(said)), real) if real.is_none_or(|real| real == said) => (answer, said),
        _ => {
            tracing::error!(%status, ?said, ?real, "an answer's length is not that of its body; a 500 goes instead");
            let mut instead = text(StatusCode::INTERNAL_SERVER_ERROR, "the answer came to nothing");
            instead.done = answer.done;
            let length = if let Body::Bytes(bytes) = &instead.body { bytes.len() as u64 } else { 0 };
            (instead, length)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use http::HeaderMap;

    fn answer(status: u16, length: Option<&'static str>, body: Body) -> Answer {
        let mut headers = HeaderMap::new();
        headers.extend(length.map(|length| (CONTENT_LENGTH, HeaderValue::from_static(length))));
        Answer { status: StatusCode::from_u16(status).unwrap(), headers, body, done: None }
    }

    fn some() -> Body {
        Body::Bytes(Bytes::from_static(b"12345"))
    }

    fn pieces() -> Body {
        Body::Pieces(Box::pin(futures_util::stream::empty()))
    }

    #[test]
    fn an_answer_is_as_long_as_it_says_or_a_500() {
        let check = |answer: Answer, method: Method, status: u16, length: Option<&str>, follow: u64| {
            let shown = format!("{answer:?}");
            let (answer, follows) = settled(answer, &method);
            assert_eq!((answer.status.as_u16(), follows), (status, follow), "{shown}");
            let said = answer.headers.get(CONTENT_LENGTH).map(|value| value.to_str().unwrap());
            assert_eq!(said, length, "{shown}");
        };
        check(answer(200, Some("5"), some()), Method::GET, 200, Some("5"), 5);
        check(answer(200, None, some()), Method::GET, 200, Some("5"), 5);
        check(answer(200, Some("5"), Body::Empty), Method::HEAD, 200, Some("5"), 0);
        check(answer(200, Some("5"), some()), Method::HEAD, 200, Some("5"), 0);
        check(answer(304, None, Body::Empty), Method::GET, 304, None, 0);
        check(answer(404, None, Body::Empty), Method::GET, 404, Some("0"), 0);
        check(answer(200, Some("9"), pieces()), Method::GET, 200, Some("9"), 9);
        check(answer(200, Some("6"), some()), Method::GET, 500, Some("27"), 27);
        check(answer(200, Some("x"), some()), Method::GET, 500, Some("27"), 27);
        check(answer(200, None, pieces()), Method::GET, 500, Some("27"), 27);
    }

    #[test]
    fn heads_are_written_as_http_wants() {
        for (persistence, line) in [
            (Persistence::of(Version::HTTP_11, false), ""),
            (Persistence::of(Version::HTTP_10, false), "connection: keep-alive\r\n"),
            (Persistence::of(Version::HTTP_11, true), "connection: close\r\n"),
        ] {
            let mut bytes = Vec::new();
            write_head(&mut bytes, &answer(206, Some("5"), some()), "now", persistence);
            let expected =
                format!("HTTP/1.1 206 Partial Content\r\ndate: now\r\n{line}content-length: 5\r\n\r\n");
            assert_eq!(String::from_utf8(bytes).unwrap(), expected);
        }
    }
}
