//! What an edge of its own is made of.

use super::{Listening, Secret};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Settings of `matinee edge`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Edge {
    pub listening: Listening,
    pub kernel_tls: bool,
    pub parents: Vec<String>,
    pub fallbacks: Vec<String>,
    pub parent_ms: u64,
    pub s3_region: String,
    pub s3_key_id: String,
    pub s3_secret: Secret,
    pub dir: Option<PathBuf>,
    pub capacity_bytes: u64,
    pub memory_bytes: u64,
    pub name: String,
    pub secret: Secret,
    pub pin: Vec<String>,
    pub admin: Vec<SocketAddr>,
    pub threads: Option<usize>,
    pub connections: usize,
    pub connections_of_client: usize,
    pub congestion: Option<String>,
    pub scrub: bool,
}

impl Default for Edge {
    fn default() -> Edge {
        Edge {
            listening: Listening::local("edge", 8081),
            kernel_tls: false,
            parents: Vec::new(),
            fallbacks: Vec::new(),
            parent_ms: 2000,
            s3_region: "us-east-1".to_owned(),
            s3_key_id: String::new(),
            s3_secret: Secret::default(),
            dir: None,
            capacity_bytes: 10 << 30,
            memory_bytes: 256 << 20,
            name: "matinee".to_owned(),
            secret: Secret::default(),
            pin: Vec::new(),
            admin: Vec::new(),
            threads: None,
            connections: listen::Limits::default().connections,
            connections_of_client: listen::Limits::default().connections_of_client,
            congestion: None,
            scrub: true,
        }
    }
}
