//! The paper's MNIST game (gander's assets/presets/mnist.toml) in burn, to be checked against gander and timed beside it.
//!
//!     cargo run --release -- --device flex --check REFERENCE.safetensors     plays gander's iterations; fails unless the same comes out
//!     cargo run --release -- --device flex --time 10                         plays random data for ten seconds, prints one line of JSON
//!
//! It is written as it is best written: real and fake judged at once, D without gradients in G's step, the pieces of maxout in planes, the rate at
//! the top of the chain rule. Devices: `flex` (burn's CPU back end; RAYON_NUM_THREADS says how many threads), `wgpu` (the best adapter), `wgpu-cpu`
//! (the software adapter), and with the features of these names `vulkan`, `vulkan-cpu`, `cuda`.

mod chance;
mod game;
mod reference;

use burn::tensor::Device;
use chance::{Drawn, Given};
use game::{Game, Player};
use reference::Reference;
use std::process::ExitCode;
use std::time::Instant;

/// The version of burn in Cargo.toml.
const BURN: &str = "0.22.1";
/// How far a loss may be off, as a share of it.
const LOSS_TOLERANCE: f32 = 1e-4;
/// How far the parameters learnt may be off, as a share of how far gander's moved: who does not learn is off by 1.
const LEARNT_TOLERANCE: f64 = 1e-3;
/// Measurements; fewer where an iteration takes so long that they would not fit the time.
const SAMPLES: usize = 9;
const FEW: usize = 3;
/// Seconds before them.
const WARM: f64 = 1.0;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let (mut name, mut check_by, mut seconds, mut batch) = ("flex".to_string(), None, None, 100);
    let mut arguments = std::env::args().skip(1);
    while let Some(option) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{option} has no value"))?;
        let number = || value.parse::<f64>().map_err(|_| format!("{option} is `{value}`, which is no number"));
        match option.as_str() {
            "--device" => name = value,
            "--check" => check_by = Some(value),
            "--time" => seconds = Some(number()?),
            "--batch" => batch = number()? as usize,
            _ => return Err(format!("`{option}` is none of --device, --check, --time, --batch")),
        }
    }
    let device = open(&name)?;
    if let Some(path) = &check_by {
        check(&device, &Reference::read(path)?)?;
    }
    match seconds {
        Some(seconds) => measure(&device, &name, batch, seconds),
        None if check_by.is_none() => Err("nothing to do: say --check or --time".into()),
        None => Ok(()),
    }
}

fn open(name: &str) -> Result<Device, String> {
    #[cfg(feature = "wgpu")]
    use burn::tensor::DeviceKind;
    match name {
        "flex" => Ok(Device::flex()),
        #[cfg(feature = "wgpu")]
        "wgpu" => Ok(Device::wgpu(DeviceKind::DefaultDevice)),
        #[cfg(feature = "wgpu")]
        "wgpu-cpu" => Ok(Device::wgpu(DeviceKind::Cpu)),
        #[cfg(feature = "vulkan")]
        "vulkan" => Ok(Device::vulkan(DeviceKind::DefaultDevice)),
        #[cfg(feature = "vulkan")]
        "vulkan-cpu" => Ok(Device::vulkan(DeviceKind::Cpu)),
        #[cfg(feature = "cuda")]
        "cuda" => Ok(Device::cuda(0)),
        _ => Err(format!("there is no device `{name}` in this build; the features are wgpu, vulkan and cuda")),
    }
}

/// Plays a reference's iterations with its chance, and compares what comes out.
fn check(device: &Device, reference: &Reference) -> Result<(), String> {
    let players = |prefix| Ok::<_, String>([reference.player(prefix, "G", device)?, reference.player(prefix, "D", device)?]);
    let (start, end) = (players("")?, players("end.")?);
    let mut game = Game::new(start.clone(), reference.batch, reference.first_iteration, reference.examples);
    let mut worst = 0f32;
    for iteration in 0..reference.iterations {
        let losses = game.next(&mut Given::new(reference, iteration, device)?);
        for (name, loss) in ["d_loss", "g_loss"].into_iter().zip(losses) {
            let (loss, expected) = (loss.into_scalar::<f32>(), reference.number(&format!("{iteration}.{name}"))?);
            let off = ((loss - expected) / expected).abs();
            worst = worst.max(off);
            if off.is_nan() || off > LOSS_TOLERANCE {
                let bound = format!("the bound is {LOSS_TOLERANCE:.0e}");
                return Err(format!(
                    "iteration {iteration}: {name} is {loss}, but gander's is {expected}: they differ by {off:.1e} of it, {bound}"
                ));
            }
        }
    }
    println!("losses agree: {} iterations, the worst {worst:.1e} off (bound {LOSS_TOLERANCE:.0e})", reference.iterations);
    for (number, name) in ["G", "D"].into_iter().enumerate() {
        let moved = end[number].distance(&start[number]);
        let off = game.players[number].distance(&end[number]) / moved;
        if off.is_nan() || off > LEARNT_TOLERANCE {
            return Err(format!("what {name} learnt differs from gander's by {off:.1e} of it, the bound is {LEARNT_TOLERANCE:.0e}"));
        }
        println!("what {name} learnt agrees: {off:.1e} off (bound {LEARNT_TOLERANCE:.0e})");
    }
    Ok(())
}

/// Measures milliseconds per iteration, and prints them as JSON.
fn measure(device: &Device, name: &str, batch: usize, seconds: f64) -> Result<(), String> {
    let mut chance = Drawn::new(batch, device);
    let mut game = Game::new([Player::initial("G", device), Player::initial("D", device)], batch, 0, game::EXAMPLES);
    // Reading the losses of the last iteration waits for all of them.
    let mut block = |iterations: usize| -> Result<f64, String> {
        let start = Instant::now();
        for iteration in 1..=iterations {
            let losses = game.next(&mut chance);
            if iteration == iterations && !losses.into_iter().all(|loss| loss.into_scalar::<f32>().is_finite()) {
                return Err(format!("a loss is not finite after {iterations} iterations"));
            }
        }
        Ok(1e3 * start.elapsed().as_secs_f64() / iterations as f64)
    };
    // Kernels are compiled and tuned in the first iterations, which may take minutes.
    block(2)?;
    let warm = Instant::now();
    let mut each = block(1)?;
    while warm.elapsed().as_secs_f64() < WARM {
        each = block(1)?;
    }
    let affordable = 1e3 * seconds / each;
    let samples = (affordable as usize).clamp(FEW, SAMPLES);
    let iterations = ((affordable / samples as f64).round() as usize).max(1);
    let mut milliseconds = (0..samples).map(|_| block(iterations)).collect::<Result<Vec<f64>, String>>()?;
    milliseconds.sort_by(f64::total_cmp);
    let at = |share: f64| milliseconds[(share * (samples - 1) as f64).round() as usize];
    let figures = serde_json::json!({ "median": at(0.5), "low": at(0.25), "high": at(0.75) });
    let device = identity(device);
    let said =
        serde_json::json!({ "peer": "burn", "mode": name, "version": BURN, "device": device, "batch": batch, "milliseconds": figures });
    println!("{said}");
    Ok(())
}

/// What the device calls itself; flex has no name but its threads.
fn identity(device: &Device) -> String {
    #[cfg(not(any(feature = "wgpu", feature = "cuda")))]
    let _ = device;
    #[cfg(any(feature = "wgpu", feature = "cuda"))]
    if let Some(identity) = device.identity() {
        return identity.name;
    }
    let threads = std::env::var("RAYON_NUM_THREADS").ok().and_then(|threads| threads.parse().ok());
    let threads: usize = threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    format!("CPU, {threads} threads")
}
