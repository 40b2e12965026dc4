//! The client that loads servers: `listen`'s example `sink`, on a core of its own.

use super::network::{Network, Side};
use super::servers::Server;
use crate::shell::{Result, quiet};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

/// The client.
pub(super) struct Client {
    program: PathBuf,
}

/// What a run of it came to.
pub(super) struct Measured {
    pub(super) answers: f64,
    pub(super) bytes: f64,
    pub(super) seconds: f64,
    /// Of the server.
    pub(super) cpu_s: f64,
    pub(super) p99_us: f64,
}

/// A client that holds connections; ends with this value.
pub(super) struct Held(Child);

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Client {
    pub(super) fn new(program: PathBuf) -> Client {
        Client { program }
    }

    /// Has the server read all files once.
    pub(super) fn warm(&self, server: &Server, path: &str, files: usize, network: &Network) -> Result {
        let all = path.replace("{}", &format!("[0000-{:04}]", files - 1));
        let mut curl = network.command(Side::Client, Path::new("curl"));
        curl.args(["--silent", "--fail", "--output", "/dev/null"]);
        quiet(curl.arg(format!("http://{}{all}", server.address(false)))).map(|_| ())
    }

    /// Loads a server with so many connections, for so many seconds, with so many requests under way on each.
    pub(super) fn run(
        &self,
        server: &Server,
        is_secure: bool,
        path: &str,
        load: [usize; 3],
        words: &[String],
        network: &Network,
    ) -> Result<Measured> {
        let before = network.cpu_s(server.pid())?;
        let mut sink = network.command(Side::Client, &self.program);
        sink.arg(server.address(is_secure)).arg(if is_secure { "https" } else { "http" }).arg(path);
        sink.args(load.map(|number| number.to_string())).args(words);
        let mut child = sink.stdin(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let mut text = String::new();
        if let Some(mut stderr) = child.stderr.take() {
            stderr.read_to_string(&mut text)?;
        }
        if !child.wait()?.success() {
            return Err(format!("the client failed: {text}").into());
        }
        let of = |name: &str| -> Result<f64> {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            Ok(line.ok_or_else(|| format!("the client does not tell {name}"))?.parse()?)
        };
        Ok(Measured {
            answers: of("answers")?,
            bytes: of("bytes")?,
            seconds: of("seconds")?,
            cpu_s: network.cpu_s(server.pid())? - before,
            p99_us: of("first_byte_us_p99")?,
        })
    }

    /// Opens connections, has one answer on each, and keeps them.
    pub(super) fn hold(
        &self,
        server: &Server,
        is_secure: bool,
        path: &str,
        connections: usize,
        network: &Network,
    ) -> Result<Held> {
        let mut sink = network.command(Side::Client, &self.program);
        sink.arg(server.address(is_secure)).arg(if is_secure { "https" } else { "http" }).arg(path);
        sink.args([&connections.to_string(), "600", "1", "every=3600000"]);
        let mut child = sink.stdin(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let mut line = String::new();
        if let Some(stderr) = child.stderr.take() {
            BufReader::new(stderr).read_line(&mut line)?;
        }
        let held = Held(child);
        if line.starts_with("open") { Ok(held) } else { Err(format!("the client failed: {line}").into()) }
    }
}
