//! Child processes: started, waited for, and named in the error when they fail.
//!
//! Owns every process that this tool starts. Films never come here: `matinee` runs media tools in its own sandbox.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

/// What a step of this tool comes to: the error says what was being done and what to do about it.
pub(crate) type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Most lines of a failed child's output that an error shows: its end, which holds the reason.
const ERROR_LINES_MAX: usize = 40;

/// A command that runs `program` in the repository's root.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that starts this tool's children, none of which reads a film"
)]
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(crate::root::root());
    command
}

/// The `cargo` that runs this tool.
pub(crate) fn cargo() -> Command {
    let mut cargo = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // What this tool was told of its own package makes build scripts that look at it (ring's) run anew, each time that cargo
    // is run by somebody else in between.
    for (name, _) in std::env::vars_os() {
        let own = ["CARGO_PKG_", "CARGO_MANIFEST_"];
        if name.to_str().is_some_and(|name| own.iter().any(|begin| name.starts_with(begin))) {
            cargo.env_remove(name);
        }
    }
    cargo
}

/// `npm` in the TypeScript workspace.
pub(crate) fn npm() -> Command {
    let mut command = command("npm");
    command.current_dir(crate::root::web());
    command
}

/// Runs `command` with this terminal as its own.
pub(crate) fn run(command: &mut Command) -> Result {
    let status = command.status().map_err(|error| cannot_start(command, &error))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed: {status}", shown(command)).into()) }
}

/// Runs `command` without input, keeps what it prints and returns its standard output; an error holds the end of both.
pub(crate) fn quiet(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| cannot_start(command, &error))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(text);
    }
    let all = format!("{text}{}", String::from_utf8_lossy(&output.stderr));
    let lines: Vec<&str> = all.lines().collect();
    let end = lines[lines.len().saturating_sub(ERROR_LINES_MAX)..].join("\n");
    Err(format!("`{}` failed: {}\n{end}", shown(command), output.status).into())
}

/// Runs `command`, shows what it prints as it prints it, and returns that text with whether it succeeded.
pub(crate) fn tee(command: &mut Command) -> Result<(String, bool)> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| cannot_start(command, &error))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let text = std::thread::scope(|scope| {
        let errors = scope.spawn(|| stderr.map(|pipe| forward(pipe, std::io::stderr())).unwrap_or_default());
        let output = stdout.map(|pipe| forward(pipe, std::io::stdout())).unwrap_or_default();
        output + &errors.join().unwrap_or_default()
    });
    Ok((text, child.wait()?.success()))
}

/// Whether `program` can be run at all.
pub(crate) fn present(program: &str) -> bool {
    quiet(command(program).arg("--version")).is_ok()
}

/// Copies lines from `pipe` to `terminal` until the pipe ends; returns them.
fn forward(pipe: impl Read, mut terminal: impl Write) -> String {
    let mut text = String::new();
    let mut reader = BufReader::new(pipe);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|bytes| bytes > 0) {
        // A closed terminal must not stop the child.
        let _ = terminal.write_all(&line);
        text.push_str(&String::from_utf8_lossy(&line));
        line.clear();
    }
    text
}

fn cannot_start(command: &Command, error: &std::io::Error) -> String {
    let program = command.get_program().to_string_lossy();
    match error.kind() {
        std::io::ErrorKind::NotFound => format!("`{program}` was not found: {}", how_to_get(&program)),
        _ => format!("cannot start `{program}`: {error}"),
    }
}

fn how_to_get(program: &str) -> &'static str {
    match program {
        "python3" => "install Python 3 with pip (Debian: `apt-get install python3 python3-pip`)",
        "npm" | "node" | "npx" => "install Node.js 20 or newer with npm",
        "cargo" => "install Rust with rustup",
        _ => "install it and run the command again",
    }
}

/// The command as one would type it.
fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_tells_the_command_and_its_last_words() {
        let error =
            quiet(command("sh").args(["-c", "echo out; echo why >&2; exit 3"])).unwrap_err().to_string();
        assert!(error.contains("exit status: 3") && error.contains("out\nwhy"), "{error}");
    }

    #[test]
    fn a_missing_program_tells_how_to_get_it() {
        let error = std::io::Error::from(std::io::ErrorKind::NotFound);
        assert!(cannot_start(&command("python3"), &error).contains("python3-pip"));
    }

    #[test]
    fn tee_returns_what_was_shown() {
        let (text, ok) = tee(command("sh").args(["-c", "echo one; echo two >&2; exit 1"])).unwrap();
        assert_eq!((text.as_str(), ok), ("one\ntwo\n", false));
    }
}
