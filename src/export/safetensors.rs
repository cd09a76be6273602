//! Files of named tensors that any reader of safetensors opens; floats are little-endian f32. Source: the format's README, "Format".
//!
//! Equal content gives equal bytes: the header is written here, its keys sorted, as that of a checkpoint is. Of what others wrote, F32 is read, and nothing
//! is taken on trust: no more memory than the file is long, no number that is not finite.

use crate::atomic;
use crate::error::{Error, Result};
use crate::gan::Array;
use ::safetensors::tensor::{Dtype, Metadata, TensorInfo};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Where a header keeps its metadata.
const METADATA: &str = "__metadata__";
/// Longest header that is read, in bytes, as of checkpoints.
const MAX_HEADER: u64 = 16 << 20;
/// Largest file that is read, in bytes, as of checkpoints.
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
    atomic::write(path, |file| {
        file.write_all(&(header.len() as u64).to_le_bytes())?;
        file.write_all(&header)?;
        tensors.values().flat_map(|array| &array.values).try_for_each(|value| file.write_all(&value.to_le_bytes()))
    })
}

/// Reads a file.
/// # Errors when it cannot be read, is no safetensors file, or holds other things than finite numbers in F32.
pub fn load(path: &Path) -> Result<Tensors> {
    let refuse = |why: String| Error::Checkpoint(format!("{}: {why}", path.display()));
    let file = File::open(path).map_err(Error::io("open", path))?;
    let promised = file.metadata().map_err(Error::io("read", path))?.len();
    if promised > MAX_FILE {
        return Err(refuse(format!("{promised} bytes are more than the {MAX_FILE} that are read")));
    }
    let mut bytes = Vec::new();
    file.take(MAX_FILE).read_to_end(&mut bytes).map_err(Error::io("read", path))?;
    parse(&bytes).map_err(refuse)
}

/// The same, from the file's bytes.
/// # Errors as [`load`] has them.
pub fn load_from(bytes: &[u8]) -> Result<Tensors> {
    parse(bytes).map_err(Error::Checkpoint)
}

fn parse(bytes: &[u8]) -> std::result::Result<Tensors, String> {
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
    let tensors = header.tensors().into_iter().map(|(name, info)| {
        let array = array(&name, info, data)?;
        Ok((name, array))
    });
    let tensors = tensors.collect::<std::result::Result<_, String>>()?;
    Ok(Tensors { metadata: header.metadata().iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect(), tensors })
}

/// The tensor `name`, whose header entry has been validated against its own shape, out of the file's data.
fn array(name: &str, info: &TensorInfo, data: &[u8]) -> std::result::Result<Array, String> {
    if info.dtype != Dtype::F32 {
        return Err(format!("`{name}` is {:?}, F32 is read: save it as x.float()", info.dtype));
    }
    let (start, end) = info.data_offsets;
    let bytes = data.get(start..end).ok_or_else(|| format!("`{name}` lies outside of the file"))?;
    let (values, _) = bytes.as_chunks();
    let values: Vec<f32> = values.iter().map(|&value| f32::from_le_bytes(value)).collect();
    match values.iter().position(|value| !value.is_finite()) {
        Some(at) => Err(format!("`{name}` holds {} at index {at}: every number must be finite", values[at])),
        None => Ok(Array { shape: info.shape.clone(), values }),
    }
}
