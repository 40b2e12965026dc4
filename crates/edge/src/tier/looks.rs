//! Looks: asking the parents what an object is, for none of its bytes.
//!
//! Owns that a crowd asks once, and what becomes of the answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared as Joined};
use store::Key;

use super::Shared;
use super::keeping::Version;
use super::upstream::Head;
use crate::source::{Collapsed, Failure};

/// What a look finds; `None` where there is no such object.
type Looked = Result<Option<Version>, Failure>;

/// All looks that are under way.
#[derive(Debug, Default)]
pub(super) struct Looks(Mutex<HashMap<Key, Joined<BoxFuture<'static, Looked>>>>);

impl Looks {
    fn all(&self) -> MutexGuard<'_, HashMap<Key, Joined<BoxFuture<'static, Looked>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the parents say of an object now, which is taken in; and whether somebody had asked already.
    pub(super) async fn look(&self, shared: &Arc<Shared>, key: &Key) -> (Looked, Collapsed) {
        let (look, collapsed) = {
            let mut looks = self.all();
            match looks.get(key) {
                Some(look) => (look.clone(), true),
                None => {
                    let look = begin(Arc::clone(shared), key.clone());
                    looks.insert(key.clone(), look.clone());
                    (look, false)
                }
            }
        };
        (look.await, collapsed)
    }
}

/// Begins a look, which goes on when nobody waits for it any more, and then makes way for the next.
fn begin(shared: Arc<Shared>, key: Key) -> Joined<BoxFuture<'static, Looked>> {
    let given_up = Failure { doing: format!("looking for {key}"), reason: "it was given up".to_owned() };
    let look = tokio::spawn(async move {
        let under_way = UnderWay { shared, key };
        run(&under_way.shared, &under_way.key).await
    });
    look.map(|looked| looked.unwrap_or(Err(given_up))).boxed().shared()
}

/// A look under way. However it ends, it is none any more then.
struct UnderWay {
    shared: Arc<Shared>,
    key: Key,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.shared.looks.all().remove(&self.key);
    }
}

async fn run(shared: &Arc<Shared>, key: &Key) -> Looked {
    match ask(shared, key).await? {
        Some(head) => Ok(Some(shared.learn(key, head).await)),
        None => {
            shared.absent(key).await;
            Ok(None)
        }
    }
}

/// What the first parent says that says something.
async fn ask(shared: &Shared, key: &Key) -> Result<Option<Head>, Failure> {
    let order = shared.parents().order(slices::object_id(key.as_str()), shared.now_ms());
    let doing = format!("looking for {key}");
    let mut failure = Failure { doing, reason: "there is no parent".to_owned() };
    for place in order {
        match shared.upstreams[place].look(key).await {
            Ok(head) => {
                shared.parents().succeeded(place);
                return Ok(head);
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a parent failed");
                shared.parents().failed(place, shared.now_ms());
                failure = error;
            }
        }
    }
    Err(failure)
}
