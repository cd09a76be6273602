//! Parses the command line, runs the command, prints an error, sets the exit code.

#![forbid(unsafe_code)]

use clap::Parser;
use gander::cli::{Cli, exit_code, run};
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            // Nobody is left to tell if standard error is closed.
            drop(writeln!(std::io::stderr(), "error: {error}"));
            ExitCode::from(exit_code(&error))
        }
    }
}
