//! Gradient descent in z, whole, against the twin: a prior's box, a sphere, and all of space.

use crate::compare::within;
use crate::evaluation::on_every_device;
use crate::lab::numbers;
use gander::gan::inverse::Step;
use gander::gan::{Noise, Prior};
use gander::host::{Bounded, HostDevice};
use gander::nn::{AdamKind, AdamSpec, Kind, LayerSpec, Network};
use gander::plan::{Device, Recorder, Tensor};

/// ε is of the size of a gradient. Without it a step is by the gradient's sign, nearly, and no bound of where that leads is worth anything once a gradient
/// is as small as its error. The doctor checks single steps by Adam's own ε.
const SPEC: AdamSpec = AdamSpec { kind: AdamKind::Adam, learning_rate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 0.1 };
const STEPS: u32 = 6;
const ROWS: u32 = 12;
const SIZE: u32 = 5;
const DIMENSIONS: u32 = 13;

/// A generator of smooth layers, which have no kinks for f32 and f64 to disagree about.
fn generator(rec: &mut Recorder, clock: &Tensor) -> Network {
    let layer = |units| LayerSpec { units: Some(units), irange: Some(1.0), ..LayerSpec::new(Kind::Sigmoid) };
    Network::new(rec, "G", &[layer(9), layer(DIMENSIONS)], SIZE, false, &[], clock)
}

/// Records a step, begins where some numbers of z lie at the edge of the box, and takes all steps. Returns z and the losses before the last one.
async fn descend(device: &mut dyn Device, rec: &mut Recorder, noise: Noise) -> gander::Result<([Tensor; 2], [Vec<f32>; 2])> {
    let clock = rec.words("clock", 4);
    let generator = generator(rec, &clock);
    let step = Step::record(rec, &generator, &Prior::new(noise, SIZE, &clock), ROWS, &SPEC);
    device.allocate(rec.memory())?;
    for (seed, parameter) in generator.parameters().iter().enumerate() {
        device.write(&parameter.value, bytemuck::cast_slice(&numbers(seed as u32 + 1, parameter.value.len())));
    }
    let z: Vec<f32> = numbers(21, step.z.len()).iter().map(|z| 1.732 * z).collect();
    let x: Vec<f32> = numbers(22, step.x.len()).iter().map(|x| 0.5 + 0.5 * x).collect();
    // Every third number of x is hidden.
    let weights: Vec<f32> = (0..DIMENSIONS).map(|i| if i % 3 == 2 { 0.0 } else { 1.0 }).collect();
    for (tensor, values) in [(&step.z, z), (&step.x, x), (&step.weights, weights)] {
        device.write(tensor, bytemuck::cast_slice(&values));
    }
    let plan = device.prepare(&step.plan)?;
    let bytes = device.submit(plan, STEPS, &[&step.z, &step.losses]).await?;
    let [z, losses] = [0, 1].map(|at: usize| bytemuck::pod_collect_to_vec::<u8, f32>(&bytes[at]));
    Ok(([step.z, step.losses], [z, losses]))
}

/// The bound is the running error of all steps, which the twin carries along.
#[test]
fn a_whole_descent_is_within_the_error_that_its_steps_add_up_to() {
    for noise in [Noise::Uniform, Noise::Hypercube, Noise::Gaussian, Noise::Spherical] {
        let (mut bounded, mut host) = (HostDevice::<Bounded>::new(), HostDevice::<f64>::new());
        let (tensors, _) = pollster::block_on(descend(&mut bounded, &mut Recorder::new(), noise)).expect("the host takes it");
        pollster::block_on(descend(&mut host, &mut Recorder::new(), noise)).expect("the host takes it");
        let seen = on_every_device(async |device, rec| descend(device, rec, noise).await.map(|(_, read)| read));
        for (at, tensor) in tensors.iter().enumerate() {
            let twin = host.reals(tensor);
            let bounds: Vec<f64> = bounded.reals(tensor).iter().map(|x| x.bound()).collect();
            let apart = bounded.reals(tensor).iter().zip(twin).map(|(a, b)| (a.value() - b).abs()).fold(0.0, f64::max);
            assert!(apart < 1e-9, "the bounds belong to the numbers: {apart:e}");
            // Six steps move a z by a tenth and more: a bound of a twentieth of that leaves no room for a step that is left out.
            assert!(bounds.iter().all(|bound| *bound < 5e-3), "{noise:?}: bounds of {bounds:?} would hold for anything");
            for (name, read) in &seen {
                within(&format!("{name}: {noise:?} {}", tensor.name()), &read[at], twin, |i| bounds[i]);
            }
        }
        let z = host.reals(&tensors[0]);
        match noise {
            Noise::Uniform => {
                let edge = 3f64.sqrt() + 1e-6;
                assert!(z.iter().all(|z| z.abs() <= edge) && z.iter().any(|z| z.abs() > 1.732), "some z are stopped at the edge: {z:?}");
            }
            Noise::Hypercube => {
                assert!(z.iter().all(|z| (0.0..=1.0).contains(z)) && z.contains(&1.0), "some z are stopped at the edge: {z:?}");
            }
            Noise::Spherical => {
                let norms = z.chunks_exact(SIZE as usize).map(|z| z.iter().map(|z| z * z).sum::<f64>());
                norms.for_each(|norm| assert!((norm - 1.0).abs() < 1e-12, "{norm}"));
            }
            _ => assert!(z.iter().any(|z| z.abs() > 1.733), "nothing stops a gaussian z: {z:?}"),
        }
    }
}
