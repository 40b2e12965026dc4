//! What tidy needs of a `Cargo.toml`: name, dependencies, lints.
//!
//! Reads the plain form that this repository writes: a table header a line, a dependency a line. No TOML reader.

/// A crate's manifest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Manifest {
    /// The crate's name.
    pub(super) name: String,
    /// `[dependencies]` and `[build-dependencies]`.
    pub(super) dependencies: Vec<String>,
    /// Whether it has the lints of the workspace.
    pub(super) workspace_lints: bool,
}

impl Manifest {
    /// Reads `text`; what is missing stays empty.
    pub(super) fn read(text: &str) -> Manifest {
        let mut manifest = Manifest::default();
        let mut table = "";
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some(header) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                table = header.trim_matches(['[', ']']);
                continue;
            }
            let Some((key, value)) = line.split_once('=') else { continue };
            let (key, value) = (key.trim(), value.trim());
            match table {
                "package" if key == "name" => value.trim_matches('"').clone_into(&mut manifest.name),
                "lints" if key == "workspace" => manifest.workspace_lints = value == "true",
                "dependencies" | "build-dependencies" => {
                    manifest.dependencies.push(key.split('.').next().unwrap_or(key).to_owned());
                }
                _ => {}
            }
        }
        manifest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_form_is_read() {
        let text = "[package]\nname = \"ladder\"\nversion.workspace = true\n\n[lints]\nworkspace = true\n\n\
            # why\n[dependencies]\nmedia.workspace = true\nserde = { version = \"1\" }\n\n[dev-dependencies]\ntokio = \"1\"\n\n\
            [[bin]]\nname = \"other\"\n";
        let expected = Manifest {
            name: "ladder".into(),
            dependencies: vec!["media".into(), "serde".into()],
            workspace_lints: true,
        };
        assert_eq!(Manifest::read(text), expected);
    }
}
