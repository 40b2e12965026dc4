//! An edge with one film, served under TLS on a thread of its own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use edge::Edge;
use listen::{Certificates, KeyPair, Listener, Options};
use stdx::clock::ManualClock;
use stdx::random::Random;
use store::{Key, Local};
use tempfile::TempDir;
use tokio::sync::oneshot;

/// Its bytes: more than any window of a client that was not told otherwise.
pub(crate) const FILM_BYTES: usize = (7 << 18) + 17;

/// What the certificate is for.
pub(crate) const HOST: &str = "first.test";

const SEED: u64 = 9113;

/// Ends with this value.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    pub(crate) film: Vec<u8>,
    pub(crate) folder: TempDir,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// A file of the listener's certificates.
pub(crate) fn certificate(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../listen/tests/certificates").join(name)
}

/// The first program `name` of these folders and the search path. Says aloud where there is none.
pub(crate) fn program(name: &str, folder: &str) -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools").join(folder);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = [own].into_iter().chain(std::env::split_paths(&path)).map(|folder| folder.join(name));
    let found = found.into_iter().find(|program| program.is_file());
    if found.is_none() {
        eprintln!(
            "SKIPPED: there is no {name} (`cargo xtask setup` looks for it): the edge has no such witness"
        );
    }
    found
}

impl Served {
    /// The film is at `/film.mp4`.
    pub(crate) fn start() -> Served {
        let folder = tempfile::tempdir().unwrap();
        let film = Random::new(SEED).bytes(FILM_BYTES);
        std::fs::create_dir(folder.path().join("packages")).unwrap();
        std::fs::write(folder.path().join("packages/film.mp4"), &film).unwrap();
        let pair = KeyPair { chain: certificate("first.pem"), key: certificate("first-key.pem") };
        let certificates = Arc::new(Certificates::load(vec![pair]).unwrap());
        let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), 1).unwrap().with_tls(certificates);
        let address = listener.address().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let data = folder.path().to_owned();
        let thread = std::thread::spawn(move || serve(&data, listener, stopped));
        Served { address, film, folder, stop: Some(stop), thread: Some(thread) }
    }

    pub(crate) fn url(&self) -> String {
        format!("https://{HOST}:{}/film.mp4", self.address.port())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let (Some(stop), Some(thread)) = (self.stop.take(), self.thread.take()) {
            // Fails where the server has died, which the thread tells.
            let _ = stop.send(());
            if !std::thread::panicking() {
                thread.join().unwrap();
            }
        }
    }
}

fn serve(data: &Path, listener: Listener, stopped: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Arc::new(Local::open(data).await.unwrap());
        let edge = Edge::origin(store, Key::new("packages").unwrap(), Arc::new(ManualClock::default()));
        let stop = async { stopped.await.unwrap_or_default() };
        listen::serve(vec![listener], Arc::new(edge), Options::default(), stop).await.unwrap();
    });
}
