//! The servers that are measured: ours and its peers, each with one thread over the same files.
//!
//! Owns their configurations. All serve the same paths, in the clear and, but for Varnish, under TLS 1.3 with AES-128-GCM;
//! nginx with `sendfile` and its cache of open files.

use super::network::{Network, Side};
use crate::shell::{Result, command, quiet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

/// Where programs of administrators are, beside the search path.
const FOLDERS: [&str; 2] = ["/usr/sbin", "/usr/bin"];

/// Tries to reach a server that starts, and the time between them.
const TRIES: usize = 400;
const BETWEEN: Duration = Duration::from_millis(25);

/// Time for a server to end.
const PATIENCE: Duration = Duration::from_secs(5);

/// A server's make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An origin: files of its store.
    Matinee,
    /// An edge with nginx as its parent: slices that it keeps.
    Tier,
    Nginx,
    H2o,
    Varnish,
}

impl Kind {
    pub(super) const ALL: [Kind; 5] = [Kind::Matinee, Kind::Tier, Kind::Nginx, Kind::H2o, Kind::Varnish];

    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::Matinee => "matinee",
            Kind::Tier => "matinee-tier",
            Kind::Nginx => "nginx",
            Kind::H2o => "h2o",
            Kind::Varnish => "varnish",
        }
    }

    pub(super) fn has_tls(self) -> bool {
        self != Kind::Varnish
    }

    fn program(self) -> &'static str {
        match self {
            Kind::Varnish => "varnishd",
            other => other.name(),
        }
    }

    /// Port for plain HTTP; the next one is for TLS.
    fn port(self) -> u16 {
        18_080 + 10 * self as u16
    }
}

/// A running server; ends with this value.
pub(super) struct Server {
    kind: Kind,
    process: Child,
    /// What it has its files from, where that is another server.
    _behind: Option<Box<Server>>,
}

impl Server {
    /// Starts a server over the files of `place`; `None`, aloud, where a peer is not installed.
    pub(super) fn start(
        kind: Kind,
        matinee: &Path,
        place: &Path,
        network: &Network,
    ) -> Result<Option<Server>> {
        let program = match kind {
            Kind::Matinee | Kind::Tier => Some(matinee.to_owned()),
            other => find(other.program()),
        };
        let Some(program) = program else {
            println!("SKIPPED: {0} is not installed: `apt-get install {0}`", kind.name());
            return Ok(None);
        };
        let certificate = certificate(place)?;
        let folder = place.join(kind.name());
        fs::create_dir_all(&folder)?;
        let behind = match kind {
            Kind::Varnish | Kind::Tier => match Server::start(Kind::Nginx, matinee, place, network)? {
                Some(nginx) => Some(Box::new(nginx)),
                None => return Ok(None),
            },
            _ => None,
        };
        let mut run = network.command(Side::Server, &program);
        match kind {
            Kind::Matinee => arguments(&mut run, kind, &place.join("data"), &certificate),
            Kind::Tier => {
                // Each time anew: what is kept longer has an `Age` of more digits, and the client goes by an answer's length.
                fs::remove_dir_all(&folder)?;
                fs::create_dir_all(&folder)?;
                arguments(&mut run, kind, &folder.join("data"), &certificate);
                run.arg("--set").arg(format!("edge.parents=http://127.0.0.1:{}/media/", Kind::Nginx.port()));
            }
            Kind::Nginx => {
                fs::write(folder.join("nginx.conf"), nginx(&folder, place, &certificate))?;
                run.args(["-e", "stderr", "-p"]).arg(&folder).arg("-c").arg(folder.join("nginx.conf"));
            }
            Kind::H2o => {
                fs::write(folder.join("h2o.conf"), h2o(place, &certificate))?;
                run.arg("-c").arg(folder.join("h2o.conf"));
            }
            Kind::Varnish => {
                fs::write(folder.join("varnish.vcl"), varnish())?;
                run.args(["-F", "-n"]).arg(folder.join("work"));
                run.args(["-a", &format!("127.0.0.1:{}", Kind::Varnish.port())]);
                run.arg("-f").arg(folder.join("varnish.vcl"));
                run.args(["-s", "malloc,1G", "-p", "thread_pools=1", "-p", "default_ttl=3600"]);
            }
        }
        let log = fs::File::create(folder.join("log"))?;
        let process = run.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?;
        let server = Server { kind, process, _behind: behind };
        server.wait(network)?;
        Ok(Some(server))
    }

    pub(super) fn pid(&self) -> u32 {
        self.process.id()
    }

    pub(super) fn address(&self, is_secure: bool) -> String {
        format!("127.0.0.1:{}", self.kind.port() + u16::from(is_secure))
    }

    /// Waits until it takes connections.
    fn wait(&self, network: &Network) -> Result {
        let port = self.kind.port();
        // In its network, which is not ours.
        let mut bash = network.command(Side::Client, Path::new("bash"));
        bash.arg("-c").arg(format!(
            "for i in $(seq {TRIES}); do (exec 3<>/dev/tcp/127.0.0.1/{port}) 2>/dev/null && exit 0; sleep {}; done; exit 1",
            BETWEEN.as_secs_f64()
        ));
        quiet(&mut bash).map_err(|_| {
            format!(
                "{} did not start; its log is in target/bench/edge/{}/log",
                self.kind.name(),
                self.kind.name()
            )
        })?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGTERM, so that those with workers end them; what has not ended some seconds later is killed.
        let pid = self.process.id().to_string();
        let _ = quiet(command("kill").arg(&pid));
        let (ended, is_over) = sync_channel::<()>(1);
        let guard = std::thread::spawn(move || {
            if is_over.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                let _ = quiet(command("kill").args(["-9", &pid]));
            }
        });
        let _ = self.process.wait();
        drop(ended);
        let _ = guard.join();
    }
}

/// Where a program is: among our own, or on this machine.
pub(super) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = crate::root::tools().join("bin");
    let folders = [own].into_iter().chain(std::env::split_paths(&path)).chain(FOLDERS.map(PathBuf::from));
    folders.map(|folder| folder.join(program)).find(|program| program.is_file())
}

/// A certificate and its key, of P-256 as most sites have it.
fn certificate(place: &Path) -> Result<(PathBuf, PathBuf)> {
    let (chain, key) = (place.join("chain.pem"), place.join("key.pem"));
    if !chain.exists() {
        let mut openssl = command("openssl");
        openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]);
        openssl.args(["-days", "3650", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]);
        quiet(openssl.arg("-keyout").arg(&key).arg("-out").arg(&chain))?;
    }
    Ok((chain, key))
}

fn arguments(run: &mut Command, kind: Kind, data: &Path, (chain, key): &(PathBuf, PathBuf)) {
    let port = kind.port();
    run.arg("edge").arg("--data").arg(data);
    for setting in [
        format!("edge.listen=127.0.0.1:{port}"),
        format!("edge.tls_listen=127.0.0.1:{}", port + 1),
        format!("edge.certificate={}", chain.display()),
        format!("edge.key={}", key.display()),
        "edge.threads=1".to_owned(),
        "edge.connections_of_client=20000".to_owned(),
        "log.level=error".to_owned(),
    ] {
        run.arg("--set").arg(setting);
    }
}

fn nginx(folder: &Path, place: &Path, (chain, key): &(PathBuf, PathBuf)) -> String {
    let port = Kind::Nginx.port();
    let (folder, place) = (folder.display(), place.display());
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .iter()
        .map(|name| format!("{name}_temp_path {folder}/{name}; "))
        .collect();
    format!(
        "daemon off; worker_processes 1; pid {folder}/pid; error_log stderr;\n\
         events {{ worker_connections 20000; }}\n\
         worker_rlimit_nofile 40000;\n\
         http {{ {temporary} access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;\n\
         keepalive_timeout 600; open_file_cache max=10000; open_file_cache_valid 60s; default_type video/mp4;\n\
         server {{ listen 127.0.0.1:{port} backlog=4096; listen 127.0.0.1:{} ssl http2 backlog=4096;\n\
         ssl_certificate {}; ssl_certificate_key {}; ssl_protocols TLSv1.3;\n\
         ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;\n\
         location /media/ {{ alias {place}/data/objects/packages/; }} }} }}\n",
        port + 1,
        chain.display(),
        key.display(),
    )
}

fn h2o(place: &Path, (chain, key): &(PathBuf, PathBuf)) -> String {
    let port = Kind::H2o.port();
    format!(
        "num-threads: 1\nmax-connections: 20000\nhttp1-request-timeout: 600\n\
         listen: {{ host: 127.0.0.1, port: {port} }}\n\
         listen:\n  host: 127.0.0.1\n  port: {}\n  ssl:\n    certificate-file: {}\n    key-file: {}\n    \
         minimum-version: TLSv1.3\n    cipher-preference: server\n\
         hosts:\n  default:\n    paths:\n      /media/:\n        file.dir: {}/data/objects/packages/\n",
        port + 1,
        chain.display(),
        key.display(),
        place.display(),
    )
}

/// Without the headers whose lengths change: the client goes by an answer's length.
fn varnish() -> String {
    format!(
        "vcl 4.1;\nbackend nginx {{ .host = \"127.0.0.1\"; .port = \"{}\"; }}\n\
         sub vcl_deliver {{ unset resp.http.X-Varnish; unset resp.http.Age; }}\n",
        Kind::Nginx.port()
    )
}
