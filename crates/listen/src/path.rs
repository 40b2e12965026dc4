//! What the transport has measured of the way to a client.

use std::io;
use std::os::fd::{AsFd, AsRawFd as _};
use std::time::Duration;

/// Bytes that go out between two looks at a way: at a hundredth of what sending them takes, a look costs nothing.
const LOOK_BYTES: u64 = 1 << 20;

/// The way to a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Path {
    /// From here to the client and back, smoothed.
    pub round_trip: Duration,
    /// Bytes that may be under way at once: the congestion window.
    pub window_bytes: u64,
}

impl Path {
    /// Bytes a second that the way is good for: one window a round trip. Of a connection that is new or was idle it is a
    /// guess on the low side.
    pub fn bytes_per_s(&self) -> Option<u64> {
        let round_trip_us = u64::try_from(self.round_trip.as_micros()).ok()?;
        self.window_bytes.checked_mul(1_000_000)?.checked_div(round_trip_us)
    }
}

/// Looks at a connection's way now and then.
#[derive(Debug, Default)]
pub(crate) struct Looks {
    /// Bytes that were out at the last look.
    at: Option<u64>,
    path: Option<Path>,
}

impl Looks {
    /// The way of a connection on `stream` that has sent `out` bytes.
    pub(crate) fn look(&mut self, stream: impl AsFd, out: u64) -> Option<Path> {
        if self.at.is_none_or(|at| out.saturating_sub(at) >= LOOK_BYTES) {
            self.at = Some(out);
            self.path = measured(stream).ok().flatten();
        }
        self.path
    }
}

/// What the kernel has measured of a connection over TCP; nothing where it has seen no round trip yet.
fn measured(stream: impl AsFd) -> io::Result<Option<Path>> {
    // SAFETY: it is made of numbers alone.
    let mut info: libc::tcp_info = unsafe { std::mem::zeroed() };
    let mut length = size_of_val(&info) as libc::socklen_t;
    // SAFETY: the descriptor is open for as long as `stream` is borrowed, and the kernel writes no more than `length` bytes into
    // `info`, which is as long.
    let read = unsafe {
        libc::getsockopt(
            stream.as_fd().as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_INFO,
            (&raw mut info).cast(),
            &mut length,
        )
    };
    if read != 0 {
        return Err(io::Error::last_os_error());
    }
    let path = Path {
        round_trip: Duration::from_micros(info.tcpi_rtt.into()),
        window_bytes: u64::from(info.tcpi_snd_cwnd) * u64::from(info.tcpi_snd_mss),
    };
    Ok((info.tcpi_rtt > 0).then_some(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn a_window_goes_each_round_trip() {
        let path = |ms, window_bytes| Path { round_trip: Duration::from_millis(ms), window_bytes };
        assert_eq!(path(20, 100_000).bytes_per_s(), Some(5_000_000));
        assert_eq!(path(0, 100_000).bytes_per_s(), None);
        assert_eq!(path(1, u64::MAX).bytes_per_s(), None);
    }

    #[test]
    fn a_connection_has_a_way_that_is_looked_at_now_and_then() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        // The client's answer to what it gets is what a round trip ends with.
        server.write_all(&[0; 1000]).unwrap();
        client.read_exact(&mut [0; 1000]).unwrap();
        client.write_all(&[0; 1]).unwrap();
        server.read_exact(&mut [0; 1]).unwrap();
        let mut looks = Looks::default();
        let path = looks.look(&server, 0).unwrap();
        assert!(path.round_trip > Duration::ZERO && path.round_trip < Duration::from_secs(10), "{path:?}");
        assert!(path.window_bytes >= 10 * 536, "RFC 6928's first window, of the least segments: {path:?}");

        let file = std::fs::File::open("/dev/null").unwrap();
        assert_eq!(looks.look(&file, LOOK_BYTES - 1), Some(path), "nobody looks again so soon");
        assert_eq!(looks.look(&file, LOOK_BYTES), None, "a file has no way to anybody");
    }
}
