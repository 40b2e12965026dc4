//! A request and its answer where frames carry them: HTTP/2 and HTTP/3.

use http::header::{ALT_SVC, CONNECTION, DATE, HOST, TE, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderName, HeaderValue, Method, Response, StatusCode, Uri, request};

use crate::connection::with_date;
use crate::head::{Refused, content_length};
use crate::request_body::Content;
use crate::respond;
use crate::serve::Server;
use crate::{Handler, Limits, Peer, RequestBody, Streamed};

/// Fields that no request in frames has (RFC 9113, 8.2.2; RFC 9114, 4.2).
const OF_CONNECTIONS: [HeaderName; 5] = [
    CONNECTION,
    TRANSFER_ENCODING,
    UPGRADE,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
];

/// The answer to a request, which may have a body, with `alternative` as where else it could be asked.
pub(crate) async fn exchanged<H: Handler>(
    request: request::Parts,
    body: Content<'_>,
    peer: Peer,
    server: &Server<H>,
    alternative: Option<HeaderValue>,
) -> Response<Streamed> {
    let method = request.method.clone();
    let limits = &server.options.limits;
    let sought = sought(request, limits).and_then(|request| Ok((content_length(&request.headers)?, request)));
    let answer = match sought {
        Ok((length, request)) => {
            let mut body = RequestBody::new(body, length, limits, &server.room);
            server.handler.answer_with(request, &mut body, peer).await
        }
        Err(refused) => respond::refusal(refused),
    };
    let (answer, length) = respond::settled(answer, &method);
    let mut response = answer.streamed_as(length);
    let headers = response.headers_mut();
    headers.extend(alternative.map(|alternative| (ALT_SVC, alternative)));
    with_date(&*server.options.clock, |date| {
        headers.extend(HeaderValue::from_str(date).ok().map(|date| (DATE, date)));
    });
    response
}

/// The request as HTTP/1.1 would have it: its target a path, its host a header field.
fn sought(mut parts: request::Parts, limits: &Limits) -> Result<request::Parts, Refused> {
    if parts.method == Method::CONNECT {
        return Err(Refused { status: StatusCode::NOT_IMPLEMENTED, why: "nothing is tunnelled here" });
    }
    let bad = |why| Refused { status: StatusCode::BAD_REQUEST, why };
    let te = parts.headers.get(TE);
    if OF_CONNECTIONS.iter().any(|name| parts.headers.contains_key(name))
        || te.is_some_and(|te| te != "trailers")
    {
        return Err(bad("the request has a field that is for connections of HTTP/1.1"));
    }
    // Taken apart it tells no path from a short one.
    let target = std::mem::take(&mut parts.uri).into_parts();
    let path = target.path_and_query.ok_or(bad("the request's target has no path"))?;
    if path.as_str().len() > limits.target_bytes {
        return Err(Refused { status: StatusCode::URI_TOO_LONG, why: "the request's target is too long" });
    }
    let host = target.authority.and_then(|host| HeaderValue::from_str(host.as_str()).ok());
    if let Some(host) = host {
        parts.headers.insert(HOST, host);
    }
    parts.uri = Uri::from(path);
    Ok(parts)
}
