//! Every reader of gander by name, with valid files to begin from. The fuzz targets use this file too.

#![allow(dead_code, reason = "the tests attack readers, a fuzz target only reads")]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Write;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use gander::checkpoint::Checkpoint;
use gander::data::arrays::read_from as read_array_from;
use gander::data::images::{Form, read_pack_from, read_picture_from};
use gander::data::own::Hint;
use gander::data::{Outline, Shape, cifar, idx, mat, npy, samples, tfd};
use gander::export::{Origin, Sequential};
use gander::gan::{Array, Config, Player, State, Trainer};
use gander::host::HostDevice;
use gander::report::metrics;
use gander::tensor_file;
use image::{DynamicImage, ImageFormat};
use sha2::{Digest, Sha256};

/// Memory that a reader may take for whatever file: messages, tables of a decoder, buffers.
const SLACK: usize = 1 << 20;

/// Bytes that zlib can make of one.
const INFLATION: usize = 1032;

/// A reader, as it is attacked.
pub struct Reader {
    /// Its name, and that of its fuzz target.
    pub name: &'static str,
    /// Valid files.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// What is done to a mutated file before it is read: compressed, or given its checksums.
    pub dress: fn(&[u8]) -> Vec<u8>,
    /// Reads a file; whether it was valid.
    pub read: fn(&[u8]) -> bool,
    /// The most bytes that it says it reads.
    cap: usize,
    /// How many bytes it may hold for each of a file.
    per_byte: usize,
}

impl Reader {
    /// Reads a file that a fuzzer made.
    pub fn fuzz(&self, bytes: &[u8]) {
        (self.read)(&(self.dress)(bytes));
    }

    /// The most memory that it may take for a file of this length: twice its cap, and never more than its file can ask for.
    pub fn most(&self, length: usize) -> usize {
        (2 * self.cap).min(self.per_byte.saturating_mul(length)) + SLACK
    }
}

const GIB: usize = 1 << 30;

/// The pictures that a folder's are made.
const FORM: Form = Form { size: 2, channels: 1 };

/// All of them.
pub static READERS: [Reader; 20] = [
    Reader { per_byte: 4, ..reader("idx", idx_files, read_idx) },
    Reader { per_byte: 2 * INFLATION, ..reader("gzip", gzip_files, read_idx) },
    Reader { per_byte: 2 * INFLATION, dress: gzip, ..reader("idx-within-gzip", idx_files, read_idx) },
    Reader { per_byte: 8, ..reader("cifar-tar", archives, read_cifar) },
    Reader { per_byte: 4 * INFLATION, dress: gzip, ..reader("cifar-tar-gzip", archives, read_cifar) },
    Reader { per_byte: 2 * INFLATION, ..reader("mat", mat_files, read_mat) },
    Reader { per_byte: 2 * INFLATION, dress: in_mat_file, ..reader("mat-within-zlib", mat_variables, read_mat) },
    Reader { per_byte: 8, ..reader("npy", npy_files, |bytes| npy::read_from(bytes).is_ok()) },
    Reader { per_byte: 16, ..reader("arrays", arrays, read_array) },
    Reader { per_byte: 16, ..reader("samples", arrays, read_samples) },
    Reader { dress: with_sums, ..reader("samples-png", pngs_of_samples, read_sample) },
    Reader { per_byte: 64, cap: 8 * GIB, ..reader("checkpoint", checkpoints, |bytes| Checkpoint::load_from(bytes).is_ok()) },
    Reader { per_byte: 256, cap: 8 * GIB, ..reader("tensors", tensors, read_tensors) },
    Reader {
        per_byte: 64,
        cap: 8 * GIB,
        dress: resealed,
        ..reader("checkpoint-of-a-game", checkpoints_of_a_game, read_checkpoint_of_a_game)
    },
    Reader { per_byte: 256, ..reader("config", configurations, read_config) },
    Reader { per_byte: 16, ..reader("metrics", metrics_files, |bytes| metrics::read_from(bytes).is_ok()) },
    reader("png", pngs, read_picture),
    Reader { dress: with_sums, ..reader("png-with-sums", pngs, read_picture) },
    reader("jpeg", jpegs, read_picture),
    Reader { per_byte: 64, cap: 4 * GIB, dress: summed, ..reader("pack", packs, |bytes| read_pack_from(bytes, FORM).is_some()) },
];

/// A reader whose files may ask for all that its cap of 1 GiB allows.
const fn reader(name: &'static str, seeds: fn() -> Vec<Vec<u8>>, read: fn(&[u8]) -> bool) -> Reader {
    Reader { name, seeds, dress: as_it_is, read, cap: GIB, per_byte: usize::MAX }
}

/// The reader of that name.
pub fn named(name: &str) -> &'static Reader {
    READERS.iter().find(|reader| reader.name == name).expect("the reader is in the table")
}

fn as_it_is(bytes: &[u8]) -> Vec<u8> {
    bytes.to_vec()
}

/// Stored, not compressed: that is quick, and a reader does not see the difference.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(vec![], Compression::none());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

/// A file of IDX: a magic number, sizes, and as many bytes as they promise.
fn idx_file(magic: u32, sizes: &[u32]) -> Vec<u8> {
    let header = [magic].iter().chain(sizes).flat_map(|word| word.to_be_bytes()).collect::<Vec<u8>>();
    let count = sizes.iter().product::<u32>();
    header.into_iter().chain((0..count).map(|i| (i % 10) as u8)).collect()
}

fn idx_files() -> Vec<Vec<u8>> {
    vec![idx_file(2051, &[3, 4, 5]), idx_file(2049, &[12])]
}

fn gzip_files() -> Vec<Vec<u8>> {
    // Two members, as some tools write them.
    let [images, labels] = [idx_file(2051, &[3, 4, 5]), idx_file(2049, &[12])];
    let mut compressed = GzEncoder::new(vec![], Compression::best());
    compressed.write_all(&images).expect("memory takes it");
    let compressed = compressed.finish().expect("memory takes it");
    vec![compressed, gzip(&labels), [gzip(&images[..20]), gzip(&images[20..])].concat()]
}

fn read_idx(bytes: &[u8]) -> bool {
    let (images, labels) = (idx::read_images_from(bytes), idx::read_labels_from(bytes));
    images.is_ok() || labels.is_ok()
}

/// Archives of the six files, a record each; one as it is published, one with a long name and things that are no files.
fn archives() -> Vec<Vec<u8>> {
    let record: Vec<u8> = (0..cifar::RECORD).map(|i| (i % 10) as u8).collect();
    let files = |more: fn(&mut tar::Builder<Vec<u8>>)| {
        let mut archive = tar::Builder::new(vec![]);
        more(&mut archive);
        for name in cifar::FILES {
            let mut header = tar::Header::new_gnu();
            header.set_size(record.len() as u64);
            archive.append_data(&mut header, format!("cifar-10-batches-bin/{name}"), &record[..]).expect("memory takes it");
        }
        archive.into_inner().expect("memory takes it")
    };
    let others = |archive: &mut tar::Builder<Vec<u8>>| {
        let mut link = tar::Header::new_gnu();
        link.set_entry_type(tar::EntryType::Symlink);
        link.set_size(0);
        archive.append_link(&mut link, "a link", "data_batch_1.bin").expect("memory takes it");
        let mut note = tar::Header::new_gnu();
        note.set_size(3);
        archive.append_data(&mut note, "long/".repeat(40), &b"abc"[..]).expect("memory takes it");
    };
    vec![files(|_| ()), files(others)]
}

fn read_cifar(bytes: &[u8]) -> bool {
    cifar::read_from(bytes).is_ok()
}

const MAT_FILES: [&[u8]; 5] = [
    include_bytes!("../mat/plain.mat"),
    include_bytes!("../mat/compressed.mat"),
    include_bytes!("../mat/big_endian.mat"),
    include_bytes!("../mat/others.mat"),
    include_bytes!("../mat/tfd.mat"),
];

fn mat_files() -> Vec<Vec<u8>> {
    MAT_FILES.map(<[u8]>::to_vec).to_vec()
}

/// The variables of the first file, each with its tag.
fn mat_variables() -> Vec<Vec<u8>> {
    let mut rest = &MAT_FILES[0][128..];
    let mut variables = vec![];
    while let Some(size) = rest.get(4..8) {
        let (variable, after) = rest.split_at(8 + u32::from_le_bytes([size[0], size[1], size[2], size[3]]) as usize);
        // Those whose names are asked for.
        if read_mat(&in_mat_file(variable)) {
            variables.push(variable.to_vec());
        }
        rest = after;
    }
    variables
}

/// A file whose only variable is compressed.
fn in_mat_file(variable: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(vec![], Compression::none());
    encoder.write_all(variable).expect("memory takes it");
    let compressed = encoder.finish().expect("memory takes it");
    [&MAT_FILES[0][..128], &15u32.to_le_bytes(), &(compressed.len() as u32).to_le_bytes(), &compressed].concat()
}

/// Reads what any of the files holds, and makes what was read row-major.
fn read_mat(bytes: &[u8]) -> bool {
    let mut valid = tfd::read_from(bytes, 1).is_ok();
    for name in ["uint8", "double", "int16", "none", "shorts", "last"] {
        if let Ok(arrays) = mat::read_from(bytes, &[name]) {
            let array = &arrays[0];
            let count = array.shape().iter().product::<usize>();
            // Numbers are kept as they are written; as f64 they may take eight times that.
            assert!(count > 1 << 16 || array.row_major().len() == count);
            let all: Vec<usize> = (0..array.shape()[0].min(1 << 16)).collect();
            assert!(count > 1 << 16 || array.examples(&all).is_none_or(|examples| examples.len() == count));
            valid = true;
        }
    }
    valid
}

fn npy_files() -> Vec<Vec<u8>> {
    [
        &include_bytes!("../numpy/bytes.npy")[..],
        include_bytes!("../numpy/singles.npy"),
        include_bytes!("../numpy/doubles_big_endian.npy"),
        include_bytes!("../numpy/halves.npy"),
    ]
    .map(<[u8]>::to_vec)
    .to_vec()
}

/// Arrays that are data sets, and samples to compare with pictures of 3×2 or with points: each axis first once, bytes and reals.
fn arrays() -> Vec<Vec<u8>> {
    let array = |descr: &str, axes: &str, numbers: &[u8]| {
        let text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({axes}), }}\n");
        [b"\x93NUMPY\x01\0", &(text.len() as u16).to_le_bytes()[..], text.as_bytes(), numbers].concat()
    };
    let singles: Vec<u8> = (0..36u8).flat_map(|i| (f32::from(i) / 36.0).to_le_bytes()).collect();
    let doubles: Vec<u8> = (0..12u8).flat_map(|i| f64::from(i).sin().abs().to_be_bytes()).collect();
    vec![
        array("|u1", "7, 2, 3", &[9; 42]),
        array("<f4", "2, 3, 2, 3", &singles),
        array("<f4", "2, 2, 3, 3", &singles),
        array(">f8", "2, 6", &doubles),
        // Halves from 0 to 1: an exponent of 14 or less.
        array("<f2", "4, 6", &[0, 0x38].repeat(24)),
    ]
}

fn read_array(bytes: &[u8]) -> bool {
    let hints = [Hint::default(), Hint { size: Some(2), channels: Some(3) }, Hint { size: Some(1), channels: None }];
    hints.map(|hint| read_array_from(bytes, hint, "array").is_ok()).contains(&true)
}

/// What samples are compared with.
fn outlines() -> [Outline; 3] {
    let outline = |width, height, channels, bytes| {
        let (name, shape, examples, train) = ("set".into(), Shape { width, height, channels }, 9, 0..9);
        Outline { name, shape, bytes, examples, train, preprocess: None }
    };
    [outline(3, 2, 1, true), outline(3, 2, 3, true), outline(6, 1, 1, false)]
}

fn read_samples(bytes: &[u8]) -> bool {
    let ranges = [None, Some(samples::Range { low: -1.0, high: 1.0 })];
    let read = |outline: &Outline| ranges.map(|range| samples::read_from(bytes, outline, range).is_ok()).contains(&true);
    outlines().each_ref().map(read).contains(&true)
}

/// Opaque pictures, one in colour and one in grey.
fn pngs_of_samples() -> Vec<Vec<u8>> {
    vec![picture(|picture| picture.into_rgb8().into(), ImageFormat::Png), picture(|picture| picture.into_luma16().into(), ImageFormat::Png)]
}

fn read_sample(bytes: &[u8]) -> bool {
    [1, 3].map(|channels| samples::read_picture_from(bytes, Shape { width: 9, height: 7, channels }).is_ok()).contains(&true)
}

/// Checkpoints as they lie in a file. Writing one needs a file, so that a reader of this process's own folder does it once.
fn checkpoints() -> Vec<Vec<u8>> {
    let array = |shape: &[usize]| Array { shape: shape.into(), values: (0..shape.iter().product()).map(|i| i as f32 / 3.0).collect() };
    let tensors = BTreeMap::from([("g.h0.w".into(), array(&[3, 5])), ("g.h0.b".into(), array(&[5])), ("empty".into(), array(&[0, 7]))]);
    let (config, device, version) = ("[train]\nk = 2\n".into(), "host".into(), "0.1.0".into());
    let new = Checkpoint { iteration: 500, seed: 7, config, device, version, data: Some("5b92".into()), tensors };
    vec![written(&new), written(&Checkpoint { data: None, ..new })]
}

fn written(checkpoint: &Checkpoint) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("there is room for a file");
    let path = folder.path().join("a.safetensors");
    checkpoint.save(&path).expect("there is room for a file");
    std::fs::read(path).expect("it was written")
}

/// A game so small that its checkpoint is mostly header, and mutations meet every part of it.
const SMALL: [&str; 6] = [
    "prior.size=2",
    "generator.layers.0.units=2",
    "generator.layers.1.units=1",
    "discriminator.layers.0.units=1",
    "discriminator.layers.0.pieces=2",
    "discriminator.layers.1.units=1",
];

thread_local! {
    /// Its trainer, and what it begins with.
    static TRAINER: RefCell<(Trainer, State)> = RefCell::new(a_game());
}

fn small() -> Config {
    Config::parse(include_str!("../../assets/presets/ring.toml"), &SMALL.map(String::from)).expect("the configuration is valid")
}

fn a_game() -> (Trainer, State) {
    let config = small();
    let dataset = gander::data::open(&config.data, None).expect("the set is made from a seed");
    let mut trainer = Trainer::new(Box::new(HostDevice::<f32>::new()), &config, &dataset).expect("the game fits the host");
    let state = gander::cli::wait(None, trainer.state()).expect("the host does not fail");
    (trainer, state)
}

fn checkpoints_of_a_game() -> Vec<Vec<u8>> {
    let state = TRAINER.with_borrow(|(_, state)| state.clone());
    vec![written(&Checkpoint::new(state, 3, "seed = 3".into(), "host".into(), "5b92".into()))]
}

/// A checkpoint with the SHA-256 that belongs to it, as somebody would write it who is not us.
fn resealed(bytes: &[u8]) -> Vec<u8> {
    seal(bytes).unwrap_or_else(|| bytes.to_vec())
}

fn seal(bytes: &[u8]) -> Option<Vec<u8>> {
    let (length, rest) = bytes.split_first_chunk()?;
    let (header, data) = rest.split_at_checked(u64::from_le_bytes(*length).try_into().ok()?)?;
    let mut header: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(header).ok()?;
    let mut tensors = BTreeMap::new();
    for (name, info) in header.iter().filter(|(name, _)| *name != "__metadata__") {
        let shape: Vec<usize> = serde_json::from_value(info["shape"].clone()).ok()?;
        let (start, end) = serde_json::from_value(info["data_offsets"].clone()).ok()?;
        let (values, _) = data.get::<std::ops::Range<usize>>(start..end)?.as_chunks();
        let values = values.iter().map(|value| f32::from_le_bytes(*value)).collect();
        tensors.insert(name.clone(), Array { shape, values });
    }
    let metadata = header.get_mut("__metadata__")?.as_object_mut()?;
    let text = |key: &str| Some(metadata.get(key)?.as_str()?.to_string());
    let (iteration, seed) = (text("iteration")?.parse().ok()?, text("seed")?.parse().ok()?);
    let (config, device, version) = (text("config")?, text("device")?, text("version")?);
    let digest = Checkpoint { iteration, seed, config, device, version, data: text("data"), tensors }.digest();
    metadata.insert("sha256".into(), digest.into());
    let header = serde_json::to_vec(&header).ok()?;
    Some([&(header.len() as u64).to_le_bytes(), &header[..], data].concat())
}

/// Goes back to a checkpoint, and sees to it that what a game accepts is what it could have learnt.
fn read_checkpoint_of_a_game(bytes: &[u8]) -> bool {
    let Ok(checkpoint) = Checkpoint::load_from(bytes) else { return false };
    TRAINER.with_borrow_mut(|(trainer, start)| {
        let state = checkpoint.into_state();
        let accepted = trainer.restore(&state).is_ok();
        if accepted {
            let shapes = |state: &State| state.tensors.iter().map(|(name, array)| (name.clone(), array.shape.clone())).collect::<Vec<_>>();
            assert_eq!(shapes(&state), shapes(start), "another architecture was accepted");
            let whole = |array: &Array| {
                array.values.len() == array.shape.iter().product::<usize>() && array.values.iter().all(|value| value.is_finite())
            };
            assert!(state.tensors.values().all(whole), "numbers that are missing or not finite were accepted");
        }
        accepted
    })
}

/// All parameters of that game, as they are exported.
fn tensors() -> Vec<Vec<u8>> {
    let (config, state) = (small(), TRAINER.with_borrow(|(_, state)| state.clone()));
    let networks = players(&config).expect("its layers fit");
    let tensors = networks.iter().flat_map(|network| network.parameters_of(&state).expect("it is the state of this game")).collect();
    let origin = Origin { config: config.to_toml(), iteration: 7, version: "0.1.0".into() };
    let folder = tempfile::tempdir().expect("there is room for a file");
    let path = folder.path().join("a.safetensors");
    tensor_file::save(&path, &origin.metadata_with(&networks), &tensors).expect("there is room for a file");
    vec![std::fs::read(path).expect("it was written")]
}

fn players(config: &Config) -> gander::Result<Vec<Sequential>> {
    Player::BOTH.iter().map(|player| Sequential::new(config, *player, 2.into())).collect()
}

/// Reads named tensors, and what they say that they are the parameters of.
fn read_tensors(bytes: &[u8]) -> bool {
    let Ok(mut file) = tensor_file::load_from(bytes) else { return false };
    let game = Origin::read(&file.metadata).and_then(|origin| Config::parse(&origin.config, &[]).ok());
    let Some(Ok(networks)) = game.as_ref().map(players) else { return false };
    networks.iter().all(|network| network.take(&mut file.tensors).is_ok_and(|parameters| !parameters.is_empty()))
}

fn configurations() -> Vec<Vec<u8>> {
    vec![include_bytes!("../../assets/presets/mnist.toml").to_vec(), include_bytes!("../../assets/presets/ring.toml").to_vec()]
}

fn read_config(bytes: &[u8]) -> bool {
    let Ok(config) = Config::parse(&String::from_utf8_lossy(bytes), &[]) else { return false };
    let again = Config::parse(&config.to_toml(), &[]).expect("what was accepted is valid when it is written");
    assert!(again == config, "what was accepted is something else once it is written");
    true
}

fn metrics_files() -> Vec<Vec<u8>> {
    let header = "iteration,d_loss,g_loss,value,d_real,d_fake,real_right,fake_right,g_gradient,d_gradient,non_finite\n";
    let rows = "1,1.38,0.69,-1.3,0.5,0.5,0.5,0.5,0.01,0.02,0\n2,1e-12,NaN,inf,-inf,0.1,1.0,0.0,3e20,1e-45,1\n";
    vec![
        format!("{header}{rows}").into_bytes(),
        format!("{header}{}", rows.repeat(5)).into_bytes(),
        format!("{header}{rows}3,0.1").into_bytes(),
    ]
}

/// A small picture, in some form.
fn picture(form: fn(DynamicImage) -> DynamicImage, format: ImageFormat) -> Vec<u8> {
    let colours = image::RgbaImage::from_fn(9, 7, |x, y| image::Rgba([20 * x as u8, 30 * y as u8, (x * y) as u8, 255 - 9 * x as u8]));
    let mut file = std::io::Cursor::new(vec![]);
    form(DynamicImage::ImageRgba8(colours)).write_to(&mut file, format).expect("memory takes it");
    file.into_inner()
}

fn pngs() -> Vec<Vec<u8>> {
    let forms: [fn(DynamicImage) -> DynamicImage; 4] = [
        |picture| picture,
        |picture| picture.into_luma8().into(),
        |picture| picture.into_rgb16().into(),
        |picture| picture.into_luma_alpha8().into(),
    ];
    forms.map(|form| picture(form, ImageFormat::Png)).to_vec()
}

fn jpegs() -> Vec<Vec<u8>> {
    vec![
        picture(|picture| picture.into_rgb8().into(), ImageFormat::Jpeg),
        picture(|picture| picture.into_luma8().into(), ImageFormat::Jpeg),
    ]
}

fn read_picture(bytes: &[u8]) -> bool {
    read_picture_from(bytes, FORM).is_ok()
}

/// A PNG whose pieces have the checksums that belong to them.
fn with_sums(png: &[u8]) -> Vec<u8> {
    let (mut png, mut at) = (png.to_vec(), 8);
    while let Some(size) = png.get(at..at + 4) {
        let size = u32::from_be_bytes([size[0], size[1], size[2], size[3]]) as usize;
        let (begin, end) = (at + 4, at + 8 + size);
        let Some(piece) = png.get(begin..end) else { break };
        let mut sum = flate2::Crc::new();
        sum.update(piece);
        let sum = sum.sum().to_be_bytes();
        let Some(place) = png.get_mut(end..end + 4) else { break };
        place.copy_from_slice(&sum);
        at = end + 4;
    }
    png
}

/// A folder's pictures as its cache keeps them, without the checksum at its end.
fn packs() -> Vec<Vec<u8>> {
    let header = br#"{"key":"k","ranges":{"train":{"start":0,"end":2},"valid":{"start":2,"end":2},"test":{"start":2,"end":3}},"labelled":true,"skipped":[{"path":"a/b.png","why":"damaged"}],"skipped_in_all":1}"#;
    let content = [b"ganderp1", &(header.len() as u32).to_le_bytes()[..], header, &[7; 12], &[1, 0, 2]].concat();
    vec![content]
}

fn summed(content: &[u8]) -> Vec<u8> {
    [content, &Sha256::digest(content)].concat()
}
