//! The play request: who asks. It may be left out for titles that are not protected.

use playback::{PROFILE_BYTES_MAX, Security};
use serde::Deserialize;

/// Longest name that a device may give itself, in bytes: a UUID or a key's thumbprint fit.
const DEVICE_BYTES_MAX: usize = 128;

/// Body of `POST /api/titles/{id}/play`, as it is sent.
#[derive(Debug, Default, Deserialize)]
struct Request {
    #[serde(default)]
    device: Option<String>,
    #[serde(default)]
    security: Option<String>,
    #[serde(default)]
    profile: Option<String>,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Viewer {
    /// What the device calls itself, if it does. A secret between it and us.
    pub device: Option<String>,
    /// How well it says to keep keys. What it may really have, its key system decides too.
    pub security: Security,
    /// The profile that watches; empty where there are none.
    pub profile: String,
}

impl Viewer {
    /// Who asks by `body`; an error says what is wrong with it.
    pub(crate) fn read(body: &[u8]) -> Result<Viewer, String> {
        let request: Request = match body {
            [] => Request::default(),
            body => serde_json::from_slice(body).map_err(|error| format!("is unreadable: {error}"))?,
        };
        let device = request.device.filter(|device| !device.is_empty());
        check_name("device", device.as_deref().unwrap_or_default(), DEVICE_BYTES_MAX)?;
        let security = match request.security.as_deref() {
            None => Security::Software,
            Some(name) => Security::named(name).ok_or("has another security than software or hardware")?,
        };
        let profile = request.profile.unwrap_or_default();
        check_name("profile", &profile, PROFILE_BYTES_MAX)?;
        Ok(Viewer { device, security, profile })
    }
}

/// Names come back in headers, so they are made of what headers hold.
fn check_name(what: &str, name: &str, bytes_max: usize) -> Result<(), String> {
    if name.len() <= bytes_max && name.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    Err(format!("names the {what} by something else than at most {bytes_max} visible ASCII characters"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_may_say_much_or_nothing() {
        let nobody = Viewer { device: None, security: Security::Software, profile: String::new() };
        let everything =
            Viewer { device: Some("d".to_owned()), security: Security::Hardware, profile: "kids".to_owned() };
        for (body, expected) in [
            ("", Ok(&nobody)),
            ("{}", Ok(&nobody)),
            (r#"{"device":"","more":1}"#, Ok(&nobody)),
            (r#"{"device":"d","security":"hardware","profile":"kids"}"#, Ok(&everything)),
            ("[", Err("is unreadable")),
            (r#"{"security":"L1"}"#, Err("another security")),
            (&format!(r#"{{"device":"{}"}}"#, "d".repeat(129)), Err("at most 128 visible")),
            (r#"{"device":"two words"}"#, Err("visible ASCII")),
            (r#"{"profile":"家族"}"#, Err("visible ASCII")),
            (&format!(r#"{{"profile":"{}"}}"#, "p".repeat(65)), Err("at most 64 visible")),
        ] {
            match (Viewer::read(body.as_bytes()), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, *expected, "{body}"),
                (Err(found), Err(expected)) => assert!(found.contains(expected), "{body}: {found}"),
                (found, _) => panic!("{body}: {found:?}"),
            }
        }
    }
}
