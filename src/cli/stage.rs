//! Where a game is played: a device, and the game laid out on it.

use crate::checkpoint::Checkpoint;
use crate::cli::adapter::{self, Opened};
use crate::cli::{DeviceOptions, RunOptions};
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::gan::{Config, Inherited, Player, Trainer};
use crate::gpu::Waiter;
use crate::run_folder::RunView;
use std::path::Path;

/// A game on a device.
pub(super) struct Stage {
    /// Trains it.
    pub trainer: Trainer,
    /// What waits for the device, if it is a GPU.
    pub waiter: Option<Waiter>,
    /// The device in words.
    pub identity: String,
    /// What the user should know about the choice.
    pub remark: Option<String>,
}

/// Whether there was a checkpoint to go on from, and what is to be said about it.
pub(super) struct Restored {
    /// There was one.
    pub saved: bool,
    /// What it was trained on, where it says so.
    pub data: Option<String>,
    /// One sentence each.
    pub notes: Vec<String>,
}

impl Stage {
    /// Lays the game out on a device.
    /// # Errors
    /// if that is not possible.
    pub fn set(opened: Opened, config: &Config, dataset: &Dataset, options: &RunOptions) -> Result<Stage> {
        Stage::on(opened, config, dataset, options.lose_device_after.first())
    }

    /// The same behind so many losses, the last of them on the device `lost`: on the adapter to fall back to, or else on the same as before.
    /// # Errors
    /// if one of these is not possible.
    pub fn set_again(config: &Config, dataset: &Dataset, options: &RunOptions, lost: &str, losses: usize) -> Result<Stage> {
        let opened = match &options.fallback {
            Some(adapter) => adapter::open(&DeviceOptions { adapter: adapter.clone(), backend: None, ..options.device })?,
            None => adapter::reopen(lost, options.device.limits)?,
        };
        Stage::on(opened, config, dataset, options.lose_device_after.get(losses))
    }

    fn on(opened: Opened, config: &Config, dataset: &Dataset, kernels: Option<&u64>) -> Result<Stage> {
        let Opened { mut device, waiter, remark } = opened;
        if let Some(kernels) = kernels {
            device.lose_after(*kernels);
        }
        let identity = device.identity();
        Ok(Stage { trainer: Trainer::new(device, config, dataset)?, waiter, identity, remark })
    }

    /// Starts inherited layers where the runs stood that trained them.
    /// # Errors
    /// if such a run is gone, its checkpoint is, or that has not these layers.
    pub fn inherit(&mut self, config: &Config) -> Result<()> {
        for player in Player::BOTH {
            if let Some(Inherited { run, iteration, .. }) = &player.of(config).inherited {
                let trained = RunView::open(Path::new(run))?.checkpoint_at(*iteration)?;
                self.trainer.inherit(player, config, &trained.into_state())?;
            }
        }
        Ok(())
    }

    /// Goes to the newest whole checkpoint of a run, or to the run's beginning if it was stopped before the first.
    /// # Errors
    /// if there are checkpoints but none is whole, or they belong to another game.
    pub fn restore(&mut self, view: &RunView, config: &Config) -> Result<Restored> {
        let Some(newest) = view.newest_checkpoint()? else {
            self.inherit(config)?;
            return Ok(Restored { saved: false, data: None, notes: vec![] });
        };
        let mut notes: Vec<String> = newest.passed_over.into_iter().map(|why| format!("passed over {why}")).collect();
        let Checkpoint { seed, device, version, iteration, .. } = &newest.checkpoint;
        if *seed != config.seed {
            let (path, wanted) = (view.config_path(), config.seed);
            return Err(Error::Checkpoint(format!(
                "{}: the seed is {wanted}, the checkpoint's is {seed}; set it back, or begin a new run",
                path.display()
            )));
        }
        if *device != self.identity || version != crate::VERSION {
            notes.push(format!(
                "trained on {device} by gander {version} so far: from here on the run is not bit-equal to one that stayed there"
            ));
        }
        notes.push(format!("goes on at iteration {iteration}"));
        let data = newest.checkpoint.data.clone();
        self.trainer.restore(&newest.checkpoint.into_state())?;
        Ok(Restored { saved: true, data, notes })
    }
}
