//! What a service manager and this process tell each other: sockets that it opened, and how we are
//! (`sd_listen_fds(3)`, `sd_notify(3)`).

use std::io;
use std::net::TcpListener;
use std::os::fd::{AsFd as _, FromRawFd as _, OwnedFd, RawFd};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The first descriptor that is handed over (`SD_LISTEN_FDS_START`).
const FIRST: RawFd = 3;

/// Descriptors that are looked at, at most; a server listens on a few.
const SOCKETS_MAX: usize = 64;

/// Whether descriptors were taken over: they can be owned once.
static ARE_TAKEN: AtomicBool = AtomicBool::new(false);

/// The sockets that the service manager opened for us, each with its name (`FileDescriptorName=`); none where it opened none, or
/// they were asked for before.
///
/// # Errors
/// Where one of them is no socket that listens for TCP.
pub fn sockets() -> io::Result<Vec<(String, TcpListener)>> {
    let of = |name| std::env::var(name).unwrap_or_default();
    let names = handed_over(&of("LISTEN_PID"), &of("LISTEN_FDS"), &of("LISTEN_FDNAMES"), std::process::id());
    if names.is_empty() || ARE_TAKEN.swap(true, Ordering::Relaxed) {
        return Ok(Vec::new());
    }
    let mut sockets = Vec::new();
    for (fd, name) in (FIRST..).zip(names) {
        // SAFETY: the service manager opened these descriptors for this very process, as `LISTEN_PID` says, and nothing
        // else here owns them: `ARE_TAKEN` lets only one call come here.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
        sockets.push((name.clone(), listening(fd, &name)?));
    }
    Ok(sockets)
}

/// The names of the descriptors that were handed over to process `own`.
fn handed_over(pid: &str, count: &str, names: &str, own: u32) -> Vec<String> {
    if pid.parse() != Ok(own) {
        return Vec::new();
    }
    let count = count.parse().unwrap_or(0).min(SOCKETS_MAX);
    let names = names.split(':').chain(std::iter::repeat("unknown")).take(count);
    names.map(|name| if name.is_empty() { "unknown" } else { name }.to_owned()).collect()
}

fn listening(fd: OwnedFd, name: &str) -> io::Result<TcpListener> {
    let refused = |why: &str| {
        let words = format!(
            "the socket {name:?} of the service manager {why}; ListenStream= with a port makes the right kind"
        );
        io::Error::new(io::ErrorKind::InvalidInput, words)
    };
    let socket = socket2::SockRef::from(&fd);
    let is_listener = socket.is_listener().map_err(|error| refused(&error.to_string()))?;
    let is_ip = socket.local_addr().is_ok_and(|address| address.as_socket().is_some());
    if !is_listener || !is_ip {
        return Err(refused("does not listen for TCP"));
    }
    rustix::io::fcntl_setfd(fd.as_fd(), rustix::io::FdFlags::CLOEXEC)?;
    Ok(fd.into())
}

/// What the service manager is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Connections are taken.
    Ready,
    /// Something is read again; [`State::Ready`] follows.
    Reloading,
    /// No more connections are taken.
    Stopping,
    /// Still alive.
    Watchdog,
    /// In words, for who looks.
    Status(String),
}

impl State {
    fn message(&self) -> String {
        match self {
            State::Ready => "READY=1".into(),
            State::Reloading => "RELOADING=1".into(),
            State::Stopping => "STOPPING=1".into(),
            State::Watchdog => "WATCHDOG=1".into(),
            State::Status(words) => format!("STATUS={}", words.replace('\n', " ")),
        }
    }
}

/// Tells a service manager how we are, where there is one.
#[derive(Debug, Default)]
pub struct Notifier {
    socket: Option<UnixDatagram>,
    watchdog: Option<Duration>,
}

impl Notifier {
    /// One that tells whom the environment names (`NOTIFY_SOCKET`), or nobody.
    ///
    /// # Errors
    /// Where somebody is named who cannot be told.
    pub fn from_environment() -> io::Result<Notifier> {
        let of = |name| std::env::var(name).unwrap_or_default();
        let own = std::process::id();
        Notifier::new(&of("NOTIFY_SOCKET"), &of("WATCHDOG_USEC"), &of("WATCHDOG_PID"), own)
    }

    fn new(address: &str, watchdog_us: &str, watchdog_pid: &str, own: u32) -> io::Result<Notifier> {
        if address.is_empty() {
            return Ok(Notifier::default());
        }
        let target = match address.strip_prefix('@') {
            Some(name) => SocketAddr::from_abstract_name(name)?,
            None => SocketAddr::from_pathname(address)?,
        };
        let socket = UnixDatagram::unbound()?;
        socket.connect_addr(&target)?;
        // A manager that does not listen must not stop us.
        socket.set_nonblocking(true)?;
        let is_ours = watchdog_pid.is_empty() || watchdog_pid.parse() == Ok(own);
        let watchdog = watchdog_us.parse().ok().filter(|_| is_ours).map(Duration::from_micros);
        Ok(Notifier { socket: Some(socket), watchdog })
    }

    /// How often [`State::Watchdog`] is expected: twice in the time after which we count as dead.
    pub fn watchdog(&self) -> Option<Duration> {
        self.watchdog.map(|limit| limit / 2)
    }

    /// Tells `state`. Nothing is waited for; where it does not arrive, the manager acts on what it knows.
    pub fn tell(&self, state: &State) {
        let Some(socket) = &self.socket else { return };
        if let Err(error) = socket.send(state.message().as_bytes()) {
            tracing::debug!(%error, ?state, "the service manager was not told");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_are_ours_where_they_are_meant_for_us() {
        let check = |pid, count, names, expected: &[&str]| {
            assert_eq!(handed_over(pid, count, names, 7), expected, "{pid} {count} {names}");
        };
        check("7", "2", "http:https", &["http", "https"]);
        check("7", "3", "http", &["http", "unknown", "unknown"]);
        check("7", "1", "", &["unknown"]);
        check("8", "2", "http:https", &[]);
        check("", "2", "", &[]);
        check("7", "many", "", &[]);
        assert_eq!(handed_over("7", "1000000000", "", 7).len(), SOCKETS_MAX);
    }

    #[test]
    fn only_sockets_that_listen_for_tcp_are_taken() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        assert_eq!(listening(listener.into(), "a").unwrap().local_addr().unwrap(), address);
        let (unix, _) = std::os::unix::net::UnixStream::pair().unwrap();
        let datagram = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let file: OwnedFd = tempfile::tempfile().unwrap().into();
        for fd in [unix.into(), datagram.into(), file] {
            let error = listening(fd, "b").unwrap_err();
            assert!(error.to_string().contains("\"b\""), "{error}");
        }
    }

    #[test]
    fn the_manager_is_told_in_its_words() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let manager = UnixDatagram::bind(&path).unwrap();
        let notifier = Notifier::new(path.to_str().unwrap(), "20000000", "", 7).unwrap();
        assert_eq!(notifier.watchdog(), Some(Duration::from_secs(10)));
        for (state, expected) in [
            (State::Ready, "READY=1"),
            (State::Reloading, "RELOADING=1"),
            (State::Stopping, "STOPPING=1"),
            (State::Watchdog, "WATCHDOG=1"),
            (State::Status("two\nlines".into()), "STATUS=two lines"),
        ] {
            notifier.tell(&state);
            let mut bytes = [0; 100];
            let length = manager.recv(&mut bytes).unwrap();
            assert_eq!(std::str::from_utf8(&bytes[..length]).unwrap(), expected);
        }
    }

    #[test]
    fn without_a_manager_nobody_is_told() {
        let nobody = Notifier::new("", "20000000", "", 7).unwrap();
        assert_eq!(nobody.watchdog(), None);
        nobody.tell(&State::Ready);
        assert!(Notifier::new("/nowhere/notify", "", "", 7).is_err());
        let name = format!("@matinee-test-{}", std::process::id());
        let _manager = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name[1..]).unwrap()).unwrap();
        assert_eq!(Notifier::new(&name, "1000", "8", 7).unwrap().watchdog(), None, "another's watchdog");
    }
}
