//! Which adapters there are, best first.

use wgpu::{Adapter, Backend, Backends, DeviceType, Instance, InstanceDescriptor, InstanceFlags};

/// All adapters of the back ends, in the order in which `auto` would take them: discrete, integrated, virtual, then software; a machine's own
/// back end before OpenGL.
pub async fn adapters(backends: Backends) -> Vec<Adapter> {
    let description = InstanceDescriptor { backends, flags: InstanceFlags::empty(), ..InstanceDescriptor::new_without_display_handle() };
    let mut found = Instance::new(description).enumerate_adapters(backends).await;
    found.sort_by_key(|adapter| {
        let info = adapter.get_info();
        (rank(info.device_type), info.backend == Backend::Gl)
    });
    found
}

/// An adapter in a line: name, back end, driver, type.
pub fn describe(adapter: &Adapter) -> String {
    let info = adapter.get_info();
    let driver = [info.driver, info.driver_info].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let driver = if driver.is_empty() { "driver unknown".into() } else { driver };
    format!("{} ({}, {driver}, {})", info.name, info.backend, kind(info.device_type))
}

/// Bytes of memory that an adapter has to give, where that can be told. A software adapter's memory is the machine's, whatever its driver says.
pub(super) fn memory(adapter: &Adapter) -> Option<u64> {
    match adapter.get_info().device_type {
        #[cfg(feature = "native")]
        DeviceType::Cpu => crate::machine::free_memory(),
        _ => largest_heap(adapter),
    }
}

/// The largest heap that Vulkan calls the device's own; an integrated GPU's is a part of the machine's memory.
#[cfg(any(windows, target_os = "linux", target_os = "android"))]
#[expect(unsafe_code, reason = "wgpu tells nothing of memory; Vulkan does, through the handles that wgpu holds")]
fn largest_heap(adapter: &Adapter) -> Option<u64> {
    // SAFETY: the handles are only read from, and live as long as the guard does; the call has no further conditions.
    unsafe {
        let vulkan = adapter.as_hal::<wgpu::hal::api::Vulkan>()?;
        let instance = vulkan.shared_instance().raw_instance();
        let properties = instance.get_physical_device_memory_properties(vulkan.raw_physical_device());
        let heaps = properties.memory_heaps.iter().take(properties.memory_heap_count as usize);
        // Bit 0 of a heap's flags: it is the device's own.
        heaps.filter(|heap| heap.flags.as_raw() & 1 == 1).map(|heap| heap.size).max()
    }
}

/// Where there is no Vulkan, nothing is told.
#[cfg(not(any(windows, target_os = "linux", target_os = "android")))]
fn largest_heap(_: &Adapter) -> Option<u64> {
    None
}

/// What an adapter is, in a word or two.
fn kind(device_type: DeviceType) -> &'static str {
    match device_type {
        DeviceType::DiscreteGpu => "discrete GPU",
        DeviceType::IntegratedGpu => "integrated GPU",
        DeviceType::VirtualGpu => "virtual GPU",
        DeviceType::Cpu => "software",
        DeviceType::Other => "of unknown type",
    }
}

fn rank(device_type: DeviceType) -> u8 {
    match device_type {
        DeviceType::DiscreteGpu => 0,
        DeviceType::IntegratedGpu => 1,
        DeviceType::VirtualGpu => 2,
        DeviceType::Other => 3,
        DeviceType::Cpu => 4,
    }
}
