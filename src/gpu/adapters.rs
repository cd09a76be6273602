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
