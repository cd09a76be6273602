//! A checkpoint is loaded as it was saved, or refused.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use gander::checkpoint::Checkpoint;
use gander::gan::Array;

fn example() -> Checkpoint {
    let array = |shape: &[usize], first: f32| Array {
        shape: shape.into(),
        values: (0..shape.iter().product()).map(|i| first - i as f32 / 3.0).collect(),
    };
    let tensors = [
        ("g.h0.w", array(&[3, 5], 1.0)),
        ("g.h0.b", array(&[5], -0.0)),
        ("d.momentum", array(&[2, 2, 2], 1e-40)),
        ("empty", array(&[0, 7], 0.0)),
    ];
    Checkpoint {
        iteration: 500,
        seed: 7,
        config: "# π\n[train]\nk = 2\n".into(),
        device: "llvmpipe (LLVM 15.0.6), Vulkan".into(),
        version: "0.1.0".into(),
        data: Some("5b92".into()),
        tensors: tensors.into_iter().map(|(name, array)| (name.to_owned(), array)).collect(),
    }
}

fn saved(checkpoint: &Checkpoint, path: &Path) -> Vec<u8> {
    checkpoint.save(path).unwrap();
    fs::read(path).unwrap()
}

#[test]
fn what_is_saved_is_loaded_bit_for_bit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.safetensors");
    let large = Array { shape: vec![100, 123], values: (0..12300).map(|i| f32::from_bits(i * 1000)).collect() };
    let mut checkpoint = example();
    checkpoint.tensors.insert("large".into(), large);
    for checkpoint in [checkpoint, Checkpoint { iteration: u64::MAX, seed: u32::MAX, tensors: BTreeMap::new(), ..example() }] {
        checkpoint.save(&path).unwrap();
        let back = Checkpoint::load(&path).unwrap();
        assert_eq!(back, checkpoint);
        assert_eq!(back.digest(), checkpoint.digest());
    }
}

#[test]
fn equal_checkpoints_give_equal_files_and_others_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let first = saved(&example(), &folder.path().join("a"));
    for again in 0..20 {
        assert_eq!(saved(&example(), &folder.path().join(format!("b{again}"))), first);
    }
    assert_ne!(saved(&Checkpoint { seed: 8, ..example() }, &folder.path().join("c")), first);
}

#[test]
fn any_safetensors_reader_opens_it() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = saved(&example(), &folder.path().join("a.safetensors"));
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let weights = tensors.tensor("g.h0.w").unwrap();
    let first = 1f32 - 1.0 / 3.0;
    assert_eq!((weights.shape(), &weights.data()[..8]), (&[3, 5][..], &[1f32.to_le_bytes(), first.to_le_bytes()].concat()[..]));
    assert_eq!(u64::from_le_bytes(bytes[..8].try_into().unwrap()) % 8, 0, "the tensors are aligned for readers that map the file");
}

#[test]
fn every_truncation_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.safetensors");
    let bytes = saved(&example(), &path);
    for length in 0..bytes.len() {
        fs::write(&path, &bytes[..length]).unwrap();
        assert!(Checkpoint::load(&path).is_err(), "cut to {length} bytes");
    }
    fs::write(&path, [&bytes[..], b"\0"].concat()).unwrap();
    assert!(Checkpoint::load(&path).is_err(), "one byte too many");
}

#[test]
fn every_mutation_is_refused_or_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.safetensors");
    let bytes = saved(&example(), &path);
    let mut random = Lcg(1);
    let (mut refused, mut equal) = (0, 0);
    for round in 0..20_000 {
        let mut mutated = bytes.clone();
        for _ in 0..1 + round % 3 {
            mutate(&mut mutated, &mut random);
        }
        fs::write(&path, &mutated).unwrap();
        match Checkpoint::load(&path) {
            Err(error) => {
                assert!(error.to_string().starts_with(path.to_str().unwrap()), "{error}");
                refused += 1;
            }
            // The bits, not the values: −0 is not 0 here.
            Ok(checkpoint) if checkpoint.digest() == example().digest() => equal += 1,
            Ok(checkpoint) => panic!("round {round} was taken for a checkpoint: {checkpoint:?}"),
        }
    }
    assert!(refused > 19_000, "{refused} refused, {equal} equal");
}

#[test]
fn headers_made_to_overflow_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.safetensors");
    let end = usize::MAX;
    let headers = [
        format!(r#"{{"a":{{"dtype":"F32","shape":[{end},{end}],"data_offsets":[0,{end}]}}}}"#),
        format!(r#"{{"a":{{"dtype":"F32","shape":[{}],"data_offsets":[0,{}]}}}}"#, end / 8, end / 8 * 4),
        r#"{"a":{"dtype":"F32","shape":[0],"data_offsets":[9,9]}}"#.into(),
        "[".repeat(100_000),
        r#"{"a":"#.repeat(100_000),
    ];
    for header in headers {
        let length = header.len() as u64;
        fs::write(&path, [&length.to_le_bytes()[..], header.as_bytes()].concat()).unwrap();
        assert!(Checkpoint::load(&path).is_err());
    }
    fs::write(&path, [0xff; 64]).unwrap();
    assert!(Checkpoint::load(&path).unwrap_err().to_string().contains("promises a header of 18446744073709551615 bytes"));
}

#[test]
fn a_checkpoint_that_training_cannot_go_on_from_is_not_saved() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.safetensors");
    let refused = |change: fn(&mut Checkpoint)| {
        let mut checkpoint = example();
        change(&mut checkpoint);
        checkpoint.save(&path).unwrap_err().to_string()
    };
    assert!(refused(|c| c.tensors.get_mut("g.h0.w").unwrap().values[4] = f32::NAN).contains("tensor `g.h0.w` holds NaN at index 4"));
    assert!(refused(|c| c.tensors.get_mut("g.h0.w").unwrap().shape[0] = 4).contains("has the shape [4, 5] but 15 values"));
    assert!(refused(|c| drop(c.tensors.insert("__metadata__".into(), Array { shape: vec![0], values: vec![] }))).contains("__metadata__"));
    assert!(!path.exists());
}

#[test]
fn other_safetensors_files_are_named_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.safetensors");
    let view = safetensors::tensor::TensorView::new(safetensors::Dtype::F32, vec![1], &[0; 4]).unwrap();
    fs::write(&path, safetensors::serialize([("w", view)], None).unwrap()).unwrap();
    let error = Checkpoint::load(&path).unwrap_err().to_string();
    assert!(error.ends_with("no checkpoint of gander's: it has no metadata"), "{error}");
}

/// Damages one place, the header as often as the tensors: a flipped bit, another byte, a byte lost, a byte doubled, a run of zeros.
fn mutate(bytes: &mut Vec<u8>, random: &mut Lcg) {
    let at = random.below(bytes.len());
    match random.below(5) {
        0 => bytes[at] ^= 1 << random.below(8),
        1 => bytes[at] = random.below(256) as u8,
        2 => drop(bytes.remove(at)),
        3 => bytes.insert(at, bytes[at]),
        _ => {
            let end = (at + 1 + random.below(64)).min(bytes.len());
            bytes[at..end].fill(0);
        }
    }
}

/// A linear congruential generator with Knuth's constants (MMIX), so that the tests repeat.
struct Lcg(u64);

impl Lcg {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % n as u64) as usize
    }
}
