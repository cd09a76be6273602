//! What is known of the machine itself.

/// Bytes of memory that are free, if the system tells.
pub(crate) fn free_memory() -> Option<u64> {
    let mut system = sysinfo::System::new().ok()?;
    system.refresh_memory();
    Some(system.available_memory()).filter(|bytes| *bytes > 0)
}
