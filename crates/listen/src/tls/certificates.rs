//! Certificates with their keys, read from files, chosen by the name that a client asks for, and replaced while serving.

use rustls::client::verify_server_name;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::{ClientHello, ParsedCertificate, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use super::{Configs, validity};

/// How HTTP/2 is named in a handshake (RFC 9113, 3.2).
pub(crate) const HTTP_2: &[u8] = b"h2";

/// How HTTP/1.1 is named there (RFC 7301, 6).
const HTTP_1: &[u8] = b"http/1.1";

/// Where a certificate and its key lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPair {
    /// PEM: the server's certificate first, then those that lead to a root.
    pub chain: PathBuf,
    /// PEM: the private key of the first.
    pub key: PathBuf,
}

/// Why certificates cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// There are none.
    #[error("no certificate is named; TLS needs at least one, with its key")]
    None,
    /// A file cannot be read.
    #[error("reading {}: {why}; give a PEM file that this user may read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What was wrong.
        why: String,
    },
    /// Certificate and key do not belong together, or are of a kind that is not known.
    #[error("{} with the key {}: {why}; the first certificate must be the key's own", chain.display(), key.display())]
    Unfit {
        /// The certificates.
        chain: PathBuf,
        /// The key.
        key: PathBuf,
        /// What was wrong.
        why: String,
    },
    /// TLS cannot be set up for another reason.
    #[error("setting up TLS: {0}")]
    Tls(#[from] rustls::Error),
}

/// Certificates, which can be read again while connections go on.
#[derive(Debug)]
pub struct Certificates {
    files: Vec<KeyPair>,
    resolver: Arc<Resolver>,
    configs: Configs,
}

#[derive(Debug)]
struct Resolver(RwLock<Arc<[Entry]>>);

#[derive(Debug)]
struct Entry {
    key: Arc<CertifiedKey>,
    chain: PathBuf,
    not_after_ms: Option<i64>,
}

impl Certificates {
    /// Reads certificates. A client that asks for a name gets the first that is for that name; one that asks for none, or for
    /// another, the first of all.
    ///
    /// # Errors
    /// Where one cannot be used; which, and why.
    pub fn load(files: Vec<KeyPair>) -> Result<Certificates, CertificateError> {
        let resolver = Arc::new(Resolver(RwLock::new(read(&files)?)));
        let configs = Configs::new(resolver.clone(), &[HTTP_2, HTTP_1])?;
        Ok(Certificates { files, resolver, configs })
    }

    /// Reads the files again. Connections that begin from now on have what is in them; those that are go on as they are.
    ///
    /// # Errors
    /// Where one cannot be used; then all stay as they were.
    pub fn reload(&self) -> Result<(), CertificateError> {
        let entries = read(&self.files)?;
        *self.resolver.0.write().unwrap_or_else(PoisonError::into_inner) = entries;
        Ok(())
    }

    /// Those whose validity is over at `now_ms`, milliseconds since 1970. They are served all the same: some clients would
    /// rather see them than none.
    pub fn expired(&self, now_ms: i64) -> Vec<PathBuf> {
        let entries = self.resolver.entries();
        let is_over = |entry: &&Entry| entry.not_after_ms.is_some_and(|end_ms| end_ms < now_ms);
        entries.iter().filter(is_over).map(|entry| entry.chain.clone()).collect()
    }

    /// When the first of them ends, in milliseconds since 1970, if they say so.
    pub fn not_after_ms(&self) -> Option<i64> {
        self.resolver.entries().iter().filter_map(|entry| entry.not_after_ms).min()
    }

    /// How hands are shaken over QUIC, with these certificates.
    pub(crate) fn quic(&self) -> Result<rustls::ServerConfig, rustls::Error> {
        super::handshake::quic(self.resolver.clone())
    }

    pub(crate) fn configs(&self) -> &Configs {
        &self.configs
    }
}

fn read(files: &[KeyPair]) -> Result<Arc<[Entry]>, CertificateError> {
    if files.is_empty() {
        return Err(CertificateError::None);
    }
    files.iter().map(entry).collect()
}

fn entry(files: &KeyPair) -> Result<Entry, CertificateError> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |error: rustls::pki_types::pem::Error| CertificateError::Unreadable {
            path,
            why: error.to_string(),
        }
    };
    let chain = CertificateDer::pem_file_iter(&files.chain)
        .and_then(|certificates| certificates.collect::<Result<Vec<_>, _>>())
        .map_err(unreadable(&files.chain))?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(unreadable(&files.key))?;
    let unfit =
        |why: String| CertificateError::Unfit { chain: files.chain.clone(), key: files.key.clone(), why };
    let first = chain.first().ok_or_else(|| unfit("there is no certificate in it".into()))?;
    let not_after_ms = validity::not_after_ms(first);
    let provider = rustls::crypto::ring::default_provider();
    let key = CertifiedKey::from_der(chain, key, &provider).map_err(|error| unfit(error.to_string()))?;
    Ok(Entry { key: Arc::new(key), chain: files.chain.clone(), not_after_ms })
}

impl Resolver {
    fn entries(&self) -> Arc<[Entry]> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ResolvesServerCert for Resolver {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let entries = self.entries();
        let name = hello.server_name().and_then(|name| ServerName::try_from(name).ok());
        let is_for = |entry: &&Entry, name: &ServerName<'_>| {
            let parsed = entry.key.end_entity_cert().and_then(ParsedCertificate::try_from);
            parsed.is_ok_and(|certificate| verify_server_name(&certificate, name).is_ok())
        };
        let named = name.and_then(|name| entries.iter().find(|entry| is_for(entry, &name)));
        named.or(entries.first()).map(|entry| entry.key.clone())
    }
}
