//! The shaders as files: each is known to the library, has a twin and a test, and is in a kernel; and all kernels there are.

use crate::lab::LIMIT;
use crate::play::{beyond_the_limit, option_plays, plays};
use gander::bench::record_peaks;
use gander::data::{Outline, Preprocess, Shape, points};
use gander::eval::classifier::{Classifier, Recipe};
use gander::eval::distances::{NearestFold, ParzenFold, Sizes, WithinFold};
use gander::gan::{Config, Game, PRESETS, Player};
use gander::gpu::{Family, cut, fuse};
use gander::host::{HostDevice, has_twin};
use gander::plan::{Capacity, Device, Kernel, Memory, Plan, PlanId, Readback, Recorder, Spans, Tensor, record_check, shaders};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder that end so, by their path from it, without the ending.
fn walk(folder: &Path, ending: &str) -> Vec<String> {
    let (mut found, mut open) = (vec![], vec![folder.to_path_buf()]);
    while let Some(at) = open.pop() {
        for entry in std::fs::read_dir(&at).unwrap_or_else(|error| panic!("{}: {error}", at.display())) {
            let path = entry.expect("the folder is readable").path();
            if path.is_dir() {
                open.push(path);
            } else if let Some(name) = path.strip_prefix(folder).ok().and_then(Path::to_str).and_then(|name| name.strip_suffix(ending)) {
                found.push(name.replace('\\', "/"));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_shader_file_is_known_to_the_library() {
    let files = walk(&root().join("shaders"), ".wgsl");
    let known: Vec<&str> = shaders::FILES.iter().map(|(name, _)| *name).collect();
    for file in &files {
        assert!(known.contains(&file.as_str()), "shaders/{file}.wgsl is not in plan::shaders::FILES");
    }
    assert_eq!(known.len(), files.len(), "plan::shaders::FILES lists a file twice, or one that is not there: {known:?}");
}

#[test]
fn every_shader_is_named_in_a_test_of_its_own() {
    let tests = root().join("tests/gpu");
    // This file names none.
    let names = walk(&tests, ".rs").into_iter().filter(|name| name != "shaders");
    let texts: Vec<String> =
        names.map(|name| std::fs::read_to_string(tests.join(name).with_extension("rs")).expect("it is there")).collect();
    for (file, _) in shaders::FILES {
        let quoted = [format!("\"{file}\""), format!("`{file}`")];
        assert!(
            texts.iter().any(|text| quoted.iter().any(|name| text.contains(name))),
            "no file under tests/gpu names `{file}`: it has no test"
        );
    }
}

/// Operations are the files at the top of shaders/; the products are one file with several layouts.
#[test]
fn every_operation_has_a_twin() {
    for (file, text) in shaders::FILES.iter().filter(|(file, text)| !file.contains('/') && text.contains("@compute")) {
        let operations: Vec<String> = match *file {
            "matmul" => {
                ["matmul_nn", "matmul_nt", "matmul_tn", "convolve", "convolve_adjoint", "convolve_weights"].map(String::from).into()
            }
            operation => vec![operation.into()],
        };
        assert!(text.contains("fn main"), "{file}");
        operations.iter().for_each(|operation| assert!(has_twin(operation), "`{operation}` has no host twin"));
    }
}

/// The plans of every preset in both recipes, with both of G's forms and all kinds of noise; with every loss; and of every play of these tests.
fn plans() -> Vec<Plan> {
    let mut plans = vec![];
    let mut record = |config: &Config, outline: &Outline| {
        let mut rec = Recorder::new();
        let mean = vec![0.5; outline.dimensions() as usize];
        let game = Game::new(&mut rec, config, outline, &mean).unwrap_or_else(|error| panic!("{error}"));
        let recorded = [game.record_projection(&mut rec), game.record_iteration(&mut rec)];
        plans.extend(recorded);
    };
    for preset in PRESETS {
        for settings in
            [["algorithm-1", "minimax", "uniform"], ["code-2014", "non-saturating", "gaussian"], ["algorithm-1", "minimax", "spherical"]]
        {
            let keys = ["train.recipe", "train.generator_loss", "prior.noise"];
            let mut overrides: Vec<String> = keys.iter().zip(settings).map(|(key, value)| format!("{key}={value}")).collect();
            overrides.push("train.k=1".into());
            let parse = |toml| Config::parse(toml, &overrides).unwrap_or_else(|error| panic!("{}: {error}", preset.name));
            let mut config = parse(preset.toml);
            if config.generator.extends.is_some() {
                let trained = PRESETS.iter().find(|preset| preset.name == "tfd-pretrain").expect("it is one of them");
                config = config.extend(Player::Generator, &parse(trained.toml), 0).expect("the pretrained generator fits");
            }
            record(&config, &gander::data::outline(&config.data).unwrap_or_else(|error| panic!("{}: {error}", preset.name)));
        }
    }
    for (file, _) in shaders::FILES {
        let Some(loss) = file.strip_prefix("loss/") else { continue };
        let overrides = [format!("train.loss={}", loss.replace('_', "-")), "train.clip=0.01".into()];
        let config = Config::parse(PRESETS[0].toml, &overrides).unwrap_or_else(|error| panic!("{file}: {error}"));
        record(&config, &examples(PRESETS[0].name, 784));
    }
    record(&beyond_the_limit().config, &beyond_the_limit().dataset.outline());
    for play in plays().into_iter().chain(option_plays()) {
        record(&play.config, &play.dataset.outline());
        record(&play.config, &Outline { preprocess: Some(Preprocess::Gcn(55.0)), ..play.dataset.outline() });
    }
    plans.extend(record_peaks(&mut Recorder::new(), 64, 64));
    plans.extend(evaluations());
    plans.push(check());
    plans
}

/// What an inspected plan has beside the plain one.
fn check() -> Plan {
    let mut rec = Recorder::new();
    let (x, found) = (rec.tensor("x", [1, 1]), rec.words("found", 1));
    record_check(&mut rec, &x, &found, 0);
    rec.finish("check")
}

/// A data set of vectors, or of the pictures that the presets have.
fn examples(name: &str, dimensions: u32) -> Outline {
    let shape = Shape { width: dimensions, height: 1, channels: 1 };
    Outline { name: name.into(), shape, bytes: dimensions == 784, examples: 1000, train: 0..1000, preprocess: None }
}

/// The plans of every evaluation.
fn evaluations() -> Vec<Plan> {
    let (mut listener, mut rec) = (Listener::default(), Recorder::new());
    let sizes = Sizes { points: 10, references: 10, dimensions: 784 };
    let said = "a listener takes any plan";
    ParzenFold::new(&mut listener, &mut rec, sizes, 2).expect(said);
    NearestFold::new(&mut listener, &mut rec, sizes).expect(said);
    WithinFold::new(&mut listener, &mut rec, sizes).expect(said);
    let points = points::ring(1);
    let recipe = Recipe { iterations: 1, ..Recipe::published() };
    let mut classifier = Classifier::new(&mut listener, &mut rec, &recipe, points.dimensions(), 8).expect(said);
    pollster::block_on(classifier.train(&mut listener, &mut rec, &points, &mut |_| ())).expect(said);
    pollster::block_on(classifier.predict(&mut listener, &mut rec, &points.example(0))).expect(said);
    listener.plans
}

/// A device that takes note of the plans it is to prepare, and computes nothing.
#[derive(Default)]
struct Listener {
    plans: Vec<Plan>,
    host: HostDevice<f32>,
}

impl Device for Listener {
    fn identity(&self) -> String {
        "listener".into()
    }
    fn in_flight(&self) -> usize {
        1
    }
    fn capacity(&self) -> Capacity {
        self.host.capacity()
    }
    fn beside(&self, plan: &Plan) -> gander::Result<u64> {
        self.host.beside(plan)
    }
    fn allocate(&mut self, memory: &Memory) -> gander::Result<()> {
        self.host.allocate(memory)
    }
    fn allocated(&self) -> Vec<(&'static str, u64)> {
        self.host.allocated()
    }
    fn prepare(&mut self, plan: &Plan) -> gander::Result<PlanId> {
        self.plans.push(plan.clone());
        self.host.prepare(plan)
    }
    fn write(&mut self, tensor: &Tensor, bytes: &[u8]) {
        self.host.write(tensor, bytes);
    }
    fn submit(&mut self, _: PlanId, _: u32, read: &[&Tensor]) -> Readback {
        self.host.read(read)
    }
    fn time(&mut self, plan: PlanId) -> Spans {
        self.host.time(plan)
    }
    fn read(&mut self, tensors: &[&Tensor]) -> Readback {
        self.host.read(tensors)
    }
}

/// Every kernel of the plans in every family, whole, fused and cut, by its text; and what it is called.
pub static KERNELS: LazyLock<BTreeMap<String, String>> = LazyLock::new(kernels);

fn kernels() -> BTreeMap<String, String> {
    let texture = shaders::FILES.iter().any(|(file, _)| file.starts_with("texture/"));
    let mut families = vec![Family::Plain, Family::Tiled];
    families.extend(texture.then_some(Family::Texture));
    let mut kernels = BTreeMap::new();
    for plan in plans() {
        let fused = fuse(&plan).dispatches.into_iter().map(|(_, dispatch)| dispatch);
        let cut = plan.dispatches.iter().flat_map(|dispatch| cut(dispatch, &dispatch.kernel, LIMIT).unwrap_or_default());
        for dispatch in fused.chain(plan.dispatches.iter().cloned()).chain(cut) {
            for family in &families {
                let kernel: Kernel = family.kernel(&dispatch);
                kernels.insert(kernel.source.clone(), format!("{} ({family:?})", kernel.label()));
            }
        }
    }
    kernels
}

/// Every hook and every family is among the kernels that translate.
#[test]
fn every_shader_is_in_a_kernel_of_some_plan() {
    for (file, text) in shaders::FILES {
        assert!(KERNELS.keys().any(|source| source.contains(text.trim())), "no preset's plan uses shaders/{file}.wgsl");
    }
}
