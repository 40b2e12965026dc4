//! Trust: whose certificates are believed.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;

use crate::{Error, Result};

/// The one protocol that is spoken inside TLS (RFC 7301).
const ALPN: &[u8] = b"http/1.1";

/// Root certificates: those that browsers of Mozilla trust, and more where some are added.
#[derive(Debug, Clone)]
pub struct Trust(RootCertStore);

impl Trust {
    /// Mozilla's roots.
    pub fn public() -> Trust {
        Trust(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() })
    }

    /// With the certificates in `pem` as well; `what` names the text in errors.
    ///
    /// # Errors
    /// [`Error::Certificates`] where there is none, or one that cannot be read.
    pub fn with_pem(mut self, pem: &[u8], what: &str) -> Result<Trust> {
        let unusable = |reason: &dyn std::fmt::Display| Error::Certificates {
            what: what.to_owned(),
            reason: reason.to_string(),
        };
        let before = self.0.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|error| unusable(&error))?;
            self.0.add(certificate).map_err(|error| unusable(&error))?;
        }
        if self.0.len() == before { Err(unusable(&"there is none")) } else { Ok(self) }
    }

    pub(crate) fn client_config(self) -> Result<Arc<ClientConfig>> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        // Fails only for a provider without ciphers of these versions.
        let builder = builder.map_err(|error| Error::Certificates {
            what: "the TLS library".to_owned(),
            reason: error.to_string(),
        })?;
        let mut config = builder.with_root_certificates(self.0).with_no_client_auth();
        config.alpn_protocols = vec![ALPN.to_vec()];
        Ok(Arc::new(config))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::ROOT_PEM;

    #[test]
    fn certificates_are_added() {
        let public = Trust::public().0.len();
        let trust = Trust::public().with_pem(ROOT_PEM.as_bytes(), "a test").unwrap();
        assert_eq!(trust.0.len(), public + 1);
        let broken = ROOT_PEM.replace("MII", "AAA");
        for pem in ["", "no PEM", broken.as_str()] {
            let error = Trust::public().with_pem(pem.as_bytes(), "roots.pem").unwrap_err().to_string();
            assert!(error.contains("roots.pem holds no certificate"), "{error}");
        }
    }
}
