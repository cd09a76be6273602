//! Data of the user's own: folders of pictures and arrays, from training to every command that looks at a run; and `gander data check` and `show`.

#[path = "../data/cifar_from_folder.rs"]
mod cifar_from_folder;

use crate::{TINY, assert_fails, gander, said};
use gander::data::images::{Folder, Form};
use gander::data::{Dataset, Minibatches, cifar};
use gander::host::HostDevice;
use gander::plan::{Device, Recorder};
use image::{GrayImage, Luma, Rgb, RgbImage};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use tempfile::TempDir;

/// A place for pictures, runs and the cache.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Desk {
        Desk { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the program here, with a cache of its own.
    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = gander();
        for variable in ["XDG_CACHE_HOME", "HOME", "LOCALAPPDATA"] {
            command.env(variable, self.path("cache"));
        }
        command.current_dir(self.folder.path()).args(arguments).output().expect("the binary was built for this test")
    }

    /// Runs the program to a good end, and returns what it printed.
    #[track_caller]
    fn printed(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Trains the paper's game in miniature, on pictures of so many numbers.
    fn train(&self, out: &str, units: u32, more: &[&str]) -> Output {
        let units = format!("generator.layers.2.units={units}");
        let own = ["train", "mnist", "--out", out, "--set", &units, "--set", "report.monitor_every=0", "--iterations", "6"];
        self.run(&[&own[..], &TINY, more].concat())
    }

    /// Grey pictures of a size, `count` of each class.
    fn pictures(&self, below: &str, classes: &[&str], count: u32, side: u32) {
        for (class, name) in classes.iter().enumerate() {
            let folder = self.path(below).join(name);
            fs::create_dir_all(&folder).unwrap();
            for i in 0..count {
                let grey = |x: u32, y: u32| Luma([(x * (i + 3) + y * (class as u32 + 5)) as u8]);
                GrayImage::from_fn(side, side, grey).save(folder.join(format!("{i:02}.png"))).unwrap();
            }
        }
    }
}

fn bytes(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Ten classes of colourful pictures, PNG and JPEG, for training and test.
fn colourful(root: &Path) {
    for (class, name) in cifar::CLASSES.iter().enumerate() {
        for (part, count) in [("train", 6), ("test", 2)] {
            let folder = root.join(part).join(name);
            fs::create_dir_all(&folder).unwrap();
            for i in 0..count {
                let colour = |x: u32, y: u32| Rgb([(x * (i + 2)) as u8, (y * (class as u32 + 1)) as u8, (x * y + 9 * i) as u8]);
                let name = format!("{i}.{}", if i % 2 == 0 { "png" } else { "jpg" });
                RgbImage::from_fn(32, 32, colour).save(folder.join(name)).unwrap();
            }
        }
    }
}

/// The first minibatches of a data set, as a device draws them.
fn minibatches(dataset: &Dataset) -> Vec<u8> {
    let mut rec = Recorder::new();
    let clock = rec.words("clock", 4);
    let data = Minibatches::new(&mut rec, &dataset.outline(), &clock);
    let x = rec.tensor("x", [100, data.dimensions()]);
    data.draw(&mut rec, 0, &x);
    let plan = rec.finish("draw");
    let mut device = HostDevice::<f32>::new();
    device.allocate(rec.memory()).unwrap();
    let id = device.prepare(&plan).unwrap();
    data.upload(&mut device, dataset);
    device.write(&clock, bytemuck::cast_slice(&[7u32, 0, 0, 0]));
    gander::cli::wait(None, device.submit(id, 1, &[&x])).unwrap().remove(0)
}

#[test]
fn a_folder_and_its_binary_form_are_one_data_set() {
    let desk = Desk::new();
    let (pictures, binary) = (desk.path("pictures"), desk.path("binary"));
    colourful(&pictures);
    assert_eq!(cifar_from_folder::convert(&pictures, &binary), 80);
    let folder = Folder::list(&pictures, Form { size: 32, channels: 3 }).unwrap();
    let of_folder = folder.open("cifar10", None, &mut |_| ()).unwrap();
    let of_binary = cifar::read(&binary).unwrap();
    assert_eq!((of_folder.train.clone(), of_folder.valid.clone(), of_folder.test.clone()), (0..48, 48..60, 60..80));
    assert!(of_folder == of_binary, "values, labels and ranges");
    assert!(minibatches(&of_folder) == minibatches(&of_binary), "the minibatches drawn");

    // And so are whole games: every loss of every iteration, and the parameters at the end.
    let set = ["--set", "data.set=cifar10", "--data", "binary"];
    let own = ["--data", "folder:pictures", "--size", "32", "--channels", "3"];
    for (out, more) in [("a", &set[..]), ("b", &own)] {
        let output = desk.train(out, 3072, more);
        assert!(output.status.success(), "{}", said(&output));
    }
    for file in ["metrics.csv", "samples/000006.png"] {
        assert!(bytes(&desk.path("a").join(file)) == bytes(&desk.path("b").join(file)), "{file}");
    }
}

#[test]
fn a_run_on_a_folder_knows_its_data_from_everywhere() {
    let desk = Desk::new();
    desk.pictures("pictures", &["cat", "dog"], 35, 40);
    fs::write(desk.path("pictures/cat/broken.png"), "no picture").unwrap();
    let output = desk.train("run", 64, &["--data", "folder:pictures", "--size", "8", "--channels", "1"]);
    assert!(output.status.success(), "{}", said(&output));
    for line in ["skipped cat/broken.png: it is neither PNG nor JPEG", "broken pictures skipped: 1"] {
        assert!(said(&output).contains(line), "{}", said(&output));
    }
    let config = fs::read_to_string(desk.path("run/config.toml")).unwrap();
    let absolute = fs::canonicalize(desk.folder.path()).unwrap().join("pictures");
    assert!(config.contains(&format!("folder:{}", absolute.display())) || config.contains("folder:/"), "{config}");
    assert!(config.contains("size = 8") && config.contains("channels = 1"), "{config}");
    fs::create_dir(desk.path("elsewhere")).unwrap();
    fs::rename(desk.path("run"), desk.path("elsewhere/run")).unwrap();
    desk.printed(&["resume", "elsewhere/run", "--adapter", "host", "--iterations", "8"]);
    desk.printed(&["figure", "2", "elsewhere/run", "--adapter", "host", "--out", "figure.png"]);
    let eval = desk.printed(&["eval", "elsewhere/run", "--adapter", "host", "--only", "parzen", "--no-calibration", "--count", "50"]);
    assert!(eval.contains("folder:"), "{eval}");
    // Samples need no data: their shape is in the configuration.
    fs::rename(desk.path("pictures"), desk.path("moved")).unwrap();
    desk.printed(&["sample", "elsewhere/run", "--adapter", "host", "--count", "4", "--out", "sheet.png"]);
    let missing = desk.run(&["resume", "elsewhere/run", "--adapter", "host", "--iterations", "9"]);
    assert_fails(&missing, 1, &["cannot open", "pictures"]);
    desk.printed(&["resume", "elsewhere/run", "--adapter", "host", "--iterations", "9", "--data", "folder:moved"]);
}

#[test]
fn an_array_trains_as_pictures_or_points() {
    let desk = Desk::new();
    let values: Vec<f32> = (0..40 * 64).map(|i| (i % 97) as f32 / 97.0).collect();
    gander::data::npy::write(&desk.path("x.npy"), &[40, 8, 8], &values).unwrap();
    gander::data::npy::write(&desk.path("flat.npy"), &[40, 64], &values).unwrap();
    for (out, more) in [("a", &["--data", "x.npy"][..]), ("b", &["--data", "npy:flat.npy", "--size", "8", "--channels", "1"])] {
        let output = desk.train(out, 64, more);
        assert!(output.status.success(), "{}", said(&output));
        desk.printed(&["sample", out, "--adapter", "host", "--count", "4", "--npy", "samples.npy"]);
        assert_eq!(gander::data::npy::read(&desk.path("samples.npy")).unwrap().shape, [4, 8, 8]);
        desk.printed(&["figure", "2", out, "--adapter", "host", "--out", "figure.png"]);
    }
    assert!(bytes(&desk.path("a/metrics.csv")) == bytes(&desk.path("b/metrics.csv")));
    gander::data::npy::write(&desk.path("points.npy"), &[50, 2], &values[..100]).unwrap();
    let more = ["--data", "points.npy", "--set", "generator.layers.2.bias=0.0", "--set", "generator.layers.2.kind=linear"];
    let output = desk.train("points", 2, &more);
    assert!(output.status.success(), "{}", said(&output));
    desk.printed(&["sample", "points", "--adapter", "host", "--count", "4", "--out", "sheet.png"]);

    // Samples need no array: the shape of an example is in the configuration. Points stand alone then, which is said.
    for name in ["x.npy", "flat.npy", "points.npy"] {
        fs::rename(desk.path(name), desk.path(&format!("{name}.moved"))).unwrap();
    }
    let sampled = |run: &str| {
        let output = desk.run(&["sample", run, "--adapter", "host", "--count", "4", "--npy", "samples.npy", "--out", "sheet.png"]);
        assert!(output.status.success(), "{}", said(&output));
        (gander::data::npy::read(&desk.path("samples.npy")).unwrap().shape, said(&output))
    };
    for out in ["a", "b"] {
        assert_eq!(sampled(out), (vec![4, 8, 8], String::new()));
    }
    let (shape, told) = sampled("points");
    assert_eq!(shape, [4, 2]);
    assert!(told.contains("points.npy") && told.contains("the samples are drawn without the data"), "{told}");
    // To train on, the array is wanted.
    let missing = desk.run(&["resume", "a", "--adapter", "host", "--iterations", "9"]);
    assert_fails(&missing, 1, &["cannot open", "x.npy"]);
    desk.printed(&["resume", "a", "--adapter", "host", "--iterations", "9", "--data", "npy:x.npy.moved"]);
}

#[test]
fn a_reproduction_on_an_array_writes_down_what_it_was_trained_on() {
    let desk = Desk::new();
    let values: Vec<f32> = (0..100).map(|i| (i % 17) as f32 / 8.0 - 1.0).collect();
    gander::data::npy::write(&desk.path("points.npy"), &[50, 2], &values).unwrap();
    let own = ["reproduce", "table1", "--preset", "ring", "--iterations", "4", "--out", "runs", "--data", "points.npy"];
    for seeds in ["1", "2"] {
        desk.printed(&[&own[..], &["--seeds", seeds], &TINY].concat());
    }
    let config = fs::read_to_string(desk.path("runs/seed-2/config.toml")).unwrap();
    assert!(config.contains("points.npy") && config.contains("shape = ["), "{config}");
}

#[test]
fn sizes_that_do_not_fit_are_answered_with_what_to_set() {
    let desk = Desk::new();
    desk.pictures("pictures", &["a"], 9, 8);
    let refused = |more: &[&str], code: i32, names: &[&str]| {
        assert_fails(&desk.train("run", 784, more), code, names);
        assert!(!desk.path("run").exists(), "no folder is made for a game that cannot be");
    };
    let own = ["--data", "folder:pictures", "--size", "32"];
    refused(&own, 2, &["gives out 784 numbers", "has 3072", "--set generator.layers.2.units=3072"]);
    refused(&["--data", "folder:pictures"], 2, &["add --size N"]);
    refused(&["--size", "32"], 2, &["data.size is 32, but `mnist` has its own"]);
    refused(&["--data", "folder:nowhere", "--size", "28", "--channels", "1"], 1, &["cannot open", "nowhere"]);
    refused(&["--data", "nowhere.npy"], 1, &["cannot open", "nowhere.npy"]);
}

#[test]
fn show_draws_a_row_per_class_and_prints_the_numbers() {
    let desk = Desk::new();
    desk.pictures("pictures", &["cat", "ox"], 14, 8);
    let text = desk.printed(&["data", "show", "folder:pictures", "--size", "8", "--channels", "1", "--count", "10", "--out", "sheet.png"]);
    for line in ["20 training examples of 8×8×1 numbers", "row   1  cat", "row   2  ox ", "mean", "sheet.png"] {
        assert!(text.contains(line), "`{line}` is not in {text}");
    }
    // Two rows of five pictures of 8×8, enlarged 8 times.
    assert_eq!(image::image_dimensions(desk.path("sheet.png")).unwrap(), (2 + 5 * 66, 2 + 2 * 66));
    let points = desk.printed(&["data", "show", "ring", "--split", "test", "--out", "ring.png"]);
    assert!(points.contains("test examples of 2 numbers") && desk.path("ring.png").exists(), "{points}");
}

#[test]
fn check_says_what_is_there_and_what_is_wrong() {
    let desk = Desk::new();
    desk.pictures("pictures", &["cat", "ox"], 20, 8);
    let check = ["data", "check", "folder:pictures", "--size", "8"];
    let text = desk.printed(&check);
    for line in ["40 examples of 8×8×3 bytes", "training", "0..30: 30 examples, 2 classes of", "nothing is wrong"] {
        assert!(text.contains(line), "`{line}` is not in {text}");
    }
    fs::write(desk.path("pictures/ox/00.png"), "no picture").unwrap();
    let output = desk.run(&check);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("wrong: pictures that cannot be read: 1"), "{output:?}");
    // What is held out from nothing is not trained on.
    fs::rename(desk.path("pictures/ox"), desk.path("pictures/testing")).unwrap();
    let output = desk.run(&check);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("the folder `testing` says that its pictures are held out"), "{output:?}");
    // A set that has the names of MNIST's files, and other things in them.
    fs::create_dir(desk.path("mnist")).unwrap();
    fs::write(desk.path("mnist/train-images-idx3-ubyte"), "no images").unwrap();
    let output = desk.run(&["data", "check", "mnist", "--data", "mnist"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{text}");
    for line in ["not as it was published", "wrong: ", "9 bytes uncompressed, 47040016 are wanted"] {
        assert!(text.contains(line), "`{line}` is not in {text}");
    }
    assert_fails(&desk.run(&["data", "check", "mnits"]), 2, &["did you mean `mnist`"]);
}

/// A run that goes on with other data by mistake learns something that nobody meant.
#[test]
fn a_run_goes_on_with_other_data_only_when_it_is_told_to() {
    let desk = Desk::new();
    let array = |first: u8| {
        let text = "{'descr': '|u1', 'fortran_order': False, 'shape': (40, 3, 2), }\n";
        let numbers: Vec<u8> = (0..240).map(|i| if i == 0 { first } else { i as u8 }).collect();
        fs::write(desk.path("x.npy"), [b"\x93NUMPY\x01\0", &(text.len() as u16).to_le_bytes()[..], text.as_bytes(), &numbers].concat())
            .unwrap();
    };
    let sum = || {
        let checkpoint = gander::run_folder::RunView::open(&desk.path("run")).unwrap().newest_checkpoint().unwrap().unwrap().checkpoint;
        checkpoint.data.expect("every checkpoint says what it was trained on")
    };
    array(7);
    let output = desk.train("run", 6, &["--data", "x.npy"]);
    assert!(output.status.success(), "{}", said(&output));
    let before = sum();
    array(8);
    let go_on = ["resume", "run", "--adapter", "host", "--iterations", "9"];
    let refused = desk.run(&go_on);
    assert_fails(&refused, 3, &[&before, "x.npy", "--other-data"]);
    assert_eq!(crate::iterations(&desk.path("run")).len(), 6, "nothing was touched");
    let output = desk.run(&[&go_on[..], &["--other-data"]].concat());
    assert!(output.status.success() && said(&output).contains(&before), "{}", said(&output));
    assert_ne!(sum(), before);
    assert!(desk.run(&["resume", "run", "--adapter", "host", "--iterations", "12"]).status.success(), "these are its data now");
}
