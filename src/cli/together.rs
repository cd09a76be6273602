//! Several games at once on one device: ordinary runs, each in its folder and on a thread of its own. They can be resumed one by one or together.

use crate::cli::RunOptions;
use crate::cli::adapter::{Opened, Seat, open_for};
use crate::cli::log::terminal;
use crate::cli::progress::sentence;
use crate::cli::run::Run;
use crate::data;
use crate::error::{Error, Result};
use crate::gan::{Config, Game};
use crate::plan::{Plan, Recorder};
use crate::report::metrics;
use crate::run_folder::RunView;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// One of the games: its folder, its configuration, and how its run begins on the device, with these options.
pub(super) struct Player {
    /// The run's folder.
    pub path: PathBuf,
    /// The game.
    pub config: Config,
    /// Begins the run, or goes on with it.
    pub begin: Box<Begin>,
}

/// What begins a run on a device, with these options.
pub(super) type Begin = dyn FnOnce(Opened, &RunOptions) -> Result<Run> + Send;

/// Plays all games to their ends. Returns the exit code.
/// # Errors
/// with the first game's that failed, once the others are done, or if games differ in more than numbers.
pub(super) fn play(players: Vec<Player>, options: &RunOptions) -> Result<u8> {
    ends(players, options)?.into_iter().try_fold(0, |code, end| end.map(|end| if code == 0 { end } else { code }))
}

/// The same, and what each of the games came to. Only the first of them shows its progress.
/// # Errors
/// if games differ in more than numbers, or there is no device.
pub(super) fn ends(players: Vec<Player>, options: &RunOptions) -> Result<Vec<Result<u8>>> {
    check(&players)?;
    if players.is_empty() {
        return Ok(vec![]);
    }
    let seats = open_for(&options.device, players.len() as u32)?;
    let mut quiet = options.clone();
    (quiet.verbosity.quiet, quiet.verbosity.verbose) = (true, false);
    let paths: Vec<PathBuf> = players.iter().map(|player| player.path.clone()).collect();
    let (count, start) = (players.len(), Instant::now());
    if !options.verbosity.quiet {
        terminal(&format!("{count} games at once; below is the first"));
    }
    let ends: Vec<Result<u8>> = std::thread::scope(|scope| {
        let options = |number: usize| if number == 0 { options } else { &quiet };
        let play = |(number, (Player { begin, .. }, seat)): (usize, (Player, Seat))| {
            let options = options(number);
            scope.spawn(move || begin(seat.taken(), options)?.train())
        };
        let playing: Vec<_> = players.into_iter().zip(seats).enumerate().map(play).collect();
        playing.into_iter().map(|game| game.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    if !options.verbosity.quiet {
        terminal(&format!("{count} games in {:.1} s", start.elapsed().as_secs_f64()));
        paths.iter().zip(&ends).for_each(|(path, end)| terminal(&format!("{}: {}", path.display(), outcome(path, end))));
    }
    Ok(ends)
}

/// What a run came to.
fn outcome(path: &Path, end: &Result<u8>) -> String {
    let last = RunView::open(path).and_then(|view| metrics::read(&view.metrics_path())).ok().and_then(|rows| rows.last().copied());
    match (end, last) {
        (Err(error), _) => error.to_string(),
        (Ok(_), Some(last)) => format!("iteration {}, {}", last.iteration, sentence(&last)),
        (Ok(_), None) => "nothing was trained".into(),
    }
}

/// Checks that all games are the same dispatches over the same data, so that they can be played at once.
fn check(players: &[Player]) -> Result<()> {
    let [first, others @ ..] = players else { return Ok(()) };
    let plan = recorded(&first.config)?;
    for other in others {
        if other.config.data != first.config.data {
            return Err(differ(first, other, "are trained on different data"));
        }
        if !recorded(&other.config)?.is_like(&plan) {
            return Err(differ(first, other, "are not the same steps over the same sizes"));
        }
    }
    Ok(())
}

fn differ(first: &Player, other: &Player, how: &str) -> Error {
    let (first, other) = (first.path.display(), other.path.display());
    Error::Config(format!(
        "{first} and {other} {how}, and cannot be played at once: vary numbers such as generator.optimizer.learning_rate, or train them one after the other, \
         as gander compare does"
    ))
}

fn recorded(config: &Config) -> Result<Plan> {
    let mut rec = Recorder::new();
    let game = Game::new(&mut rec, config, &data::outline(&config.data)?, &[])?;
    Ok(game.record_iteration(&mut rec))
}
