//! Writes down how gander plays the paper's MNIST game, so that other programs can prove that they play the same one.
//!
//! `cargo run --release --example peers-reference -- OUT.safetensors [--after 500] [--iterations 5] [--batch 100] [--data DIR]`
//!
//! The game runs on the host twin. The first `--after` iterations are not written down: as long as D, begun with weights below 0.005, knows nothing, its
//! loss is 2 ln 2 to five digits whatever anybody does, and would prove nothing. Then the file begins: parameters and velocities (`G.0.w`,
//! `G.0.w velocity`, …), and for iteration i, counted from 0 here, all that chance decided and what came of it: `i.x.0` (m×784), `i.z.0` and `i.z.1`
//! (m×100: the noise of D's step, then of G's), `i.mask.0` … `i.mask.5` (bytes 0 or 1: what dropout kept; three in D's step, of x over G(z), then three
//! in G's), and the losses `i.d_loss` and `i.g_loss` (one number each). The parameters that come out in the end are `end.G.0.w`, …; the metadata say
//! `first_iteration` (what `--after` was), `iterations`, `batch` and `examples` (how many an epoch has). Without `--data` these are random bytes.

use clap::Parser;
use gander::data::{self, Dataset};
use gander::error::{Error, Result};
use gander::gan::{Array, Config, Metrics, Trainer, preset};
use gander::host::HostDevice;
use gander::plan::{Dispatch, Plan, Tensor};
use gander::random::threefry2x32;
use safetensors::tensor::{Dtype, TensorView};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Write a reference that peers are checked against.
#[derive(Parser)]
struct Options {
    /// The file to be written
    out: PathBuf,
    /// Iterations to play before anything is written down
    #[arg(long, default_value_t = 500)]
    after: u64,
    /// Iterations to write down
    #[arg(long, default_value_t = 5)]
    iterations: u64,
    /// Examples in a minibatch
    #[arg(long, default_value_t = 100)]
    batch: u32,
    /// The folder with MNIST's files; random bytes if it is not given
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// Everything that goes into the file: type, shape, bytes.
type Arrays = BTreeMap<String, (Dtype, Vec<usize>, Vec<u8>)>;

fn main() -> std::process::ExitCode {
    match run(&Options::parse()) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<()> {
    let preset = preset("mnist").expect("it comes with gander");
    let config = Config::parse(preset.toml, &[format!("train.batch={}", options.batch)])?;
    let dataset = match &options.data {
        Some(folder) => data::open(&gander::data::DataConfig::named("mnist", config.data.seed), Some(folder))?,
        None => Dataset::stand_in(&data::outline(&gander::data::DataConfig::named("mnist", 1))?),
    };
    let mut trainer = Trainer::new(Box::new(HostDevice::<f32>::new()), &config, &dataset)?;
    let mut arrays = Arrays::new();
    advance(&mut trainer, options.after)?;
    write_down_state(&mut trainer, "", &mut arrays)?;
    let chance = Chance::of(trainer.plan());
    for number in 0..options.iterations {
        play(&mut trainer, number, &mut arrays)?;
        chance.write_down(&mut trainer, [config.seed, (options.after + number) as u32], number, &mut arrays)?;
    }
    write_down_state(&mut trainer, "end.", &mut arrays)?;
    let facts = [
        ("first_iteration", options.after),
        ("iterations", options.iterations),
        ("batch", options.batch.into()),
        ("examples", trainer.game().data.examples().into()),
    ];
    save(&options.out, &arrays, &facts)
}

/// Writes down parameters and velocities.
fn write_down_state(trainer: &mut Trainer, prefix: &str, arrays: &mut Arrays) -> Result<()> {
    for (name, Array { shape, values }) in pollster::block_on(trainer.state())?.tensors {
        arrays.insert(format!("{prefix}{name}"), (Dtype::F32, shape, bytemuck::cast_slice(&values).to_vec()));
    }
    Ok(())
}

/// Plays one iteration and writes down its losses.
fn play(trainer: &mut Trainer, number: u64, arrays: &mut Arrays) -> Result<()> {
    let Metrics { d_loss, g_loss, .. } = advance(trainer, 1)?[0];
    for (name, loss) in [("d_loss", d_loss), ("g_loss", g_loss)] {
        arrays.insert(format!("{number}.{name}"), (Dtype::F32, vec![1], loss.to_le_bytes().to_vec()));
    }
    Ok(())
}

/// Plays so many iterations. Returns their metrics.
fn advance(trainer: &mut Trainer, iterations: u64) -> Result<Vec<Metrics>> {
    let mut metrics = vec![];
    let mut seen = |rows: &[Metrics]| {
        metrics.extend_from_slice(rows);
        ControlFlow::Continue(())
    };
    // How long a submission takes is of no interest here, so the clock stands still.
    let flow = pollster::block_on(trainer.advance(trainer.iteration() + iterations, &|| 0.0, &mut seen))?;
    assert!(flow.is_continue(), "nobody broke off");
    Ok(metrics)
}

/// Where chance enters the plan: minibatches and noise stay in their tensors, masks are never stored and have to be drawn again.
struct Chance {
    stored: Vec<(String, Tensor)>,
    masks: Vec<Mask>,
}

/// What decides one pass's dropout of one layer's input.
struct Mask {
    salt: u32,
    threshold: u32,
    shape: [u32; 2],
}

impl Chance {
    fn of(plan: &Plan) -> Chance {
        let of = |operation: &'static str| plan.dispatches.iter().filter(move |dispatch| dispatch.kernel.operation == operation);
        let named = |letter: &'static str| move |(number, tensor): (usize, &Tensor)| (format!("{letter}.{number}"), tensor.clone());
        let x = of("draw").map(|dispatch| dispatch.tensor("x")).enumerate().map(named("x"));
        let z = of("noise").map(|dispatch| dispatch.tensor("z")).enumerate().map(named("z"));
        let mut masks: Vec<Mask> = vec![];
        for dispatch in of("dropout") {
            // The backward pass draws the forward pass's mask again.
            if !masks.iter().any(|mask| mask.salt == dispatch.word("salt")) {
                masks.push(Mask::of(dispatch));
            }
        }
        let found = [of("draw").count(), of("noise").count(), masks.len()];
        assert!(found == [1, 2, 6], "an iteration draws 1 minibatch, 2 noises and 6 masks, but the plan draws {found:?}");
        Chance { stored: x.chain(z).collect(), masks }
    }

    /// Writes down what chance decided in the iteration that was played last.
    fn write_down(&self, trainer: &mut Trainer, [seed, iteration]: [u32; 2], number: u64, arrays: &mut Arrays) -> Result<()> {
        let tensors: Vec<&Tensor> = self.stored.iter().map(|(_, tensor)| tensor).collect();
        let read = pollster::block_on(trainer.device().read(&tensors))?;
        for ((name, tensor), bytes) in self.stored.iter().zip(read) {
            arrays.insert(format!("{number}.{name}"), (Dtype::F32, shape([tensor.rows(), tensor.cols()]), bytes));
        }
        for (place, mask) in self.masks.iter().enumerate() {
            arrays.insert(format!("{number}.mask.{place}"), (Dtype::U8, shape(mask.shape), mask.kept(seed, iteration)));
        }
        Ok(())
    }
}

impl Mask {
    fn of(dispatch: &Dispatch) -> Mask {
        let x = dispatch.tensor("x");
        let first = dispatch.word("first");
        assert!(first == 0, "the mask of {x} begins at element {first}: it is a part of a pass, and the whole pass came later");
        Mask { salt: dispatch.word("salt"), threshold: dispatch.word("threshold"), shape: [x.rows(), x.cols()] }
    }

    /// 1 for what it keeps, as dropout.wgsl decides it.
    fn kept(&self, seed: u32, iteration: u32) -> Vec<u8> {
        let [rows, cols] = self.shape;
        let kept = |i: u32| threefry2x32([seed, self.salt], [iteration, i / 2])[i as usize % 2] < self.threshold;
        (0..rows * cols).map(|i| u8::from(kept(i))).collect()
    }
}

fn shape(shape: [u32; 2]) -> Vec<usize> {
    shape.map(|n| n as usize).to_vec()
}

fn save(path: &Path, arrays: &Arrays, facts: &[(&str, u64)]) -> Result<()> {
    let views = arrays.iter().map(|(name, (dtype, shape, bytes))| {
        let view = TensorView::new(*dtype, shape.clone(), bytes).expect("every array fills its shape");
        (name, view)
    });
    let facts = facts.iter().map(|(name, fact)| (name.to_string(), fact.to_string())).collect();
    let bytes = safetensors::serialize(views, Some(facts)).expect("every name is there once");
    std::fs::write(path, bytes).map_err(Error::io("write", path))
}
