//! Serves one file under every path, to be measured: `serve_file ADDRESS FILE [THREADS]`.
//!
//! Nothing but `listen` is between the request and the bytes: ranges are not looked at.

use http::{HeaderMap, HeaderValue, StatusCode, header, request};
use listen::{Answer, Body, FilePart, Handler, Listener, Options, Peer};
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
            eprintln!("{error}; give ADDRESS FILE [THREADS]");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let [address, path, threads @ ..] = arguments else { return Err("too little is said".into()) };
    let threads = threads.first().map_or(Ok(1), |threads| threads.parse())?;
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let listener = Listener::bind(address.parse()?, threads)?;
    let options = Options { threads, congestion: Some("cubic".into()), ..Options::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let handler = Arc::new(OneFile { file: Arc::new(file), length });
    runtime.block_on(listen::serve(vec![listener], handler, options, std::future::pending()))?;
    Ok(())
}
