//! The end of a server with several threads: what one of them began, the answers of another may wait for.

use super::support::{PATIENCE, answer, get};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header, request};
use listen::{Answer, Body, Handler, Listener, Options, Peer};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, mpsc};
use tokio::sync::{Notify, watch};

/// Turns of its thread that the work takes once it may go on: more than a thread has left that does not wait for it.
const TURNS: usize = 10_000;

/// Connections that are tried until two threads have one.
const TRIES_MAX: usize = 100;

/// Begins work that outlives the answer, and answers that wait for it.
struct Work {
    /// For who does the work; dropped with it.
    done: Mutex<Option<watch::Sender<bool>>>,
    is_done: watch::Receiver<bool>,
    go: Arc<Notify>,
    joined: mpsc::SyncSender<()>,
}

impl Handler for Work {
    async fn answer(&self, request: request::Parts, _: Peer) -> Answer {
        let text = match request.uri.path() {
            "/begin" => self.begin(),
            "/join" => self.join().await,
            _ => std::thread::current().name().unwrap().to_owned(),
        };
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_LENGTH, text.len().into());
        Answer { status: StatusCode::OK, headers, body: Body::Bytes(Bytes::from(text)), done: None }
    }
}

impl Work {
    fn begin(&self) -> String {
        let (done, go) = (self.done.lock().unwrap().take().unwrap(), self.go.clone());
        tokio::spawn(async move {
            go.notified().await;
            for _ in 0..TURNS {
                tokio::task::yield_now().await;
            }
            done.send_replace(true);
        });
        "begun".to_owned()
    }

    async fn join(&self) -> String {
        self.joined.send(()).unwrap();
        let done = self.is_done.clone().wait_for(|done| *done).await.is_ok();
        if done { "done" } else { "given up" }.to_owned()
    }
}

fn asked(client: &mut TcpStream, path: &str) -> String {
    client.write_all(get(path).as_bytes()).unwrap();
    answer(client).unwrap().text().to_owned()
}

/// Clients of two threads.
fn two(address: SocketAddr) -> [TcpStream; 2] {
    let client = || {
        let mut client = TcpStream::connect(address).unwrap();
        client.set_read_timeout(Some(PATIENCE)).unwrap();
        (asked(&mut client, "/who"), client)
    };
    let (thread, first) = client();
    let second = (0..TRIES_MAX).map(|_| client()).find(|(other, _)| *other != thread);
    [first, second.unwrap().1]
}

#[test]
fn no_thread_ends_before_all_have_answered() {
    let (done, is_done) = watch::channel(false);
    let (joined, joins) = mpsc::sync_channel(1);
    let go = Arc::new(Notify::new());
    let work = Arc::new(Work { done: Mutex::new(Some(done)), is_done, go: go.clone(), joined });
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), 2).unwrap();
    let address = listener.address().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let stop = async { stopped.await.unwrap_or_default() };
        let options = Options { threads: 2, ..Options::default() };
        runtime.block_on(listen::serve(vec![listener], work, options, stop)).unwrap();
    });
    let [mut first, mut second] = two(address);
    assert_eq!(asked(&mut first, "/begin"), "begun");
    second.write_all(get("/join").as_bytes()).unwrap();
    joins.recv_timeout(PATIENCE).unwrap();
    stop.send(()).unwrap();
    assert_eq!(first.read(&mut [0]).unwrap(), 0, "the first thread has no connections any more");
    go.notify_one();
    assert_eq!(answer(&mut second).unwrap().text(), "done");
    drop(second);
    server.join().unwrap();
}
