//! Tiers whose parents, lines and disks fail in every way: no wrong byte reaches a client, and clients see a failure only
//! where every parent is gone and nothing is kept.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod client;
mod crowd;
mod disk;
mod gone;
mod mounts;
mod network;
mod one_by_one;
mod proxy;
mod random;
mod world;
