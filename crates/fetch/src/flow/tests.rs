//! Answers that come whole, break off, or stop coming.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::{Request, Trust};

const PACE: Pace =
    Pace { connect: Duration::from_secs(10), head: Duration::from_secs(10), stall: Duration::from_secs(10) };

const HEAD: &str = "HTTP/1.1 206 Partial Content\r\nContent-Length: 10\r\nX-Word: yes\r\n\r\n";

/// A server whose one connection says `said` to each request, as often as it is asked; then it ends, or stays silent.
async fn server(said: &'static [&'static str], is_silent: bool) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut stream = listener.accept().await.unwrap().0;
        drop(listener);
        for answer in said {
            asked(&mut stream).await;
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        if is_silent {
            std::future::pending::<()>().await;
        }
    });
    address
}

/// Reads one request.
async fn asked(stream: &mut TcpStream) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
}

async fn open(client: &Client, address: SocketAddr, pace: &Pace) -> Result<Flow> {
    client.open(&Request::get(&format!("http://{address}/a?secret")), pace).await
}

async fn all(flow: &mut Flow) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(piece) = flow.next().await? {
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

#[tokio::test]
async fn what_comes_whole_leaves_its_connection_for_the_next() {
    const WHOLE: &str = "HTTP/1.1 206 Partial Content\r\nContent-Length: 10\r\nX-Word: yes\r\n\r\n0123456789";
    let address = server(&[WHOLE, WHOLE], false).await;
    let client = Client::new(Trust::public()).unwrap();
    for _ in 0..2 {
        let mut flow = open(&client, address, &PACE).await.unwrap();
        assert_eq!((flow.status, flow.header("x-word")), (StatusCode::PARTIAL_CONTENT, Some("yes")));
        assert_eq!(all(&mut flow).await.unwrap(), b"0123456789");
    }
}

#[tokio::test]
async fn what_breaks_off_is_no_end() {
    let address = server(&["HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234"], false).await;
    let mut flow = open(&Client::new(Trust::public()).unwrap(), address, &PACE).await.unwrap();
    let error = all(&mut flow).await.unwrap_err();
    assert!(matches!(error, Error::Body { .. }), "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[tokio::test]
async fn nobody_waits_for_ever() {
    let short = Duration::from_millis(20);
    let client = Client::new(Trust::public()).unwrap();
    let address = server(&[HEAD], true).await;
    let mut flow = open(&client, address, &Pace { stall: short, ..PACE }).await.unwrap();
    assert!(matches!(flow.next().await, Err(Error::Late { .. })));
    let address = server(&[""], true).await;
    let pace = Pace { connect: short, head: short, ..PACE };
    assert!(matches!(open(&client, address, &pace).await, Err(Error::Late { .. })));
}
