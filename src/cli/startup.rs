//! The time to the first iteration: this program started anew, until it has trained once.

use crate::bench::Startup;
use crate::cli::DeviceOptions;
use crate::cli::adapter::{self, Opened};
use crate::cli::wait::wait;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::gan::{Config, Trainer};
use std::ops::ControlFlow;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Tells a process that it is the one being timed.
const CHILD: &str = "GANDER_STARTUP";

/// Where drivers look for their shader caches: Mesa's, and NVIDIA's.
const CACHES: [&str; 2] = ["MESA_SHADER_CACHE_DIR", "__GL_SHADER_DISK_CACHE_PATH"];

/// The number of the game, if this process is the one being timed.
pub(super) fn child() -> Option<usize> {
    std::env::var(CHILD).ok()?.parse().ok()
}

/// What a timed process does: one iteration, and its metrics.
/// # Errors
/// if the device cannot be had, or fails.
pub(super) fn first_iteration(options: &DeviceOptions, config: &Config, dataset: &Dataset) -> Result<u8> {
    let Opened { device, waiter, .. } = adapter::open(options)?;
    let mut trainer = Trainer::new(device, config, dataset)?;
    let _never_broken_off = wait(waiter.as_ref(), trainer.advance(1, &|| 0.0, &mut |_| ControlFlow::Continue(())))?;
    Ok(0)
}

/// Times this very command for one of its games: with an empty shader cache, then with the cache that this has filled.
/// # Errors
/// if the program cannot be started again, or fails.
pub(super) fn measure(game: usize) -> Result<Startup> {
    let cache = tempfile::tempdir().map_err(Error::io("make", "a temporary folder"))?;
    let mut seconds = [0.0; 2];
    for seconds in &mut seconds {
        let program = std::env::current_exe().map_err(Error::io("find", "this program"))?;
        let mut command = Command::new(&program);
        command.args(std::env::args_os().skip(1)).env(CHILD, game.to_string()).stdout(Stdio::null());
        command.envs(CACHES.map(|variable| (variable, cache.path())));
        let start = Instant::now();
        let output = command.output().map_err(Error::io("start", &program))?;
        *seconds = start.elapsed().as_secs_f64();
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let why = said.lines().last().unwrap_or("it said nothing").trim_start_matches("error: ").to_string();
            return Err(Error::Device(format!("the first iteration could not be timed, the program ended with {}: {why}", output.status)));
        }
    }
    Ok(Startup { cold: seconds[0], warm: seconds[1] })
}
