//! The generator of a run, opened on a device: where every command that draws samples begins.

use crate::checkpoint::Checkpoint;
use crate::cli::DeviceOptions;
use crate::cli::adapter::{self, Opened};
use crate::error::Result;
use crate::eval::summary::Trained;
use crate::gan::{Config, Sampler, State};
use crate::gpu::Waiter;
use crate::run_folder::{At, RunView};

/// A generator as it was at one moment of its run.
pub(super) struct Generator {
    /// Draws its samples.
    pub sampler: Sampler,
    /// What waits for its device, if that is a GPU.
    pub waiter: Option<Waiter>,
    /// The game it comes from.
    pub config: Config,
    /// Both players as they were.
    pub state: State,
    /// What they come of.
    pub trained: Trained,
    /// The seed of the noise: the one that was asked for, or the run's own.
    pub seed: u32,
}

impl Generator {
    /// Opens the generator of a run at a moment, which starts from z, or from z and a label.
    /// # Errors
    /// if there is no such checkpoint, it is damaged, its generator completes pictures, or the device cannot be opened.
    pub fn open(view: &RunView, at: At, seed: Option<u32>, device: &DeviceOptions) -> Result<Generator> {
        Config::parse(&view.checkpoint(at)?.config, &[])?.check_starts_from_noise()?;
        Generator::open_any(view, at, seed, device)
    }

    /// Opens the generator of a run at a moment, whatever it starts from.
    /// # Errors
    /// if there is no such checkpoint, it is damaged, or the device cannot be opened.
    pub fn open_any(view: &RunView, at: At, seed: Option<u32>, device: &DeviceOptions) -> Result<Generator> {
        let Checkpoint { iteration, seed: own, config, device: trainer, version, data, tensors } = view.checkpoint(at)?;
        let trained = Trained { seed: own, config, device: trainer, version, data };
        let (config, state) = (Config::parse(&trained.config, &[])?, State { iteration, tensors });
        let Opened { device, waiter, .. } = adapter::open(device)?;
        let sampler = Sampler::new(device, &config, &state)?;
        Ok(Generator { sampler, waiter, config, state, trained, seed: seed.unwrap_or(own) })
    }
}
