//! The edge and nginx, each on a socket in the test's folder.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use stdx::clock::ManualClock;
use store::{Key, Local};

/// Where nginx is, if it is anywhere.
pub(crate) fn nginx() -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Debian has it where only administrators look.
    let folders = [own].into_iter().chain(std::env::split_paths(&path)).chain([PathBuf::from("/usr/sbin")]);
    folders.map(|folder| folder.join("nginx")).find(|program| program.is_file())
}

/// A running nginx; ends with this value.
pub(crate) struct Nginx {
    process: Child,
    pub(crate) socket: PathBuf,
}

impl Nginx {
    /// nginx over the files in `media`, its own files in `folder`. Listens when this returns.
    #[expect(
        clippy::disallowed_methods,
        reason = "the test asks nginx as a witness, on files that it made itself"
    )]
    pub(crate) fn start(program: &Path, folder: &Path, media: &Path) -> Nginx {
        let socket = folder.join("nginx.sock");
        let config = folder.join("nginx.conf");
        std::fs::write(&config, configuration(folder, media, &socket)).unwrap();
        let mut command = Command::new(program);
        command.arg("-e").arg("stderr").arg("-p").arg(folder).arg("-c").arg(&config);
        let mut process = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(process.stderr.take().unwrap()).lines();
        let mut said = String::new();
        // It says so once its sockets are open.
        while !said.contains("event method") {
            match log.next() {
                Some(line) => said += &(line.unwrap() + "\n"),
                None => panic!("nginx did not start: {said}"),
            }
        }
        // Keeps the pipe open and empty for as long as nginx runs.
        std::thread::spawn(move || log.for_each(drop));
        Nginx { process, socket }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Where it has ended already there is nothing to end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn configuration(folder: &Path, media: &Path, socket: &Path) -> String {
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {}/{kind};\n", folder.display()))
        .concat();
    format!(
        "daemon off; master_process off; error_log stderr notice; pid {folder}/nginx.pid;
         events {{ worker_connections 16; }}
         http {{
             access_log off; error_log {folder}/error.log crit; keepalive_requests 100000; sendfile on;
             {temporary}
             types {{ video/mp4 mp4; }}
             server {{ listen unix:{socket}; root {media}; }}
         }}",
        folder = folder.display(),
        socket = socket.display(),
        media = media.display(),
    )
}

/// A running edge.
pub(crate) struct Edge {
    pub(crate) socket: PathBuf,
}

impl Edge {
    /// The edge over the store in `folder`.
    pub(crate) async fn start(folder: &Path) -> Edge {
        let socket = folder.join("edge.sock");
        let store = Local::open(folder).await.unwrap();
        let edge = edge::Edge::origin(
            Arc::new(store),
            Key::new("packages").unwrap(),
            Arc::new(ManualClock::default()),
        );
        let listener = tokio::net::UnixListener::bind(&socket).unwrap();
        let router = axum::Router::new().fallback_service(edge);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Edge { socket }
    }
}
