//! The picture of the house as a test: which room may enter which, which outside crate lives in
//! which room, how large a file may grow, and what may lie at the top level.
//!
//! The tables come first: to move a wall, change a line here and say why. How sources are read is
//! in `house/picture.rs`.

mod picture;

use std::fs;
use std::path::{Path, PathBuf};

use picture::{Outside, Picture, Room};

/// Who may enter where: nothing points up, and rooms on one floor don't know each other.
const ROOMS: &[Room] = &[
    Room { name: "main", may_import: &["app", "cli", "config", "telemetry"] },
    Room { name: "lib", may_import: &[] },
    // The landlord is the only one who sees all rooms.
    Room {
        name: "app",
        may_import: &[
            "cli",
            "config",
            "domain",
            "grpc",
            "intake",
            "jobs",
            "mail",
            "meter",
            "pb",
            "report",
            "service",
            "store",
            "telemetry",
            "world",
        ],
    },
    Room { name: "cli", may_import: &["app", "config", "domain", "intake", "pb", "telemetry"] },
    Room { name: "grpc", may_import: &["domain", "meter", "pb", "service", "world"] },
    Room { name: "jobs", may_import: &["domain", "service", "world"] },
    Room { name: "service", may_import: &["domain", "intake", "mail", "meter", "report", "store", "world"] },
    Room { name: "store", may_import: &["domain"] },
    Room { name: "mail", may_import: &["domain"] },
    Room { name: "report", may_import: &["domain"] },
    Room { name: "intake", may_import: &["domain"] },
    Room { name: "domain", may_import: &[] },
    Room { name: "world", may_import: &[] },
    Room { name: "meter", may_import: &[] },
    Room { name: "pb", may_import: &[] },
    Room { name: "config", may_import: &[] },
    Room { name: "telemetry", may_import: &["config"] },
];

/// Which rooms speak to which outside crate (or part of `std`). What isn't named here is free.
const OUTSIDE: &[Outside] = &[
    Outside { path: "sea_orm", rooms: &["store"] },
    Outside { path: "sea_orm_migration", rooms: &["store"] },
    Outside { path: "sqlx", rooms: &["store"] },
    Outside { path: "migrations", rooms: &["store"] },
    Outside { path: "lettre", rooms: &["mail"] },
    Outside { path: "mail_parser", rooms: &["mail"] },
    Outside { path: "tokio_cron_scheduler", rooms: &["jobs"] },
    Outside { path: "csv", rooms: &["intake"] },
    // The reading room unpacks, the print shop packs.
    Outside { path: "zip", rooms: &["intake", "report"] },
    Outside { path: "quick_xml", rooms: &["intake", "report"] },
    Outside { path: "encoding_rs", rooms: &["intake"] },
    Outside { path: "typst", rooms: &["report"] },
    Outside { path: "typst_layout", rooms: &["report"] },
    Outside { path: "typst_pdf", rooms: &["report"] },
    Outside { path: "rust_xlsxwriter", rooms: &["report"] },
    Outside { path: "tonic", rooms: &["app", "cli", "grpc", "pb"] },
    Outside { path: "tonic_health", rooms: &["app", "cli", "grpc"] },
    Outside { path: "tonic_prost", rooms: &["pb"] },
    Outside { path: "tonic_reflection", rooms: &["app", "grpc"] },
    Outside { path: "tonic_types", rooms: &["cli", "grpc"] },
    Outside { path: "prost", rooms: &["app", "cli", "grpc", "pb"] },
    Outside { path: "prost_reflect", rooms: &["app", "cli", "grpc", "pb"] },
    Outside { path: "prost_types", rooms: &["app", "cli", "grpc", "pb"] },
    Outside { path: "axum", rooms: &["app"] },
    Outside { path: "prometheus_client", rooms: &["meter"] },
    Outside { path: "clap", rooms: &["cli", "main"] },
    Outside { path: "indicatif", rooms: &["cli"] },
    Outside { path: "figment", rooms: &["config"] },
    Outside { path: "tracing_subscriber", rooms: &["telemetry"] },
    Outside { path: "rand", rooms: &["world"] },
    Outside { path: "anyhow", rooms: &["app", "cli", "main"] },
    // The ground floor: values in, values out. Whoever does I/O or waits is listed; domain is not.
    Outside {
        path: "tokio",
        rooms: &["app", "cli", "grpc", "jobs", "mail", "main", "service", "store", "telemetry", "world"],
    },
    Outside { path: "std::fs", rooms: &["app", "cli", "config", "intake", "mail"] },
    Outside { path: "std::env", rooms: &["app", "cli", "config", "main"] },
    Outside { path: "std::net", rooms: &["app", "cli", "config", "grpc"] },
    Outside { path: "std::time::SystemTime", rooms: &["world"] },
];

/// Entries of the top level besides dot files and what `.gitignore` names.
const TOP_LEVEL: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "build.rs",
    "proto",
    "src",
    "migrations",
    "tests",
    "deploy",
    "README.md",
    "LICENSE",
    "clippy.toml",
    "deny.toml",
    "rustfmt.toml",
    "buf.yaml",
];

/// A file is split at about 300 lines; at 400 nobody reads it whole any more.
const LONGEST_FILE: usize = 400;

const PICTURE: Picture = Picture { crate_name: "bonro", rooms: ROOMS, outside: OUTSIDE };

#[test]
fn rooms_enter_only_where_they_may() {
    let src = root().join("src");
    let mut findings = Vec::new();
    for path in rust_files(&src) {
        let file = relative(&path, &src);
        findings.extend(PICTURE.check(&file, &read(&path)));
    }
    assert!(findings.is_empty(), "the house is crossed:\n{}", findings.join("\n"));
}

#[test]
fn every_module_says_what_belongs_in_it() {
    let mut silent = Vec::new();
    for folder in ["src", "migrations/src", "tests"] {
        for path in rust_files(&root().join(folder)) {
            if !read(&path).starts_with("//!") {
                silent.push(relative(&path, &root()));
            }
        }
    }
    assert!(silent.is_empty(), "these files don't open with `//!`:\n{}", silent.join("\n"));
}

#[test]
fn no_file_is_too_long_to_read() {
    let mut long = Vec::new();
    for folder in ["src", "migrations", "tests"] {
        for path in rust_files(&root().join(folder)) {
            let lines = read(&path).lines().count();
            if lines > LONGEST_FILE {
                long.push(format!("{}: {lines} lines", relative(&path, &root())));
            }
        }
    }
    assert!(long.is_empty(), "longer than {LONGEST_FILE} lines:\n{}", long.join("\n"));
}

#[test]
fn nothing_else_lies_at_the_top_level() {
    let ignored: Vec<String> = read(&root().join(".gitignore"))
        .lines()
        .map(|line| line.trim().trim_matches('/').to_owned())
        .filter(|line| !line.is_empty())
        .collect();
    let mut strays: Vec<String> = fs::read_dir(root())
        .expect("the package root can be listed")
        .map(|entry| entry.expect("an entry can be read").file_name().to_string_lossy().into_owned())
        .filter(|name| {
            !name.starts_with('.') && !TOP_LEVEL.contains(&name.as_str()) && !ignored.contains(name)
        })
        .collect();
    strays.sort();
    assert!(strays.is_empty(), "outside the design of the top level: {}", strays.join(" "));
}

/// A checker that can't fail proves nothing: each of these lines must be found, and only these.
#[test]
fn the_checker_finds_what_it_should() {
    let bad = r#"//! A made-up room on the ground floor that reaches everywhere.
use crate::{domain::Unit, store::{self, Tx}};
use bonro::service as office;
use super::super::grpc::Door;
use sea_orm::EntityTrait;
fn a() -> crate::jobs::Beat { tracing::info!(lead = crate::mail::NAME); std::fs::read("x") }
mod tests { use super::*; use super::super::super::world::Clock; fn f(csv: u8) -> u8 { csv } }
#[derive(sea_orm::Iterable)] enum E { A }
use crate::*;
use crate::attic::Box;
use std::time::SystemTime;
"#;
    let found = PICTURE.check("domain/unit.rs", bad);
    let lines: Vec<(&str, &str)> = found
        .iter()
        .map(|finding| {
            let (place, what) = finding.split_once(": ").expect("a finding has a place and a text");
            (place.trim_start_matches("src/domain/unit.rs:"), what)
        })
        .collect();
    let expected = [
        ("2", "store"),
        ("3", "service"),
        ("4", "grpc"),
        ("5", "sea_orm"),
        ("6", "jobs"),
        ("6", "mail"),
        ("6", "std::fs"),
        ("7", "world"),
        ("8", "sea_orm"),
        ("9", "whole house"),
        ("10", "attic"),
        ("11", "std::time::SystemTime"),
    ];
    assert_eq!(lines.len(), expected.len(), "{found:#?}");
    for ((line, what), (expected_line, word)) in lines.iter().zip(expected) {
        assert_eq!(*line, expected_line, "{found:#?}");
        assert!(what.contains(&format!("`{word}`")), "{what} should name {word}");
    }
}

#[test]
fn the_checker_lets_good_neighbours_pass() {
    let good = "//! x\nuse super::page::Page;\nuse crate::domain::Unit;\nuse crate::store::error::StoreError;\n\
                pub(crate) fn f(tonic: u8) -> u8 { let x = sea_orm::Value::Int(None); tonic }\n";
    assert_eq!(PICTURE.check("store/units.rs", good), Vec::<String>::new());
    let stranger = PICTURE.check("utils.rs", "//! x\n");
    assert_eq!(stranger.len(), 1, "a file outside every room is found: {stranger:#?}");
}

#[test]
fn the_tables_name_only_rooms() {
    let known = |name: &str| ROOMS.iter().any(|room| room.name == name);
    for room in ROOMS {
        assert!(room.may_import.iter().all(|name| known(name)), "{} may enter an unknown room", room.name);
    }
    for outside in OUTSIDE {
        assert!(outside.rooms.iter().all(|name| known(name)), "{} lives in an unknown room", outside.path);
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn relative(path: &Path, base: &Path) -> String {
    let rest = path.strip_prefix(base).expect("the path was found under this base");
    rest.to_string_lossy().replace('\\', "/")
}

/// All `.rs` files under `folder`, in a stable order; none if the folder isn't there.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry can be read").path()).collect();
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}
