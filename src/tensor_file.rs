//! Named tensors in one file, in the format safetensors: checkpoints, and networks for other programs. Any reader of the format opens it; floats are
//! little-endian f32. Source: the README of safetensors, "Format".
//!
//! Equal content gives equal bytes, which `safetensors::serialize` does not promise (its metadata come out of a `HashMap`), so the header is written here,
//! sorted, and only read by that crate. Its `serialize_to_file` does not sync either; [`atomic`] does. Of what others wrote, F32 is read, and nothing takes
//! more memory than the file is long.

use crate::atomic;
use crate::error::{Error, Result};
use crate::gan::Array;
use safetensors::tensor::{Dtype, Metadata, TensorInfo};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Where a header keeps its metadata.
pub const METADATA: &str = "__metadata__";
/// Longest header that is read, in bytes. Ours are a few KiB: two dozen tensors and a configuration.
const MAX_HEADER: u64 = 16 << 20;
/// Largest file that is read, in bytes: ten times the largest game of the paper.
const MAX_FILE: u64 = 8 << 30;

/// What a file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensors {
    /// The metadata, if it has any.
    pub metadata: BTreeMap<String, String>,
    /// The tensors.
    pub tensors: BTreeMap<String, Array>,
}

/// Writes tensors, whole or not at all.
/// # Errors when the file cannot be written.
pub fn save(path: &Path, metadata: &BTreeMap<&str, String>, tensors: &BTreeMap<String, Array>) -> Result<()> {
    let header = header(metadata, tensors);
    atomic::write(path, |file| {
        file.write_all(&(header.len() as u64).to_le_bytes())?;
        file.write_all(&header)?;
        tensors.values().try_for_each(|array| little_endian(&array.values, |bytes| file.write_all(bytes)))
    })
}

/// Reads a file.
/// # Errors when it cannot be read, is no safetensors file, or holds other things than finite numbers in F32.
pub fn load(path: &Path) -> Result<Tensors> {
    let refuse = |why: String| Error::Checkpoint(format!("{}: {why}", path.display()));
    parse(&bytes(path)?).and_then(finite).map_err(refuse)
}

/// The same, from the file's bytes.
/// # Errors as [`load`] has them.
pub fn load_from(bytes: &[u8]) -> Result<Tensors> {
    parse(bytes).and_then(finite).map_err(Error::Checkpoint)
}

/// The bytes of a file that is not too large.
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>> {
    let file = File::open(path).map_err(Error::io("open", path))?;
    let promised = file.metadata().map_err(Error::io("read", path))?.len();
    if promised > MAX_FILE {
        return Err(Error::Checkpoint(format!("{}: {promised} bytes are more than the {MAX_FILE} that are read", path.display())));
    }
    let mut bytes = Vec::new();
    file.take(MAX_FILE).read_to_end(&mut bytes).map_err(Error::io("read", path))?;
    Ok(bytes)
}

/// What stands in bytes, whatever the numbers are; the error says what is wrong with them.
pub(crate) fn parse(bytes: &[u8]) -> std::result::Result<Tensors, String> {
    let truncated = || format!("{} bytes are not the whole of a safetensors file", bytes.len());
    let (length, rest) = bytes.split_first_chunk().ok_or_else(truncated)?;
    let length = u64::from_le_bytes(*length);
    if length > MAX_HEADER {
        return Err(format!("it promises a header of {length} bytes, so it is damaged or no safetensors file"));
    }
    let (header, data) = rest.split_at_checked(length as usize).ok_or_else(truncated)?;
    let header: Metadata =
        serde_json::from_slice(header).map_err(|error| format!("the header is not that of a safetensors file: {error}"))?;
    if header.data_len() != data.len() {
        return Err(format!("{} bytes of tensors, the header promises {}", data.len(), header.data_len()));
    }
    let metadata = header.metadata().iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect();
    let tensors = header.tensors().into_iter().map(|(name, info)| Ok((name.clone(), array(&name, info, data)?)));
    Ok(Tensors { metadata, tensors: tensors.collect::<std::result::Result<_, String>>()? })
}

/// Hands the values' little-endian bytes to `sink`, 16 KiB at a time.
pub(crate) fn little_endian<E>(values: &[f32], mut sink: impl FnMut(&[u8]) -> std::result::Result<(), E>) -> std::result::Result<(), E> {
    let mut bytes = Vec::with_capacity(4 * 4096);
    for chunk in values.chunks(4096) {
        bytes.clear();
        bytes.extend(chunk.iter().flat_map(|value| value.to_le_bytes()));
        sink(&bytes)?;
    }
    Ok(())
}

/// The header: JSON, its keys sorted, padded with blanks to a multiple of 8 bytes.
fn header(metadata: &BTreeMap<&str, String>, tensors: &BTreeMap<String, Array>) -> Vec<u8> {
    let mut entries = BTreeMap::from([(METADATA, serde_json::json!(metadata))]);
    let mut start = 0;
    for (name, array) in tensors {
        let end = start + 4 * array.values.len();
        let info = TensorInfo { dtype: Dtype::F32, shape: array.shape.clone(), data_offsets: (start, end) };
        entries.insert(name, serde_json::json!(info));
        start = end;
    }
    let mut header = serde_json::to_vec(&entries).expect("strings and numbers always serialize to JSON");
    header.resize(header.len().next_multiple_of(8), b' ');
    header
}

/// The tensor `name`, whose header entry has been validated against its own shape, out of the file's data.
fn array(name: &str, info: &TensorInfo, data: &[u8]) -> std::result::Result<Array, String> {
    if info.dtype != Dtype::F32 {
        return Err(format!("tensor `{name}` is {:?}, and F32 is read: in PyTorch, save x.float()", info.dtype));
    }
    let (start, end) = info.data_offsets;
    let bytes = data.get(start..end).ok_or_else(|| format!("tensor `{name}` lies outside of the file"))?;
    let (values, _) = bytes.as_chunks();
    Ok(Array { shape: info.shape.clone(), values: values.iter().map(|&value| f32::from_le_bytes(value)).collect() })
}

/// The same, if every number is finite.
fn finite(file: Tensors) -> std::result::Result<Tensors, String> {
    let mut odd = file.tensors.iter().filter_map(|(name, array)| Some((name, array.values.iter().position(|value| !value.is_finite())?)));
    match odd.next() {
        Some((name, at)) => {
            Err(format!("tensor `{name}` holds {} at index {at}: every number must be finite", file.tensors[name].values[at]))
        }
        None => Ok(file),
    }
}
