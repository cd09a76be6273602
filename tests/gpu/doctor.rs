//! The doctor: every kernel is run, right devices pass, and of a wrong one the kernel is named that is wrong.
//!
//! Wrong devices are this machine's adapters, given a kernel whose text was broken, or a plan whose order was.

use crate::lab::{adapter, wait_for};
use gander::doctor::{Exercises, Findings, Kernels, Lockstep, Scope, Subject, exercises};
use gander::gpu::{Family, GpuDevice, fuse};
use gander::plan::{Capacity, Device, Memory, Plan, PlanId, Readback, Spans, Tensor};
use std::pin::pin;
use std::sync::{Arc, LazyLock};

/// The games that between them run every kernel that is broken below.
const GAME: &str = "code 2014, minimax, uniform noise, pictures, marginals, limited columns";
const OPTIONS: &str =
    "algorithm 1 with blend, diversity, scaled gradient, instance noise, shrinking, no dropout for G, averages, Adam for D";
const HALVES: &str = "code 2014, non-saturating, spherical noise, points in halves of no alignment";
const PRODUCTS: &str = "products of ragged shapes";

/// All that the doctor runs.
pub static EXERCISES: LazyLock<Exercises> = LazyLock::new(|| pollster::block_on(exercises(1)).expect("every game is possible"));

/// How a device is made wrong.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// None.
    None,
    /// A kernel of this operation and variant has another text in the place of one.
    Text { operation: &'static str, variant: &'static str, from: &'static str, to: &'static str },
    /// Of every plan of more than two dispatches, one of this operation is done before the one that it follows.
    Order(&'static str),
}

/// An adapter of this machine that is made wrong. It chooses kernels itself, as the device does.
struct Wrong {
    gpu: GpuDevice,
    family: Family,
    fault: Fault,
}

impl Device for Wrong {
    fn identity(&self) -> String {
        self.gpu.identity()
    }
    fn in_flight(&self) -> usize {
        self.gpu.in_flight()
    }
    fn capacity(&self) -> Capacity {
        self.gpu.capacity()
    }
    fn beside(&self, plan: &Plan) -> gander::Result<u64> {
        self.gpu.beside(plan)
    }
    fn allocate(&mut self, memory: &Memory) -> gander::Result<()> {
        self.gpu.allocate(memory)
    }
    fn allocated(&self) -> Vec<(&'static str, u64)> {
        self.gpu.allocated()
    }
    fn prepare(&mut self, plan: &Plan) -> gander::Result<PlanId> {
        let mut dispatches = plan.dispatches.clone();
        if let Fault::Order(operation) = self.fault
            && let Some(at) = dispatches.iter().position(|dispatch| dispatch.kernel.operation == operation)
            && dispatches.len() > 2
            && at > 0
        {
            dispatches.swap(at - 1, at);
        }
        let mut plan = Plan { name: plan.name.clone(), dispatches };
        if let Fault::Text { operation, variant, from, to } = self.fault {
            plan.dispatches = fuse(&plan).dispatches.into_iter().map(|(_, dispatch)| dispatch).collect();
            for dispatch in &mut plan.dispatches {
                let mut kernel = self.family.kernel(dispatch);
                if kernel.operation == operation && kernel.variant == variant {
                    assert!(kernel.source.contains(from), "{operation} ({variant}) does not say `{from}`");
                    kernel.source = kernel.source.replace(from, to);
                    // A name that no family knows: it is taken as it is.
                    kernel.operation = format!("wrong {operation}");
                    dispatch.kernel = Arc::new(kernel);
                }
            }
        }
        self.gpu.prepare(&plan)
    }
    fn write(&mut self, tensor: &Tensor, bytes: &[u8]) {
        self.gpu.write(tensor, bytes);
    }
    fn submit(&mut self, plan: PlanId, times: u32, read: &[&Tensor]) -> Readback {
        self.gpu.submit(plan, times, read)
    }
    fn time(&mut self, plan: PlanId) -> Spans {
        self.gpu.time(plan)
    }
    fn read(&mut self, tensors: &[&Tensor]) -> Readback {
        self.gpu.read(tensors)
    }
}

/// What the doctor finds when a device that is wrong in this way runs some scripts.
fn examined(family: Family, fault: Fault, names: &[&str]) -> Findings {
    let (adapter, _) = adapter();
    let gpu = pollster::block_on(GpuDevice::open_with(adapter, family)).unwrap_or_else(|error| panic!("{error}"));
    let waiter = gpu.waiter();
    let device = Box::new(Wrong { gpu, family, fault });
    let kernels = Kernels::Of(family, u64::MAX);
    let mut subject = Subject { name: format!("{family:?}"), device, waiter: Some(waiter.clone()), kernels, scope: Scope::Whole };
    let mut lockstep = Lockstep::new(&mut subject, &EXERCISES.memory).unwrap_or_else(|error| panic!("{error}"));
    for name in names {
        let script = EXERCISES.scripts.iter().find(|script| script.name == *name).unwrap_or_else(|| panic!("no script is \"{name}\""));
        wait_for(pin!(lockstep.run(script)), &waiter).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    lockstep.into_findings()
}

#[test]
fn a_right_device_passes_in_every_family() {
    for family in &adapter().1 {
        let findings = examined(*family, Fault::None, &[GAME, OPTIONS, HALVES]);
        assert!(findings.mismatches.is_empty() && findings.plans_failed == 0, "{family:?}: {}", findings.mismatches[0]);
        assert!(findings.dispatches > 300 && findings.plans > 5, "{} dispatches, {} plans", findings.dispatches, findings.plans);
    }
}

/// One text is broken at a time: a row or a column too few, a neighbour's number, a wrong coefficient, a wrong turn of the random bits, an element beside.
#[test]
fn the_kernel_that_is_wrong_is_named_and_no_other() {
    let broken = [
        ("column_sums", "plain", "second.z + second.w", "second.z", GAME),
        ("maxout_forward", "plain", "var piece = 1u", "var piece = 2u", GAME),
        ("maxout_backward", "plain", "piece == won", "piece + 1u == won + 1u && unit != 3u", GAME),
        ("dropout", "plain", "vec4<u32>(17u, 29u, 16u, 24u)", "vec4<u32>(17u, 29u, 16u, 23u)", GAME),
        ("shuffle", "plain", "round < ROUNDS", "round + 1u < ROUNDS", GAME),
        ("draw", "plain", "0xffu", "0x7fu", GAME),
        ("column_limit", "plain", "min(norm, args.limit)", "min(norm, 1.0001 * args.limit)", GAME),
        ("loss_generator", "plain", "tally[0] = sums[0] * share", "tally[0] = sums[1] * share", GAME),
        ("metrics", "plain", "norms.y", "norms.x", GAME),
        ("tick", "plain", "clock.iteration += 1u", "clock.iteration += 2u", GAME),
        ("activation_backward", "plain", "dy[i] * slope(y[i])", "dy[i] * slope(y[i]) * 1.00001", GAME),
        ("adam", "plain", "(1.0 - args.beta2) * g * g", "(1.0 - args.beta1) * g * g", OPTIONS),
        ("average", "plain", "args.rate * (theta[i] - average[i])", "args.rate * theta[i]", OPTIONS),
        ("copy", "plain", "args.to_first + i]", "args.to_first + (i + 1u) % args.count]", HALVES),
        ("matmul_nt", "plain", "i < range.y", "i + 1u < range.y", GAME),
        ("matmul_nn", "tiled", "[3] += rows.w * cols", "[3] += rows.z * cols", PRODUCTS),
        ("matmul_tn", "tiled", "sums[r] += a_slices[r * BLOCKS + place]", "sums[r] += a_slices[r * BLOCKS + (place ^ 1u)]", PRODUCTS),
        ("matmul_nn", "texture", "add(&right4, x2, 0u, y_right)", "add(&right4, x2, 1u, y_right)", PRODUCTS),
        ("update", "texture", "momentum * textureLoad", "rate * textureLoad", OPTIONS),
        ("update", "plain", "theta[i] += v", "theta[i] += 0.99 * v", OPTIONS),
    ];
    let families = &adapter().1;
    for (operation, variant, from, to, script) in broken {
        let wanted = match variant {
            "texture" => Family::Texture,
            "tiled" => Family::Tiled,
            _ => Family::Plain,
        };
        if !families.contains(&wanted) {
            continue;
        }
        let findings = examined(wanted, Fault::Text { operation, variant, from, to }, &[script]);
        let Some(first) = findings.mismatches.first() else { panic!("{operation} ({variant}) with `{to}` passes") };
        println!("{first}");
        for mismatch in &findings.mismatches {
            assert!(
                mismatch.kernel.starts_with(operation) && mismatch.variant == variant,
                "{operation} ({variant}) is wrong, not {mismatch}"
            );
        }
        for row in findings.rows() {
            assert!(row.failed == 0 || (row.kernel.starts_with(operation) && row.variant == variant), "{operation}: {row:?}");
        }
    }
}

#[test]
fn a_plan_that_is_done_in_another_order_is_found_by_halving_it() {
    let findings = examined(Family::Plain, Fault::Order("maxout_forward"), &[GAME]);
    assert!(findings.plans_failed > 0, "a product that is read before it is made goes unnoticed");
    let first = &findings.mismatches[0];
    assert_eq!(first.kernel, "maxout_forward", "{first}");
    assert!(findings.rows().iter().all(|row| row.failed == 0), "one by one, every dispatch is right");
}

#[test]
fn what_it_takes_to_see_it_again_is_saved() {
    let fault = Fault::Text { operation: "column_sums", variant: "plain", from: "second.z + second.w", to: "second.z" };
    let findings = examined(Family::Plain, fault, &[GAME]);
    let first = &findings.mismatches[0];
    let folder = tempfile::tempdir().unwrap();
    first.evidence.as_ref().expect("the first one is kept").save(folder.path(), first, "an adapter").unwrap();
    let report: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.path().join("report.json")).unwrap()).unwrap();
    assert_eq!(report["mismatch"]["kernel"], "column_sums");
    let [m, n] = ["m", "n"].map(|name| report["dispatches"][0]["arguments"][name].as_u64().unwrap() as usize);
    assert!(std::fs::read_to_string(folder.path().join("kernel-0-column_sums.wgsl")).unwrap().contains("sums_j = Σ_i x_ij"));
    let bytes = std::fs::read(folder.path().join("tensors.safetensors")).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let numbers = |name: &str| bytemuck::pod_collect_to_vec::<u8, f32>(tensors.tensor(name).unwrap().data());
    let (x, device, twin) = (numbers("before.x"), numbers("device.sums"), numbers("twin.sums"));
    assert_eq!((x.len(), twin.len()), (m * n, n));
    for col in 0..n {
        // The last of every eight rows is left out.
        let sum =
            |left_out: bool| (0..m).filter(|row| !left_out || row % 8 < 7 || *row >= m / 8 * 8).map(|row| x[row * n + col]).sum::<f32>();
        assert!((sum(false) - twin[col]).abs() < 1e-5 && (sum(true) - device[col]).abs() < 1e-5, "column {col}");
    }
}
