//! Rules: what a conforming presentation keeps to, each with its clause.
//!
//! The tables are in `hls`, `dash` and `cmaf`; the checks that find a breach are in the modules of the same names.

/// Declares rules as constants, and the table of them all in the same order.
macro_rules! rules {
    ($($name:ident = $severity:ident $id:literal, $clause:literal, $states:literal, $hint:literal;)*) => {
        $(
            #[doc = $states]
            pub const $name: &$crate::Rule = &$crate::Rule {
                id: $id,
                severity: $crate::Severity::$severity,
                clause: $clause,
                states: $states,
                hint: $hint,
            };
        )*

        /// All of this table.
        pub const ALL: &[&$crate::Rule] = &[$($name),*];
    };
}

pub mod hls;
pub mod dash;
pub mod cmaf;

use std::fmt;

/// How much a breach matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The standard forbids it, or players fail on it.
    Error,
    /// The standard advises against it, or some players do worse.
    Warning,
    /// Worth knowing; nothing is wrong.
    Note,
}

impl Severity {
    /// `error`, `warning` or `note`.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name, unique: `hls-version`.
    pub id: &'static str,
    /// How much a breach matters.
    pub severity: Severity,
    /// Document and clause.
    pub clause: &'static str,
    /// What it asks for.
    pub states: &'static str,
    /// What to do about a breach.
    pub hint: &'static str,
}

/// All rules: HLS, DASH, CMAF.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    hls::ALL.iter().chain(dash::ALL).chain(cmaf::ALL).copied()
}

/// The reference page of all rules, in Markdown.
pub fn reference() -> String {
    let mut page = String::from(
        "# Conformance rules\n\nWhat `matinee check` looks for, and what every title is checked for before it is \
         published. Errors fail the check\nand keep a title from being published; warnings and notes are told. This \
         page is made from the code.\n\nRFC 8216bis is draft-pantos-hls-rfc8216bis. The other documents are the \
         editions ISO/IEC 23009-1:2022, 23000-19:2024,\n14496-12:2022, 14496-15:2022 and 23001-7:2023.\n",
    );
    for (name, rules) in [("HLS", hls::ALL), ("DASH", dash::ALL), ("CMAF", cmaf::ALL)] {
        page += &format!(
            "\n## {name}\n\n| rule | severity | clause | asks for | hint |\n| --- | --- | --- | --- | --- |\n"
        );
        for rule in rules {
            let Rule { id, severity, clause, states, hint } = rule;
            page += &format!("| `{id}` | {severity} | {clause} | {states} | {hint} |\n");
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_unique_and_say_where_they_belong() {
        let ids: Vec<_> = all().map(|rule| rule.id).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
        assert!(ids.iter().all(|id| ["hls-", "dash-", "cmaf-", "cenc-"].iter().any(|p| id.starts_with(p))));
    }

    #[test]
    fn the_reference_page_is_up_to_date() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/check.md");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&path, reference()).unwrap();
        }
        let page = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(page == reference(), "docs/reference/check.md is old; run the test with UPDATE_EXPECT=1");
    }
}
