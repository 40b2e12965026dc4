//! Three tiers over real sockets, and a harmful proxy before each parent.

use std::net::SocketAddr;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use bytes::Bytes;
use edge::tier::{Options, Parent, Upstream};
use edge::{Edge, Tier};
use fetch::{Client, Pace, Trust};
use listen::Listener;
use slices::Slices;
use stdx::clock::ManualClock;
use store::{Key, Memory, Store};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::client::{Got, get};
use crate::proxy::Proxy;

/// Patience of tiers with their parents: long beside what a busy machine needs, short for a test.
pub(crate) const PACE: Pace = pace(1);

/// Patience where requests are counted, and one too many for lack of it would be a failure.
const LONG: Pace = pace(25);

const fn pace(seconds: u64) -> Pace {
    let each = Duration::from_secs(seconds);
    Pace { connect: each, head: each, stall: each }
}

/// Objects with their lengths: within a block, a slice, at their ends, and longer.
pub(crate) const OBJECTS: [(&str, u64); 6] = [
    ("/0f/byte.m4s", 1),
    ("/0f/short.m4s", 70_000),
    ("/0f/slice.mp4", 1 << 20),
    ("/0f/more.mp4", (1 << 20) + 1),
    ("/0f/film.mp4", 2_500_000),
    ("/1f/film.mp4", 3 << 20),
];

/// The film of most tests: three slices.
pub(crate) const FILM: &str = "/0f/film.mp4";

/// The bytes of the object at `path`: others for each path and at each place.
pub(crate) fn content(path: &str) -> Bytes {
    static ALL: LazyLock<[Bytes; OBJECTS.len()]> =
        LazyLock::new(|| OBJECTS.map(|(path, bytes)| made(path, bytes)));
    let place = OBJECTS.iter().position(|(other, _)| *other == path).unwrap();
    ALL[place].clone()
}

fn made(path: &str, bytes: u64) -> Bytes {
    let mut content = vec![0; bytes as usize];
    let mut state = path.bytes().fold(1, |state, byte| mixed(state ^ u64::from(byte)));
    for chunk in content.chunks_mut(8) {
        state = mixed(state);
        chunk.copy_from_slice(&state.to_le_bytes()[..chunk.len()]);
    }
    content.into()
}

/// The next of a row of numbers without any order (SplitMix64).
pub(crate) fn mixed(state: u64) -> u64 {
    let value = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// Something that serves until it is dropped.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

impl Served {
    /// Serves `edge` at `address`.
    pub(crate) fn at(address: SocketAddr, edge: Edge) -> Served {
        let listener = Listener::bind(address, 1).unwrap();
        let address = listener.address().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let options =
            listen::Options { clock: Arc::new(ManualClock::default()), ..listen::Options::default() };
        let ended = tokio::spawn(async move {
            listen::serve(vec![listener], Arc::new(edge), options, async { drop(stopped.await) })
                .await
                .unwrap();
        });
        Served { address, stop, ended }
    }
}

fn anywhere() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// The folder in which all objects are.
fn folder() -> Key {
    Key::new("packages").unwrap()
}

/// A tier that serves.
pub(crate) struct Node {
    pub(crate) served: Served,
    pub(crate) tier: Tier,
    pub(crate) clock: Arc<ManualClock>,
}

/// How a tier is made.
pub(crate) struct Made<'a> {
    pub(crate) at: SocketAddr,
    pub(crate) disk: &'a Path,
    pub(crate) capacity_bytes: u64,
    pub(crate) pace: Pace,
    pub(crate) parents: Vec<SocketAddr>,
}

impl Node {
    pub(crate) fn start(made: &Made<'_>) -> Node {
        let slices = opened(made.disk);
        let clock = Arc::new(ManualClock::default());
        clock.advance_ms(1_000_000);
        let client = Client::new(Trust::public()).unwrap();
        let parent = |address: &SocketAddr| {
            let url = format!("http://{address}/");
            let parent =
                Parent::new(client.clone(), &url, folder(), None, clock.clone()).with_pace(made.pace);
            (Arc::new(parent) as Arc<dyn Upstream>, 0)
        };
        let tier = Tier::new(Options {
            slices,
            capacity_bytes: made.capacity_bytes,
            memory_bytes: 64 << 20,
            parents: made.parents.iter().map(parent).collect(),
            pinned: Vec::new(),
            is_guarded: false,
            clock: clock.clone(),
        });
        let served = Served::at(made.at, Edge::new(Arc::new(tier.clone()), folder()));
        Node { served, tier, clock }
    }

    /// Ends, without a word to the disk.
    pub(crate) async fn stop(self) {
        let Served { stop, ended, .. } = self.served;
        drop(stop);
        ended.await.unwrap();
    }

    /// Waits until nothing is on its way.
    #[expect(
        clippy::disallowed_methods,
        reason = "figures are to be looked at; nobody calls when they change"
    )]
    pub(crate) async fn settled(&self) {
        while self.tier.figures().fills > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

/// An origin with all objects.
pub(crate) async fn origin(at: SocketAddr) -> Served {
    let store = Memory::new();
    for (path, _) in OBJECTS {
        store.put(&Key::new(format!("packages{path}")).unwrap(), content(path)).await.unwrap();
    }
    Served::at(at, Edge::origin(Arc::new(store), folder(), Arc::new(ManualClock::default())))
}

/// The folder's slices. Who had it before may be a moment late in letting it go.
#[expect(clippy::disallowed_methods, reason = "nobody calls when a lock is free")]
fn opened(disk: &Path) -> Slices {
    for _ in 0..OPENINGS_MAX {
        match Slices::open(slices::Options { volume_bytes: 8 << 20, ..slices::Options::new(disk) }) {
            Ok((slices, _)) => return slices,
            Err(slices::Error::InUse(_)) => std::thread::sleep(Duration::from_millis(5)),
            Err(error) => panic!("{error}"),
        }
    }
    panic!("{} is not let go", disk.display());
}

/// Tries to open a folder: for five seconds.
const OPENINGS_MAX: usize = 1000;

/// The origin, two regional tiers before it, and an edge before both.
pub(crate) struct World {
    _origin: Served,
    /// Before the origin, one for each regional tier.
    pub(crate) above: [Proxy; 2],
    pub(crate) regional: [Node; 2],
    /// Before the regional tiers.
    pub(crate) between: [Proxy; 2],
    edge: Option<Node>,
    edge_disk: PathBuf,
    capacity_bytes: u64,
    client: Client,
    disks: TempDir,
}

impl World {
    pub(crate) async fn start() -> World {
        World::with_capacity(1 << 30).await
    }

    /// With room for so much in the edge.
    pub(crate) async fn with_capacity(capacity_bytes: u64) -> World {
        World::on(None, capacity_bytes, PACE).await
    }

    /// With much patience.
    pub(crate) async fn patient() -> World {
        World::on(None, 1 << 30, LONG).await
    }

    /// With the edge's folder elsewhere, and this patience.
    pub(crate) async fn on(edge_disk: Option<PathBuf>, capacity_bytes: u64, pace: Pace) -> World {
        let disks = tempfile::tempdir().unwrap();
        let origin = origin(anywhere()).await;
        let above = [Proxy::start(origin.address).await, Proxy::start(origin.address).await];
        let edge_disk = edge_disk.unwrap_or_else(|| disks.path().join("edge"));
        let start = |disk: &Path, capacity_bytes, parents| {
            Node::start(&Made { at: anywhere(), disk, capacity_bytes, pace, parents })
        };
        let regional = [
            start(&disks.path().join("a"), 1 << 30, vec![above[0].address()]),
            start(&disks.path().join("b"), 1 << 30, vec![above[1].address()]),
        ];
        let between =
            [Proxy::start(regional[0].served.address).await, Proxy::start(regional[1].served.address).await];
        let edge = Some(start(&edge_disk, capacity_bytes, between.iter().map(Proxy::address).collect()));
        let client = Client::new(Trust::public()).unwrap();
        World { _origin: origin, above, regional, between, edge, edge_disk, capacity_bytes, client, disks }
    }

    /// Asks the edge for `range` of the object at `path`; of the whole where there is none.
    pub(crate) async fn get(&self, path: &str, range: Option<Range<u64>>) -> Got {
        get(&self.client, self.edge().served.address, path, range).await
    }

    /// Does so over a connection that nobody used before. Over others a client asks again of its own accord.
    pub(crate) async fn get_anew(&self, path: &str, range: Option<Range<u64>>) -> Got {
        get(&Client::new(Trust::public()).unwrap(), self.edge().served.address, path, range).await
    }

    /// The edge ends without any order, as a process that is killed; `meanwhile` happens to its folder, and it starts anew.
    pub(crate) async fn restart_edge(&mut self, meanwhile: impl FnOnce(&Path)) {
        let old = self.edge.take().unwrap();
        old.settled().await;
        old.stop().await;
        let disk = self.edge_disk.clone();
        meanwhile(&disk);
        let parents = self.between.iter().map(Proxy::address).collect();
        self.edge = Some(Node::start(&Made {
            at: anywhere(),
            disk: &disk,
            capacity_bytes: self.capacity_bytes,
            pace: PACE,
            parents,
        }));
    }

    pub(crate) fn edge(&self) -> &Node {
        self.edge.as_ref().unwrap()
    }

    /// The folder of the tier called `a`, `b` or `edge`.
    pub(crate) fn disk(&self, name: &str) -> PathBuf {
        if name == "edge" { self.edge_disk.clone() } else { self.disks.path().join(name) }
    }

    fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.regional.iter().chain(&self.edge)
    }

    /// Which regional tier the edge asks first for the object at `path`.
    pub(crate) async fn first(&self, path: &str) -> usize {
        self.purge().await;
        let before = self.between[0].requests();
        assert!(self.get(path, Some(0..1)).await.is_all());
        usize::from(self.between[0].requests() == before)
    }

    /// Forgets what all tiers keep.
    pub(crate) async fn purge(&self) {
        for node in self.nodes() {
            node.settled().await;
            node.tier.purge("").await.unwrap();
        }
    }

    /// Lets time pass for all tiers.
    pub(crate) fn pass_ms(&self, ms: i64) {
        for node in self.nodes() {
            node.clock.advance_ms(ms);
        }
    }
}
