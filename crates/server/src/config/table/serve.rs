//! Settings of the server (`matinee serve`), beside where it listens.

use super::super::Setting;
use super::super::values::{put_some, put_token};

pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        key: "serve.media_url",
        help: "Where viewers fetch the films: a path on this server, or the address of another edge, ending in a slash. Of several, with commas between, they ask the first, and another where it fails; with `edge.access = token` all have the same path.",
        get: |c| c.media_urls.join(","),
        set: |c, v| put_some(&mut c.media_urls, v),
    },
    Setting {
        key: "serve.operator_token",
        help: "Who has it may revoke tokens over the API (`/api/revocations`); at least 24 random characters, best given in the environment. Empty: nobody.",
        get: |c| c.operator_token.0.clone(),
        set: |c, v| put_token(&mut c.operator_token, v),
    },
];
