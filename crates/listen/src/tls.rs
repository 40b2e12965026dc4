//! TLS 1.3: rustls shakes hands, and what follows is done here.
//!
//! Owns records and their keys. rustls would copy each piece of an answer into a buffer, and from there into a record; here a
//! file is read to where it is sealed, and many records go out at once.
//! (docs/adr/0016-own-tls-records.md)

mod batch;
mod certificates;
mod handshake;
pub(crate) mod hello;
mod kernel;
mod receive;
pub(crate) mod record;
mod stream;
pub(crate) mod validity;

pub(crate) use certificates::HTTP_2;
pub use certificates::{CertificateError, Certificates, KeyPair};
pub(crate) use handshake::{Configs, Established, accept};
pub(crate) use kernel::KernelTls;
pub(crate) use stream::Tls;
