//! Settings of where a server listens: the same ones for `matinee serve` and for `matinee edge`.

use super::super::Setting;
use super::super::values::{put, put_addresses, put_list};
use std::net::SocketAddr;
use std::path::PathBuf;

/// The settings of `$table`, which are kept in `$($place).+`.
macro_rules! settings {
    ($table:literal, $($place:ident).+) => {
        &[
            Setting {
                key: concat!($table, ".listen"),
                help: "Addresses and ports for plain HTTP, with commas between; port 0 takes a free one. Empty: none.",
                get: |c| listed(&c.$($place).+.listen),
                set: |c, v| put_addresses(&mut c.$($place).+.listen, v),
            },
            Setting {
                key: concat!($table, ".tls_listen"),
                help: "Addresses and ports for HTTPS, with commas between. Empty: none.",
                get: |c| listed(&c.$($place).+.tls_listen),
                set: |c, v| put_addresses(&mut c.$($place).+.tls_listen, v),
            },
            Setting {
                key: concat!($table, ".certificate"),
                help: "Files with certificates for HTTPS (PEM, the server's own first), with commas between where it has several names. Read again on SIGHUP and when they change.",
                get: |c| paths(&c.$($place).+.certificates),
                set: |c, v| put_list(&mut c.$($place).+.certificates, v),
            },
            Setting {
                key: concat!($table, ".key"),
                help: "Files with the private keys of those certificates (PEM), in the same order.",
                get: |c| paths(&c.$($place).+.certificate_keys),
                set: |c, v| put_list(&mut c.$($place).+.certificate_keys, v),
            },
            Setting {
                key: concat!($table, ".http3"),
                help: "Whether HTTP/3 is spoken on the ports for HTTPS, over UDP: true or false.",
                get: |c| c.$($place).+.http3.to_string(),
                set: |c, v| put(&mut c.$($place).+.http3, v),
            },
        ]
    };
}

pub(super) const OF_SERVER: &[Setting] = settings!("serve", listening);
pub(super) const OF_EDGE: &[Setting] = settings!("edge", edge.listening);

pub(super) fn listed(addresses: &[SocketAddr]) -> String {
    addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

fn paths(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(",")
}
