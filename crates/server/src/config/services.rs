//! Other servers in the configuration: licence services and the operator's entitlement service. Their addresses and headers
//! may hold secrets.

use super::values::Secret;
use anyhow::{Context as _, anyhow, bail, ensure};
use axum::http::header::{CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use control::{PolicyIn, WhenDown};
use media::protection::KeySystem;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Longest file that holds a header's value, in bytes: servers take no longer headers.
const VALUE_BYTES_MAX: u64 = 16 << 10;

/// Headers that follow from the address and the body: a second one would contradict the first.
const WRITTEN_BY_US: [HeaderName; 4] = [HOST, CONTENT_LENGTH, TRANSFER_ENCODING, CONNECTION];

/// Licence services.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Proxy {
    pub policy_in: PolicyIn,
    /// One for each system, whose address is empty where there is none.
    pub services: BTreeMap<KeySystem, Service>,
}

impl Default for Proxy {
    fn default() -> Proxy {
        let systems = [KeySystem::Widevine, KeySystem::PlayReady, KeySystem::FairPlay];
        let services = systems.into_iter().map(|system| (system, Service::default()));
        Proxy { policy_in: PolicyIn::Nothing, services: services.collect() }
    }
}

/// A licence service.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Service {
    pub url: Secret,
    pub headers: Headers,
    pub certificate: Option<PathBuf>,
}

/// The operator's entitlement service; its address is empty where everybody may watch everything.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Entitled {
    pub url: Secret,
    pub headers: Headers,
    pub when_down: WhenDown,
}

/// Headers, as lines of `Name: value`; a value that begins with `@` is in the file that it names.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Headers(pub Secret);

impl Headers {
    /// The headers with their values.
    pub(crate) fn read(&self) -> anyhow::Result<HeaderMap> {
        let mut headers = HeaderMap::new();
        for line in lines(&self.0.0) {
            let (name, value) = split(line)?;
            let value = match value.strip_prefix('@') {
                Some(path) => {
                    in_file(Path::new(path)).with_context(|| format!("reading the header {name}"))?
                }
                None => value.to_owned(),
            };
            // The value is not told: it may be a secret.
            let mut value = HeaderValue::from_str(value.trim())
                .map_err(|_| anyhow!("the value of the header {name} holds what headers cannot"))?;
            value.set_sensitive(true);
            headers.append(name, value);
        }
        Ok(headers)
    }
}

pub(super) fn put_headers(place: &mut Headers, text: &str) -> anyhow::Result<()> {
    lines(text).try_for_each(|line| split(line).map(drop))?;
    text.clone_into(&mut place.0.0);
    Ok(())
}

pub(super) fn put_url(place: &mut Secret, text: &str) -> anyhow::Result<()> {
    // The text is not told: it may hold a secret.
    let is_known = text.is_empty() || text.starts_with("https://") || text.starts_with("http://");
    ensure!(is_known, "the value is no http or https URL");
    text.clone_into(&mut place.0);
    Ok(())
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

fn split(line: &str) -> anyhow::Result<(HeaderName, &str)> {
    let Some((name, value)) = line.split_once(':') else {
        bail!("a line of headers has no colon: write it as Name: value");
    };
    let name = name.trim().parse().map_err(|_| anyhow!("a line of headers begins with no header's name"))?;
    ensure!(!WRITTEN_BY_US.contains(&name), "the header {name} is written by Matinee itself: leave it out");
    Ok((name, value.trim()))
}

fn in_file(path: &Path) -> anyhow::Result<String> {
    let doing = || format!("from the file {}", path.display());
    let bytes = std::fs::metadata(path).with_context(doing)?.len();
    ensure!(bytes <= VALUE_BYTES_MAX, "{} has more than {VALUE_BYTES_MAX} bytes", path.display());
    std::fs::read_to_string(path).with_context(doing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_may_stand_in_files() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "Bearer canary\n").unwrap();
        let mut headers = Headers::default();
        let text = format!("\n x-tenant:  cinema: one \nAuthorization:@{}\n", file.path().display());
        put_headers(&mut headers, &text).unwrap();
        let read = headers.read().unwrap();
        assert_eq!(
            (read.len(), &read["x-tenant"], &read["authorization"]),
            (2, &"cinema: one".parse().unwrap(), &"Bearer canary".parse().unwrap())
        );
        assert!(!format!("{read:?}").contains("canary"));
        std::fs::write(file.path(), "two\nlines: canary").unwrap();
        let error = format!("{:#}", headers.read().unwrap_err());
        assert!(error.contains("authorization") && !error.contains("canary"), "{error}");
        std::fs::write(file.path(), "x".repeat(20_000)).unwrap();
        assert!(headers.read().is_err());
        assert!(put_headers(&mut headers, "two words: x").is_err());
    }
}
