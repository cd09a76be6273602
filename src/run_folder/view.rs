//! Reading a run's folder, with or without its lock: where things lie, and which checkpoints can be used.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::{fs, io};

use crate::checkpoint::Checkpoint;
use crate::error::{Error, Result};
use crate::gan::inverse::Target;

/// A run's folder as a reader sees it.
#[derive(Debug, Clone)]
pub struct RunView {
    path: PathBuf,
}

/// The checkpoint to go on from.
#[derive(Debug, Clone, PartialEq)]
pub struct Newest {
    /// The newest whole checkpoint.
    pub checkpoint: Checkpoint,
    /// One sentence for each newer one that was passed over, saying why.
    pub passed_over: Vec<String>,
}

/// A moment of a run that was saved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum At {
    /// The newest checkpoint that is whole.
    #[default]
    Newest,
    /// The one that the monitor found best.
    Best,
    /// The one of an iteration.
    Iteration(u64),
}

impl FromStr for At {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<At, String> {
        match text {
            "newest" => Ok(At::Newest),
            "best" => Ok(At::Best),
            _ => text.parse().map(At::Iteration).map_err(|_| "neither an iteration nor `best` or `newest`".into()),
        }
    }
}

impl RunView {
    /// The layout of a folder that may not exist yet.
    pub(super) fn at(path: &Path) -> RunView {
        RunView { path: path.into() }
    }

    /// Looks into the folder of a run, which another process may be writing.
    /// # Errors when there is no run.
    pub fn open(path: &Path) -> Result<RunView> {
        let view = RunView::at(path);
        if view.config_path().is_file() {
            return Ok(view);
        }
        let what = if path.is_dir() { "holds no config.toml, so no run" } else { "is no folder" };
        Err(Error::Config(format!("{} {what}; name the folder of a run, or start one with `gander train`", path.display())))
    }

    /// Refuses a folder in which a run has left something.
    pub(super) fn refuse_traces(&self) -> Result<()> {
        let traces =
            [(self.config_path(), "config.toml"), (self.metrics_path(), "metrics.csv")].into_iter().find(|(path, _)| path.exists());
        let trace = traces.map(|(_, name)| name).or((!self.checkpoints()?.is_empty()).then_some("checkpoints"));
        let Some(trace) = trace else { return Ok(()) };
        let path = self.path.display();
        let next = format!("go on with it by `gander resume {path}`, or choose another folder with --out");
        Err(Error::Config(format!("{path} already holds a run (there is its {trace}); {next}")))
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The complete configuration, as TOML.
    /// # Errors when the file cannot be read.
    pub fn config(&self) -> Result<String> {
        fs::read_to_string(self.config_path()).map_err(Error::io("read", self.config_path()))
    }

    /// Where the configuration lies.
    pub fn config_path(&self) -> PathBuf {
        self.path.join("config.toml")
    }

    /// Where the metrics lie, one row per iteration.
    pub fn metrics_path(&self) -> PathBuf {
        self.path.join("metrics.csv")
    }

    /// Where the picture of the losses lies.
    pub fn losses_path(&self) -> PathBuf {
        self.path.join("losses.png")
    }

    /// Where the monitor's readings lie.
    pub fn monitor_path(&self) -> PathBuf {
        self.path.join("monitor.csv")
    }

    /// Where it lies how long training took.
    pub fn seconds_path(&self) -> PathBuf {
        self.path.join("seconds.csv")
    }

    /// Where the checkpoint with the best reading lies.
    pub fn best_path(&self) -> PathBuf {
        self.path.join("best.safetensors")
    }

    /// Where E lies, which infers z, or a hidden layer, for the generator of one checkpoint.
    pub fn encoder_path(&self, target: Target) -> PathBuf {
        match target {
            Target::Noise => self.path.join("inference.safetensors"),
            Target::Hidden(layer) => self.path.join(format!("inference-layer-{layer}.safetensors")),
        }
    }

    /// Where the evaluation lies.
    pub fn eval_path(&self) -> PathBuf {
        self.path.join("eval.json")
    }

    /// Where the log-likelihoods of all checkpoints lie.
    pub fn parzen_path(&self) -> PathBuf {
        self.path.join("parzen.csv")
    }

    /// Where their picture lies.
    pub fn parzen_plot_path(&self) -> PathBuf {
        self.path.join("parzen.png")
    }

    /// The folder of the paper's figures.
    pub fn figures_path(&self) -> PathBuf {
        self.path.join("figures")
    }

    /// Where the page of the whole run lies.
    pub fn report_path(&self) -> PathBuf {
        self.path.join("report.html")
    }

    /// The folder of TensorBoard's event files.
    pub fn tensorboard_path(&self) -> PathBuf {
        self.path.join("tensorboard")
    }

    /// Where the log lies.
    pub fn log_path(&self) -> PathBuf {
        self.path.join("run.log")
    }

    /// Where the sheet of samples after `iteration` lies.
    pub fn sample_path(&self, iteration: u64) -> PathBuf {
        self.path.join(format!("samples/{iteration:06}.png"))
    }

    /// Where the checkpoint of `iteration` lies.
    pub fn checkpoint_path(&self, iteration: u64) -> PathBuf {
        self.path.join(format!("checkpoints/{iteration:06}.safetensors"))
    }

    /// The iterations of which there are checkpoints, whole or not, the oldest first.
    /// # Errors when the folder cannot be listed.
    pub fn checkpoints(&self) -> Result<Vec<u64>> {
        iterations("safetensors", |iteration| self.checkpoint_path(iteration))
    }

    /// The iterations of which there are sheets of samples, the oldest first.
    /// # Errors when the folder cannot be listed.
    pub fn sheets(&self) -> Result<Vec<u64>> {
        iterations("png", |iteration| self.sample_path(iteration))
    }

    /// The newest checkpoint that is whole; `None` while there are none at all.
    /// # Errors when there are checkpoints but none is whole: the message says of each, why.
    pub fn newest_checkpoint(&self) -> Result<Option<Newest>> {
        let mut iterations = self.checkpoints()?;
        loop {
            let mut passed_over = Vec::new();
            for &iteration in iterations.iter().rev() {
                match self.read_checkpoint(iteration) {
                    Ok(checkpoint) => return Ok(Some(Newest { checkpoint, passed_over })),
                    Err(error) => passed_over.push(error.to_string()),
                }
            }
            // Without the lock, all that were listed may have been pruned meanwhile, in favour of newer ones.
            let now = self.checkpoints()?;
            if now != iterations {
                iterations = now;
            } else if iterations.is_empty() {
                return Ok(None);
            } else {
                return Err(Error::Checkpoint(format!("no whole checkpoint in {}: {}", self.path.display(), passed_over.join("; "))));
            }
        }
    }

    /// The checkpoint of one iteration.
    /// # Errors when there is none (the message lists the iterations that there are) or it is damaged.
    pub fn checkpoint_at(&self, iteration: u64) -> Result<Checkpoint> {
        let iterations = self.checkpoints()?;
        if iterations.contains(&iteration) {
            return self.read_checkpoint(iteration);
        }
        let there = iterations.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
        let there = if there.is_empty() { "none yet".into() } else { there };
        Err(Error::Config(format!("{} has no checkpoint of iteration {iteration}; there are: {there}", self.path.display())))
    }

    /// The checkpoint of a moment.
    /// # Errors when there is none, or it is damaged.
    pub fn checkpoint(&self, at: At) -> Result<Checkpoint> {
        let run = self.path.display();
        match at {
            At::Iteration(iteration) => self.checkpoint_at(iteration),
            At::Best if !self.best_path().exists() => {
                Err(Error::Config(format!("{run} has no best checkpoint: nothing was watched so far (report.monitor_every)")))
            }
            At::Best => Checkpoint::load(&self.best_path()),
            At::Newest => {
                let none = || Error::Checkpoint(format!("{run} has no checkpoint yet; wait for the first, or `gander resume {run}`"));
                self.newest_checkpoint()?.map(|newest| newest.checkpoint).ok_or_else(none)
            }
        }
    }

    fn read_checkpoint(&self, iteration: u64) -> Result<Checkpoint> {
        let path = self.checkpoint_path(iteration);
        let checkpoint = Checkpoint::load(&path)?;
        if checkpoint.iteration != iteration {
            return Err(Error::Checkpoint(format!("{}: it holds iteration {}, it was renamed", path.display(), checkpoint.iteration)));
        }
        Ok(checkpoint)
    }
}

/// The iterations of which there is a file `path(iteration)`, whose names end in `extension`, in order. A missing folder has none.
fn iterations(extension: &str, path: impl Fn(u64) -> PathBuf) -> Result<Vec<u64>> {
    let any = path(0);
    let folder = any.parent().expect("the files of iterations are in a folder of their own");
    let entries = match fs::read_dir(folder) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return Ok(Vec::new()),
        entries => entries.map_err(Error::io("list", folder))?,
    };
    let mut iterations = Vec::new();
    for entry in entries {
        let name = entry.map_err(Error::io("list", folder))?.file_name();
        let iteration = name.to_str().and_then(|name| name.strip_suffix(extension)?.strip_suffix('.')?.parse().ok());
        // Only names as they are given here: not `500.safetensors`, not `+00500.safetensors`.
        iterations.extend(iteration.filter(|&iteration| path(iteration).file_name() == Some(&name)));
    }
    iterations.sort_unstable();
    Ok(iterations)
}
