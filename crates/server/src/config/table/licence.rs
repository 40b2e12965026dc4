//! Settings of licences and of access to media.

use super::super::Setting;
use super::super::values::{put, put_or_none_within, put_seconds, put_software_class, put_within};
use playback::OFFLINE_DAYS;

pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        key: "licence.token_s",
        help: "Seconds for which the play token of a grant waits for its licence, 10 to 3600.",
        get: |c| (c.licence.token_ms / 1000).to_string(),
        set: |c, v| put_seconds(&mut c.licence.token_ms, v, 10, 3600),
    },
    Setting {
        key: "licence.duration_s",
        help: "Seconds that a licence lasts, 60 to 86400; players that go on renew it at half time. A stream that stopped without a word takes its place that long.",
        get: |c| (c.licence.licence_ms / 1000).to_string(),
        set: |c, v| put_seconds(&mut c.licence.licence_ms, v, 60, 86_400),
    },
    Setting {
        key: "licence.session_s",
        help: "Seconds for which a session may renew its licence, 600 to 604800.",
        get: |c| (c.licence.session_ms_max / 1000).to_string(),
        set: |c, v| put_seconds(&mut c.licence.session_ms_max, v, 600, 604_800),
    },
    Setting {
        key: "licence.streams",
        help: "Protected streams that one device may play at a time, 1 to 1000.",
        get: |c| c.licence.streams_max.to_string(),
        set: |c, v| put_within(&mut c.licence.streams_max, v, 1, 1000),
    },
    Setting {
        key: "licence.token_uses",
        help: "Licences that one play token buys, 1 to 16. More than 1 only for players that ask for each key apart and cannot carry the next token.",
        get: |c| c.licence.token_uses_max.to_string(),
        set: |c, v| put_within(&mut c.licence.token_uses_max, v, 1, 16),
    },
    Setting {
        key: "licence.software_class_max",
        help: "The best pictures for devices that keep keys in software, Clear Key among them: sd, hd (720p) or fhd (1080p). Who can read such a device's memory can copy what it gets.",
        get: |c| c.licence.software_class_max.name().to_owned(),
        set: |c, v| put_software_class(&mut c.licence.software_class_max, v),
    },
    Setting {
        key: "licence.offline_days",
        help: "Days that a licence to keep lasts, 7 to 30. Empty: none is given.",
        get: |c| c.licence.offline_days.map(|days| days.to_string()).unwrap_or_default(),
        set: |c, v| {
            put_or_none_within(&mut c.licence.offline_days, v, *OFFLINE_DAYS.start(), *OFFLINE_DAYS.end())
        },
    },
    Setting {
        key: "licence.clear_key",
        help: "Whether Clear Key is served: true or false. It hands keys to browsers in the clear; without it a title plays with a licence service alone.",
        get: |c| c.clear_key.to_string(),
        set: |c, v| put(&mut c.clear_key, v),
    },
    Setting {
        key: "edge.access",
        help: "Who may fetch media: `open`, everybody; `token`, who has the Common Access Token (CTA-5007) of a play grant. Posters are open.",
        get: |c| c.access.to_string(),
        set: |c, v| put(&mut c.access, v),
    },
    Setting {
        key: "edge.token_s",
        help: "Seconds for which such a token opens its title, 60 to 604800: a viewer who takes longer asks for a new grant.",
        get: |c| c.access_token_s.to_string(),
        set: |c, v| put_within(&mut c.access_token_s, v, 60, 604_800),
    },
];
