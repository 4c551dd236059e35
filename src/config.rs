//! The settings of a server: a struct a section. Defaults ← TOML file ← `BONRO_SECTION__KEY`
//! variables; unknown keys are refused by name; a secret may lie in a file of its own (`…_file`).
//!
//! Here settings are read and held against each other. What they are used for is the business of the
//! rooms that get them from `app`. `deploy/bonro.example.toml` says what each of them means.

mod raw;
mod secret;
mod sections;

use std::env;
use std::fmt::Write as _;
use std::path::Path;

use figment::providers::{Format, Serialized, Toml};
use figment::value::{Dict, Value};
use figment::{Figment, Metadata, Profile, Provider};
use serde::Serialize;

pub use secret::Secret;
pub use sections::{
    Data, Database, Intake, IntakeFolder, Jobs, Limits, Log, LogFormat, Mail, Metrics, ReminderRule,
    Reminders, Report, Server,
};

use raw::RawSettings;

/// All settings of a server.
#[derive(Debug, Clone, Serialize)]
pub struct Settings {
    /// Where it listens, and how it ends.
    pub server: Server,
    /// Where the archive is.
    pub database: Database,
    /// How mail leaves.
    pub mail: Mail,
    /// What it does by itself.
    pub jobs: Jobs,
    /// Where other software leaves its files.
    pub intake: Intake,
    /// Who is reminded of what.
    pub reminders: Reminders,
    /// What reports say of their maker, and who gets them.
    pub report: Report,
    /// Where its metrics are read.
    pub metrics: Metrics,
    /// What it tells about itself.
    pub log: Log,
    /// How much it takes on.
    pub limits: Limits,
    /// What holds where the records say nothing.
    pub data: Data,
}

/// Why settings can't be used.
#[derive(Debug, thiserror::Error)]
pub enum BadSettings {
    /// A file that was named isn't there or can't be read.
    #[error("không đọc được / cannot read {path}: {source}")]
    File {
        /// Its path.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// An unknown key or a value of the wrong kind.
    #[error("{0}")]
    Value(Box<figment::Error>),
    /// Values that can't be so, all at once.
    #[error("{}", .0.join("\n"))]
    Sense(Vec<String>),
}

impl Default for Settings {
    fn default() -> Self {
        RawSettings::default().resolve().expect("the defaults make sense")
    }
}

impl Settings {
    /// Reads the file, if one is named, and the environment of this process.
    pub fn load(file: Option<&Path>) -> Result<Self, BadSettings> {
        let text = match file {
            Some(path) => std::fs::read_to_string(path)
                .map_err(|source| BadSettings::File { path: path.display().to_string(), source })?,
            None => String::new(),
        };
        let variables = env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self::layered(&text, variables)
    }

    /// Reads the text of a file and then variables over it.
    pub fn layered(
        toml: &str,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, BadSettings> {
        let raw: RawSettings = Figment::from(Serialized::defaults(RawSettings::default()))
            .merge(Toml::string(toml))
            .merge(Variables::of(variables))
            .extract()
            .map_err(|error| BadSettings::Value(Box::new(error)))?;
        raw.resolve()
    }

    /// The settings as a TOML file, secrets masked.
    pub fn to_toml(&self) -> String {
        let value = serde_json::to_value(self).expect("settings are plain data");
        let mut text = String::new();
        for (section, keys) in value.as_object().into_iter().flatten() {
            let _ = writeln!(text, "[{section}]");
            let given = |keys: &serde_json::Value| -> Vec<(String, serde_json::Value)> {
                let all = keys.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
                all.map(|(key, value)| (key.clone(), value.clone())).collect()
            };
            let tables = |value: &serde_json::Value| value[0].is_object();
            for (key, value) in given(keys).iter().filter(|(_, value)| !tables(value)) {
                // Strings, numbers, truths and lists of strings look alike in JSON and TOML.
                let _ = writeln!(text, "{key} = {value}");
            }
            for (key, value) in given(keys).iter().filter(|(_, value)| tables(value)) {
                for table in value.as_array().into_iter().flatten() {
                    let _ = writeln!(text, "\n[[{section}.{key}]]");
                    for (key, value) in given(table) {
                        let _ = writeln!(text, "{key} = {value}");
                    }
                }
            }
            text.push('\n');
        }
        text
    }
}

/// Variables `BONRO_SECTION__KEY`. Names without two underscores (`BONRO_KEY`, `BONRO_SERVER`) belong to
/// the command line.
struct Variables(Dict);

/// Keys whose value is a text even where it looks like a number or a list.
const TEXTS: [&str; 4] = ["url", "from", "reply_to", "page_token_key"];

impl Variables {
    fn of(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut sections = Dict::new();
        for (name, text) in variables {
            let Some(path) = name.strip_prefix("BONRO_").map(str::to_lowercase) else { continue };
            let Some((section, key)) = path.split_once("__") else { continue };
            let is_text = TEXTS.contains(&key) || key.ends_with("_file");
            let value = if is_text { Value::from(text) } else { text.parse().expect("any text is a value") };
            let entry = sections.entry(section.to_owned()).or_insert_with(|| Value::from(Dict::new()));
            if let Value::Dict(_, keys) = entry {
                keys.insert(key.to_owned(), value);
            }
        }
        Self(sections)
    }
}

impl Provider for Variables {
    fn metadata(&self) -> Metadata {
        Metadata::named("BONRO_SECTION__KEY variable").interpolater(|_, keys| {
            format!("BONRO_{}", keys.iter().map(|key| key.to_uppercase()).collect::<Vec<_>>().join("__"))
        })
    }

    fn data(&self) -> Result<figment::value::Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Default.collect(self.0.clone()))
    }
}

#[cfg(test)]
mod tests;
