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

/// What WGSL lets noise made of cosines be off by, norm-wise: an error of r·2⁻¹¹ in both r·cos and r·sin is √2·2⁻¹¹ of r; a tenth more for the radius.
pub const COSINE_GATE: f64 = 1.1 * std::f64::consts::SQRT_2 / 2048.0;

/// How far from its kink rounding may put a unit: a sum of a thousand terms of the order of 1 is off by some 1e-5 at most.
const KINK: f64 = 1e-4;

/// What to do with an adapter that is wrong.
pub const ADVICE: &str = "do not train here; another --adapter or --backend may compute right, --adapter host does";

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
        game.upload(device, dataset)?;
        game.write_start(device, config.seed);
    }
    let replay = device.prepare(&plan)?;
    let noise = cosines(&plan);
    let taken: Vec<(usize, &Tensor)> =
        plan.dispatches.iter().enumerate().filter_map(|(at, dispatch)| Some((at, taken(at, dispatch, &noise)?))).collect();
    let tensors: Vec<&Tensor> = taken.iter().map(|(_, tensor)| *tensor).collect();
    for _ in 0..iterations {
        let seen = device.submit(replay, 1, &tensors).await?;
        for (at, dispatch) in plan.dispatches.iter().enumerate() {
            twin.run(dispatch);
            let Some(number) = taken.iter().position(|(taken, _)| *taken == at) else { continue };
            let (tensor, found) = (tensors[number], reals(&seen[number]));
            match dispatch.kernel.operation.as_str() {
                "maxout_forward" | "max_pooling_forward" => follow_winners(&mut twin, dispatch, &found)?,
                "activation_forward" => follow_rectifier(&mut twin, tensor, &found)?,
                _ => {
                    gate(tensor, apart(&found, twin.reals(tensor)), COSINE_GATE)?;
                    twin.set_reals(tensor, &found);
                }
            }
        }
    }
    compare(device, &mut twin, &plan).await
}

/// What the twin takes over from the device: noise made of cosines, and the side of every kink.
fn taken<'a>(at: usize, dispatch: &'a Dispatch, noise: &[usize]) -> Option<&'a Tensor> {
    match (dispatch.kernel.operation.as_str(), dispatch.kernel.hook.as_deref()) {
        _ if noise.contains(&at) => Some(dispatch.tensor("z")),
        ("maxout_forward" | "max_pooling_forward", _) => Some(dispatch.tensor("winner")),
        ("activation_forward", Some("activation/relu")) => Some(dispatch.tensor("y")),
        _ => None,
    }
}

/// What competes for each output of a maxout or a pooling: the number that `winner` knows a candidate by, and its place in x.
pub fn contests(dispatch: &Dispatch) -> impl Fn(u32) -> Vec<(u32, u32)> + use<> {
    let known = |name: &str| dispatch.kernel.arguments.iter().any(|argument| argument.name == name);
    let word = |name| if known(name) { dispatch.word(name) } else { 1 };
    let [pieces, positions] = ["pieces", "positions"].map(word);
    let [rows, cols, height, width, window, stride] = ["image_height", "image_width", "height", "width", "window", "stride"].map(word);
    let pools = dispatch.kernel.operation == "max_pooling_forward";
    move |output| {
        if !pools {
            let first = output / positions * pieces * positions + output % positions;
            return (0..pieces).map(|piece| (piece, first + piece * positions)).collect();
        }
        let (plane, position) = (output / (height * width), output % (height * width));
        let (top, left) = (position / width * stride, position % width * stride);
        let pixels = (top..rows.min(top + window)).flat_map(|y| (left..cols.min(left + window)).map(move |x| y * cols + x));
        pixels.map(|pixel| (pixel, plane * rows * cols + pixel)).collect()
    }
}

/// Where the device took another piece of a maxout unit, or another pixel of a window, the two must be as good as equal; then the twin takes it too.
fn follow_winners(twin: &mut HostDevice<f64>, dispatch: &Dispatch, found: &[f64]) -> Result<()> {
    let (x, winner) = (dispatch.tensor("x"), dispatch.tensor("winner"));
    let contests = contests(dispatch);
    for ((candidates, winner), found) in (0..).map(&contests).zip(twin.reals(winner)).zip(found) {
        let value = |number: f64| {
            candidates.iter().find(|(candidate, _)| f64::from(*candidate) == number).map(|(_, at)| twin.reals(x)[*at as usize])
        };
        // A candidate that does not exist is no kink.
        let gap = value(*found).map_or(f64::INFINITY, |other| value(*winner).expect("the twin's winner is one") - other);
        kink(dispatch.tensor("winner"), gap)?;
    }
    twin.set_reals(winner, found);
    Ok(())
}

/// Where the device lets a unit through and the twin does not, or the other way round, both must be as good as zero; then the twin does the same.
fn follow_rectifier(twin: &mut HostDevice<f64>, y: &Tensor, found: &[f64]) -> Result<()> {
    let mut values = twin.reals(y).to_vec();
    for (value, found) in values.iter_mut().zip(found) {
        if (*value > 0.0) != (*found > 0.0) {
            kink(y, value.abs().max(found.abs()))?;
            *value = *found;
        }
    }
    twin.set_reals(y, &values);
    Ok(())
}

fn kink(tensor: &Tensor, gap: f64) -> Result<()> {
    if gap <= KINK {
        return Ok(());
    }
    Err(Error::Device(format!(
        "{tensor}: a unit is on the other side of its kink than the twin's, by {gap:.1e}, where rounding explains {KINK:.0e}: {ADVICE}"
    )))
}

async fn compare(device: &mut dyn Device, twin: &mut HostDevice<f64>, plan: &Plan) -> Result<Checked> {
    let mut tensors = tensors(plan);
    let fused = fuse(plan);
    tensors.retain(|tensor| !fused.leaves_out(tensor));
    let mut checked = Checked { buffers: tensors.len(), worst: 0.0, tensor: String::new() };
    for tensor in &tensors {
        let found = &device.read(&[tensor]).await?[0];
        if tensor.element() == Element::Word {
            words(tensor, found, &twin.read(&[tensor]).await?[0])?;
            continue;
        }
        let found = reals(found);
        let error = apart(&found, twin.reals(tensor));
        gate(tensor, error, GATE)?;
        if error >= checked.worst {
            (checked.worst, checked.tensor) = (error, tensor.name().into());
        }
    }
    Ok(checked)
}

/// Words are counted, not computed: each must be the same.
fn words(tensor: &Tensor, found: &[u8], expected: &[u8]) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    Err(Error::Device(format!("{tensor} is not the twin's, word for word: {ADVICE}")))
}

fn gate(tensor: &Tensor, error: f64, gate: f64) -> Result<()> {
    // Not-a-number is no agreement either.
    if error <= gate {
        return Ok(());
    }
    Err(Error::Device(format!("{tensor} is {error:.1e} from the twin's, norm-wise, and may be {gate:.0e}: {ADVICE}")))
}

/// ‖d‖ / max(‖expected‖, 1e-3): a buffer whose terms cancel to a thousandth of 1, which is the size of everything here, is not judged by its last bits.
pub fn apart(found: &[f64], expected: &[f64]) -> f64 {
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|x| x * x).sum::<f64>().sqrt();
    norm(&mut found.iter().zip(expected).map(|(found, expected)| found - expected)) / norm(&mut expected.iter().copied()).max(1e-3)
}

fn reals(bytes: &[u8]) -> Vec<f64> {
    bytemuck::pod_collect_to_vec::<u8, f32>(bytes).into_iter().map(f64::from).collect()
}

/// The dispatches after which noise made of cosines, gaussian or spherical, is done.
pub fn cosines(plan: &Plan) -> Vec<usize> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::DataConfig;
    use crate::gan::preset;
    use crate::plan::{Capacity, Memory, PlanId, Readback, Spans};

    /// The host in f32, which gives out one tensor with one number off by a hundredth of its norm.
    struct Faulty {
        host: HostDevice<f32>,
        tensor: &'static str,
    }

    impl Device for Faulty {
        fn identity(&self) -> String {
            self.host.identity()
        }
        fn in_flight(&self) -> usize {
            self.host.in_flight()
        }
        fn capacity(&self) -> Capacity {
            self.host.capacity()
        }
        fn beside(&self, plan: &Plan) -> Result<u64> {
            self.host.beside(plan)
        }
        fn allocate(&mut self, memory: &Memory) -> Result<()> {
            self.host.allocate(memory)
        }
        fn allocated(&self) -> Vec<(&'static str, u64)> {
            self.host.allocated()
        }
        fn prepare(&mut self, plan: &Plan) -> Result<PlanId> {
            self.host.prepare(plan)
        }
        fn write(&mut self, tensor: &Tensor, bytes: &[u8]) {
            self.host.write(tensor, bytes);
        }
        fn submit(&mut self, plan: PlanId, times: u32, read: &[&Tensor]) -> Readback {
            self.host.submit(plan, times, read)
        }
        fn time(&mut self, plan: PlanId) -> Spans {
            self.host.time(plan)
        }
        fn read(&mut self, tensors: &[&Tensor]) -> Readback {
            if tensors[0].name() == self.tensor {
                let mut values: Vec<f32> = self.host.reals(tensors[0]).to_vec();
                values[0] += 0.01 * values.iter().map(|x| x * x).sum::<f32>().sqrt();
                return Box::pin(std::future::ready(Ok(vec![bytemuck::cast_slice(&values).to_vec()])));
            }
            self.host.read(tensors)
        }
    }

    fn checked(tensor: &'static str) -> Result<Checked> {
        let config = Config::parse(preset("gaussian-1d").expect("it is embedded").toml, &[])?;
        let dataset = crate::data::open(&DataConfig { seed: 1, ..config.data.clone() }, None)?;
        let mut device = Faulty { host: HostDevice::new(), tensor };
        pollster::block_on(check(&mut device, &config, &dataset, 2))
    }

    #[test]
    fn a_right_device_passes_and_one_wrong_number_is_named() {
        let right = checked("none").expect("f32 is near enough");
        assert!(right.buffers > 40 && right.worst > 0.0, "{right:?}");
        for tensor in ["G theta", "d D.0.w", "D velocity"] {
            let error = checked(tensor).expect_err(tensor).to_string();
            assert!(error.contains(&format!("`{tensor}`")) && error.contains("--adapter host"), "{error}");
        }
    }

    #[test]
    fn a_unit_on_the_wrong_side_of_its_kink_is_followed_only_within_rounding() {
        let mut rec = Recorder::new();
        let y = rec.tensor("y", [1, 3]);
        let mut twin = HostDevice::<f64>::new();
        twin.allocate(rec.memory()).expect("the host takes any tensor");
        twin.set_reals(&y, &[0.0, 1.0, 1e-6]);
        follow_rectifier(&mut twin, &y, &[1e-6, 1.0, 0.0]).expect("both are as good as zero");
        assert_eq!(twin.reals(&y), [1e-6, 1.0, 0.0]);
        assert!(follow_rectifier(&mut twin, &y, &[1e-6, 0.0, 0.0]).is_err(), "1 is no rounding error");
    }
}
