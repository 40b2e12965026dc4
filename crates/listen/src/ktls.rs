//! TLS in the kernel (`CONFIG_TLS`), for what we send: whether it is there, and handing keys to it.
//!
//! Owns the layout of what the kernel wants (`linux/tls.h`) and the calls. Only sending is handed over: what comes in is a few
//! requests, and KeyUpdates and alerts among them are easier to see here.

use rustls::ConnectionTrafficSecrets;
use std::io;
use std::os::fd::{AsFd, AsRawFd as _};
use tokio::net::TcpStream;

/// `SOL_TLS`: the level of its options and control messages.
const SOL_TLS: libc::c_int = 282;

/// `TLS_TX`: the option that takes keys for sending.
const TLS_TX: libc::c_int = 1;

/// `TLS_SET_RECORD_TYPE`: the control message that makes a record one of no data.
const TLS_SET_RECORD_TYPE: libc::c_int = 1;

/// `TCP_ULP`: the option that puts a protocol on top of a connection.
const TCP_ULP: libc::c_int = 31;

/// `TLS_1_3_VERSION`.
const TLS_1_3: u16 = 0x0304;

/// Whether this kernel can: an error says why not.
///
/// # Errors
/// `NotFound` where the kernel has no TLS; others where not even a socket can be had.
pub fn probe() -> io::Result<()> {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None)?;
    match attach(&socket) {
        // It knows the protocol, and misses a connection under it.
        Err(error) if error.raw_os_error() == Some(libc::ENOTCONN) => Ok(()),
        other => other,
    }
}

/// Has the kernel encrypt what is sent over `stream`; the first record has number `sequence`.
///
/// # Errors
/// Where it cannot; then all is as before.
pub(crate) fn begin(stream: &TcpStream, sequence: u64, secrets: &ConnectionTrafficSecrets) -> io::Result<()> {
    attach(stream)?;
    set_keys(stream, sequence, secrets)
}

/// Gives the kernel keys, the first or others; those after the first it takes since Linux 6.14.
///
/// # Errors
/// Where it does not take them.
pub(crate) fn set_keys(
    stream: &TcpStream,
    sequence: u64,
    secrets: &ConnectionTrafficSecrets,
) -> io::Result<()> {
    let info = crypto_info(sequence, secrets).ok_or(io::ErrorKind::Unsupported)?;
    set_option(stream, SOL_TLS, TLS_TX, &info)
}

fn attach(socket: &impl AsFd) -> io::Result<()> {
    set_option(socket, libc::IPPROTO_TCP, TCP_ULP, b"tls\0")
}

fn set_option(socket: &impl AsFd, level: libc::c_int, option: libc::c_int, value: &[u8]) -> io::Result<()> {
    let length = libc::socklen_t::try_from(value.len()).map_err(io::Error::other)?;
    // SAFETY: the descriptor is open for as long as `socket` is borrowed, and the kernel reads no more than `length` bytes,
    // all of them in `value`.
    let set =
        unsafe { libc::setsockopt(socket.as_fd().as_raw_fd(), level, option, value.as_ptr().cast(), length) };
    if set == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// `struct tls12_crypto_info_*`: version and cipher in the machine's order, then IV, key, salt and number of the record. For
/// AES-GCM the salt is the first four bytes of what TLS calls the IV; ChaCha20-Poly1305 has none.
fn crypto_info(sequence: u64, secrets: &ConnectionTrafficSecrets) -> Option<Vec<u8>> {
    let (cipher, key, iv, salt_bytes): (u16, &[u8], &[u8], usize) = match secrets {
        ConnectionTrafficSecrets::Aes128Gcm { key, iv } => (51, key.as_ref(), iv.as_ref(), 4),
        ConnectionTrafficSecrets::Aes256Gcm { key, iv } => (52, key.as_ref(), iv.as_ref(), 4),
        ConnectionTrafficSecrets::Chacha20Poly1305 { key, iv } => (54, key.as_ref(), iv.as_ref(), 0),
        _ => return None,
    };
    let (salt, iv) = iv.split_at_checked(salt_bytes)?;
    let mut info = Vec::with_capacity(64);
    for part in [&TLS_1_3.to_ne_bytes()[..], &cipher.to_ne_bytes(), iv, key, salt, &sequence.to_be_bytes()] {
        info.extend_from_slice(part);
    }
    Some(info)
}

/// Sends a record that is no data: an alert, a KeyUpdate.
///
/// # Errors
/// Those of sending; `WouldBlock` where there is no room for it.
pub(crate) fn send_control(stream: &TcpStream, kind: u8, data: &[u8]) -> io::Result<()> {
    let mut part = libc::iovec { iov_base: data.as_ptr().cast_mut().cast(), iov_len: data.len() };
    // Room for one control message, aligned as its header wants to be.
    let mut control = [0_u64; 4];
    // SAFETY: a header of all zeros is one without name, data and control.
    let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
    message.msg_iov = &mut part;
    message.msg_iovlen = 1;
    message.msg_control = control.as_mut_ptr().cast();
    // SAFETY: it only computes.
    let (space, length) = unsafe { (libc::CMSG_SPACE(1), libc::CMSG_LEN(1)) };
    message.msg_controllen = space as _;
    debug_assert!(space as usize <= size_of_val(&control));
    // SAFETY: `control` is at least `msg_controllen` bytes long and aligned, so that the first header and its one byte of data
    // lie in it; the kernel only reads what `message` points to, all of which outlives the call.
    let sent = unsafe {
        let header = libc::CMSG_FIRSTHDR(&message);
        (*header).cmsg_level = SOL_TLS;
        (*header).cmsg_type = TLS_SET_RECORD_TYPE;
        (*header).cmsg_len = length as _;
        *libc::CMSG_DATA(header) = kind;
        libc::sendmsg(stream.as_fd().as_raw_fd(), &message, libc::MSG_NOSIGNAL | libc::MSG_DONTWAIT)
    };
    if sent >= 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::crypto::cipher::{AeadKey, Iv};

    /// Sizes and places of `linux/tls.h`, by hand.
    #[test]
    fn keys_are_laid_out_as_the_kernel_wants() {
        let iv = || Iv::from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
        let key = || AeadKey::from([7; 32]);
        let aes = crypto_info(5, &ConnectionTrafficSecrets::Aes256Gcm { key: key(), iv: iv() }).unwrap();
        let mut expected = [TLS_1_3.to_ne_bytes(), 52_u16.to_ne_bytes()].concat();
        expected.extend([4, 5, 6, 7, 8, 9, 10, 11]);
        expected.extend([7; 32]);
        expected.extend([0, 1, 2, 3]);
        expected.extend([0, 0, 0, 0, 0, 0, 0, 5]);
        assert_eq!((&aes, aes.len()), (&expected, 56));
        let chacha = crypto_info(5, &ConnectionTrafficSecrets::Chacha20Poly1305 { key: key(), iv: iv() });
        let mut expected = [TLS_1_3.to_ne_bytes(), 54_u16.to_ne_bytes()].concat();
        expected.extend(0..12);
        expected.extend([7; 32]);
        expected.extend([0, 0, 0, 0, 0, 0, 0, 5]);
        assert_eq!(chacha.unwrap(), expected);
    }

    #[tokio::test]
    async fn what_the_kernel_has_decides_and_a_connection_goes_on_without() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (key, iv) = (AeadKey::from([7; 32]), Iv::from([1; 12]));
        let begun = begin(&stream, 0, &ConnectionTrafficSecrets::Aes256Gcm { key, iv });
        match probe() {
            Ok(()) => begun.unwrap(),
            Err(error) => {
                eprintln!("kernel TLS is not here ({error}): only its absence is tested");
                assert_eq!(error.kind(), io::ErrorKind::NotFound);
                assert_eq!(begun.unwrap_err().kind(), io::ErrorKind::NotFound);
                let (mut other, _) = listener.accept().await.unwrap();
                stream.try_write(b"clear").unwrap();
                let mut bytes = [0; 5];
                tokio::io::AsyncReadExt::read_exact(&mut other, &mut bytes).await.unwrap();
                assert_eq!(&bytes, b"clear");
            }
        }
    }
}
