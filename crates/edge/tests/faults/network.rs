//! Tiers in networks of their own, with cables that are pulled: packets vanish, and nobody says so.
//!
//! Everything is in namespaces that end with their processes: one for the switch and the client, one for each tier.

#![expect(
    clippy::disallowed_methods,
    reason = "only other processes can have networks of their own, and cables no events"
)]

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use fetch::{Client, Trust};

use crate::client::{self, Got};
use crate::world::{self, FILM, Made, Node, PACE};

/// Tells the part of the test that the network is its own.
const OWN: &str = "FAULTS_NETWORK";

/// More than heads and small talk, less than a film.
const SOME_BYTES: u64 = 300_000;

/// Tells a tier's process its address, its folder and its parents, with blanks between.
const TIER: &str = "FAULTS_TIER";

/// What the shell ends with where there can be no networks.
const CANNOT: i32 = 77;

const PORT: u16 = 80;

/// A tier at the end of a cable.
struct Tier {
    child: Child,
    cable: String,
    _in: ChildStdin,
    _out: BufReader<ChildStdout>,
}

impl Drop for Tier {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn address(number: usize) -> SocketAddr {
    SocketAddr::from(([10, 9, 0, u8::try_from(number).unwrap()], PORT))
}

fn ip(line: &str) {
    let status = Command::new("ip").args(line.split(' ')).status().unwrap();
    assert!(status.success(), "ip {line}");
}

impl Tier {
    /// Starts the tier with `number` before `parents` on a cable of its own.
    fn start(number: usize, disk: &std::path::Path, parents: &[usize]) -> Tier {
        let mut told = format!("{} {}", address(number), disk.display());
        for &parent in parents {
            told += &format!(" {}", address(parent));
        }
        let mut child = Command::new("unshare")
            .arg("--net")
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", "network::plays_a_tier", "--ignored", "--nocapture"])
            .env(TIER, told)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        wait_for("here", &mut out);
        let (pid, cable) = (child.id(), format!("v{number}"));
        ip(&format!("link add {cable} type veth peer name eth0 netns {pid}"));
        ip(&format!("link set {cable} master switch up"));
        let within = |line: &str| {
            let status = Command::new("nsenter")
                .args(["--net", "--target", &pid.to_string(), "ip"])
                .args(line.split(' '))
                .status();
            assert!(status.unwrap().success(), "{line}");
        };
        within(&format!("addr add {}/24 dev eth0", address(number).ip()));
        within("link set eth0 up");
        let mut stdin = child.stdin.take().unwrap();
        writeln!(stdin, "wired").unwrap();
        wait_for("serves", &mut out);
        Tier { child, cable, _in: stdin, _out: out }
    }

    /// Pulls the cable out of the switch: neither end notices.
    fn pull(&self) {
        ip(&format!("link set {} nomaster", self.cable));
    }

    fn plug(&self) {
        ip(&format!("link set {} master switch", self.cable));
    }

    /// Bytes that it has sent.
    fn sent(&self) -> u64 {
        let path = format!("/sys/class/net/{}/statistics/rx_bytes", self.cable);
        std::fs::read_to_string(path).unwrap().trim().parse().unwrap()
    }

    /// Lets no more than 20 Mbit/s go to it.
    fn slow(&self) {
        let line = format!("qdisc add dev {} root tbf rate 20mbit burst 32k latency 400ms", self.cable);
        assert!(Command::new("tc").args(line.split(' ')).status().unwrap().success());
    }
}

fn wait_for(word: &str, out: &mut BufReader<ChildStdout>) {
    let mut line = String::new();
    while !line.contains(word) {
        line.clear();
        assert!(out.read_line(&mut line).unwrap() > 0, "no {word}");
    }
}

#[test]
fn cables_are_pulled() {
    // A bridge without an address of its own takes another one when a cable is pulled.
    let script = format!(
        "{{ mount -t sysfs none /sys && ip link add switch address 02:00:00:00:00:01 type bridge && ip addr add 10.9.0.1/24 dev switch \
         && ip link set switch up && ip link set lo up; }} >&2 || exit {CANNOT}; exec \"$0\" \"$@\""
    );
    let output = Command::new("unshare")
        .args(["--net", "--mount", "sh", "-c", &script])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "network::plays_cables", "--ignored", "--nocapture"])
        .env(OWN, "1")
        .output();
    match output {
        Err(error) => eprintln!("PASSED OVER: unshare cannot be started: {error}"),
        Ok(output) if matches!(output.status.code(), Some(1 | CANNOT)) => {
            let why = String::from_utf8_lossy(&output.stderr).into_owned();
            eprintln!("PASSED OVER: there can be no networks here: {why}");
        }
        Ok(output) => {
            let out = String::from_utf8_lossy(&output.stdout).into_owned();
            let err = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success() && out.contains("1 passed"), "{out}\n{err}");
        }
    }
}

#[tokio::test]
#[ignore = "a part of the test above"]
async fn plays_cables() {
    if std::env::var_os(OWN).is_none() {
        return;
    }
    let disks = tempfile::tempdir().unwrap();
    let start = |number: usize, parents: &[usize]| {
        Tier::start(number, &disks.path().join(number.to_string()), parents)
    };
    let _origin = start(2, &[]);
    let regional = [start(3, &[2]), start(4, &[2])];
    let edge = start(5, &regional_numbers());
    let client = Client::new(Trust::public()).unwrap();
    let get = async |path| client::get(&client, address(5), path, None).await;

    assert!(get("/0f/slice.mp4").await.is_all());

    // One cable is pulled while a film comes over it.
    edge.slow();
    let before = regional.each_ref().map(Tier::sent);
    let ((), got) = tokio::join!(pull_one(&regional, before), get("/1f/film.mp4"));
    assert!(got.is_all(), "{got:?}");

    // The other one too.
    regional.iter().for_each(Tier::pull);
    assert_eq!(get("/1f/film.mp4").await, Got::All("matinee; hit".to_owned()));
    assert_eq!(get(FILM).await, Got::Refused);
    regional.iter().for_each(Tier::plug);
    assert!(get(FILM).await.is_all());
}

fn regional_numbers() -> [usize; 2] {
    [3, 4]
}

/// Pulls the cable over which the film comes, when some of it has come.
#[expect(clippy::disallowed_methods, reason = "nobody calls when the kernel has counted more bytes")]
async fn pull_one(regional: &[Tier; 2], before: [u64; 2]) {
    loop {
        let sending = regional.iter().zip(before).find(|(tier, before)| tier.sent() >= before + SOME_BYTES);
        if let Some((tier, _)) = sending {
            return tier.pull();
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
#[ignore = "a tier of the test above"]
async fn plays_a_tier() {
    let Ok(told) = std::env::var(TIER) else { return };
    let mut told = told.split(' ');
    let (at, disk) = (told.next().unwrap().parse().unwrap(), told.next().unwrap());
    let parents: Vec<SocketAddr> = told.map(|address| address.parse().unwrap()).collect();
    say("here");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    let _serving = if parents.is_empty() {
        (Some(world::origin(at).await), None)
    } else {
        let made =
            Made { at, disk: std::path::Path::new(disk), capacity_bytes: 1 << 30, pace: PACE, parents };
        (None, Some(Node::start(&made)))
    };
    say("serves");
    std::future::pending::<()>().await;
}

fn say(word: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{word}").unwrap();
    out.flush().unwrap();
}
