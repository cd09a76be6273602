//! Tells the program which commit it is built from, as `GANDER_COMMIT`: of the repository, or of the package that was published from it.

use std::path::Path;
use std::process::Command;

/// What the program is made of.
const SOURCES: [&str; 6] = ["src", "shaders", "assets", "Cargo.toml", "Cargo.lock", "build.rs"];

fn main() {
    println!("cargo:rustc-env=GANDER_COMMIT={}", checked_out().or_else(published).unwrap_or_else(|| "unknown".into()));
    SOURCES.iter().for_each(|source| println!("cargo:rerun-if-changed={source}"));
    // Where the commit can change and the sources do not: HEAD, and the branch that it names.
    let head = git(&["symbolic-ref", "--quiet", "HEAD"]);
    for name in [Some("HEAD".into()), head].into_iter().flatten() {
        if let Some(path) = git(&["rev-parse", "--git-path", &name]).filter(|path| Path::new(path).exists()) {
            println!("cargo:rerun-if-changed={path}");
        }
    }
}

/// The commit of the repository whose root this is, with a `+` where the sources differ from it.
fn checked_out() -> Option<String> {
    // A package unpacked within somebody else's repository is not of its commit.
    git(&["rev-parse", "--show-prefix"]).filter(String::is_empty)?;
    git(&["ls-files", "--error-unmatch", "build.rs"])?;
    let commit = git(&["rev-parse", "--short=10", "HEAD"])?;
    let changed = git(&[&["status", "--porcelain", "--"][..], &SOURCES].concat())?;
    Some(if changed.is_empty() { commit } else { commit + "+" })
}

/// The commit that `cargo package` wrote down.
fn published() -> Option<String> {
    let info = std::fs::read_to_string(".cargo_vcs_info.json").ok()?;
    let (_, after) = info.split_once("\"sha1\": \"")?;
    after.get(..10).map(Into::into)
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_string())
}
