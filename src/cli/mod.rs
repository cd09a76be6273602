//! The command line: one file per command, and what they share.

mod adapter;
mod arms;
mod bench;
mod compare;
mod configuration;
mod data;
mod devices;
mod diagnosis;
mod doctor;
mod eval;
mod export;
mod figure;
mod generator;
mod import;
mod inpaint;
mod interrupt;
mod inverse;
mod log;
mod losses;
mod opening;
mod plan;
mod presets;
mod progress;
mod reconstruct;
mod report;
mod reproduce;
mod resume;
mod run;
mod sample;
mod semi;
mod series;
mod stage;
mod startup;
mod theory;
mod together;
mod train;
mod wait;
mod watcher;

pub use wait::wait;

use crate::error::{Error, Result};
use crate::gpu::Allowance;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueHint};
use std::io::Write;
use std::path::PathBuf;

/// The generative adversarial net of 2014, trained wholly on the GPU, on any vendor's hardware.
#[derive(Debug, Parser)]
#[command(name = "gander", version = crate::VERSION, max_term_width = 110, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "Examples:
  gander train                            the embedded digits, on the best device there is
  gander train mnist --data ~/mnist       the paper's MNIST game
  gander train mnist --data folder:pictures --size 28 --channels 1   any folder of pictures
  gander train mnist --set train.recipe=code-2014 --seed 7 --out runs/code
  gander resume runs/code --iterations 200000
  gander sample runs/code --count 64 --out sheet.png
  gander eval runs/code                   log-likelihood beside Table 1, memorisation
  gander export runs/code --format onnx   the generator, to run anywhere
  gander report runs/code                 the run on one page: sheets through time, curves, results
  gander plan mnist                       one iteration, dispatch by dispatch
  gander bench mnist --plot bench.png     where its time goes on this machine

Exit codes: 0 done, 1 a file could not be read or written, 2 the command or configuration is wrong, 3 the data are, 4 the device failed,
5 the checkpoint does not fit, 6 a check of the theory did not pass, 7 the numbers of a game are no longer finite,
129, 130, 143 stopped by SIGHUP, Ctrl-C or SIGTERM (what was trained is saved).";

#[derive(Debug, Subcommand)]
enum Command {
    /// Train a game: a preset, or a configuration file of your own
    #[command(visible_alias = "t")]
    Train(train::Options),
    /// Go on with a run from its newest checkpoint
    Resume(resume::Options),
    /// Draw samples of a run's generator
    Sample(sample::Options),
    /// Find pictures again in a run's generator: x, z, G(z)
    Reconstruct(reconstruct::Options),
    /// Complete pictures of which a part is hidden, in several ways
    Inpaint(inpaint::Options),
    /// Find out how good a run's generator is: the Parzen window log-likelihood of the paper's Table 1, and more
    Eval(eval::Options),
    /// Write a run's networks for other programs: safetensors for PyTorch, or ONNX
    Export(export::Options),
    /// Make a run of networks that were trained elsewhere, from a file as `gander export` writes it
    Import(import::Options),
    /// Write a run on one page that opens from disk
    Report(report::Options),
    /// Train the published recipe to its end, evaluate it, and show it beside the paper's table; goes on where it was stopped
    Reproduce(reproduce::Options),
    /// Train several games with several seeds, and show which learns faster: one table, one plot; goes on where it was stopped
    Compare(compare::Options),
    /// Find out what few labels are worth with the help of a game: the test error of classifiers made of D
    Semi(semi::Options),
    /// Draw a figure of the paper
    Figure(figure::Options),
    /// Check section 4 of the paper by experiment: D*, the value of the best D, and the equilibrium
    Theory(theory::Options),
    /// List the adapters there are
    Devices(devices::Options),
    /// List the presets, or print one as TOML
    Presets(presets::Options),
    /// Print the recorded iteration: one line per dispatch
    Plan(plan::Options),
    /// Measure where an iteration's time and memory go
    Bench(bench::Options),
    /// Find out whether an adapter computes right, kernel by kernel, against the host twin in f64
    Doctor(doctor::Options),
    /// List, download, check or look at data sets
    Data(data::Options),
    /// Print a script that completes gander's commands in a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Which device computes.
#[derive(Clone, Debug, Args)]
struct DeviceOptions {
    /// `auto`, `host`, a number from `gander devices`, or a part of an adapter's name
    #[arg(long, env = "GANDER_ADAPTER", default_value = "auto", value_name = "ADAPTER")]
    adapter: String,
    /// Only adapters of this back end
    #[arg(long, value_enum)]
    backend: Option<adapter::Backend>,
    /// How much of the adapter may be used, for tests: what all adapters have (`lowest`), what a browser gives (`browser`), or all that it has (`adapter`)
    #[arg(long, env = "GANDER_LIMITS", default_value = "adapter", hide = true)]
    limits: Allowance,
}

/// Where data are, and in which form they are wanted.
#[derive(Clone, Debug, Default, Args)]
struct DataOptions {
    /// The folder with the data set's files ($GANDER_DATA or the cache folder if it is not given); or data of your own: folder:PATH, a folder of
    /// pictures, or FILE.npy, an array
    #[arg(long = "data", value_name = "DIR|folder:PATH|FILE.npy", value_hint = ValueHint::AnyPath)]
    place: Option<PathBuf>,
    /// Pixels on each side that the pictures of a folder are made
    #[arg(long, value_name = "PIXELS")]
    size: Option<u32>,
    /// Channels that the pictures of a folder are given: 3, or 1 for grey
    #[arg(long, value_name = "1|3")]
    channels: Option<u32>,
}

/// How much is said.
#[derive(Clone, Copy, Debug, Args)]
struct Verbosity {
    /// Say nothing but errors
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,
    /// Say more: what is written, and when
    #[arg(short, long)]
    verbose: bool,
}

/// What a training needs beside its game.
#[derive(Clone, Debug, Args)]
struct RunOptions {
    #[command(flatten)]
    data: DataOptions,
    #[command(flatten)]
    device: DeviceOptions,
    /// Where to go on when the device is lost, named as in --adapter; on the same one if it is not given
    #[arg(long, value_name = "ADAPTER")]
    fallback: Option<String>,
    /// Destroy the device behind so many kernels, the next behind so many of its own, and so on: a real fault, to test recovery with
    #[arg(long, hide = true, value_name = "KERNELS", value_delimiter = ',')]
    lose_device_after: Vec<u64>,
    /// What to do when a number is no longer finite
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    on_nan: OnNan,
    #[command(flatten)]
    verbosity: Verbosity,
}

/// What a run does when a number is no longer finite. Either way it goes back to the last good checkpoint first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum OnNan {
    /// Stop, with a diagnosis
    #[default]
    Stop,
    /// Go on from there at half the learning rates, five times at most
    Retry,
}

/// Runs the command. Returns the exit code.
/// # Errors
/// with a sentence for the user.
pub fn run(cli: Cli) -> Result<u8> {
    interrupt::outlive_large_files()?;
    match cli.command {
        Command::Train(options) => train::run(&options),
        Command::Resume(options) => resume::run(&options),
        Command::Sample(options) => sample::run(&options),
        Command::Reconstruct(options) => reconstruct::run(&options),
        Command::Inpaint(options) => inpaint::run(&options),
        Command::Eval(options) => eval::run(&options),
        Command::Export(options) => export::run(&options),
        Command::Import(options) => import::run(&options),
        Command::Report(options) => report::run(&options),
        Command::Reproduce(options) => reproduce::run(&options),
        Command::Compare(options) => compare::run(&options),
        Command::Semi(options) => semi::run(&options),
        Command::Figure(options) => figure::run(&options),
        Command::Theory(options) => theory::run(&options),
        Command::Devices(options) => devices::run(&options),
        Command::Presets(options) => presets::run(&options),
        Command::Plan(options) => plan::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Doctor(options) => doctor::run(&options),
        Command::Data(options) => data::run(options),
        Command::Completions { shell } => {
            let mut script = vec![];
            clap_complete::generate(shell, &mut Cli::command(), "gander", &mut script);
            print(&String::from_utf8_lossy(&script))
        }
    }
}

/// The exit code of an error.
pub fn exit_code(error: &Error) -> u8 {
    match error {
        Error::Io { .. } => 1,
        Error::Config(_) => 2,
        Error::Data(_) => 3,
        Error::Device(_) | Error::Lost(_) => 4,
        Error::Checkpoint(_) => 5,
        Error::NonFinite(_) => 7,
    }
}

/// Prints to standard output. A reader that has closed the pipe wants no more: that is no error.
fn print(text: &str) -> Result<u8> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Error::io("write", "standard output")(error)),
        _ => Ok(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Options that several commands share must not have the names of a command's own; a build for release would not say so.
    #[test]
    fn no_two_options_of_a_command_are_one() {
        let mut commands = vec![Cli::command()];
        while let Some(command) = commands.pop() {
            let mut names: Vec<&str> = command.get_arguments().map(|argument| argument.get_id().as_str()).collect();
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), count, "{}: {names:?}", command.get_name());
            commands.extend(command.get_subcommands().cloned());
        }
    }
}
