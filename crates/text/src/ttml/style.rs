//! Styles (TTML 2, 10) and regions (11.1): what of them a cue keeps.

use super::{Attributes, get};
use crate::cue::{Place, Style};
use std::collections::BTreeMap;

/// Most styles that an element has through others; a loop of them ends here too.
const CHAIN_MAX: usize = 32;

/// What an element looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Look {
    pub(super) style: Style,
    pub(super) place: Place,
    /// Ruby text and its delimiters (10.2.35): not shown, since a cue has no room above a line.
    pub(super) hidden: bool,
}

/// Styles and regions by their ids.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    styles: BTreeMap<String, Attributes>,
    regions: BTreeMap<String, Attributes>,
    /// The region whose styles are being read.
    region: String,
}

impl Sheet {
    /// Takes a `style` or `region` element; a style inside a region is the region's own.
    pub(super) fn declare(&mut self, name: &str, of_region: bool, attributes: &Attributes) {
        let id = get(attributes, "id").unwrap_or_default().to_owned();
        match name {
            "region" => {
                self.region.clone_from(&id);
                self.regions.insert(id, attributes.clone());
            }
            _ if of_region => {
                self.regions.entry(self.region.clone()).or_default().extend(attributes.iter().cloned());
            }
            _ => {
                self.styles.insert(id, attributes.clone());
            }
        }
    }

    /// The look of an element with these attributes inside one that looks like `inherited`.
    pub(super) fn look(&self, inherited: Look, attributes: &Attributes) -> Look {
        let mut look = inherited;
        if let Some(region) = get(attributes, "region").and_then(|id| self.regions.get(id)) {
            let chain = self.chain(region);
            chain.iter().for_each(|part| apply(&mut look, part));
            look.place = place(&chain);
        }
        self.chain(attributes).iter().for_each(|part| apply(&mut look, part));
        look
    }

    /// The styles that an element refers to, by themselves or through others, then its own attributes: what comes later
    /// wins (10.4.1).
    fn chain<'a>(&'a self, attributes: &'a Attributes) -> Vec<&'a Attributes> {
        let mut chain = vec![attributes];
        let mut next = 0;
        while let Some(part) = chain.get(next).copied() {
            let referred = get(part, "style").unwrap_or_default().split_whitespace().rev();
            let room = CHAIN_MAX - chain.len();
            chain.extend(referred.filter_map(|id| self.styles.get(id)).take(room));
            next += 1;
        }
        chain.reverse();
        chain
    }
}

fn apply(look: &mut Look, attributes: &Attributes) {
    if let Some(value) = get(attributes, "fontStyle") {
        look.style.italic = matches!(value, "italic" | "oblique");
    }
    if let Some(value) = get(attributes, "fontWeight") {
        look.style.bold = value == "bold";
    }
    if let Some(value) = get(attributes, "textDecoration") {
        look.style.underline = value.split_whitespace().any(|word| word == "underline");
    }
    if let Some(value) = get(attributes, "ruby") {
        look.hidden |= matches!(value, "text" | "textContainer" | "delimiter");
    }
}

/// Where a region's text stands: its own box, and the edge of it at which text is put.
fn place(chain: &[&Attributes]) -> Place {
    let value = |name| chain.iter().rev().find_map(|part| get(part, name));
    let Some(top) = value("origin").and_then(second_percent) else { return Place::Bottom };
    let height = value("extent").and_then(second_percent).unwrap_or(100.0 - top);
    let into = match value("displayAlign").unwrap_or("before") {
        "after" => 1.0,
        "center" => 0.5,
        _ => 0.0,
    };
    Place::at((top + height * into) / 100.0)
}

/// The second of two percentages: `10% 80%`.
fn second_percent(text: &str) -> Option<f64> {
    text.split_whitespace().nth(1)?.strip_suffix('%')?.parse().ok().filter(|value: &f64| value.is_finite())
}
