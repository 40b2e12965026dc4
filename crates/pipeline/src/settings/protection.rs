//! Settings of protection: which scheme, what stays clear, how often keys change, and which key systems are told.

use media::protection::{KeySystem, Scheme};
use std::fmt;
use std::str::FromStr;

/// How titles are protected.
#[derive(Debug, Clone, PartialEq)]
pub struct Protection {
    /// The scheme, or none.
    pub scheme: Choice,
    /// Seconds at the start that stay clear, so that a film begins while the licence is still on its way. Segments are
    /// clear or protected as a whole.
    pub clear_lead_s: f64,
    /// Seconds after which the next key is taken; 0: one key for the whole title.
    pub key_period_s: f64,
    /// Key systems that are told of the keys.
    pub systems: Vec<System>,
}

impl Default for Protection {
    /// Under `cbcs`, the scheme that all of today's devices decrypt (ISO/IEC 23001-7, 10.4).
    fn default() -> Protection {
        let systems = KeySystem::ALL.map(|system| System { system, licence_url: None }).to_vec();
        Protection { scheme: Choice::Under(Scheme::Cbcs), clear_lead_s: 0.0, key_period_s: 0.0, systems }
    }
}

/// Whether titles are protected, written `none`, `cenc` or `cbcs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// They are clear, and play without a licence.
    Clear,
    /// They are, under this scheme.
    Under(Scheme),
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Choice::Clear => f.write_str("none"),
            Choice::Under(scheme) => write!(f, "{scheme}"),
        }
    }
}

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Choice, String> {
        let scheme = Scheme::ALL.into_iter().find(|scheme| scheme.name() == text).map(Choice::Under);
        let choice = scheme.or((text == "none").then_some(Choice::Clear));
        choice.ok_or_else(|| format!("`{text}` is no protection: none, cenc or cbcs"))
    }
}

/// A key system, written `widevine` or `playready=https://keys.example/playready`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct System {
    /// The system.
    pub system: KeySystem,
    /// Where its licences are asked for, where manifests and headers shall say so. They never change once published, so
    /// that an address which may change is better given with the play grant.
    pub licence_url: Option<String>,
}

impl fmt::Display for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.system.name())?;
        self.licence_url.iter().try_for_each(|url| write!(f, "={url}"))
    }
}

/// Longest address of a licence server: a browser's limit, and PlayReady's header has 16 bits for its length.
const LICENCE_URL_BYTES_MAX: usize = 2048;

impl FromStr for System {
    type Err = String;

    fn from_str(text: &str) -> Result<System, String> {
        let (name, url) = match text.split_once('=') {
            Some((name, url)) => (name, Some(url.to_owned())),
            None => (text, None),
        };
        let system = KeySystem::named(name)
            .ok_or_else(|| format!("`{name}` is no key system: common, widevine, playready or fairplay"))?;
        if url.as_ref().is_some_and(|url| url.is_empty() || url.len() > LICENCE_URL_BYTES_MAX) {
            return Err(format!(
                "the address of {name} is empty or longer than {LICENCE_URL_BYTES_MAX} bytes"
            ));
        }
        Ok(System { system, licence_url: url })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_read_as_they_are_written() {
        for text in ["none", "cenc", "cbcs"] {
            assert_eq!(text.parse::<Choice>().unwrap().to_string(), text);
        }
        assert!("cens".parse::<Choice>().is_err());
    }

    #[test]
    fn systems_are_read_as_they_are_written() {
        for text in ["common", "widevine", "playready=https://keys.example/?a=b", "fairplay"] {
            assert_eq!(text.parse::<System>().unwrap().to_string(), text);
        }
        for text in ["", "clearkey", "widevine="] {
            assert!(text.parse::<System>().is_err(), "{text}");
        }
    }
}
