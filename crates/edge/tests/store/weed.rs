//! SeaweedFS as a child, with its S3 gateway.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fetch::Signer;
use http::HeaderMap;
use stdx::clock::{Clock, SystemClock};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) const KEY_ID: &str = "test-key";
pub(crate) const SECRET: &str = "test-secret";

const CONFIG: &str = r#"{"identities": [{"name": "matinee", "credentials":
    [{"accessKey": "test-key", "secretKey": "test-secret"}], "actions": ["Admin", "Read", "Write", "List"]}]}"#;

/// How long the store may take until it does what is asked: one that starts beside a build takes ten seconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often it is asked meanwhile.
const EVERY: Duration = Duration::from_millis(50);

/// A running store; ends with this value.
pub(crate) struct Weed {
    process: Child,
    /// Its S3 gateway.
    address: String,
    filer: String,
    log: PathBuf,
}

impl Weed {
    /// Starts it below `folder`; `None` where it is not installed.
    #[expect(
        clippy::disallowed_methods,
        reason = "the store is a server that the test needs, not a tool for films"
    )]
    pub(crate) async fn start(folder: &Path) -> Option<Weed> {
        let program = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.tools/bin/weed"));
        if !program.is_file() {
            return None;
        }
        std::fs::write(folder.join("s3.json"), CONFIG).unwrap();
        let data = folder.join("weed");
        std::fs::create_dir(&data).unwrap();
        // Its gRPC ports are 10,000 above these.
        let ports = free_ports();
        let mut command = Command::new(program);
        command.arg("server").arg(format!("-dir={}", data.display()));
        command.args(["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3", "-volume.max=4"]);
        // Its own limit of 1 % of a disk refuses every write on a large one that is nearly full.
        command.args(["-master.telemetry=false", "-volume.minFreeSpace=64MiB"]);
        // Doors at fixed ports, which another store of this machine may have.
        command.args(["-s3.port.iceberg=0", "-s3.port.lance=0"]);
        for (name, port) in ["master.port", "volume.port", "filer.port", "s3.port"].iter().zip(ports) {
            command.arg(format!("-{name}={port}"));
        }
        command.arg(format!("-s3.config={}", folder.join("s3.json").display())).current_dir(folder);
        let log = folder.join("weed.log");
        let told = std::fs::File::create(&log).unwrap();
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(told).spawn().unwrap();
        let weed = Weed {
            process,
            address: format!("127.0.0.1:{}", ports[3]),
            filer: format!("127.0.0.1:{}", ports[2]),
            log,
        };
        // It tells nobody when it is ready: it is when it answers.
        let ready = weed.until(200, || weed.buckets()).await;
        assert!(ready, "SeaweedFS lists no buckets; its log ends:\n{}", weed.last_words());
        Some(weed)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Puts an object into a bucket, by the door that needs no signature.
    pub(crate) async fn put(&self, bucket: &str, key: &str, bytes: &[u8]) {
        let path = format!("/buckets/{bucket}/{key}");
        // It takes writes a moment after it answers.
        let headers = HeaderMap::new();
        let taken = self.until(201, || self.exchange(&self.filer, "PUT", &path, &headers, bytes)).await;
        assert!(taken, "SeaweedFS does not take {key}; its log ends:\n{}", self.last_words());
    }

    /// Asks until the answer has `status`; whether it came to that.
    async fn until(&self, status: u16, ask: impl AsyncFn() -> Option<u16>) -> bool {
        let asking = async {
            let mut ticks = tokio::time::interval(EVERY);
            while ask().await != Some(status) {
                ticks.tick().await;
            }
        };
        tokio::time::timeout(PATIENCE, asking).await.is_ok()
    }

    /// The end of its log.
    fn last_words(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    /// The status of the answer to who asks what buckets there are.
    async fn buckets(&self) -> Option<u16> {
        let mut headers = HeaderMap::new();
        let signer = Signer { region: "us-east-1".into(), key_id: KEY_ID.into(), secret: SECRET.into() };
        signer.sign("GET", &self.address, "/", &mut headers, SystemClock::new().now_ms());
        self.exchange(&self.address, "GET", "/", &headers, &[]).await
    }

    async fn exchange(
        &self,
        address: &str,
        method: &str,
        path: &str,
        headers: &HeaderMap,
        bytes: &[u8],
    ) -> Option<u16> {
        let mut stream = TcpStream::connect(address).await.ok()?;
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
        for (name, value) in headers {
            head += &format!("{name}: {}\r\n", value.to_str().ok()?);
        }
        head += &format!("Content-Length: {}\r\n\r\n", bytes.len());
        stream.write_all(&[head.as_bytes(), bytes].concat()).await.ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.ok()?;
        String::from_utf8_lossy(&answer).split(' ').nth(1)?.parse().ok()
    }
}

impl Drop for Weed {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Four ports that are free, and 10,000 above them too.
fn free_ports() -> [u16; 4] {
    let mut ports = [0; 4];
    let mut held = Vec::new();
    for port in &mut ports {
        loop {
            let one = TcpListener::bind("127.0.0.1:0").unwrap();
            let number = one.local_addr().unwrap().port();
            let Some(above) = number.checked_add(10_000).filter(|above| *above < 65_535) else { continue };
            let Ok(other) = TcpListener::bind(("127.0.0.1", above)) else { continue };
            held.push((one, other));
            *port = number;
            break;
        }
    }
    ports
}
