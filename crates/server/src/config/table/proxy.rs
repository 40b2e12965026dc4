//! Settings of licence services, and of the operator's word on who may watch.

use super::super::services::{put_headers, put_url};
use super::super::values::{choice, put_choice, put_or_none};
use super::super::{Config, Service, Setting};
use control::{PolicyIn, WhenDown};
use media::protection::KeySystem;

const POLICIES: &[(&str, PolicyIn)] =
    &[("none", PolicyIn::Nothing), ("header", PolicyIn::Header), ("body", PolicyIn::Body)];

const WHEN_DOWN: &[(&str, WhenDown)] = &[("refuse", WhenDown::Refuse), ("allow", WhenDown::Allow)];

pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        key: "licence.proxy.policy",
        help: "How licence services are told what a viewer may have: none; header, as JSON in `matinee-key-policy`; body, as JSON with the CDM's message in base64.",
        get: |c| choice(POLICIES, c.proxy.policy_in),
        set: |c, v| put_choice(&mut c.proxy.policy_in, v, POLICIES),
    },
    Setting {
        key: "licence.proxy.widevine_url",
        help: "Where Widevine's messages go: your licence service, http or https. Empty: Widevine is not served.",
        get: |c| of(c, KeySystem::Widevine).url.0,
        set: |c, v| put_url(&mut at(c, KeySystem::Widevine).url, v),
    },
    Setting {
        key: "licence.proxy.widevine_headers",
        help: "Headers for that service, one a line, as `Name: value`; `Name: @FILE` takes the value from a file. Never logged.",
        get: |c| of(c, KeySystem::Widevine).headers.0.0,
        set: |c, v| put_headers(&mut at(c, KeySystem::Widevine).headers, v),
    },
    Setting {
        key: "licence.proxy.widevine_certificate",
        help: "File with the service certificate, where the service has one; players are given it as it is.",
        get: |c| certificate(c, KeySystem::Widevine),
        set: |c, v| put_or_none(&mut at(c, KeySystem::Widevine).certificate, v),
    },
    Setting {
        key: "licence.proxy.playready_url",
        help: "Where PlayReady's messages go. Empty: PlayReady is not served.",
        get: |c| of(c, KeySystem::PlayReady).url.0,
        set: |c, v| put_url(&mut at(c, KeySystem::PlayReady).url, v),
    },
    Setting {
        key: "licence.proxy.playready_headers",
        help: "Headers for that service, as above.",
        get: |c| of(c, KeySystem::PlayReady).headers.0.0,
        set: |c, v| put_headers(&mut at(c, KeySystem::PlayReady).headers, v),
    },
    Setting {
        key: "licence.proxy.fairplay_url",
        help: "Where FairPlay's messages (SPC) go. Empty: FairPlay is not served.",
        get: |c| of(c, KeySystem::FairPlay).url.0,
        set: |c, v| put_url(&mut at(c, KeySystem::FairPlay).url, v),
    },
    Setting {
        key: "licence.proxy.fairplay_headers",
        help: "Headers for that service, as above.",
        get: |c| of(c, KeySystem::FairPlay).headers.0.0,
        set: |c, v| put_headers(&mut at(c, KeySystem::FairPlay).headers, v),
    },
    Setting {
        key: "licence.proxy.fairplay_certificate",
        help: "File with your FairPlay application certificate (DER); players are given it as it is.",
        get: |c| certificate(c, KeySystem::FairPlay),
        set: |c, v| put_or_none(&mut at(c, KeySystem::FairPlay).certificate, v),
    },
    Setting {
        key: "licence.entitlement_url",
        help: "Your service that says who may watch what, http or https. Empty: everybody everything.",
        get: |c| c.entitled.url.0.clone(),
        set: |c, v| put_url(&mut c.entitled.url, v),
    },
    Setting {
        key: "licence.entitlement_headers",
        help: "Headers for it, as above.",
        get: |c| c.entitled.headers.0.0.clone(),
        set: |c, v| put_headers(&mut c.entitled.headers, v),
    },
    Setting {
        key: "licence.entitlement_down",
        help: "While it does not answer: refuse, nobody starts or renews; allow, everybody may watch everything.",
        get: |c| choice(WHEN_DOWN, c.entitled.when_down),
        set: |c, v| put_choice(&mut c.entitled.when_down, v, WHEN_DOWN),
    },
];

fn of(config: &Config, system: KeySystem) -> Service {
    config.proxy.services.get(&system).cloned().unwrap_or_default()
}

fn certificate(config: &Config, system: KeySystem) -> String {
    of(config, system).certificate.map(|path| path.display().to_string()).unwrap_or_default()
}

fn at(config: &mut Config, system: KeySystem) -> &mut Service {
    config.proxy.services.entry(system).or_default()
}
