//! Devices to measure: the host twin, and every adapter in every family of products that it supports.

use gander::gpu::{Family, GpuDevice, Waiter, adapters};
use gander::host::HostDevice;
use gander::plan::Device;

/// A device, and what waits for it.
pub struct Subject {
    pub name: String,
    pub device: Box<dyn Device>,
    pub waiter: Option<Waiter>,
}

/// The host, and each adapter: with the families given, as far as it supports them, or with the one that serves it best.
pub fn subjects(families: &[Family]) -> Vec<Subject> {
    let mut subjects = vec![Subject { name: "host".into(), device: Box::new(HostDevice::<f32>::new()), waiter: None }];
    for adapter in pollster::block_on(adapters(wgpu::Backends::PRIMARY)) {
        let info = adapter.get_info();
        let best = [Family::of(&info, adapter.features())];
        for family in if families.is_empty() { &best[..] } else { families } {
            // A family that an adapter cannot run is none of its figures.
            let Ok(device) = pollster::block_on(GpuDevice::open_with(&adapter, *family)) else { continue };
            let (name, waiter) = (format!("{} {family:?}", info.name), Some(device.waiter()));
            subjects.push(Subject { name, device: Box::new(device), waiter });
        }
    }
    subjects
}
