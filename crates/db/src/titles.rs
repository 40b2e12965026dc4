//! Titles: which master is which title. Their releases are in `releases`.

use media::Digest;
use sqlx::AnyConnection;
use title::{Title, TitleId};

use crate::{Db, Error, Result};

impl Db {
    /// The title that was made from the master with digest `master`.
    pub async fn title_by_master(&self, master: &Digest) -> Result<Option<Title>> {
        let query = sqlx::query_as("SELECT id, name FROM titles WHERE master = $1").bind(master.to_string());
        let row: Option<(String, String)> = query
            .fetch_optional(self.pool())
            .await
            .map_err(Error::database("look up a title by its master"))?;
        Ok(row.map(|(id, name)| Title { id: TitleId(id), name, master: *master }))
    }
}

/// Writes `title`, whose visible package becomes `package`. Refuses to change which master is which title.
pub(crate) async fn upsert(connection: &mut AnyConnection, title: &Title, package: &Digest) -> Result<()> {
    check_master(connection, title).await?;
    let query = sqlx::query(
        "INSERT INTO titles (id, name, master, current_package) VALUES ($1, $2, $3, $4)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, current_package = excluded.current_package",
    );
    let query =
        query.bind(&title.id.0).bind(&title.name).bind(title.master.to_string()).bind(package.to_string());
    query.execute(connection).await.map_err(Error::database(format!("write title {}", title.id)))?;
    Ok(())
}

async fn check_master(connection: &mut AnyConnection, title: &Title) -> Result<()> {
    let query = sqlx::query_as("SELECT id, master FROM titles WHERE id = $1 OR master = $2");
    let query = query.bind(&title.id.0).bind(title.master.to_string());
    let rows: Vec<(String, String)> =
        query.fetch_all(connection).await.map_err(Error::database(format!("look up title {}", title.id)))?;
    for (id, master) in rows {
        let master = digest(&format!("master of title {id}"), &master)?;
        if id != title.id.0 {
            return Err(Error::MasterTaken { master, taken_by: TitleId(id), wanted: title.id.clone() });
        }
        if master != title.master {
            return Err(Error::TitleTaken { title: title.id.clone(), master });
        }
    }
    Ok(())
}

/// The digest in a row, called `what`.
pub(crate) fn digest(what: &str, text: &str) -> Result<Digest> {
    text.parse().map_err(Error::damaged(what))
}
