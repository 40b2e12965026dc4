//! Serves one file under every path, to be measured: `serve_file ADDRESS FILE [threads=N] [chain=PEM key=PEM] [kernel_tls=yes]`.
//!
//! Nothing but `listen` is between the request and the bytes: ranges are not looked at.

use http::{HeaderMap, HeaderValue, StatusCode, header, request};
use listen::{Answer, Body, Certificates, FilePart, Handler, KeyPair, Listener, Options, Peer};
use std::fs::File;
use std::process::ExitCode;
use std::sync::Arc;

struct OneFile {
    file: Arc<File>,
    length: u64,
}

impl Handler for OneFile {
    async fn answer(&self, _request: request::Parts, _peer: Peer) -> Answer {
        let mut headers = HeaderMap::with_capacity(8);
        headers.insert(header::CONTENT_LENGTH, self.length.into());
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("video/mp4"));
        headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        let part = FilePart { file: self.file.clone(), offset: 0, length: self.length, hold: None };
        Answer { status: StatusCode::OK, headers, body: Body::File(part), done: None }
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}; give ADDRESS FILE [threads=N] [chain=PEM key=PEM] [kernel_tls=yes]");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let [address, path, more @ ..] = arguments else { return Err("too little is said".into()) };
    let named = |name: &str| more.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
    let threads = named("threads").map_or(Ok(1), str::parse)?;
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut listener = Listener::bind(address.parse()?, threads)?;
    if let (Some(chain), Some(key)) = (named("chain"), named("key")) {
        let pair = KeyPair { chain: chain.into(), key: key.into() };
        listener = listener.with_tls(Arc::new(Certificates::load(vec![pair])?));
    }
    let kernel_tls = named("kernel_tls").is_some();
    let options = Options { threads, kernel_tls, congestion: Some("cubic".into()), ..Options::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let handler = Arc::new(OneFile { file: Arc::new(file), length });
    runtime.block_on(listen::serve(vec![listener], handler, options, std::future::pending()))?;
    Ok(())
}
