//! Words that may not be in the repository.

use super::{File, Remark};

/// A word, where it is looked for, and why it is unwelcome.
struct Ban {
    word: &'static str,
    /// Extensions of the files that are searched; none means all.
    extensions: &'static [&'static str],
    reason: &'static str,
}

const CODE: &[&str] = &["rs", "ts", "mjs", "py"];
const MACHINE: &str = "a path of one machine: derive it from the repository's root or take it as a setting";
const REGISTRY: &str = "a registry's address: name the package; clients know where registries are";
const LATER: &str = "unfinished work: do it, or open an issue and leave the code whole";

/// Each word is written in two halves so that this file does not break its own rule.
const BANS: &[Ban] = &[
    Ban { word: concat!("/wo", "rk/"), extensions: &[], reason: MACHINE },
    Ban { word: concat!("/ro", "ot/"), extensions: &[], reason: MACHINE },
    Ban { word: concat!("/ho", "me/"), extensions: &[], reason: MACHINE },
    Ban { word: concat!("/tm", "p/"), extensions: &[], reason: MACHINE },
    Ban { word: concat!("registry.", "npmjs"), extensions: &[], reason: REGISTRY },
    Ban { word: concat!("python", "hosted.org"), extensions: &[], reason: REGISTRY },
    Ban { word: concat!("pypi.", "org"), extensions: &[], reason: REGISTRY },
    Ban { word: concat!("index.", "crates.io"), extensions: &[], reason: REGISTRY },
    Ban { word: concat!("deb.", "debian.org"), extensions: &[], reason: REGISTRY },
    Ban { word: concat!("\"resolved\": ", "\"http"), extensions: &["json"], reason: REGISTRY },
    Ban { word: concat!("to", "do!"), extensions: CODE, reason: LATER },
    Ban { word: concat!("unimple", "mented!"), extensions: CODE, reason: LATER },
    Ban { word: concat!("FIX", "ME"), extensions: CODE, reason: LATER },
    Ban { word: concat!("TO", "DO"), extensions: CODE, reason: LATER },
    Ban {
        word: concat!("un", "bounded"),
        extensions: CODE,
        reason: "every queue, loop, retry and cache has a named limit",
    },
];

/// Files of others that are kept word for word.
const KEPT: &[&str] = &["Cargo.lock", "LICENSE"];

/// Banned words in `file`, each with its line.
pub(super) fn check(file: &File) -> Vec<Remark> {
    if KEPT.contains(&file.path.as_str()) {
        return Vec::new();
    }
    let bans =
        BANS.iter().filter(|ban| ban.extensions.is_empty() || ban.extensions.contains(&file.extension()));
    let found = bans.flat_map(|ban| {
        let lines = (1..).zip(file.text.lines()).filter(|(_, line)| line.contains(ban.word));
        lines.map(|(number, _)| {
            Remark::Breach(format!("{}:{number}: `{}`: {}", file.path, ban.word, ban.reason))
        })
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_banned_where_they_matter() {
        for (path, text, breaches) in [
            ("a.md", format!("see {}x", BANS[0].word), 1),
            ("a.rs", format!("x\n{}()\n", BANS[10].word), 1),
            ("a.md", BANS[13].word.to_owned(), 0),
            ("LICENSE", BANS[0].word.to_owned(), 0),
        ] {
            let file = File { path: path.into(), text: text.clone() };
            assert_eq!(check(&file).len(), breaches, "{path}: {text}");
        }
    }
}
