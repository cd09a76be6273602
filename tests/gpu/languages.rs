//! Every kernel in the languages of the back ends: SPIR-V for Vulkan, MSL for Metal, HLSL for Direct3D, GLSL for OpenGL 4.3 and ES 3.1.
//!
//! naga translates, as it does inside wgpu; the validators of the Khronos Group read what it made of SPIR-V and GLSL. The kernels ask no more of a device
//! than their family says. `scripts/tint.sh` shows the same kernels to Tint, the compiler in Chromium.

use crate::shaders::KERNELS;
use naga::back::{glsl, hlsl, msl, spv};
use naga::valid::{Capabilities, ModuleInfo, ValidationFlags, Validator};
use std::path::Path;
use std::process::Command;

#[test]
fn every_kernel_translates_to_the_languages_of_all_back_ends() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let at = |number: usize, ending: &str| folder.path().join(format!("{number}.{ending}"));
    for (number, (source, name)) in KERNELS.iter().enumerate() {
        let module = naga::front::wgsl::parse_str(source).unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string(source)));
        let info = least(name, source, &module);
        translate_to_msl(name, &module, &info);
        translate_to_hlsl(name, &module, &info);
        let spirv = at(number, "spv");
        write(&spirv, bytemuck::cast_slice(&to_spirv(name, &module, &info)));
        // The environment that wgpu asks for where a subgroup is used.
        check(name, "spirv-val", "spirv-tools", &["--target-env", "vulkan1.1"], &spirv);
        for (ending, version) in [("430.comp", glsl::Version::Desktop(430)), ("es310.comp", glsl::Version::new_gles(310))] {
            let path = at(number, ending);
            write(&path, to_glsl(name, &module, &info, version).as_bytes());
            check(name, "glslangValidator", "glslang-tools", &[], &path);
        }
    }
    println!("{} kernels", KERNELS.len());
}

/// Writes every kernel to the folder that GANDER_SHADERS names, or to a temporary one, for compilers that are not of this project.
#[test]
fn every_kernel_can_be_written_out() {
    let temporary = tempfile::tempdir().expect("a temporary folder can be made");
    let folder = std::env::var_os("GANDER_SHADERS").map_or(temporary.path().to_path_buf(), Into::into);
    std::fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for (number, (source, name)) in KERNELS.iter().enumerate() {
        write(&folder.join(format!("{number:03}.wgsl")), format!("// {name}\n{source}").as_bytes());
    }
    let written = std::fs::read_dir(&folder).expect("it was just made").count();
    assert!(written >= KERNELS.len(), "{written} files for {} kernels", KERNELS.len());
}

/// Validates a kernel for a device that has no more than its family needs: nothing, or subgroups where operands are textures.
fn least(name: &str, source: &str, module: &naga::Module) -> ModuleInfo {
    let needed = if source.contains("subgroup") { Capabilities::SUBGROUP } else { Capabilities::empty() };
    assert!(needed.is_empty() || name.contains("Texture"), "{name} uses subgroups, which its family does not ask for");
    let info = Validator::new(ValidationFlags::all(), needed).validate(module);
    info.unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string(source)))
}

fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

fn check(name: &str, validator: &str, package: &str, options: &[&str], path: &Path) {
    let output = Command::new(validator).args(options).arg(path).output();
    let output =
        output.unwrap_or_else(|error| panic!("{validator} does not run ({error}); install it, for example with `apt install {package}`"));
    let said = [&output.stdout, &output.stderr].map(|said| String::from_utf8_lossy(said).into_owned()).concat();
    let text = || std::fs::read_to_string(path).unwrap_or_default();
    assert!(output.status.success(), "{validator}: {name}: {said}{}", text());
}

fn to_spirv(name: &str, module: &naga::Module, info: &ModuleInfo) -> Vec<u32> {
    let options = spv::Options { lang_version: (1, 3), ..spv::Options::default() };
    spv::write_vec(module, info, &options, None).unwrap_or_else(|error| panic!("{name} to SPIR-V: {error}"))
}

fn to_glsl(name: &str, module: &naga::Module, info: &ModuleInfo, version: glsl::Version) -> String {
    // OpenGL binds by place, not by group: every kind of binding counts on its own.
    let mut binding_map = glsl::BindingMap::default();
    for (number, (_, variable)) in module.global_variables.iter().filter(|(_, variable)| variable.binding.is_some()).enumerate() {
        binding_map.insert(variable.binding.expect("it was asked for"), number as u8);
    }
    let options = glsl::Options { version, binding_map, ..glsl::Options::default() };
    let pipeline = glsl::PipelineOptions { shader_stage: naga::ShaderStage::Compute, entry_point: "main".into(), multiview: None };
    let mut text = String::new();
    let writer = glsl::Writer::new(&mut text, module, info, &options, &pipeline, naga::proc::BoundsCheckPolicies::default());
    let mut writer = writer.unwrap_or_else(|error| panic!("{name} to GLSL {version}: {error}"));
    writer.write().unwrap_or_else(|error| panic!("{name} to GLSL {version}: {error}"));
    text
}

fn translate_to_msl(name: &str, module: &naga::Module, info: &ModuleInfo) {
    let options = msl::Options { lang_version: (2, 4), fake_missing_bindings: true, ..msl::Options::default() };
    let (text, translated) = msl::write_string(module, info, &options, &msl::PipelineOptions::default())
        .unwrap_or_else(|error| panic!("{name} to MSL: {error}"));
    assert!(text.contains("kernel void"), "{name} to MSL: no kernel");
    translated.entry_point_names.iter().for_each(|entry| assert!(entry.is_ok(), "{name} to MSL: {entry:?}"));
}

fn translate_to_hlsl(name: &str, module: &naga::Module, info: &ModuleInfo) {
    let options = hlsl::Options { shader_model: hlsl::ShaderModel::V6_0, ..hlsl::Options::default() };
    let pipeline = hlsl::PipelineOptions::default();
    let mut text = String::new();
    let mut writer = hlsl::Writer::new(&mut text, &options, &pipeline);
    let translated = writer.write(module, info, None).unwrap_or_else(|error| panic!("{name} to HLSL: {error}"));
    translated.entry_point_names.iter().for_each(|entry| assert!(entry.is_ok(), "{name} to HLSL: {entry:?}"));
    assert!(text.contains("numthreads"), "{name} to HLSL: no kernel");
}
