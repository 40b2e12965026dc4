//! What the client is told to do.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::Result;

/// The words of the command line.
#[derive(Debug, Clone)]
pub(crate) struct Arguments {
    pub(crate) address: SocketAddr,
    pub(crate) tls: bool,
    pub(crate) path: String,
    pub(crate) connections: usize,
    pub(crate) seconds: u64,
    /// Requests under way on each connection.
    pub(crate) depth: usize,
    /// From one request of a connection to its next, at the least.
    pub(crate) every: Option<Duration>,
    /// Files that are asked for in turn: their numbers, of four digits, stand for `{}` in the path.
    pub(crate) files: usize,
    /// What the first answer's body is to be.
    pub(crate) file: Option<PathBuf>,
}

const USAGE: &str =
    "give ADDRESS http|https PATH CONNECTIONS SECONDS DEPTH [every=MILLISECONDS] [files=COUNT] [file=PATH]";

impl Arguments {
    pub(crate) fn read(words: &[String]) -> Result<Arguments> {
        let [address, scheme, path, connections, seconds, depth, more @ ..] = words else {
            return Err(USAGE.into());
        };
        let mut arguments = Arguments {
            address: address.parse()?,
            tls: scheme == "https",
            path: path.clone(),
            connections: connections.parse()?,
            seconds: seconds.parse()?,
            depth: depth.parse::<usize>()?.max(1),
            every: None,
            files: 1,
            file: None,
        };
        for word in more {
            match word.split_once('=') {
                Some(("every", ms)) => arguments.every = Some(Duration::from_millis(ms.parse()?)),
                Some(("files", count)) => arguments.files = count.parse::<usize>()?.max(1),
                Some(("file", path)) => arguments.file = Some(path.into()),
                _ => return Err(format!("{word}: {USAGE}").into()),
            }
        }
        Ok(arguments)
    }

    /// The path of a connection's request number `turn`.
    pub(crate) fn path_of(&self, turn: usize) -> String {
        self.path.replace("{}", &format!("{:04}", turn % self.files))
    }
}
