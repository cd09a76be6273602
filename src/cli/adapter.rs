//! Which device computes: a GPU, a software adapter, or the host twin.

use crate::cli::DeviceOptions;
use crate::cli::wait::wait;
use crate::error::{Error, Result};
use crate::gpu::{Allowance, Family, GpuDevice, Replica, Waiter, adapters, describe, replicas};
use crate::host::HostDevice;
use crate::plan::Device;
use std::time::Duration;
use wgpu::{Adapter, Backends, DeviceType};

/// A back end of wgpu.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Backend {
    /// Vulkan: Linux, Windows, Android
    Vulkan,
    /// Metal: macOS, iOS
    Metal,
    /// Direct3D 12: Windows
    Dx12,
    /// OpenGL 4.3 or ES 3.1
    Gl,
}

/// A device that was chosen and opened.
pub(super) struct Opened {
    /// The device.
    pub device: Box<dyn Device>,
    /// What waits for it, if it is a GPU.
    pub waiter: Option<Waiter>,
    /// What the user should know about the choice.
    pub remark: Option<String>,
}

/// The back ends that a machine's own drivers speak; OpenGL is what is left.
const NATIVE: Backends = Backends::VULKAN.union(Backends::METAL).union(Backends::DX12);

/// How to install an adapter where there is none.
const NO_ADAPTER: &str =
    "no adapter was found: the driver or its loader is missing (Debian and Ubuntu: `apt install mesa-vulkan-drivers libvulkan1`)";

/// The adapters of a back end, or of all.
pub(super) fn find(backend: Option<Backend>) -> Vec<Adapter> {
    let backends = match backend {
        None => NATIVE | Backends::GL,
        Some(Backend::Vulkan) => Backends::VULKAN,
        Some(Backend::Metal) => Backends::METAL,
        Some(Backend::Dx12) => Backends::DX12,
        Some(Backend::Gl) => Backends::GL,
    };
    wait(None, adapters(backends))
}

/// A device that was chosen, before it is said for how many games.
struct Found {
    /// A GPU; none is the host twin.
    gpu: Option<GpuDevice>,
    remark: Option<String>,
}

impl Found {
    /// For one game.
    fn opened(self) -> Opened {
        match self.gpu {
            Some(device) => Opened { waiter: Some(device.waiter()), device: Box::new(device), remark: self.remark },
            None => Opened { device: Box::new(HostDevice::<f32>::new()), waiter: None, remark: self.remark },
        }
    }
}

/// A part of a device that several games share, to be handed to the thread that plays one of them.
pub(super) struct Seat {
    /// One of several games on a GPU; none on the host, which has threads for each.
    replica: Option<Replica>,
    remark: Option<String>,
}

impl Seat {
    /// The device as the game sees it.
    pub fn taken(self) -> Opened {
        match self.replica {
            Some(replica) => Opened { waiter: Some(replica.waiter()), device: Box::new(replica), remark: self.remark },
            None => host(self.remark).opened(),
        }
    }
}

/// Opens the device that the options ask for. `auto` takes the first adapter that opens, and the host twin when there is none.
/// # Errors
/// if the adapter that was asked for does not exist or does not open.
pub(super) fn open(options: &DeviceOptions) -> Result<Opened> {
    chosen(options).map(Found::opened)
}

/// The same for so many games at once.
/// # Errors
/// as [`open`] has them.
pub(super) fn open_for(options: &DeviceOptions, games: u32) -> Result<Vec<Seat>> {
    let Found { gpu, remark } = chosen(options)?;
    let replicas: Vec<Option<Replica>> = match gpu {
        Some(device) => replicas(device, games).into_iter().map(Some).collect(),
        None => (0..games).map(|_| None).collect(),
    };
    Ok(replicas.into_iter().map(|replica| Seat { replica, remark: remark.clone() }).collect())
}

fn chosen(options: &DeviceOptions) -> Result<Found> {
    match options.adapter.as_str() {
        "host" => Ok(host(None)),
        "auto" => Ok(open_best(&candidates(options.backend), options)),
        wanted => open_adapter(named(&find(options.backend), wanted)?, options.limits),
    }
}

/// Opens the very adapter that a device was opened on, which may be away for a moment: a driver that has failed begins anew.
/// # Errors
/// if it stays away, or does not open.
pub(super) fn reopen(identity: &str, limits: Allowance) -> Result<Opened> {
    let mut opened = open_same(identity, limits);
    for pause in PAUSES {
        if opened.is_ok() {
            break;
        }
        std::thread::sleep(pause);
        opened = open_same(identity, limits);
    }
    opened.map(Found::opened)
}

/// Pauses before the adapter of a lost device is tried again. Drivers take a second or two to begin anew.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(3)];

fn open_same(identity: &str, limits: Allowance) -> Result<Found> {
    if identity == HostDevice::<f32>::new().identity() {
        return Ok(host(None));
    }
    let adapters = find(None);
    let same = adapters.iter().find(|adapter| describe(adapter) == identity);
    let gone = || Error::Device(format!("{identity} does not come back; {}", found(&adapters)));
    open_adapter(same.ok_or_else(gone)?, limits)
}

/// An adapter that options name, or the host twin.
pub(super) enum Named {
    /// The host twin.
    Host,
    /// An adapter.
    Adapter(Adapter),
}

/// What the options name, without opening it: `all` is every adapter and the host, `auto` the first one.
/// # Errors
/// if the adapter that was asked for does not exist.
pub(super) fn all_named(options: &DeviceOptions) -> Result<Vec<Named>> {
    Ok(match options.adapter.as_str() {
        "host" => vec![Named::Host],
        "all" => find(options.backend).into_iter().map(Named::Adapter).chain([Named::Host]).collect(),
        "auto" => vec![candidates(options.backend).into_iter().next().map_or(Named::Host, Named::Adapter)],
        wanted => vec![Named::Adapter(named(&find(options.backend), wanted)?.clone())],
    })
}

/// What `auto` tries, best first. OpenGL comes last, and in software only when it was asked for: the host twin is many times faster.
fn candidates(backend: Option<Backend>) -> Vec<Adapter> {
    if backend.is_some() {
        return find(backend);
    }
    let native = wait(None, adapters(NATIVE));
    if !native.is_empty() {
        return native;
    }
    let mut rest = find(Some(Backend::Gl));
    rest.retain(|adapter| adapter.get_info().device_type != DeviceType::Cpu);
    rest
}

fn open_best(adapters: &[Adapter], options: &DeviceOptions) -> Found {
    let mut refusals = vec![];
    for adapter in adapters {
        match open_adapter(adapter, options.limits) {
            Ok(opened) => return opened,
            Err(error) => refusals.push(error.to_string()),
        }
    }
    let why = match (refusals.is_empty(), options.backend) {
        (true, None) => NO_ADAPTER.to_string(),
        (true, Some(backend)) => format!("no adapter of the back end {backend:?} was found"),
        (false, _) => refusals.join("; "),
    };
    host(Some(format!("{why}; the host twin trains instead")))
}

fn host(remark: Option<String>) -> Found {
    Found { gpu: None, remark }
}

fn open_adapter(adapter: &Adapter, limits: Allowance) -> Result<Found> {
    let family = Family::of(&adapter.get_info(), adapter.features());
    let device = wait(None, GpuDevice::open_within(adapter, family, limits.of(adapter)))?;
    let software = adapter.get_info().device_type == DeviceType::Cpu;
    let remark = software.then(|| "this adapter is software: --adapter host is faster on this machine".to_string());
    Ok(Found { gpu: Some(device), remark })
}

/// The adapter of a number, or whose description has a text in it.
fn named<'a>(adapters: &'a [Adapter], wanted: &str) -> Result<&'a Adapter> {
    let by_number = wanted.parse::<usize>().ok().and_then(|number| adapters.get(number));
    let by_text = || adapters.iter().find(|adapter| describe(adapter).to_lowercase().contains(&wanted.to_lowercase()));
    by_number.or_else(by_text).ok_or_else(|| {
        let found = found(adapters);
        Error::Device(format!("no adapter matches \"{wanted}\"; {found}; --adapter host needs no driver"))
    })
}

/// The adapters there are, in words.
fn found(adapters: &[Adapter]) -> String {
    let found = adapters.iter().map(describe).collect::<Vec<_>>().join("; ");
    if found.is_empty() { NO_ADAPTER.to_string() } else { format!("found: {found}") }
}
