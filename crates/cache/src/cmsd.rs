//! What a server tells a player of itself with an answer: Common Media Server Data (CTA-5006).
//!
//! Owns the form of the dynamic part, which is all that a server has to say that knows nothing of media.

use std::fmt;

/// The header that carries it.
pub const DYNAMIC: &str = "cmsd-dynamic";

/// What holds for this answer alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dynamic<'a> {
    /// Who tells: letters, digits and `-_.`.
    pub server: &'a str,
    /// Milliseconds from the request to the answer (`rd`).
    pub response_delay_ms: Option<u64>,
    /// Milliseconds from the server to the player and back, as its transport has measured (`rtt`).
    pub round_trip_ms: Option<u64>,
    /// What the transport could send to the player, in kbit/s (`etp`).
    pub throughput_kbps: Option<u64>,
}

/// An item of a list with parameters (RFC 8941, 3.1 and 3.3.3). A server that adds its own puts it behind.
impl fmt::Display for Dynamic<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.server)?;
        let parameters =
            [("etp", self.throughput_kbps), ("rd", self.response_delay_ms), ("rtt", self.round_trip_ms)];
        for (name, value) in parameters {
            if let Some(value) = value {
                write!(f, ";{name}={value}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_told() {
        let all = Dynamic {
            server: "edge-1",
            response_delay_ms: Some(30),
            round_trip_ms: Some(8),
            throughput_kbps: Some(96),
        };
        assert_eq!(all.to_string(), "\"edge-1\";etp=96;rd=30;rtt=8");
        assert_eq!(Dynamic { server: "a", ..Dynamic::default() }.to_string(), "\"a\"");
    }
}
