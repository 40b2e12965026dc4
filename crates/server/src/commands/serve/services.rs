//! Other servers that serving asks, as the configuration names them: licence services, and the operator's entitlement
//! service.

use crate::config::{Config, Service};
use anyhow::Context as _;
use control::{EntitlementService, Entitlements, LicenceService, LicenceServices, Licences};
use fetch::Client;
use media::protection::KeySystem;
use std::collections::BTreeMap;
use std::sync::Arc;
use stdx::clock::Clock;

/// `licences` with those of configured services, and without Clear Key where that is left out.
pub(super) fn with_services(
    config: &Config,
    licences: Licences,
    client: &Client,
) -> anyhow::Result<Licences> {
    let mut services = BTreeMap::new();
    for (system, service) in &config.proxy.services {
        if !service.url.0.is_empty() {
            services.insert(*system, licence_service(*system, service)?);
        }
    }
    let licences = if config.clear_key { licences } else { licences.without_clear_key() };
    if services.is_empty() {
        return Ok(licences);
    }
    let services = LicenceServices::new(client.clone(), config.proxy.policy_in, services);
    Ok(licences.with_services(services))
}

fn licence_service(system: KeySystem, service: &Service) -> anyhow::Result<LicenceService> {
    let doing = || format!("setting up the licence service of {} (settings licence.proxy.*)", system.name());
    let certificate = service.certificate.as_ref().map(|path| {
        std::fs::read(path).with_context(|| format!("reading the certificate {}", path.display()))
    });
    Ok(LicenceService {
        url: service.url.0.clone(),
        headers: service.headers.read().with_context(doing)?,
        certificate: certificate.transpose().with_context(doing)?.map(Into::into),
    })
}

/// Who may watch what.
pub(super) fn entitlements(
    config: &Config,
    client: &Client,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<Entitlements> {
    let entitled = &config.entitled;
    if entitled.url.0.is_empty() {
        return Ok(Entitlements::open());
    }
    let headers =
        entitled.headers.read().context("setting up the entitlement service (licence.entitlement_*)")?;
    let service = EntitlementService {
        client: client.clone(),
        url: entitled.url.0.clone(),
        headers,
        when_down: entitled.when_down,
    };
    Ok(Entitlements::asked(service, clock))
}

#[cfg(test)]
mod tests {
    use super::*;
    use fetch::Trust;
    use keys::{KeyStore, LocalKms};
    use stdx::clock::ManualClock;

    /// What serving is made of with `settings`; the error where it cannot be.
    async fn check(settings: &[String], expected: Option<&str>) {
        let folder = tempfile::tempdir().unwrap();
        let flags = crate::cli::Shared { data: None, config: None, set: settings.to_vec() };
        let config = Config::load(&flags, |_| None).unwrap();
        let db = db::Db::open_file(&folder.path().join("matinee.db")).await.unwrap();
        let keys = KeyStore::new(db, Arc::new(LocalKms::given(&"7".repeat(64)).unwrap()));
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::default());
        let client = Client::new(Trust::public()).unwrap();
        let licences = Licences::new(keys, config.licence.clone(), clock.clone());
        let made = with_services(&config, licences, &client).and_then(|licences| {
            entitlements(&config, &client, clock).map(|entitlements| format!("{licences:?} {entitlements:?}"))
        });
        match (made, expected) {
            (Ok(shown), None) => assert!(!shown.contains("canary"), "{shown}"),
            (Err(error), Some(expected)) => {
                let error = format!("{error:#}");
                assert!(error.contains(expected) && !error.contains("canary"), "{error}");
            }
            (made, expected) => panic!("{settings:?}: {made:?}, not {expected:?}"),
        }
    }

    #[tokio::test]
    async fn services_are_set_up_with_their_files() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "canary").unwrap();
        let path = file.path().display();
        let url = "licence.proxy.fairplay_url=https://keys.example/?key=canary".to_owned();
        let set = |key: &str, value: &str| format!("licence.{key}={value}");
        check(&[], None).await;
        check(
            &[
                url.clone(),
                set("proxy.fairplay_certificate", &path.to_string()),
                set("proxy.fairplay_headers", &format!("x-api-key: @{path}")),
                set("entitlement_url", "https://rights.example/?key=canary"),
                set("entitlement_headers", "x-api-key: canary"),
                set("clear_key", "false"),
            ],
            None,
        )
        .await;
        let missing = set("proxy.fairplay_certificate", "/nowhere/a.der");
        check(&[url.clone(), missing], Some("licence service of fairplay")).await;
        check(&[url, set("proxy.fairplay_headers", "x: @/nowhere/b")], Some("/nowhere/b")).await;
        let rights = set("entitlement_url", "https://rights.example/");
        check(&[rights, set("entitlement_headers", "x: @/nowhere/c")], Some("/nowhere/c")).await;
    }
}
