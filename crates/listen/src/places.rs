//! How many connections there are, in all and of each client.
//!
//! Owns the counts. A [`Place`] holds one of each for as long as it lives.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Limits;

/// Bits of an IPv6 address that name a client: what a home gets, at the least.
const CLIENT_BITS: u32 = 64;

/// Places for connections.
#[derive(Debug)]
pub(crate) struct Places {
    all: Arc<Semaphore>,
    /// Clients that have connections, and how many.
    clients: Mutex<HashMap<IpAddr, usize>>,
    of_client_max: usize,
}

/// A place that is taken.
#[derive(Debug)]
pub(crate) struct Place {
    _one_of_all: OwnedSemaphorePermit,
    client: IpAddr,
    places: Arc<Places>,
}

impl Places {
    pub(crate) fn new(limits: &Limits) -> Arc<Places> {
        let all = Arc::new(Semaphore::new(limits.connections.clamp(1, Semaphore::MAX_PERMITS)));
        Arc::new(Places { all, clients: Mutex::default(), of_client_max: limits.connections_of_client })
    }

    /// One place among all, once there is one.
    pub(crate) async fn one_of_all(&self) -> OwnedSemaphorePermit {
        loop {
            // The semaphore is never closed; an error would leave nothing to do but ask again.
            if let Ok(one) = self.all.clone().acquire_owned().await {
                return one;
            }
        }
    }

    /// A place for `address`, or none where that client has as many as it may.
    pub(crate) fn taken(
        self: &Arc<Places>,
        one_of_all: OwnedSemaphorePermit,
        address: IpAddr,
    ) -> Option<Place> {
        let client = client_of(address);
        let mut clients = self.clients();
        let count = clients.get(&client).copied().unwrap_or(0);
        if count >= self.of_client_max {
            return None;
        }
        clients.insert(client, count + 1);
        drop(clients);
        Some(Place { _one_of_all: one_of_all, client, places: self.clone() })
    }

    fn clients(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut clients = self.places.clients();
        let left = clients.get(&self.client).copied().unwrap_or(1) - 1;
        match left {
            0 => clients.remove(&self.client),
            _ => clients.insert(self.client, left),
        };
    }
}

/// What counts as one client.
fn client_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            let network = address.to_bits() >> (128 - CLIENT_BITS) << (128 - CLIENT_BITS);
            IpAddr::V6(network.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_an_address_or_a_network_of_64_bits() {
        for (address, client) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ] {
            assert_eq!(client_of(address.parse().unwrap()), client.parse::<IpAddr>().unwrap(), "{address}");
        }
    }

    #[tokio::test]
    async fn each_client_has_its_share_and_gives_it_back() {
        let places = Places::new(&Limits { connections_of_client: 2, ..Limits::default() });
        let take = async |address: &str| places.taken(places.one_of_all().await, address.parse().unwrap());
        let first = take("192.0.2.7").await.expect("a first");
        let _second = take("192.0.2.7").await.expect("a second");
        assert!(take("192.0.2.7").await.is_none(), "a third is one too many");
        assert!(take("192.0.2.8").await.is_some(), "another client has its own");
        drop(first);
        assert!(take("192.0.2.7").await.is_some(), "what is given back is free again");
        assert_eq!(places.clients().len(), 1, "who left is forgotten");
    }
}
