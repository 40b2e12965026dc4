//! A presentation on a server, by ranges of its files.

use conform::{Part, Source, Unreadable};
use fetch::{Answer, Client, Error, Limits, Request};
use media::ByteRange;
use std::time::Duration;
use tokio::runtime::Handle;

/// A manifest's server may be far and busy, and the whole of a file may have to come.
const LIMITS: Limits = Limits {
    connect: Duration::from_secs(10),
    total: Duration::from_secs(30),
    body_bytes_max: WHOLE_FILE_BYTES_MAX,
    redirects_max: 5,
};

/// Most bytes of an answer: a server that knows no ranges sends the whole file, which has to be small then.
const WHOLE_FILE_BYTES_MAX: usize = 256 * 1024 * 1024;

/// A server, and those that its manifests name.
#[derive(Debug)]
pub(super) struct Server {
    pub client: Client,
    pub runtime: Handle,
}

impl Source for Server {
    fn read(&self, uri: &str, range: ByteRange) -> Result<Part, Unreadable> {
        if !uri.starts_with("http://") && !uri.starts_with("https://") {
            return Err(Unreadable::Elsewhere);
        }
        let part = fetch::Part { offset: range.offset, length: range.length };
        let request = Request::get(uri).of_part(part);
        match self.runtime.block_on(self.client.send(&request, &LIMITS)) {
            Ok(answer) => taken(&answer, range),
            Err(Error::Elsewhere { .. }) => Err(Unreadable::Elsewhere),
            Err(error) => Err(Unreadable::Failed(error.to_string())),
        }
    }
}

/// What an answer to a request for `range` holds of it (RFC 9110, 14).
fn taken(answer: &Answer, range: ByteRange) -> Result<Part, Unreadable> {
    let total = answer.header("content-range").and_then(|said| said.rsplit('/').next()?.parse::<u64>().ok());
    let bytes = &answer.body;
    match answer.status.as_u16() {
        206 => {
            let unknown = || Unreadable::Failed("no Content-Range says how long the file is".to_owned());
            let end = usize::try_from(range.length).unwrap_or(usize::MAX).min(bytes.len());
            Ok(Part { bytes: bytes[..end].to_vec(), file_bytes: total.ok_or_else(unknown)? })
        }
        200 => {
            let start = usize::try_from(range.offset).unwrap_or(usize::MAX).min(bytes.len());
            let end = usize::try_from(range.offset.saturating_add(range.length)).unwrap_or(usize::MAX);
            Ok(Part { bytes: bytes[start..end.min(bytes.len())].to_vec(), file_bytes: bytes.len() as u64 })
        }
        // Nothing is there: the range begins after the end.
        416 => Ok(Part { bytes: Vec::new(), file_bytes: total.unwrap_or(0) }),
        404 | 410 => Err(Unreadable::Missing),
        other => Err(Unreadable::Failed(format!("the server answers {other}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::http::header::{CONTENT_RANGE, RANGE};
    use axum::http::{HeaderMap, StatusCode};
    use axum::response::{IntoResponse, Redirect, Response};
    use axum::routing::get;
    use fetch::Trust;
    use fetch::testing::{ROOT_PEM, tls_before};
    use std::net::Ipv4Addr;

    const FILE: &[u8] = b"0123456789";

    /// Answers as RFC 9110, 14, has it, for ranges that have a first and a last byte.
    async fn part(headers: HeaderMap) -> Response {
        let range = headers[RANGE].to_str().unwrap().strip_prefix("bytes=").unwrap().split_once('-').unwrap();
        let (first, last): (usize, usize) = (range.0.parse().unwrap(), range.1.parse().unwrap());
        if first >= FILE.len() {
            return (StatusCode::RANGE_NOT_SATISFIABLE, [(CONTENT_RANGE, "bytes */10".to_owned())])
                .into_response();
        }
        let last = last.min(FILE.len() - 1);
        let range = format!("bytes {first}-{last}/{}", FILE.len());
        (StatusCode::PARTIAL_CONTENT, [(CONTENT_RANGE, range)], FILE[first..=last].to_vec()).into_response()
    }

    #[tokio::test]
    async fn servers_with_and_without_ranges() {
        let app = Router::new()
            .route("/part", get(part))
            .route("/whole", get(|| async { FILE }))
            .route("/moved/a", get(|| async { Redirect::permanent("/part") }))
            .route("/round", get(|| async { Redirect::permanent("/round") }))
            .route("/away", get(|| async { Redirect::permanent("ftp://example.com/") }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let plain = listener.local_addr().unwrap();
        tokio::spawn(axum::serve(listener, app).into_future());
        let secure = tls_before(plain, Ipv4Addr::LOCALHOST).await;

        let trust = Trust::public().with_pem(ROOT_PEM.as_bytes(), "a test").unwrap();
        let server = Server { client: Client::new(trust).unwrap(), runtime: Handle::current() };
        let check = move || {
            for url in [format!("http://{plain}"), format!("https://{secure}")] {
                check_server(&server, &url);
            }
            let elsewhere = server.read("file:///etc/hosts", ByteRange { offset: 0, length: 1 });
            assert_eq!(elsewhere, Err(Unreadable::Elsewhere));
        };
        tokio::task::spawn_blocking(check).await.unwrap();
    }

    fn check_server(server: &Server, url: &str) {
        for path in ["part", "whole", "moved/a"] {
            for (offset, length, expected) in [(0, 4, "0123"), (8, 9, "89"), (20, 4, ""), (3, 0, "")] {
                let part = server.read(&format!("{url}/{path}"), ByteRange { offset, length }).unwrap();
                assert_eq!((part.bytes.as_slice(), part.file_bytes), (expected.as_bytes(), 10), "{path}");
            }
        }
        let read = |path: &str| server.read(&format!("{url}/{path}"), ByteRange { offset: 0, length: 1 });
        assert_eq!(read("missing"), Err(Unreadable::Missing));
        assert_eq!(read("away"), Err(Unreadable::Elsewhere));
        assert!(matches!(read("round"), Err(Unreadable::Failed(reason)) if reason.contains("redirections")));
    }
}
