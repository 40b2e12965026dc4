//! `cargo xtask tidy`: the rules of this house that no compiler knows.
//!
//! Owns which files are looked at and how a breach is told. The rules are in the modules below, each with its numbers
//! and lists beside it; a rule that is not here is not a rule.

mod edges;
mod functions;
mod manifest;
mod markdown;
mod purity;
mod shape;
mod words;

use crate::root::root;
use crate::shell::{Result, command, quiet};
use manifest::Manifest;

/// A file of the repository.
struct File {
    /// Path from the root.
    path: String,
    text: String,
}

impl File {
    /// What follows the last dot of its name.
    fn extension(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(_, extension)| extension)
    }
}

/// What a rule has to say of a file or crate.
#[derive(Debug, PartialEq, Eq)]
enum Remark {
    /// Fails tidy.
    Breach(String),
    /// Worth a look.
    Warning(String),
}

/// Checks every rule; an error tells how many are broken, after they were printed.
pub(crate) fn run(arguments: &[&str]) -> Result {
    if let Some(extra) = arguments.first() {
        return Err(format!("tidy takes no argument, got `{extra}`").into());
    }
    let files = files()?;
    let manifests: Vec<Manifest> = files
        .iter()
        .filter(|file| is_crate_manifest(&file.path))
        .map(|file| Manifest::read(&file.text))
        .collect();
    let mut remarks = Vec::new();
    for file in &files {
        remarks.extend(shape::check(file));
        remarks.extend(words::check(file));
        remarks.extend(markdown::check(file, |path| root().join(path).exists()));
        remarks.extend(purity::check_source(file));
    }
    remarks.extend(manifests.iter().flat_map(purity::check_manifest));
    remarks.extend(edges::check(&manifests));
    remarks.extend(markdown::check_code_map(&files, &manifests));
    println!("tidy: {} files; {}", files.len(), edges::figures(&manifests));
    report(&remarks)
}

fn report(remarks: &[Remark]) -> Result {
    let mut breaches = 0;
    for remark in remarks {
        match remark {
            Remark::Warning(text) => println!("warning: {text}"),
            Remark::Breach(text) => {
                breaches += 1;
                println!("breach: {text}");
            }
        }
    }
    if breaches == 0 { Ok(()) } else { Err(format!("tidy found {breaches} breaches").into()) }
}

/// All text files that are tracked or would be, by path.
fn files() -> Result<Vec<File>> {
    let listed =
        quiet(command("git").args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]))?;
    let mut files = Vec::new();
    for path in listed.split('\0').filter(|path| !path.is_empty()) {
        // A file that was deleted but not committed yet, and one that is no text, have no rules.
        if let Ok(text) = std::fs::read_to_string(root().join(path)) {
            files.push(File { path: path.to_owned(), text });
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.dedup_by(|a, b| a.path == b.path);
    Ok(files)
}

fn is_crate_manifest(path: &str) -> bool {
    path == "xtask/Cargo.toml" || (path.starts_with("crates/") && path.ends_with("/Cargo.toml"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn this_repository_is_tidy() {
        super::run(&[]).unwrap();
    }
}
