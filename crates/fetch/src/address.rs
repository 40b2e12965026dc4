//! Addresses: the servers in them, and what a redirection makes of one.

use hyper::Uri;

use crate::{Error, Result};

/// The URL of something on a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address(Uri);

/// A server: connections to one are no use for another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Server {
    /// Whether it is spoken to under TLS.
    pub is_secure: bool,
    /// Name or address; IPv6 in brackets.
    pub host: String,
    /// Port.
    pub port: u16,
}

impl Server {
    /// `host:port`.
    pub(crate) fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

impl Address {
    pub(crate) fn new(url: &str) -> Result<Address> {
        let wrong = || Error::Address { url: without_query(url) };
        let uri: Uri = url.parse().map_err(|_| wrong())?;
        let is_known = matches!(uri.scheme_str(), Some("http" | "https"));
        let has_host = uri.host().is_some_and(|host| !host.is_empty());
        if is_known && has_host { Ok(Address(uri)) } else { Err(wrong()) }
    }

    pub(crate) fn server(&self) -> Server {
        let is_secure = self.0.scheme_str() == Some("https");
        let port = self.0.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
        Server { is_secure, host: self.0.host().unwrap_or_default().to_owned(), port }
    }

    /// The value of `Host` (RFC 9110, 7.2): no user, and the port where it is named.
    pub(crate) fn host_header(&self) -> &str {
        let authority = self.0.authority().map_or("", |authority| authority.as_str());
        authority.rsplit_once('@').map_or(authority, |(_, host)| host)
    }

    /// The request target in origin form (RFC 9112, 3.2.1).
    pub(crate) fn target(&self) -> &str {
        self.0.path_and_query().map_or("/", |path| path.as_str())
    }

    /// For people: without user and query.
    pub(crate) fn shown(&self) -> String {
        format!("{}://{}{}", self.0.scheme_str().unwrap_or_default(), self.host_header(), self.0.path())
    }

    /// What a `Location` beside this address means (RFC 9110, 10.2.2), where it may be asked: never from TLS to none.
    pub(crate) fn redirected(&self, location: &str) -> Result<Address> {
        let elsewhere = || Error::Elsewhere { url: self.shown(), location: without_query(location) };
        let next = Address::new(&self.absolute(location)).map_err(|_| elsewhere())?;
        let is_downgrade = self.server().is_secure && !next.server().is_secure;
        if is_downgrade { Err(elsewhere()) } else { Ok(next) }
    }

    fn absolute(&self, location: &str) -> String {
        let scheme = self.0.scheme_str().unwrap_or_default();
        let (authority, path) = (self.host_header(), self.0.path());
        match location {
            _ if location.split(['/', '?', '#']).next().is_some_and(|start| start.contains(':')) => {
                location.to_owned()
            }
            _ if location.starts_with("//") => format!("{scheme}:{location}"),
            _ if location.starts_with('/') => format!("{scheme}://{authority}{location}"),
            _ => format!("{scheme}://{authority}{}{location}", &path[..=path.rfind('/').unwrap_or(0)]),
        }
    }
}

/// `url` up to its query, and without a user: either may hold a secret.
fn without_query(url: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let url = &url[..end];
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
        (None, Some((_, host))) => host.to_owned(),
        (_, None) => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_told_apart() {
        for (url, secure, authority, host, target) in [
            ("http://a/b?c", false, "a:80", "a", "/b?c"),
            ("https://a", true, "a:443", "a", "/"),
            ("https://user:word@a.example:8443/x", true, "a.example:8443", "a.example:8443", "/x"),
            ("http://[::1]:9/", false, "[::1]:9", "[::1]:9", "/"),
        ] {
            let address = Address::new(url).unwrap();
            let server = address.server();
            assert_eq!((server.is_secure, server.authority().as_str()), (secure, authority), "{url}");
            assert_eq!((address.host_header(), address.target()), (host, target), "{url}");
        }
        for url in ["ftp://a/", "a/b", "", "http:///x", "https://", "http://a b/"] {
            assert!(matches!(Address::new(url), Err(Error::Address { .. })), "{url}");
        }
    }

    #[test]
    fn nothing_secret_is_shown() {
        let address = Address::new("https://user:word@a.example/b?key=secret").unwrap();
        assert_eq!(address.shown(), "https://a.example/b");
        let error = Address::new("ftp://user:word@a.example/b?key=secret").unwrap_err().to_string();
        assert_eq!(error, "`ftp://a.example/b` is no http or https URL");
        let error = Address::new("https:/user:word@a.example/b").unwrap_err().to_string();
        assert_eq!(error, "`a.example/b` is no http or https URL");
    }

    #[test]
    fn locations_are_resolved() {
        let address = Address::new("https://a:1/b/c?d").unwrap();
        for (location, expected) in [
            ("/x", Some("https://a:1/x")),
            ("x?y=http://z", Some("https://a:1/b/x?y=http://z")),
            ("//y/z", Some("https://y/z")),
            ("https://y/z", Some("https://y/z")),
            ("http://a:1/b", None),
            ("ftp://y/z", None),
        ] {
            let found = address.redirected(location).ok();
            assert_eq!(found, expected.map(|url| Address::new(url).unwrap()), "{location}");
        }
        assert!(Address::new("http://a/").unwrap().redirected("https://a/").is_ok());
    }
}
