//! Licence services: other companies' servers, which give licences of their key systems for our titles.
//!
//! Owns how a CDM's message gets there and what may come back. Who may ask is decided before.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use fetch::{Answer, Client, Limits, Request};
use media::protection::KeySystem;

use crate::wire::key_policy::KeyPolicy;
use crate::wire::refusal::Refusal;

/// A viewer waits for the first picture meanwhile. Licences have a few kilobytes. A redirection would take the service's
/// secrets elsewhere, so none is followed.
const LIMITS: Limits = Limits {
    connect: Duration::from_secs(3),
    total: Duration::from_secs(10),
    body_bytes_max: 256 << 10,
    redirects_max: 0,
};

/// Tells the service what the viewer may have.
const KEY_POLICY: HeaderName = HeaderName::from_static("matinee-key-policy");

/// Refusals (RFC 9110, 15.5; RFC 6585) that are not of the device or its message, but of our credentials, our address or the
/// number of our requests: 401, 404, 405, 407, 408, 429. The operator has to act.
const AMISS: [u16; 6] = [401, 404, 405, 407, 408, 429];

/// What PlayReady's licence servers tell requests apart by; players send it.
const SOAP_ACTION: HeaderName = HeaderName::from_static("soapaction");

/// Its value in requests for licences, where a player sends none: what PlayReady's own clients send.
const ACQUIRE: HeaderValue =
    HeaderValue::from_static("\"http://schemas.microsoft.com/DRM/2007/03/protocols/AcquireLicense\"");

/// A service for one key system.
#[derive(Clone)]
pub struct LicenceService {
    /// Where the CDM's messages go. May hold a secret in its query.
    pub url: String,
    /// Sent with each. May hold secrets.
    pub headers: HeaderMap,
    /// The certificate that players give their CDM before they ask, as it is.
    pub certificate: Option<Bytes>,
}

/// Shows no secret.
impl fmt::Debug for LicenceService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LicenceService").finish_non_exhaustive()
    }
}

/// How a service learns what the viewer may have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PolicyIn {
    /// It does not: it has rules of its own.
    #[default]
    Nothing,
    /// In the header `matinee-key-policy`, as JSON without key IDs: headers are short.
    Header,
    /// In a JSON body, with the CDM's message in base64.
    Body,
}

/// The services; clones share them.
#[derive(Debug, Clone)]
pub struct LicenceServices {
    client: Client,
    policy_in: PolicyIn,
    services: Arc<BTreeMap<KeySystem, LicenceService>>,
}

impl LicenceServices {
    /// `services`, which are asked through `client` and told of the policy as `policy_in` says.
    pub fn new(
        client: Client,
        policy_in: PolicyIn,
        services: BTreeMap<KeySystem, LicenceService>,
    ) -> LicenceServices {
        LicenceServices { client, policy_in, services: Arc::new(services) }
    }

    /// All of them, by system.
    pub(crate) fn all(&self) -> impl Iterator<Item = (KeySystem, &LicenceService)> {
        self.services.iter().map(|(system, service)| (*system, service))
    }

    /// The one for `system`.
    pub(crate) fn of(&self, system: KeySystem) -> Option<&LicenceService> {
        self.services.get(&system)
    }

    /// Sends a CDM's `message` to the service for `system`; `from` are the headers that it came with.
    pub(crate) async fn licence(
        &self,
        system: KeySystem,
        message: Bytes,
        from: &HeaderMap,
        policy: &KeyPolicy<'_>,
    ) -> Result<Answer, Refusal> {
        let service = self.of(system).ok_or_else(Refusal::licences_not_served)?;
        let request = self.request(service, system, message, from, policy);
        let answer = self.client.send(&request, &LIMITS).await.map_err(|error| {
            let system = system.name();
            tracing::error!(system, error = &error as &dyn Error, "the licence service does not answer");
            Refusal::licence_service_failed()
        })?;
        if answer.status.is_success() {
            return Ok(answer);
        }
        // Its words may hold what nobody else should read; its status tells enough.
        let (system, status) = (system.name(), answer.status.as_u16());
        if answer.status.is_client_error() && !AMISS.contains(&status) {
            tracing::warn!(system, status, "the licence service refused a licence");
            return Err(Refusal::licence_service_refused());
        }
        tracing::error!(system, status, "the licence service failed");
        Err(Refusal::licence_service_failed())
    }

    fn request(
        &self,
        service: &LicenceService,
        system: KeySystem,
        message: Bytes,
        from: &HeaderMap,
        policy: &KeyPolicy<'_>,
    ) -> Request {
        let mut headers = HeaderMap::new();
        let mut body = message;
        match self.policy_in {
            PolicyIn::Body => {
                body = policy.with_message(&body).into();
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            }
            PolicyIn::Nothing | PolicyIn::Header => {
                let default = HeaderValue::from_static(media_type(system));
                headers.insert(CONTENT_TYPE, from.get(CONTENT_TYPE).cloned().unwrap_or(default));
                if system == KeySystem::PlayReady {
                    headers.insert(SOAP_ACTION, from.get(SOAP_ACTION).cloned().unwrap_or(ACQUIRE));
                }
            }
        }
        if self.policy_in == PolicyIn::Header
            && let Ok(value) = HeaderValue::from_str(&policy.without_keys())
        {
            headers.insert(KEY_POLICY, value);
        }
        // The operator's word is the last.
        headers.extend(service.headers.clone());
        Request::post(&service.url, body).with_headers(headers)
    }
}

/// The media type of a message whose player says none.
fn media_type(system: KeySystem) -> &'static str {
    match system {
        KeySystem::PlayReady => "text/xml; charset=utf-8",
        KeySystem::Common | KeySystem::Widevine | KeySystem::FairPlay => "application/octet-stream",
    }
}
