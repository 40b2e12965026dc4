//! Settings of an edge of its own (`matinee edge`), beside where it listens.

use super::super::Setting;
use super::super::values::{
    put, put_addresses, put_list, put_or_none, put_or_none_within, put_secret, put_text, put_token_name,
    put_urls, put_within,
};
use super::listening::listed;

pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        key: "edge.kernel_tls",
        help: "Whether the kernel encrypts what goes out, where it can (Linux with CONFIG_TLS): true or false. It saves copies; measure it on your machine.",
        get: |c| c.edge.kernel_tls.to_string(),
        set: |c, v| put(&mut c.edge.kernel_tls, v),
    },
    Setting {
        key: "edge.parents",
        help: "URLs of the edges or servers that it fetches from, with commas between, such as `https://regional.example/media/`: each film is asked of one of them, and of the next where that one fails. `s3+https://HOST/BUCKET/FOLDER` is a folder with packages in an object store. Empty: it is an origin, and serves the films of the data folder.",
        get: |c| c.edge.parents.join(","),
        set: |c, v| put_urls(&mut c.edge.parents, v),
    },
    Setting {
        key: "edge.fallbacks",
        help: "URLs that are asked where no parent answers.",
        get: |c| c.edge.fallbacks.join(","),
        set: |c, v| put_urls(&mut c.edge.fallbacks, v),
    },
    Setting {
        key: "edge.parent_ms",
        help: "Milliseconds that a parent has to take a connection, to begin an answer, and for each 64 KiB of it, 100 to 60000; then another is asked. Tiers nearer to the origin should have fewer than those before them, and players wait 4000.",
        get: |c| c.edge.parent_ms.to_string(),
        set: |c, v| put_within(&mut c.edge.parent_ms, v, 100, 60_000),
    },
    Setting {
        key: "edge.s3_region",
        help: "Region of the object store.",
        get: |c| c.edge.s3_region.clone(),
        set: |c, v| put(&mut c.edge.s3_region, v),
    },
    Setting {
        key: "edge.s3_key_id",
        help: "Name of the access key that may read the object store, and list it: stores that it may not list do not say what is absent.",
        get: |c| c.edge.s3_key_id.clone(),
        set: |c, v| put_text(&mut c.edge.s3_key_id, v),
    },
    Setting {
        key: "edge.s3_secret",
        help: "That access key, best given in the environment.",
        get: |c| c.edge.s3_secret.0.clone(),
        set: |c, v| put_text(&mut c.edge.s3_secret.0, v),
    },
    Setting {
        key: "edge.dir",
        help: "Folder for what the edge keeps, on ext4, XFS, Btrfs or tmpfs. Empty: `edge` in the data folder.",
        get: |c| c.edge.dir.as_ref().map(|dir| dir.display().to_string()).unwrap_or_default(),
        set: |c, v| put_or_none(&mut c.edge.dir, v),
    },
    Setting {
        key: "edge.capacity_bytes",
        help: "Bytes of films that the edge keeps, from 16777216 on: some 5 % less than the disk has for it.",
        get: |c| c.edge.capacity_bytes.to_string(),
        set: |c, v| put_within(&mut c.edge.capacity_bytes, v, 16 << 20, u64::MAX),
    },
    Setting {
        key: "edge.memory_bytes",
        help: "Bytes on their way from parents that may be in memory, from 16777216 on. What is kept is in the page cache besides.",
        get: |c| c.edge.memory_bytes.to_string(),
        set: |c, v| put_within(&mut c.edge.memory_bytes, v, 16 << 20, u64::MAX),
    },
    Setting {
        key: "edge.name",
        help: "What the edge calls itself in `Cache-Status`: letters, digits, `-`, `_` and `.`.",
        get: |c| c.edge.name.clone(),
        set: |c, v| put_token_name(&mut c.edge.name, v),
    },
    Setting {
        key: "edge.secret",
        help: "With `edge.access = token`: what the tokens are signed with, 64 hexadecimal digits, as `matinee tokens secret` prints them where the films are. Best given in the environment. Empty: the one in the database of the data folder.",
        get: |c| c.edge.secret.0.clone(),
        set: |c, v| put_secret(&mut c.edge.secret, v),
    },
    Setting {
        key: "edge.pin",
        help: "Beginnings of paths, with commas between, whose films are kept whatever others are worth.",
        get: |c| c.edge.pin.join(","),
        set: |c, v| put_list(&mut c.edge.pin, v),
    },
    Setting {
        key: "edge.admin",
        help: "Address for the operator: `/metrics`, and with `serve.operator_token` also `/purge` and `/pin`. Empty: none.",
        get: |c| listed(&c.edge.admin),
        set: |c, v| put_addresses(&mut c.edge.admin, v),
    },
    Setting {
        key: "edge.threads",
        help: "Threads that serve, 1 to 1024. Empty: one for each core.",
        get: |c| c.edge.threads.map(|n| n.to_string()).unwrap_or_default(),
        set: |c, v| put_or_none_within(&mut c.edge.threads, v, 1, 1024),
    },
    Setting {
        key: "edge.connections",
        help: "Connections at once, 1 to 1048576; no more than the process may have files for. Further ones wait.",
        get: |c| c.edge.connections.to_string(),
        set: |c, v| put_within(&mut c.edge.connections, v, 1, 1 << 20),
    },
    Setting {
        key: "edge.connections_of_client",
        help: "Of these, from one address (of IPv6: one network of 64 bits), 1 to 1048576. Further ones are closed. Behind one address may be a mobile network, or a proxy of yours.",
        get: |c| c.edge.connections_of_client.to_string(),
        set: |c, v| put_within(&mut c.edge.connections_of_client, v, 1, 1 << 20),
    },
    Setting {
        key: "edge.congestion",
        help: "How the kernel paces what is sent, such as `bbr` or `cubic`. Empty: the system's way.",
        get: |c| c.edge.congestion.clone().unwrap_or_default(),
        set: |c, v| put_or_none(&mut c.edge.congestion, v),
    },
    Setting {
        key: "edge.scrub",
        help: "Whether all that is kept is read again and again, 8 MiB a second at most, to find what a disk has spoiled: true or false.",
        get: |c| c.edge.scrub.to_string(),
        set: |c, v| put(&mut c.edge.scrub, v),
    },
];
