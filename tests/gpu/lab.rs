//! The laboratory: a recorder, the twin in f64, and every GPU of this machine, shared by all tests so that each kernel is compiled once.

use gander::gpu::{Allowance, Family, GpuDevice, Waiter, adapters, describe};
use gander::host::HostDevice;
use gander::plan::{Device, Element, Plan, PlanId, Recorder, Tensor};
use gander::random::threefry2x32;
use std::pin::{Pin, pin};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use wgpu::{Adapter, Backends, Limits};

/// Where Debian's package `chromium-common` has SwiftShader, a second software driver.
const SWIFTSHADER: &str = "/usr/lib/chromium/vk_swiftshader_icd.json";

/// Which GPUs a comparison is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// Every adapter in every family of products that it supports.
    EveryFamily,
    /// Every adapter, in the family that serves it best.
    EveryAdapter,
    /// As [`On::EveryFamily`], but the device binds no more than [`LIMIT`] bytes of a tensor at once, starts no more than [`FOLD`] workgroups in a row, and
    /// starts each grid in as many parts as it can.
    Limited,
}

pub use gander::doctor::LIMIT;

/// The most workgroups that a limited device starts along one dimension: flat grids of a few thousand numbers are folded into rows.
const FOLD: u32 = 64;

/// A device under test.
pub struct Gpu {
    /// Its adapter and family.
    pub name: String,
    /// Whether its family is the one that serves its adapter best.
    pub best: bool,
    /// Whether it binds no more than [`LIMIT`] bytes at once.
    limited: bool,
    /// The device.
    pub device: GpuDevice,
    /// What lets this thread wait for it.
    pub waiter: Waiter,
}

/// What a GPU made of the tensors asked for.
pub struct Seen {
    /// The device.
    pub name: String,
    bytes: Vec<Vec<u8>>,
}

impl Seen {
    /// The reals of output number `at`.
    pub fn reals(&self, at: usize) -> Vec<f32> {
        bytemuck::pod_collect_to_vec(&self.bytes[at])
    }

    /// The words of output number `at`.
    pub fn words(&self, at: usize) -> Vec<u32> {
        bytemuck::pod_collect_to_vec(&self.bytes[at])
    }
}

/// A plan that a GPU has prepared.
pub struct Run {
    gpu: usize,
    replay: PlanId,
}

/// Everything a comparison needs.
pub struct Lab {
    /// Records what is to be compared.
    pub rec: Recorder,
    /// The twin.
    pub host: HostDevice<f64>,
    gpus: Vec<Gpu>,
}

/// What devices under test may use of their adapters: what WebGPU promises everywhere, unless GANDER_LIMITS names more (`browser`, `adapter`).
pub static ALLOWANCE: LazyLock<Allowance> = LazyLock::new(|| {
    let named = std::env::var("GANDER_LIMITS").unwrap_or_else(|_| "lowest".into());
    named.parse().unwrap_or_else(|error| panic!("GANDER_LIMITS: {error}"))
});

/// Adapters with the families that each supports, the best one first. GANDER_ADAPTER can be a part of the description of those wanted, as `(gl` is for
/// OpenGL, which is not tested otherwise.
static ADAPTERS: LazyLock<Vec<(Adapter, Vec<Family>)>> = LazyLock::new(|| {
    if std::path::Path::new(SWIFTSHADER).exists() {
        // SAFETY: no other thread reads the environment through C meanwhile: drivers are loaded below, behind this lock, and nowhere else.
        unsafe { std::env::set_var("VK_ADD_DRIVER_FILES", SWIFTSHADER) };
    }
    let mut found = match std::env::var("GANDER_ADAPTER") {
        Ok(_) => pollster::block_on(adapters(Backends::all())),
        Err(_) => pollster::block_on(adapters(Backends::VULKAN | Backends::METAL | Backends::DX12)),
    };
    if let Ok(wanted) = std::env::var("GANDER_ADAPTER") {
        found.retain(|adapter| describe(adapter).to_lowercase().contains(&wanted.to_lowercase()));
    }
    assert!(
        !found.is_empty(),
        "no adapter: the kernels cannot be proven here; install a driver, for example `apt install mesa-vulkan-drivers libvulkan1` (lavapipe, in software)"
    );
    found
        .into_iter()
        .map(|adapter| (Family::supported(&adapter.get_info(), adapter.features()), adapter))
        .map(|(families, adapter)| (adapter, families))
        .collect()
});

/// The adapter of this machine that has most families, and these.
pub fn adapter() -> &'static (Adapter, Vec<Family>) {
    ADAPTERS.iter().max_by_key(|(_, families)| families.len()).expect("there is one, or none of these tests runs")
}

/// All adapters that are tested, with their families.
pub fn tested() -> &'static [(Adapter, Vec<Family>)] {
    &ADAPTERS
}

/// Opens new devices: each with memory and pipelines of its own.
pub fn open(on: On) -> Vec<Gpu> {
    open_within(on, |_| {})
}

/// The same with narrower limits than the adapters have.
pub fn open_within(on: On, narrow: impl Fn(&mut Limits)) -> Vec<Gpu> {
    let mut gpus = vec![];
    for (adapter, families) in ADAPTERS.iter() {
        let wanted = if on == On::EveryAdapter { 1 } else { families.len() };
        let limited = on == On::Limited;
        let mut limits = ALLOWANCE.of(adapter);
        if limited {
            limits.max_storage_buffer_binding_size = LIMIT;
            limits.max_compute_workgroups_per_dimension = FOLD;
        }
        narrow(&mut limits);
        for (number, family) in families[..wanted].iter().enumerate() {
            let device = pollster::block_on(GpuDevice::open_within(adapter, *family, limits.clone()));
            let mut device = device.unwrap_or_else(|error| panic!("{error}"));
            if limited {
                device.submit_at_most(Duration::ZERO);
            }
            let waiter = device.waiter();
            let within = if limited { ", limited" } else { "" };
            gpus.push(Gpu { name: format!("{} {family:?}{within}", describe(adapter)), best: number == 0, limited, device, waiter });
        }
    }
    gpus
}

static LAB: LazyLock<Mutex<Lab>> = LazyLock::new(|| {
    let gpus = [On::EveryFamily, On::Limited].into_iter().flat_map(open).collect();
    Mutex::new(Lab { rec: Recorder::new(), host: HostDevice::new(), gpus })
});

impl Lab {
    /// The one laboratory, with nothing recorded.
    pub fn enter() -> MutexGuard<'static, Lab> {
        // A test that failed leaves it as it is: every run writes all that it reads.
        let mut lab = LAB.lock().unwrap_or_else(PoisonError::into_inner);
        // Nor does it depend on the tests before it which numbers a game draws.
        lab.rec = Recorder::over(lab.rec.memory().clone());
        lab
    }

    /// The clock of a seed, iteration, epoch and position, as an input.
    pub fn clock(&mut self, clock: [u32; 4]) -> (Tensor, Vec<f32>) {
        (self.rec.words("clock", 4), as_bits(&clock))
    }

    /// Replays what was recorded once, on the twin and on the GPUs.
    pub fn run(&mut self, on: On, inputs: &[(&Tensor, &[f32])], outputs: &[&Tensor]) -> Vec<Seen> {
        let plan = self.rec.finish("test");
        self.run_plan(on, &plan, inputs, outputs)
    }

    /// Replays a plan once, on the twin and on the GPUs. Whatever it writes is poisoned before, unless it is an input.
    pub fn run_plan(&mut self, on: On, plan: &Plan, inputs: &[(&Tensor, &[f32])], outputs: &[&Tensor]) -> Vec<Seen> {
        self.start_twin(plan, inputs);
        plan.dispatches.iter().for_each(|dispatch| self.host.run(dispatch));
        self.run_gpus(on, plan, inputs, outputs)
    }

    /// Gives the twin its memory and its inputs.
    pub fn start_twin(&mut self, plan: &Plan, inputs: &[(&Tensor, &[f32])]) {
        self.host.allocate(self.rec.memory()).expect("the host takes any tensor");
        start(&mut self.host, plan, inputs);
    }

    /// Replays a plan once on the GPUs.
    pub fn run_gpus(&mut self, on: On, plan: &Plan, inputs: &[(&Tensor, &[f32])], outputs: &[&Tensor]) -> Vec<Seen> {
        let runs = self.start_gpus(on, plan, inputs);
        runs.iter().map(|run| self.replay(run, 1, outputs)).collect()
    }

    /// Prepares a plan on the GPUs and gives them its inputs.
    pub fn start_gpus(&mut self, on: On, plan: &Plan, inputs: &[(&Tensor, &[f32])]) -> Vec<Run> {
        let mut runs = vec![];
        let asked_for = |gpu: &Gpu| match on {
            On::EveryFamily => !gpu.limited,
            On::EveryAdapter => !gpu.limited && gpu.best,
            On::Limited => gpu.limited,
        };
        for (number, gpu) in self.gpus.iter_mut().enumerate().filter(|(_, gpu)| asked_for(gpu)) {
            let failed = |error| -> ! { panic!("{}: {error}", gpu.name) };
            gpu.device.allocate(self.rec.memory()).unwrap_or_else(|error| failed(error));
            start(&mut gpu.device, plan, inputs);
            runs.push(Run { gpu: number, replay: gpu.device.prepare(plan).unwrap_or_else(|error| failed(error)) });
        }
        runs
    }

    /// Replays a prepared plan so many times, and reads.
    pub fn replay(&mut self, run: &Run, times: u32, outputs: &[&Tensor]) -> Seen {
        let gpu = &mut self.gpus[run.gpu];
        let readback = gpu.device.submit(run.replay, times, outputs);
        let bytes = wait_for(pin!(readback), &gpu.waiter).unwrap_or_else(|error| panic!("{}: {error}", gpu.name));
        Seen { name: gpu.name.clone(), bytes }
    }

    /// The twin's words.
    pub fn words(&mut self, tensor: &Tensor) -> Vec<u32> {
        let bytes = pollster::block_on(self.host.read(&[tensor])).expect("the host reads");
        bytemuck::pod_collect_to_vec(&bytes[0])
    }
}

/// Poisons what a plan writes, then writes the inputs.
fn start(device: &mut dyn Device, plan: &Plan, inputs: &[(&Tensor, &[f32])]) {
    for tensor in plan.dispatches.iter().flat_map(|dispatch| dispatch.tensors(true)) {
        let poison = if tensor.element() == Element::Real { f32::NAN.to_bits() } else { 0xdead_beef };
        device.write(tensor, bytemuck::cast_slice(&vec![poison; tensor.len() as usize]));
    }
    for (tensor, values) in inputs {
        device.write(tensor, bytemuck::cast_slice(values));
    }
}

/// Blocks until a future of a device is ready.
pub fn wait_for<T>(mut future: Pin<&mut (impl Future<Output = T> + ?Sized)>, waiter: &Waiter) -> T {
    loop {
        match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => return value,
            Poll::Pending => waiter.wait(),
        }
    }
}

/// Numbers in [-1, 1), the same on every machine.
pub fn numbers(seed: u32, len: u32) -> Vec<f32> {
    (0..len).map(|i| 2.0 * gander::random::unit(threefry2x32([seed, 77], [0, i])[0]) - 1.0).collect()
}

/// Words as the numbers with the same bits, for tensors of words.
pub fn as_bits(words: &[u32]) -> Vec<f32> {
    words.iter().map(|word| f32::from_bits(*word)).collect()
}
