//! `bonro map`: mappings of a spreadsheet's columns: those that the binary carries, and one proposed for a
//! file that nobody has described yet.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::exit::Exit;
use super::import::{bytes_of, name_of, refuse};
use super::output;
use crate::intake::{Mapping, guess};

/// What to do with mappings.
#[derive(Debug, Subcommand)]
pub enum MapCommand {
    /// Đề xuất ánh xạ cho một bảng tính, dạng TOML / Propose a mapping for a spreadsheet, as TOML
    Guess(GuessArgs),
    /// In một ánh xạ có sẵn / Print a ready mapping
    Show(ShowArgs),
    /// Liệt kê các ánh xạ có sẵn / List the ready mappings
    List,
}

/// Arguments of `bonro map guess`.
#[derive(Debug, Args)]
pub struct GuessArgs {
    /// Bảng tính / The spreadsheet
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Arguments of `bonro map show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Tên ánh xạ / Name of the mapping
    #[arg(value_name = "NAME")]
    name: String,
}

/// Runs it.
pub fn run(command: &MapCommand, as_json: bool) -> anyhow::Result<Exit> {
    match command {
        MapCommand::Guess(args) => propose(args, as_json),
        MapCommand::Show(args) => {
            let mapping = Mapping::load(&args.name)?;
            if as_json {
                output::say_json(&json!({ "name": mapping.name, "toml": mapping.text }));
            } else {
                output::say(mapping.text.trim_end());
            }
            Ok(Exit::Done)
        }
        MapCommand::List => {
            let names: Vec<&str> = Mapping::ready().collect();
            if as_json {
                output::say_json(&json!({ "mappings": names }));
            } else {
                output::say(&names.join("\n"));
            }
            Ok(Exit::Done)
        }
    }
}

fn propose(args: &GuessArgs, as_json: bool) -> anyhow::Result<Exit> {
    let bytes = bytes_of(&args.file)?;
    let found = match guess(&name_of(&args.file), &bytes) {
        Ok(found) => found,
        Err(problem) => return Ok(refuse(&[problem], as_json)),
    };
    if as_json {
        let columns = found.columns.iter().map(|(letters, heading, field, example)| {
            json!({ "column": letters, "heading": heading, "field": field, "example": example })
        });
        output::say_json(&json!({
            "toml": found.toml,
            "sheet": found.sheet,
            "head_row": found.head_row,
            "columns": columns.collect::<Vec<_>>(),
            "missing": found.missing,
        }));
    } else {
        output::say(found.toml.trim_end());
    }
    Ok(Exit::Done)
}
