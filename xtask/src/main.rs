//! Chores of the repository: `cargo xtask codegen`, `cargo xtask tidy`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line speaks to whoever typed it"
)]

mod codegen;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask codegen           write api/openapi.json, api/asyncapi.yaml and web/src/api/schema.ts
cargo xtask codegen --check   say which of them are out of date
cargo xtask tidy              check which way the crates depend on each other, and what files may contain";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match *arguments {
        ["codegen"] => codegen::write(&root()),
        ["codegen", "--check"] => codegen::check(&root()),
        ["tidy"] => tidy::check(&root()),
        _ => {
            println!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(faults) => {
            eprintln!("{faults}");
            ExitCode::FAILURE
        }
    }
}

/// The repository, wherever the command is typed.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map_or_else(PathBuf::new, Path::to_owned)
}
