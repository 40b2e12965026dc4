//! What rides along with the picture: audio, subtitles, poster and seek thumbnails.
//!
//! Owns that all of it is made, and what happens where a stream cannot be: it is left out with a finding, for the film is
//! worth showing without it.

mod sound;
mod stills;
mod text;
pub(crate) mod forms;

pub use forms::Forms;
pub use sound::Sound;
pub use stills::{Grid, Sheets};
pub use text::Text;

use super::ladder::Laddered;
use crate::budget::Need;
use crate::flow::{Context, Stage};
use crate::progress::Event;
use crate::step::{Output, Step};
use crate::workshop::{self, Finished, Made};
use media::Size;
use media::master::{Finding, Severity};
use std::future::Future;
use std::path::PathBuf;

/// Memory of a tool that handles audio or text only.
const SOUND_MEMORY_BYTES: u64 = 150 << 20;

/// What rides along.
#[derive(Debug, Clone)]
pub struct Aside {
    /// The audio tracks that could be made, stream by stream in the master's order.
    pub audio: Vec<Sound>,
    /// The text tracks that could be made: the master's in its order, then those handed in beside it.
    pub text: Vec<Text>,
    /// What was left out, and what somebody should look at.
    pub findings: Vec<Finding>,
    /// The poster.
    pub poster: (Output, Size),
    /// Thumbnail sheets.
    pub thumbnails: Sheets,
}

/// Number of steps that [`make`] takes where no stream has to be left out.
pub fn count(ctx: &Context, laddered: &Laddered) -> usize {
    sound::count(ctx, laddered) + text::count(laddered) + 2
}

/// Makes all of it.
pub async fn make(ctx: &Context, laddered: &Laddered) -> anyhow::Result<Aside> {
    let ((audio, mut findings), (text, text_findings), poster, thumbnails) = tokio::try_join!(
        sound::make(ctx, laddered),
        text::make(ctx, laddered),
        stills::poster(ctx, laddered),
        stills::thumbnails(ctx, laddered),
    )?;
    findings.extend(text_findings);
    Ok(Aside { audio, text, findings, poster, thumbnails })
}

/// What could be made of a stream, or why nothing could.
type OrLeftOut<T> = Result<T, Finding>;

/// Turns a tool's word that the stream is at fault into a finding; other errors are ours.
fn or_left_out<T>(result: anyhow::Result<T>, code: &'static str, what: &str) -> anyhow::Result<OrLeftOut<T>> {
    match result {
        Ok(made) => Ok(Ok(made)),
        Err(error) => match error.downcast_ref::<codec::Error>() {
            Some(cause) if cause.blames_the_input() => {
                Ok(Err(warning(code, format!("{what} cannot be decoded and is left out: {cause}."))))
            }
            _ => Err(error),
        },
    }
}

fn warning(code: &'static str, message: String) -> Finding {
    Finding { code, severity: Severity::Warning, message }
}

/// Runs a step of ffmpeg's that takes `input`.
async fn step<W, F>(
    ctx: &Context,
    kind: &'static str,
    params: Vec<(&'static str, String)>,
    input: &Output,
    need: Need,
    work: W,
) -> anyhow::Result<Finished>
where
    W: FnOnce(PathBuf) -> F,
    F: Future<Output = anyhow::Result<Made>>,
{
    run(
        ctx,
        Step { kind, version: 1, params, inputs: vec![input.digest], tool: ctx.tools.ffmpeg.id() },
        need,
        work,
    )
    .await
}

async fn run<W, F>(ctx: &Context, step: Step, need: Need, work: W) -> anyhow::Result<Finished>
where
    W: FnOnce(PathBuf) -> F,
    F: Future<Output = anyhow::Result<Made>>,
{
    let finished =
        ctx.workshop.run(workshop::Job { step, stage: Stage::Encode, need, droppable: &[] }, work).await?;
    ctx.tell(Event::Done { stage: Stage::Encode, done: 1 });
    Ok(finished)
}

fn sound_need() -> Need {
    Need { threads: 1, memory_bytes: SOUND_MEMORY_BYTES }
}
