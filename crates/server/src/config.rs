//! Configuration: defaults, then the file, then the environment, then flags; the later one wins.
//!
//! Owns one table of all settings; the reference page, the environment's names and `matinee settings` come from it.

mod edge;
mod listening;
mod services;
mod table;
mod values;

pub(crate) use edge::Edge;
pub(crate) use listening::Listening;
pub(crate) use services::{Entitled, Proxy, Service};
pub(crate) use values::{Access, STORE, Secret};

use crate::cli::Shared;
use anyhow::{Context as _, anyhow, bail};
use pipeline::Settings;
use playback::Policy;
use std::path::{Path, PathBuf};
use table::settings;

/// Name of the configuration file that is read from the current folder when no other is named.
const FILE_DEFAULT: &str = "matinee.toml";

/// Environment variable that names the configuration file.
const FILE_VARIABLE: &str = "MATINEE_CONFIG";

/// What every command works from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Config {
    pub data_dir: PathBuf,
    pub tools_dir: Option<PathBuf>,
    pub listening: Listening,
    pub media_urls: Vec<String>,
    pub log: String,
    pub tls_roots: Vec<PathBuf>,
    pub keys_file: Option<PathBuf>,
    pub keys_master: Secret,
    pub operator_token: Secret,
    pub licence: Policy,
    pub clear_key: bool,
    pub proxy: Proxy,
    pub entitled: Entitled,
    pub access: Access,
    pub access_token_s: u64,
    pub edge: Edge,
    pub prepare: Settings,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            data_dir: PathBuf::from("data"),
            tools_dir: None,
            listening: Listening::local("serve", 8080),
            media_urls: vec!["/media/".to_owned()],
            log: "warn".to_owned(),
            tls_roots: Vec::new(),
            keys_file: None,
            keys_master: Secret::default(),
            operator_token: Secret::default(),
            licence: Policy::default(),
            clear_key: true,
            proxy: Proxy::default(),
            entitled: Entitled::default(),
            access: Access::Open,
            access_token_s: 6 * 3600,
            edge: Edge::default(),
            prepare: Settings::default(),
        }
    }
}

/// One setting.
pub(crate) struct Setting {
    /// Its name in the file (`table.key`) and after `--set`.
    pub key: &'static str,
    /// What it means, its unit and its range.
    pub help: &'static str,
    get: fn(&Config) -> String,
    set: fn(&mut Config, &str) -> anyhow::Result<()>,
}

impl Setting {
    /// Its environment variable: `data.dir` is `MATINEE_DATA_DIR`.
    pub(crate) fn variable(&self) -> String {
        format!("MATINEE_{}", self.key.replace('.', "_").to_uppercase())
    }

    /// Its default, as it would be written.
    pub(crate) fn default(&self) -> String {
        (self.get)(&Config::default())
    }
}

impl Config {
    /// Reads all sources. `variable` looks up the environment.
    pub(crate) fn load(flags: &Shared, variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<Config> {
        let mut config = Config::default();
        if let Some(path) = file_to_read(flags, &variable) {
            config.read_file(&path)?;
        }
        for setting in settings() {
            let name = setting.variable();
            if let Some(value) = variable(&name) {
                (setting.set)(&mut config, &value).with_context(|| format!("in the environment, {name}"))?;
            }
        }
        for pair in &flags.set {
            let (key, value) =
                pair.split_once('=').ok_or_else(|| anyhow!("--set {pair}: write it as KEY=VALUE"))?;
            config.set(key.trim(), value.trim()).context("in --set")?;
        }
        if let Some(dir) = &flags.data {
            config.data_dir.clone_from(dir);
        }
        Ok(config)
    }

    fn set(&mut self, key: &str, value: &str) -> anyhow::Result<()> {
        let setting = settings().find(|setting| setting.key == key);
        let setting =
            setting.ok_or_else(|| anyhow!("there is no setting {key}; `matinee settings` lists them"))?;
        (setting.set)(self, value).with_context(|| key.to_owned())
    }

    fn read_file(&mut self, path: &Path) -> anyhow::Result<()> {
        let doing = || format!("reading the configuration file {}", path.display());
        let text = std::fs::read_to_string(path).with_context(doing)?;
        let tables = tables(&text).with_context(doing)?;
        for (name, entries) in &tables {
            let Some(entries) = entries.as_table() else {
                bail!(
                    "{}: `{name}` stands outside a table; write it as [table] and key = value",
                    path.display()
                );
            };
            self.set_table(name, entries).with_context(doing)?;
        }
        Ok(())
    }

    /// Sets what is in a table and, one level deeper (`[licence.proxy]`), in the tables in it.
    fn set_table(&mut self, table: &str, entries: &toml::Table) -> anyhow::Result<()> {
        for (name, value) in entries {
            let key = format!("{table}.{name}");
            match value {
                toml::Value::Table(entries) if !table.contains('.') => self.set_table(&key, entries)?,
                toml::Value::String(text) => self.set(&key, text)?,
                value => self.set(&key, &value.to_string())?,
            }
        }
        Ok(())
    }
}

/// The tables of a configuration file. An error says where it is wrong and does not show the line: it may hold a secret.
fn tables(text: &str) -> anyhow::Result<toml::Table> {
    text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        anyhow!("line {}: {}", before.matches('\n').count() + 1, error.message())
    })
}

fn file_to_read(flags: &Shared, variable: &impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let named = flags.config.clone().or_else(|| variable(FILE_VARIABLE).map(PathBuf::from));
    named.or_else(|| Some(PathBuf::from(FILE_DEFAULT)).filter(|path| path.exists()))
}

/// The reference page of all settings, as Markdown.
pub(crate) fn reference() -> String {
    let mut page = String::from(
        "# Configuration\n\nThe same settings in a file (`matinee.toml`), in the environment and as flags; each beats \
         the one before.\nA file holds tables: `data.dir` is `dir` under `[data]`. As a flag: `--set data.dir=/srv/matinee`.\n\
         `--data` and `--listen` are short forms of `data.dir` and `serve.listen`.\nThis page is written by \
         `matinee settings`.\n\n| setting | environment | default | meaning |\n| --- | --- | --- | --- |\n",
    );
    for setting in settings() {
        let default = setting.default();
        let default = if default.is_empty() { "(empty)".to_owned() } else { format!("`{default}`") };
        page += &format!("| `{}` | `{}` | {default} | {} |\n", setting.key, setting.variable(), setting.help);
    }
    page
}

#[cfg(test)]
mod tests;
