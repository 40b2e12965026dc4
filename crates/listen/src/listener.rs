//! Sockets that connections come in on.

use http::HeaderValue;
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use std::io;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use crate::Certificates;

/// Connections that wait to be taken; the system may allow fewer (`net.core.somaxconn`).
pub(crate) const BACKLOG: i32 = 4096;

/// Seconds for which a client may remember that HTTP/3 is spoken.
const ALTERNATIVE_S: u32 = 86_400;

/// An address that is listened on.
#[derive(Debug)]
pub struct Listener {
    /// One for each thread, among which the kernel shares connections out; or one for all.
    sockets: Vec<TcpListener>,
    certificates: Option<Arc<Certificates>>,
    /// On the same port, for HTTP/3.
    datagrams: Option<UdpSocket>,
}

impl Listener {
    /// Listens on `address` with one socket for each of `threads` threads.
    ///
    /// # Errors
    /// Where the address is taken or not ours.
    pub fn bind(address: SocketAddr, threads: usize) -> io::Result<Listener> {
        let first = socket(address)?;
        // Before it may be shared: else another process that serves there would lose every other connection to us.
        first.bind(&address.into())?;
        first.set_reuse_port(true)?;
        let mut sockets = vec![listening(first)?];
        // Port 0 is any; the others take the one that the first got.
        let address = sockets[0].local_addr()?;
        for _ in 1..threads {
            let next = socket(address)?;
            next.set_reuse_port(true)?;
            next.bind(&address.into())?;
            sockets.push(listening(next)?);
        }
        Ok(Listener { sockets, certificates: None, datagrams: None })
    }

    /// Listens on a socket that another process opened, as a service manager does.
    pub fn given(socket: TcpListener) -> Listener {
        Listener { sockets: vec![socket], certificates: None, datagrams: None }
    }

    /// The same with TLS: with one of these certificates.
    pub fn with_tls(self, certificates: Arc<Certificates>) -> Listener {
        Listener { certificates: Some(certificates), ..self }
    }

    /// Listens for HTTP/3 besides, on the same port of UDP, and tells clients so. Without TLS that does nothing.
    ///
    /// # Errors
    /// Where the port is taken.
    pub fn with_http3(self) -> io::Result<Listener> {
        let datagrams = UdpSocket::bind(self.address()?)?;
        Ok(Listener { datagrams: Some(datagrams), ..self })
    }

    /// The socket and certificates for HTTP/3, where that is spoken.
    pub(crate) fn http3(&self) -> io::Result<Option<(UdpSocket, Arc<Certificates>)>> {
        let (Some(datagrams), Some(certificates)) = (&self.datagrams, &self.certificates) else {
            return Ok(None);
        };
        Ok(Some((datagrams.try_clone()?, certificates.clone())))
    }

    /// What clients that came over TCP are told of HTTP/3 (RFC 7838, 3).
    pub(crate) fn alternative(&self) -> io::Result<Option<HeaderValue>> {
        if self.http3()?.is_none() {
            return Ok(None);
        }
        let text = format!("h3=\":{}\"; ma={ALTERNATIVE_S}", self.address()?.port());
        HeaderValue::from_str(&text).map(Some).map_err(io::Error::other)
    }

    /// Whether this listens for TLS.
    pub fn is_secure(&self) -> bool {
        self.certificates.is_some()
    }

    /// The certificates, where this listens for TLS.
    pub(crate) fn certificates(&self) -> Option<Arc<Certificates>> {
        self.certificates.clone()
    }

    /// The address.
    ///
    /// # Errors
    /// Where the system does not tell.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.sockets[0].local_addr()
    }

    /// The socket for one thread.
    pub(crate) fn of_thread(&self, thread: usize) -> io::Result<TcpListener> {
        let socket = self.sockets[thread % self.sockets.len()].try_clone()?;
        socket.set_nonblocking(true)?;
        Ok(socket)
    }

    /// Sets what connections that are taken here inherit.
    pub(crate) fn prepare(&self, stall: Duration, congestion: Option<&str>) -> io::Result<()> {
        for socket in &self.sockets {
            let socket = SockRef::from(socket);
            // Answers are written whole, and the last packet of a segment must not wait for a full one.
            socket.set_tcp_nodelay(true)?;
            socket.set_tcp_user_timeout(Some(stall))?;
            if let Some(name) = congestion {
                let named = |error: io::Error| {
                    let words = format!(
                        "congestion control {name:?}: {error}; see net.ipv4.tcp_available_congestion_control"
                    );
                    io::Error::new(error.kind(), words)
                };
                socket.set_tcp_congestion(name.as_bytes()).map_err(named)?;
            }
        }
        Ok(())
    }
}

fn socket(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // A restart must not wait for the connections of the last run to be forgotten.
    socket.set_reuse_address(true)?;
    Ok(socket)
}

fn listening(socket: Socket) -> io::Result<TcpListener> {
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpStream;

    #[test]
    fn connections_inherit_what_is_set() {
        let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), 1).unwrap();
        listener.prepare(Duration::from_secs(7), Some("cubic")).unwrap();
        let _client = TcpStream::connect(listener.address().unwrap()).unwrap();
        let (taken, _) = listener.sockets[0].accept().unwrap();
        let taken = SockRef::from(&taken);
        assert!(taken.tcp_nodelay().unwrap());
        assert_eq!(taken.tcp_user_timeout().unwrap(), Some(Duration::from_secs(7)));
        assert!(taken.tcp_congestion().unwrap().starts_with(b"cubic"));
    }

    #[test]
    fn an_unknown_congestion_control_is_named() {
        let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), 1).unwrap();
        let error = listener.prepare(Duration::from_secs(7), Some("telepathy")).unwrap_err();
        assert!(error.to_string().contains("telepathy"), "{error}");
    }

    #[test]
    fn nobody_else_listens_there() {
        let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), 2).unwrap();
        let address = listener.address().unwrap();
        for threads in [1, 2] {
            let error = Listener::bind(address, threads).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
        }
        let _client = TcpStream::connect(address).unwrap();
        let _taken = listener.sockets.iter().find_map(|socket| {
            socket.set_nonblocking(true).unwrap();
            socket.accept().ok()
        });
        drop(listener);
        Listener::bind(address, 2).expect("a connection that is left is no hindrance");
    }

    #[test]
    fn every_thread_has_a_socket_on_the_same_port() {
        let listener = Listener::bind("[::1]:0".parse().unwrap(), 3).unwrap();
        let address = listener.address().unwrap();
        for thread in 0..3 {
            assert_eq!(listener.of_thread(thread).unwrap().local_addr().unwrap(), address);
        }
    }
}
