//! A presentation on a server, over HTTP/1.1 with range requests. There is no TLS in this program.

use anyhow::{Context as _, bail};
use conform::{Part, Source, Unreadable};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONTENT_LENGTH, CONTENT_RANGE, HOST, LOCATION, RANGE, USER_AGENT};
use hyper::{Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use media::ByteRange;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::time::timeout;

/// Redirections of one request that are followed.
const REDIRECTS_MAX: usize = 5;

/// Longest that one request may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// Bytes of an answer beyond what was asked for: a server that knows no ranges sends the whole file, which has to be small
/// then.
const WHOLE_FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Servers to which connections are kept.
const CONNECTIONS_MAX: usize = 8;

type Connection = SendRequest<Empty<Bytes>>;

/// A server, and those that its manifests name.
#[derive(Debug)]
pub(super) struct Server {
    runtime: Handle,
    /// Connections that wait, by host and port.
    idle: Mutex<HashMap<String, Connection>>,
}

impl Server {
    /// The server of a URL, and that URL.
    pub(super) fn of(url: &str, runtime: Handle) -> anyhow::Result<(Server, String)> {
        let uri: Uri = url.parse().with_context(|| format!("`{url}` is no URL"))?;
        match uri.scheme_str() {
            Some("http") if uri.host().is_some() => {}
            Some("https") => bail!(
                "this program speaks no TLS: copy {url} with all that it names into a folder and check that, or \
                 check it over http where the server is near"
            ),
            _ => bail!("`{url}` is neither a folder nor an http URL"),
        }
        Ok((Server { runtime, idle: Mutex::default() }, url.to_owned()))
    }

    async fn fetch(&self, url: &str, range: ByteRange) -> Result<Part, Unreadable> {
        let mut url = url.to_owned();
        for _ in 0..=REDIRECTS_MAX {
            let uri: Uri = url.parse().map_err(|error| failed(format!("`{url}` is no URL: {error}")))?;
            if uri.scheme_str() != Some("http") {
                return Err(Unreadable::Elsewhere);
            }
            let answer = self.ask(&uri, range).await?;
            if !answer.status().is_redirection() {
                return self.part(&uri, answer, range).await;
            }
            let location = answer.headers().get(LOCATION).and_then(|location| location.to_str().ok());
            let location = location.ok_or_else(|| failed(format!("{url} redirects to nowhere")))?;
            url = absolute(&uri, location);
        }
        Err(failed(format!("there are more than {REDIRECTS_MAX} redirections")))
    }

    /// Sends a request, on a connection that is open where there is one; such a one may have been closed by the server
    /// meanwhile, and then a new one is made.
    async fn ask(&self, uri: &Uri, range: ByteRange) -> Result<Response<Incoming>, Unreadable> {
        let authority = authority(uri);
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).remove(&authority);
        if let Some(mut connection) = idle
            && let Ok(answer) = connection.send_request(request(uri, range)?).await
        {
            self.keep(authority, connection);
            return Ok(answer);
        }
        let mut connection = connect(&authority).await?;
        let answer = connection.send_request(request(uri, range)?).await;
        let answer = answer.map_err(|error| failed(format!("{uri}: {error}")))?;
        self.keep(authority, connection);
        Ok(answer)
    }

    fn keep(&self, authority: String, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() == CONNECTIONS_MAX {
            idle.clear();
        }
        idle.insert(authority, connection);
    }

    async fn part(
        &self,
        uri: &Uri,
        answer: Response<Incoming>,
        range: ByteRange,
    ) -> Result<Part, Unreadable> {
        let status = answer.status();
        let header =
            |name| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let total = header(CONTENT_RANGE).and_then(|said| said.rsplit('/').next()?.parse::<u64>().ok());
        let length = header(CONTENT_LENGTH).and_then(|said| said.parse::<u64>().ok());
        let limit = if status == StatusCode::PARTIAL_CONTENT { range.length } else { WHOLE_FILE_BYTES_MAX };
        let body = Limited::new(answer.into_body(), usize::try_from(limit).unwrap_or(usize::MAX));
        let bytes = body.collect().await.map_err(|error| failed(format!("{uri}: {error}")))?.to_bytes();
        match status {
            StatusCode::PARTIAL_CONTENT => {
                let file_bytes =
                    total.ok_or_else(|| failed(format!("{uri}: no Content-Range says how long it is")))?;
                Ok(Part { bytes: bytes.to_vec(), file_bytes })
            }
            StatusCode::OK => {
                let file_bytes = length.unwrap_or(bytes.len() as u64);
                let start = usize::try_from(range.offset).unwrap_or(usize::MAX).min(bytes.len());
                let end = usize::try_from(range.offset.saturating_add(range.length)).unwrap_or(usize::MAX);
                Ok(Part { bytes: bytes[start..end.min(bytes.len())].to_vec(), file_bytes })
            }
            // Nothing is there: the range begins after the end.
            StatusCode::RANGE_NOT_SATISFIABLE => {
                Ok(Part { bytes: Vec::new(), file_bytes: total.unwrap_or(0) })
            }
            StatusCode::NOT_FOUND | StatusCode::GONE => Err(Unreadable::Missing),
            other => Err(failed(format!("the server answers {other}"))),
        }
    }
}

impl Source for Server {
    fn read(&self, uri: &str, range: ByteRange) -> Result<Part, Unreadable> {
        let fetch = timeout(REQUEST_TIMEOUT, self.fetch(uri, range));
        let seconds = REQUEST_TIMEOUT.as_secs();
        let late = |_| failed(format!("the server has not answered within {seconds} s"));
        self.runtime.block_on(fetch).map_err(late)?
    }
}

fn failed(reason: String) -> Unreadable {
    Unreadable::Failed(reason)
}

fn authority(uri: &Uri) -> String {
    format!("{}:{}", uri.host().unwrap_or_default(), uri.port_u16().unwrap_or(80))
}

fn request(uri: &Uri, range: ByteRange) -> Result<Request<Empty<Bytes>>, Unreadable> {
    let last = range.offset.saturating_add(range.length).saturating_sub(1);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    Request::get(path)
        .header(HOST, uri.authority().map_or("", |authority| authority.as_str()))
        .header(USER_AGENT, concat!("matinee/", env!("CARGO_PKG_VERSION")))
        .header(RANGE, format!("bytes={}-{last}", range.offset))
        .body(Empty::new())
        .map_err(|error| failed(format!("{uri}: {error}")))
}

async fn connect(authority: &str) -> Result<Connection, Unreadable> {
    let doing = |error: &dyn std::fmt::Display| failed(format!("connecting to {authority}: {error}"));
    let stream = TcpStream::connect(authority).await.map_err(|error| doing(&error))?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| doing(&error))?;
    // Ends with the sender; what goes wrong on it, the request tells.
    drop(tokio::spawn(connection));
    Ok(sender)
}

/// A Location beside the URL that redirects (RFC 9110, 10.2.2).
fn absolute(uri: &Uri, location: &str) -> String {
    if location.contains("://") {
        return location.to_owned();
    }
    let path = uri.path();
    let folder = if location.starts_with('/') { "" } else { &path[..=path.rfind('/').unwrap_or(0)] };
    format!("http://{}{folder}{location}", uri.authority().map_or("", |authority| authority.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::http::HeaderMap;
    use axum::response::{IntoResponse, Redirect, Response};
    use axum::routing::get;

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

    /// A server for the length of a test; gives its address.
    async fn serve() -> String {
        let app = Router::new()
            .route("/part", get(part))
            .route("/whole", get(|| async { FILE }))
            .route("/moved/a", get(|| async { Redirect::permanent("/part") }))
            .route("/round", get(|| async { Redirect::permanent("/round") }))
            .route("/away", get(|| async { Redirect::permanent("https://example.com/") }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(axum::serve(listener, app).into_future());
        format!("http://{address}")
    }

    #[tokio::test]
    async fn servers_with_and_without_ranges() {
        let url = serve().await;
        let (server, entry) = Server::of(&format!("{url}/part"), Handle::current()).unwrap();
        assert_eq!(entry, format!("{url}/part"));
        let check = move || {
            for path in ["part", "whole", "moved/a"] {
                for (offset, length, expected) in [(0, 4, "0123"), (8, 9, "89"), (20, 4, "")] {
                    let part = server.read(&format!("{url}/{path}"), ByteRange { offset, length }).unwrap();
                    assert_eq!((part.bytes.as_slice(), part.file_bytes), (expected.as_bytes(), 10), "{path}");
                }
            }
            let read = |path: &str| server.read(&format!("{url}/{path}"), ByteRange { offset: 0, length: 1 });
            assert_eq!(read("missing"), Err(Unreadable::Missing));
            assert_eq!(read("away"), Err(Unreadable::Elsewhere));
            assert!(
                matches!(read("round"), Err(Unreadable::Failed(reason)) if reason.contains("redirections"))
            );
        };
        tokio::task::spawn_blocking(check).await.unwrap();
    }

    #[tokio::test]
    async fn what_is_no_server_is_told() {
        for (url, expected) in
            [("https://example.com/a.mpd", "no TLS"), ("ftp://example.com/a.mpd", "neither")]
        {
            let error = Server::of(url, Handle::current()).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn locations_are_resolved() {
        let uri: Uri = "http://a:1/b/c?d".parse().unwrap();
        for (location, expected) in
            [("/x", "http://a:1/x"), ("x", "http://a:1/b/x"), ("http://y/z", "http://y/z")]
        {
            assert_eq!(absolute(&uri, location), expected);
        }
    }
}
