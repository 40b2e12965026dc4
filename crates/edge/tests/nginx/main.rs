//! nginx as referee: the same random requests to the edge and to nginx over the same files, and the same answers,
//! but for what RFC 9110 leaves open and `differences` lists.
//!
//! Needs nginx (Debian's `nginx-light`) in `.tools/bin` or in the path; says so and passes where there is none.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod client;
mod differences;
mod requests;
mod servers;

use std::collections::BTreeMap;

use client::{Answer, Content};
use requests::{Object, Request};
use servers::{Edge, Nginx};
use stdx::random::Random;

const REQUESTS: usize = 1000;
const SEED: u64 = 9110;

/// Lengths of the objects: none, one byte, shorter than a part's head, a few parts, and longer than one piece of the
/// store's streams.
const LENGTHS: [usize; 5] = [0, 1, 60, 5000, store::CHUNK_BYTES as usize + 4001];

/// How likely each of them is asked for: the longest one seldom, for time.
const WEIGHTS: [usize; 5] = [1, 1, 3, 13, 2];

/// Who answers over one connection, with the validators of its objects.
struct Side {
    connection: client::Connection,
    validators: Vec<requests::Validators>,
}

impl Side {
    async fn new(mut connection: client::Connection, objects: &[Object]) -> Side {
        let mut validators = Vec::new();
        for object in objects {
            let answer = connection.ask("HEAD", &object.name, &[]).await;
            assert_eq!(answer.status, 200, "{}", object.name);
            validators.push(requests::Validators {
                tag: answer.header("etag").unwrap().to_owned(),
                date: answer.header("last-modified").map(str::to_owned),
            });
        }
        Side { connection, validators }
    }

    async fn ask(&mut self, request: &Request, objects: &[Object], date: &str) -> Answer {
        let name = request.object.map_or("/absent.mp4", |object| &objects[object].name);
        let headers = request.headers(request.object.map(|object| &self.validators[object]), date);
        self.connection.ask(request.method, name, &headers).await
    }
}

fn objects(folder: &std::path::Path) -> Vec<Object> {
    let mut random = Random::new(SEED);
    let object = |length: usize| {
        let object = Object { name: format!("/{length}.mp4"), bytes: random.bytes(length) };
        std::fs::write(folder.join(&object.name[1..]), &object.bytes).unwrap();
        object
    };
    LENGTHS.map(object).into()
}

/// Whatever the answer is: what it says it holds is what it holds.
fn check_bytes(who: &str, request: &Request, answer: &Answer, object: Option<&Object>) {
    let (Some(object), true) = (object, request.method == "GET") else { return };
    let case = format!("{who}: {request:?} of {}", object.name);
    match &answer.content {
        Content::Whole(bytes) => assert!(*bytes == object.bytes, "{case}"),
        Content::Parts(parts) => {
            for part in parts {
                assert_eq!(part.total, object.bytes.len(), "{case}");
                assert!(part.bytes == object.bytes[part.range.clone()], "{case}: {:?}", part.range);
            }
        }
        Content::Other => assert!(answer.status >= 300, "{case}: {}", answer.status),
    }
}

#[tokio::test]
async fn the_edge_answers_as_nginx_does() {
    let Some(program) = servers::nginx() else {
        eprintln!(
            "SKIPPED: there is no nginx in .tools/bin or in the path; the edge is compared with nothing"
        );
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let media = folder.path().join("packages");
    std::fs::create_dir(&media).unwrap();
    let objects = objects(&media);
    let nginx = Nginx::start(&program, folder.path(), &media);
    let edge = Edge::start(folder.path()).await;
    let mut theirs = Side::new(client::Connection::open(&nginx.socket, true).await, &objects).await;
    let mut ours = Side::new(client::Connection::open(&edge.socket, false).await, &objects).await;
    let date = theirs.validators[0].date.clone().unwrap();

    let mut random = Random::new(SEED);
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for number in 0..REQUESTS {
        let request = Request::random(&mut random, &objects, &WEIGHTS);
        let object = request.object.map(|object| &objects[object]);
        let (ours, theirs) =
            (ours.ask(&request, &objects, &date).await, theirs.ask(&request, &objects, &date).await);
        check_bytes("edge", &request, &ours, object);
        check_bytes("nginx", &request, &theirs, object);
        let verdict = differences::judge(&request, &ours, &theirs);
        let verdict = verdict.unwrap_or_else(|| {
            panic!(
                "request {number}: {request:?} of {:?}\n edge: {ours:?}\nnginx: {theirs:?}",
                object.map(|o| &o.name)
            )
        });
        *seen.entry(verdict).or_default() += 1;
    }
    for (verdict, count) in &seen {
        eprintln!("{count:5} {verdict}");
    }
    for listed in differences::all() {
        assert!(seen.contains_key(listed), "no request shows this difference any more: {listed}");
    }
    assert!(seen[differences::NONE] > REQUESTS / 2, "most requests leave nothing open: {seen:?}");
}
