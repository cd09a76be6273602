//! A kernel for several games at once: the same text, in which every binding is slices, one for each game, and every workgroup belongs to one of them.
//!
//! The replica is the slowest part of the grid's third dimension. naga says where the text reads an element of a binding, an argument or a texel, and there
//! the beginning of the replica's slice is added. What is computed, and in which order, stays as it is, so each game has the bits that it has alone.

use crate::plan::{GRID, Kernel, Slot};
use naga::{AddressSpace, Expression, Function, GlobalVariable, Handle, Module, TypeInner};
use std::collections::BTreeMap;

/// The binding that says how far the slices of each tensor lie from one another: in the elements of its binding, or in the rows of its texture.
pub(in crate::gpu) const SLICES_BINDING: u32 = 14;

/// Numbers in one vector of the uniform `slices`.
const VECTOR: usize = 4;

/// Bytes from the arguments of one replica to those of the next: what uniforms want.
pub(in crate::gpu) fn argument_stride(kernel: &Kernel) -> u32 {
    kernel.arguments_binding.1.next_multiple_of(16)
}

/// The uniform `slices`: the distances between the slices of a kernel's slots, in their order.
pub(in crate::gpu) fn slices(kernel: &Kernel, distance: impl Fn(&Slot) -> u32) -> Vec<u8> {
    let mut distances: Vec<u32> = kernel.slots.iter().map(distance).collect();
    distances.resize(vectors(kernel) * VECTOR, 0);
    bytemuck::cast_slice(&distances).to_vec()
}

/// Its bytes.
pub(in crate::gpu) fn slices_bytes(kernel: &Kernel) -> u64 {
    (4 * VECTOR * vectors(kernel)) as u64
}

fn vectors(kernel: &Kernel) -> usize {
    kernel.slots.len().div_ceil(VECTOR)
}

/// The kernel for so many games.
/// # Panics
/// if the text uses a binding in a way that no kernel does.
pub fn sliced(kernel: &Kernel, replicas: u32) -> Kernel {
    let module = naga::front::wgsl::parse_str(&kernel.source).expect("it was read before");
    let mut edits = Edits::default();
    for function in module.functions.iter().map(|(_, function)| function).chain(module.entry_points.iter().map(|entry| &entry.function)) {
        reads(&module, function, &kernel.source, &mut edits);
    }
    for name in module.functions.iter().filter_map(|(_, function)| function.name.as_deref()) {
        hand_on(name, &kernel.source, &mut edits);
    }
    declarations(&module, kernel, replicas, &mut edits);
    entry(kernel, &mut edits);
    let mut sliced = kernel.clone();
    sliced.source = edits.applied(&kernel.source) + &prelude(kernel);
    sliced.grid_binding =
        module.global_variables.iter().find(|(_, variable)| is_grid(variable)).and_then(|(_, grid)| Some(grid.binding.as_ref()?.binding));
    sliced.arguments_binding.1 = replicas * argument_stride(kernel);
    sliced
}

/// Pieces of text to be put in, and how much of the old text each replaces; by their places.
#[derive(Default)]
struct Edits(BTreeMap<usize, (usize, String)>);

impl Edits {
    /// The same at the same place is one edit: naga may list an expression more than once.
    fn put(&mut self, at: usize, replaces: usize, text: String) {
        let before = self.0.insert(at, (replaces, text.clone()));
        assert!(before.is_none_or(|before| before == (replaces, text)), "two edits at byte {at}");
    }

    fn applied(self, source: &str) -> String {
        let (mut text, mut end) = (String::new(), 0);
        for (at, (replaces, put)) in self.0 {
            text += &source[end..at];
            text += &put;
            end = at + replaces;
        }
        text + &source[end..]
    }
}

/// Where a function reads or writes elements, arguments and texels.
fn reads(module: &Module, function: &Function, source: &str, edits: &mut Edits) {
    let expressions = &function.expressions;
    let span = |handle: Handle<Expression>| expressions.get_span(handle).to_range().expect("it was read from a text");
    let global = |handle: Handle<Expression>| match expressions[handle] {
        Expression::GlobalVariable(global) => Some(&module.global_variables[global]).filter(|global| of_a_game(global)),
        _ => None,
    };
    for (handle, expression) in expressions.iter() {
        match *expression {
            Expression::Access { base, .. } | Expression::AccessIndex { base, .. } => {
                let Some(variable) = global(base) else { continue };
                let name = name(variable);
                let whole = span(handle);
                let after = whole.start + name.len();
                assert!(source[whole.clone()].starts_with(name), "`{}` is no element of `{name}`", &source[whole]);
                match module.types[variable.ty].inner {
                    TypeInner::Array { .. } => {
                        assert!(source[after..].starts_with('['), "`{}` is no element of `{name}`", &source[whole]);
                        edits.put(after, 1, format!("[{} + u32(", at(name)));
                        edits.put(whole.end - 1, 1, ")]".into());
                    }
                    _ if variable.space == AddressSpace::Uniform => edits.put(after, 0, "[replica].own".into()),
                    _ => edits.put(after, 0, format!("[{}]", at(name))),
                }
            }
            Expression::ImageLoad { image, .. } => {
                let name = name(global(image).expect("kernels have no other textures"));
                // Of a call, naga remembers the function's name.
                let (after, image) = (span(handle).end, format!("({name}, "));
                assert!(source[after..].starts_with(&image), "`{}` is no texel of `{name}`", &source[span(handle)]);
                edits.put(after + image.len(), 0, format!("vec2<u32>(0u, {}) + ", at(name)));
            }
            Expression::Load { pointer } | Expression::ArrayLength(pointer) => {
                assert!(global(pointer).is_none(), "`{}` is not read by its elements", &source[span(handle)]);
            }
            _ => {}
        }
    }
}

/// Whether a global variable holds what a game has: a tensor, or arguments.
fn of_a_game(variable: &GlobalVariable) -> bool {
    variable.binding.is_some() && !is_grid(variable)
}

/// Whether it is the place of a dispatch in the whole grid, which all games share.
fn is_grid(variable: &GlobalVariable) -> bool {
    variable.name.as_deref() == Some(GRID)
}

fn name(variable: &GlobalVariable) -> &str {
    variable.name.as_deref().expect("a text names its variables")
}

/// What the beginning of the replica's slice is called.
fn at(slot: &str) -> String {
    format!("slice_of_{slot}")
}

/// A struct is an array of such, and arguments are padded.
fn declarations(module: &Module, kernel: &Kernel, replicas: u32, edits: &mut Edits) {
    for (_, variable) in module.global_variables.iter().filter(|(_, variable)| of_a_game(variable)) {
        let (name, ty) = (name(variable), &module.types[variable.ty]);
        let (TypeInner::Struct { .. }, Some(of)) = (&ty.inner, &ty.name) else { continue };
        let declared = format!(" {name}: {of};");
        let at = kernel.source.find(&declared).unwrap_or_else(|| panic!("{} does not declare `{name}`", kernel.operation));
        let array = match variable.space {
            AddressSpace::Uniform => format!(" {name}: array<Arguments, {replicas}>;"),
            _ => format!(" {name}: array<{of}>;"),
        };
        edits.put(at, declared.len(), array);
    }
}

/// A function is told its workgroup's replica, where it is declared and wherever it is called: a parameter, because a compiler sees that it is the same in the
/// whole workgroup, which of a variable it does not see. Arguments decide about loops with barriers in them.
fn hand_on(function: &str, source: &str, edits: &mut Edits) {
    let opened = format!("{function}(");
    for (at, _) in source.match_indices(&opened) {
        let (before, after) = (&source[..at], at + opened.len());
        if before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_') {
            continue;
        }
        let replica = if before.ends_with("fn ") { "replica: u32" } else { "replica" };
        let comma = if source[after..].starts_with(')') { "" } else { ", " };
        edits.put(after, 0, format!("{replica}{comma}"));
    }
}

/// The entry learns which replica its workgroup belongs to, and goes on as if there were no other.
fn entry(kernel: &Kernel, edits: &mut Edits) {
    let source = &kernel.source;
    let main = source.find("fn main(").expect("an entry is called so") + "fn main(".len();
    let body = main + source[main..].find('{').expect("a function has a body") + 1;
    let builtin = "@builtin(workgroup_id) ";
    let group = match source[main..body].find(builtin) {
        None => {
            let comma = if source[main..].starts_with(')') { "" } else { ", " };
            edits.put(main, 0, format!("{builtin}whole_group: vec3<u32>{comma}"));
            String::new()
        }
        Some(found) => {
            let named = main + found + builtin.len();
            let length = source[named..].find(':').expect("a parameter has a type");
            let group = source[named..named + length].to_string();
            edits.put(named, length, "whole_group".into());
            format!(" let {group} = vec3<u32>(whole_group.xy, (grid.first.z + whole_group.z) % grid.groups.z - grid.first.z);")
        }
    };
    let begin =
        |(number, slot): (usize, &Slot)| format!(" {} = replica * slices[{}][{}];", at(&slot.name), number / VECTOR, number % VECTOR);
    let slices: String = kernel.slots.iter().enumerate().map(begin).collect();
    edits.put(body, 0, format!("\n    let replica = (grid.first.z + whole_group.z) / grid.groups.z;{group}{slices}"));
}

/// What the rest of the text reads.
fn prelude(kernel: &Kernel) -> String {
    let mut text = String::from("\n/// Where the slice of each binding begins that the game of this workgroup has.\n");
    for slot in &kernel.slots {
        text += &format!("var<private> {}: u32;\n", at(&slot.name));
    }
    text += &format!("@group(0) @binding({SLICES_BINDING}) var<uniform> slices: array<vec4<u32>, {}>;\n", vectors(kernel));
    if kernel.arguments_binding.1 > 0 {
        text += &format!("struct Arguments {{ @size({}) own: Args }}\n", argument_stride(kernel));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_is_read_from_the_slice_of_its_game() {
        let kernel = sliced(&Kernel::plain("tick", None), 3);
        for text in [
            "clock: array<Clock>;",
            "args: array<Arguments, 3>;",
            "clock[slice_of_clock].position + args[replica].own.drawn",
            "@size(16) own: Args",
        ] {
            assert!(kernel.source.contains(text), "{text} is not in {}", kernel.source);
        }
        assert_eq!((kernel.arguments_binding.1, kernel.grid_binding), (48, Some(15)));
        let kernel = sliced(&Kernel::plain("update", None), 2);
        assert!(kernel.source.contains("theta[slice_of_theta + u32(i)] += v;"), "{}", kernel.source);
    }
}
