//! The shaders as files: each is known to the library, has a twin and a test, and is in a kernel; and all kernels there are, which are those that the doctor
//! runs.

use crate::doctor::EXERCISES;
use gander::doctor::{Chosen, Event, Kernels, LIMIT, Scope};
use gander::gan::{Config, Game, PRESETS, Player};
use gander::gpu::{Family, sliced};
use gander::host::has_twin;
use gander::plan::{Plan, Recorder, shaders};
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

/// Every kernel that the doctor runs on an adapter that has all families, by its text; and what it is called.
pub static KERNELS: LazyLock<BTreeMap<String, String>> = LazyLock::new(kernels);

fn kernels() -> BTreeMap<String, String> {
    let mut kernels = BTreeMap::new();
    for script in &EXERCISES.scripts {
        let limits = if Scope::SmallBindings.takes(script.part) { vec![u64::MAX, LIMIT] } else { vec![u64::MAX] };
        for most in limits {
            for plan in script.events.iter().filter_map(|event| if let Event::Replay(plan) = event { Some(plan) } else { None }) {
                kernels.extend(FAMILIES.into_iter().flat_map(|family| kernels_of(plan, family, most)));
            }
        }
    }
    kernels
}

const FAMILIES: [Family; 4] = [Family::Plain, Family::Tiled, Family::Narrow, Family::Texture];

/// The kernels of a plan on a device of this family that binds so many bytes at once: of its dispatches one by one, and of those that are fused; each for one
/// game, and for two at once.
fn kernels_of(plan: &Plan, family: Family, most: u64) -> Vec<(String, String)> {
    let kernels = Kernels::Of(family, most);
    let chosen = kernels.units(plan).into_iter().flat_map(|(first, last)| kernels.of(&plan.dispatches[first..=last]));
    let both = |Chosen { kernel, label, .. }: Chosen| {
        let name = format!("{label} ({family:?})");
        [(sliced(&kernel, 2).source, format!("{name} of two games")), (kernel.source.clone(), name)]
    };
    chosen.flat_map(both).collect()
}

/// Every file is in a kernel that the doctor runs, and so among those that translate.
#[test]
fn every_shader_is_run_by_the_doctor() {
    for (file, text) in shaders::FILES {
        assert!(KERNELS.keys().any(|source| source.contains(text.trim())), "the doctor runs nothing with shaders/{file}.wgsl");
    }
    println!("{} kernels", KERNELS.len());
}

/// What the doctor runs is narrow, and has the same kernels as the presets have whole, with bindings of 128 MiB.
#[test]
fn no_preset_has_a_kernel_that_the_doctor_does_not_run() {
    for preset in PRESETS {
        for recipe in ["algorithm-1", "code-2014"] {
            let settings = [format!("train.recipe={recipe}"), "train.k=1".into()];
            let parse = |toml| Config::parse(toml, &settings).unwrap_or_else(|error| panic!("{}: {error}", preset.name));
            let mut config = parse(preset.toml);
            if config.generator.extends.is_some() {
                let trained = PRESETS.iter().find(|preset| preset.name == "tfd-pretrain").expect("it is one of them");
                config = config.extend(Player::Generator, &parse(trained.toml), 0).expect("the pretrained generator fits");
            }
            let outline = gander::data::outline(&config.data).unwrap_or_else(|error| panic!("{}: {error}", preset.name));
            let (mut rec, mean) = (Recorder::new(), vec![0.5; outline.dimensions() as usize]);
            let game = Game::new(&mut rec, &config, &outline, &mean).unwrap_or_else(|error| panic!("{}: {error}", preset.name));
            for plan in [game.record_projection(&mut rec), game.record_iteration(&mut rec)] {
                for (source, name) in FAMILIES.into_iter().flat_map(|family| kernels_of(&plan, family, 128 << 20)) {
                    assert!(KERNELS.contains_key(&source), "{}, {recipe}: the doctor does not run {name}", preset.name);
                }
            }
        }
    }
}
