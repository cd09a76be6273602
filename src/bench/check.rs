//! The proof on the user's own adapter: a few iterations of a game on the device and on the host twin in f64, and every buffer compared.

use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::gan::{Config, Game};
use crate::gpu::fuse;
use crate::host::HostDevice;
use crate::plan::{Device, Dispatch, Element, Plan, Recorder, Tensor};
use std::collections::BTreeSet;
use std::fmt;

/// What may separate f32 from f64 after a few iterations, norm-wise. Rounding alone gives up to 2e-4, in D's first logits, whose terms nearly cancel; one
/// wrong number among 240,000 of the same size gives 2e-3.
const GATE: f64 = 1e-3;

/// What WGSL lets noise made of cosines be off by, norm-wise: 2⁻¹¹ absolute on both coordinates, with a tenth for the radius.
const COSINE_GATE: f64 = 1.1 * std::f64::consts::SQRT_2 / 2048.0;

/// What was compared, and how far apart it was.
#[derive(Clone, Debug)]
pub struct Checked {
    /// Buffers that were compared.
    pub buffers: usize,
    /// The largest norm-wise error.
    pub worst: f64,
    /// The buffer that has it.
    pub tensor: String,
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} buffers agree with the twin in f64; the worst is `{}`, {:.1e} apart (gate {GATE:.0e})",
            self.buffers, self.tensor, self.worst
        )
    }
}

/// Plays so many iterations on a device that has no memory yet, and on the twin.
/// # Errors
/// if the device fails, or a buffer is further from the twin's than the gate: the message names the buffer and both numbers.
pub async fn check(device: &mut dyn Device, config: &Config, dataset: &Dataset, iterations: u32) -> Result<Checked> {
    let mut rec = Recorder::new();
    let game = Game::new(&mut rec, config, &dataset.outline(), &dataset.training_mean())?;
    let plan = game.record_iteration(&mut rec);
    let mut twin = HostDevice::<f64>::new();
    let devices: [&mut dyn Device; 2] = [&mut twin, device];
    for device in devices {
        device.allocate(rec.memory())?;
        game.data.upload(device, dataset);
        game.write_start(device, config.seed);
    }
    let replay = device.prepare(&plan)?;
    let noise = cosines(&plan);
    let drawn: Vec<&Tensor> = noise.iter().map(|at| plan.dispatches[*at].tensor("z")).collect();
    for _ in 0..iterations {
        let seen = device.submit(replay, 1, &drawn).await?;
        let mut seen = seen.iter();
        for (at, dispatch) in plan.dispatches.iter().enumerate() {
            twin.run(dispatch);
            if noise.contains(&at) {
                let z = dispatch.tensor("z");
                let found: Vec<f64> = reals(seen.next().expect("one for each draw"));
                gate(z, apart(&found, twin.reals(z)), COSINE_GATE)?;
                twin.set_reals(z, &found);
            }
        }
    }
    compare(device, &twin, &plan).await
}

async fn compare(device: &mut dyn Device, twin: &HostDevice<f64>, plan: &Plan) -> Result<Checked> {
    let mut tensors = tensors(plan);
    let left_out = fuse(plan).left_out;
    tensors.retain(|tensor| {
        tensor.element() == Element::Real && !left_out.iter().any(|out| out.buffer() == tensor.buffer() && out.range() == tensor.range())
    });
    let mut checked = Checked { buffers: tensors.len(), worst: 0.0, tensor: String::new() };
    for tensor in &tensors {
        let found = reals(&device.read(&[tensor]).await?[0]);
        let error = apart(&found, twin.reals(tensor));
        gate(tensor, error, GATE)?;
        if error >= checked.worst {
            (checked.worst, checked.tensor) = (error, tensor.name().into());
        }
    }
    Ok(checked)
}

fn gate(tensor: &Tensor, error: f64, gate: f64) -> Result<()> {
    // Not-a-number is no agreement either.
    if error <= gate {
        return Ok(());
    }
    Err(Error::Device(format!(
        "{tensor} is {error:.1e} from the twin's, norm-wise, and may be {gate:.0e}: do not train here; another --adapter or --backend may compute right, --adapter host does"
    )))
}

/// ‖d‖ / max(‖expected‖, 1e-3): a buffer whose terms cancel to a thousandth of 1, which is the size of everything here, is not judged by its last bits.
pub fn apart(found: &[f64], expected: &[f64]) -> f64 {
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|x| x * x).sum::<f64>().sqrt();
    norm(&mut found.iter().zip(expected).map(|(found, expected)| found - expected)) / norm(&mut expected.iter().copied()).max(1e-3)
}

fn reals(bytes: &[u8]) -> Vec<f64> {
    bytemuck::pod_collect_to_vec::<u8, f32>(bytes).into_iter().map(f64::from).collect()
}

/// The dispatches after which noise made of cosines is done.
fn cosines(plan: &Plan) -> Vec<usize> {
    let draws =
        |dispatch: &Dispatch| dispatch.kernel.hook.as_deref() == Some("noise/gaussian") || dispatch.kernel.operation == "normalize_rows";
    let z = |at: usize| plan.dispatches[at].tensor("z").buffer();
    let all: Vec<usize> = (0..plan.dispatches.len()).filter(|at| draws(&plan.dispatches[*at])).collect();
    all.iter().copied().filter(|at| !all.iter().any(|later| later > at && z(*later) == z(*at))).collect()
}

/// Every tensor that a plan writes, once.
fn tensors(plan: &Plan) -> Vec<Tensor> {
    let mut seen = BTreeSet::new();
    let written = plan.dispatches.iter().flat_map(|dispatch| dispatch.tensors(true));
    written.filter(|tensor| seen.insert((tensor.buffer(), tensor.range().start, tensor.range().end))).cloned().collect()
}
