//! The steering manifest (RFC 8216bis, section 7.2; ETSI TS 103 998, 7.2): in which order players use places that have the
//! same files.

use crate::offer::Pathway;
use serde_json::json;

/// File name of the steering manifest, beside the playlist that names it.
pub const STEERING_FILE: &str = "steering.json";

/// Content type (RFC 8216bis, section 7.2).
pub const STEERING_TYPE: &str = "application/vnd.apple.steering-list";

/// The version of steering manifests.
const VERSION: u32 = 1;

/// Seconds after which players ask again: what the section recommends.
const TTL_S: u32 = 300;

/// The manifest that has players use `pathways` in their order.
pub fn manifest(pathways: &[Pathway]) -> String {
    let ids: Vec<_> = pathways.iter().map(|pathway| pathway.id.as_str()).collect();
    json!({ "VERSION": VERSION, "TTL": TTL_S, "PATHWAY-PRIORITY": ids }).to_string() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn places_are_used_in_their_order() {
        let expected = "{\"PATHWAY-PRIORITY\":[\"a\",\"b\"],\"TTL\":300,\"VERSION\":1}\n";
        assert_eq!(manifest(&sample::steering().pathways), expected);
    }
}
