//! Markdown: one title a page, no dead link into the repository, every crate on the map.

use super::manifest::Manifest;
use super::{File, Remark};

/// The page that names every crate.
const MAP: &str = "ARCHITECTURE.md";

/// Remarks on a page; `exists` tells whether a path from the root is there.
pub(super) fn check(file: &File, exists: impl Fn(&str) -> bool) -> Vec<Remark> {
    if file.extension() != "md" {
        return Vec::new();
    }
    let prose = prose(&file.text);
    let mut remarks = Vec::new();
    let titles = prose.iter().filter(|(_, line)| line.starts_with("# ")).count();
    if titles != 1 {
        remarks.push(Remark::Breach(format!(
            "{}: {titles} lines open with `# `; a page has one title",
            file.path
        )));
    }
    for (number, line) in prose {
        for target in links(line).filter(|target| !is_address(target)) {
            let path = resolve(&file.path, target);
            if !exists(&path) {
                remarks.push(Remark::Breach(format!(
                    "{}:{number}: links to {path}, which is not there",
                    file.path
                )));
            }
        }
    }
    remarks
}

/// Crates that the map does not name.
pub(super) fn check_code_map(files: &[File], manifests: &[Manifest]) -> Vec<Remark> {
    let map = files.iter().find(|file| file.path == MAP).map_or("", |file| file.text.as_str());
    let missing = manifests.iter().filter(|manifest| !map.contains(&format!("`{}`", manifest.name)));
    missing
        .map(|manifest| Remark::Breach(format!("{MAP} does not name the crate `{}`", manifest.name)))
        .collect()
}

/// The lines outside fenced code, with their numbers.
fn prose(text: &str) -> Vec<(usize, &str)> {
    let mut fenced = false;
    let lines = (1..).zip(text.lines()).filter(|(_, line)| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    });
    lines.collect()
}

/// Targets of inline links and pictures: `[text](target)`.
fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next())
}

fn is_address(target: &str) -> bool {
    target.contains("://") || target.starts_with("mailto:") || target.starts_with('#')
}

/// The path from the root of `target`, named in the page `page`.
fn resolve(page: &str, target: &str) -> String {
    let target = target.split('#').next().unwrap_or(target);
    let mut steps: Vec<&str> = page.split('/').collect();
    steps.pop();
    for step in target.split('/') {
        match step {
            "." | "" => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_have_one_title_and_live_links() {
        for (text, breaches) in [
            ("# A\n[b](../b.md#c) [web](https://example.org) [here](#a)\n", 0),
            ("# A\n```\n# not a title\n[x](gone.md)\n```\n", 0),
            ("# A\n# B\n", 1),
            ("# A\n![x](gone.png) and [y](adr/gone.md)\n", 2),
        ] {
            let file = File { path: "docs/a.md".into(), text: text.into() };
            assert_eq!(check(&file, |path| path == "b.md").len(), breaches, "{text}");
        }
    }

    #[test]
    fn every_crate_is_on_the_map() {
        let files = [File { path: MAP.into(), text: "# Map\n- `media`\n".into() }];
        let manifest = |name: &str| Manifest { name: name.into(), ..Manifest::default() };
        assert_eq!(check_code_map(&files, &[manifest("media"), manifest("title")]).len(), 1);
    }
}
