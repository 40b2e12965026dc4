//! A service manager's own program opens the sockets of an edge or a server, starts it at the first connection, and hears how it is
//! (`systemd-socket-activate(1)`, `sd_notify(3)`).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::disallowed_methods, reason = "the test starts the programs that a machine would start")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is said again and again.
const ALIVE: &str = "WATCHDOG=1";

const FILM: &[u8] = b"not much of a film";

/// The manager's end of things.
struct Manager {
    child: Child,
    notices: UnixDatagram,
}

/// Two addresses that are free now; the manager's program does not tell which ones it got.
fn free() -> [SocketAddr; 2] {
    let both = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    both.map(|listener| listener.local_addr().unwrap())
}

fn certificate(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../listen/tests/certificates").join(name)
}

impl Manager {
    /// Has the manager's program listen on both addresses for the command `role`; `None` where there is no such program.
    fn start(role: &str, data: &Path, http: SocketAddr, https: SocketAddr) -> Option<Manager> {
        let notify = data.join("notify");
        let notices = UnixDatagram::bind(&notify).unwrap();
        notices.set_read_timeout(Some(PATIENCE)).unwrap();
        let set = |name: &str, value: &Path| format!("{role}.{name}={}", value.display());
        let mut command = Command::new("systemd-socket-activate");
        for address in [http, https] {
            command.arg(format!("--listen={address}"));
        }
        command.args(["--fdname=http:https", "--setenv=WATCHDOG_USEC=100000"]);
        command.arg(format!("--setenv=NOTIFY_SOCKET={}", notify.display()));
        command
            .arg(env!("CARGO_BIN_EXE_matinee"))
            .arg("--data")
            .arg(data)
            .args(["--set", &format!("{role}.http3=false")]);
        command.arg("--set").arg(set("certificate", &certificate("first.pem")));
        command.arg("--set").arg(set("key", &certificate("first-key.pem"))).arg(role);
        let spawned = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
        let mut child = spawned.ok()?;
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
        // A line for each socket that it listens on.
        for _ in [http, https] {
            assert!(said.next().unwrap().unwrap().starts_with("Listening on "));
        }
        std::thread::spawn(move || said.for_each(drop));
        Some(Manager { child, notices })
    }

    /// All notices, as they come.
    fn notices(&self) -> impl Iterator<Item = String> {
        std::iter::repeat_with(|| {
            let mut bytes = [0; 100];
            let length = self.notices.recv(&mut bytes).unwrap();
            String::from_utf8(bytes[..length].to_vec()).unwrap()
        })
    }

    /// The next notice that is no sign of life.
    fn notice(&self) -> String {
        self.notices().find(|notice| notice != ALIVE).unwrap()
    }

    /// Sends a signal to what it started, which is the same process.
    fn signal(&self, name: &str) {
        let kill = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.child.id())]).status();
        assert!(kill.unwrap().success());
    }
}

impl Drop for Manager {
    fn drop(&mut self) {
        // Where it has ended already there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What comes for a request in clear.
fn got(address: SocketAddr) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(b"GET /media/0f/film.mp4 HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n").unwrap();
    let mut bytes = Vec::new();
    // A server of TLS ends what it takes for nonsense in whichever way.
    let _ = stream.read_to_end(&mut bytes);
    bytes
}

#[test]
fn the_manager_opens_sockets_and_hears_how_the_edge_is() {
    check("edge");
}

#[test]
fn nor_has_it_less_of_a_server() {
    check("serve");
}

fn check(role: &str) {
    let data = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(data.path().join("objects/packages/0f")).unwrap();
    std::fs::write(data.path().join("objects/packages/0f/film.mp4"), FILM).unwrap();
    let [http, https] = free();
    let Some(mut manager) = Manager::start(role, data.path(), http, https) else {
        eprintln!(
            "SKIPPED: there is no systemd-socket-activate (Debian: systemd): no manager started the edge"
        );
        return;
    };
    assert!(got(http).ends_with(FILM), "the connection that it was started for is served");
    assert_eq!(manager.notice(), "READY=1");
    assert!(!got(https).starts_with(b"HTTP"), "the name of a socket says that TLS is spoken on it");
    assert!(manager.notices().any(|notice| notice == ALIVE));
    manager.signal("HUP");
    assert_eq!(manager.notice(), "RELOADING=1");
    assert_eq!(manager.notice(), "READY=1");
    manager.signal("TERM");
    assert_eq!(manager.notice(), "STOPPING=1");
    assert!(manager.child.wait().unwrap().success(), "it ends in order");
}
