//! Kernels, as their WGSL declares them: the host binds by name what naga reads out of the source.

use crate::plan::{Element, shaders};
use naga::valid::{Capabilities, GlobalUse, ValidationFlags, Validator};
use naga::{AddressSpace, ImageClass, Literal, Scalar, ScalarKind, TypeInner};

/// A storage binding of a kernel.
#[derive(Clone, Debug)]
pub struct Slot {
    /// Its name in the shader: the letter of the formula.
    pub name: String,
    /// Its binding number in group 0.
    pub binding: u32,
    /// What its elements are.
    pub element: Element,
    /// Whether the kernel reads it.
    pub reads: bool,
    /// Whether the kernel writes it.
    pub writes: bool,
    /// Bytes from one element of the binding to the next: of four reals, of one, or of a struct.
    pub stride: u32,
    /// Whether it is a storage texture of four reals per texel instead of a buffer.
    pub texture: bool,
}

/// A member of a kernel's uniform struct `args`.
#[derive(Clone, Debug)]
pub struct Argument {
    /// Its name in the shader.
    pub name: String,
    /// Its place in the struct, in bytes.
    pub offset: u32,
    /// Whether it is an f32 (else a u32).
    pub real: bool,
}

/// A kernel: its text, and what naga reads out of it.
#[derive(Clone, Debug)]
pub struct Kernel {
    /// The operation: the name of the shader and of its host twin.
    pub operation: String,
    /// The hook file that completes it, such as `finish/bias`.
    pub hook: Option<String>,
    /// What it is written for: the folder of its files, `tiled` or `texture`; `plain` is written for no hardware in particular.
    pub variant: String,
    /// The whole WGSL text.
    pub source: String,
    /// Its storage bindings.
    pub slots: Vec<Slot>,
    /// Its uniform arguments.
    pub arguments: Vec<Argument>,
    /// The binding number and the size in bytes of `args`.
    pub arguments_binding: (u32, u32),
    /// The binding number of `grid`, the place of a dispatch in the whole grid; none where one workgroup does it all.
    pub grid_binding: Option<u32>,
    /// Invocations in a workgroup.
    pub workgroup: u32,
    constants: Vec<(String, u32)>,
}

/// The uniform of the prelude that says where a dispatch stands in the whole grid.
pub(crate) const GRID: &str = "grid";

/// What ends the name of a texture slot whose tensor the kernel also writes, as a buffer.
const TEXELS: &str = "_texels";

impl Slot {
    /// The operand of the operation that it stands for.
    pub fn operand(&self) -> &str {
        self.name.strip_suffix(TEXELS).unwrap_or(&self.name)
    }
}

impl Kernel {
    /// The plain kernel of an operation, completed by a hook file where it wants one.
    /// # Panics
    /// if there is no such shader or it is not valid.
    #[track_caller]
    pub fn plain(operation: &str, hook: Option<&str>) -> Kernel {
        Kernel::from_parts(operation, &shaders::parts(operation), hook)
    }

    /// The kernel made of these files, the hook and the prelude.
    /// # Panics
    /// if one of them does not exist or together they are not valid.
    #[track_caller]
    pub fn from_parts(operation: &str, parts: &[&str], hook: Option<&str>) -> Kernel {
        let files = ["prelude"].iter().chain(parts).copied().chain(hook.into_iter().flat_map(shaders::hook_parts));
        let source = files.map(shaders::text).collect::<Vec<_>>().join("\n");
        let variant = parts.iter().find_map(|part| part.split_once('/')).filter(|(folder, _)| *folder != "layout");
        Kernel::read(operation, hook, variant.map_or("plain", |(folder, _)| folder), source)
    }

    #[track_caller]
    fn read(operation: &str, hook: Option<&str>, variant: &str, source: String) -> Kernel {
        let module = naga::front::wgsl::parse_str(&source).unwrap_or_else(|error| panic!("{operation}: {}", error.emit_to_string(&source)));
        let info = Validator::new(ValidationFlags::all(), Capabilities::all()).validate(&module);
        let info = info.unwrap_or_else(|error| panic!("{operation}: {}", error.emit_to_string(&source)));
        let mut kernel = Kernel {
            operation: operation.into(),
            hook: hook.map(Into::into),
            variant: variant.into(),
            slots: vec![],
            arguments: vec![],
            arguments_binding: (0, 0),
            grid_binding: None,
            workgroup: module.entry_points[0].workgroup_size.iter().product(),
            constants: constants(&module),
            source,
        };
        for (handle, variable) in module.global_variables.iter() {
            let (Some(name), Some(binding)) = (&variable.name, &variable.binding) else {
                continue;
            };
            assert!(binding.group == 0, "{operation}: `{name}` must be in group 0");
            let inner = &module.types[variable.ty].inner;
            let used = info.get_entry_point(0)[handle];
            if name == GRID {
                kernel.grid_binding = (!used.is_empty()).then_some(binding.binding);
                continue;
            }
            let slot = |element, texture| Slot {
                name: name.clone(),
                binding: binding.binding,
                element,
                stride: stride(&module, inner),
                reads: used.contains(GlobalUse::READ),
                writes: used.contains(GlobalUse::WRITE),
                texture,
            };
            match (variable.space, inner) {
                (AddressSpace::Uniform, TypeInner::Struct { members, span }) => {
                    kernel.arguments_binding = (binding.binding, *span);
                    kernel.arguments = members
                        .iter()
                        .map(|member| Argument {
                            name: member.name.clone().unwrap_or_default(),
                            offset: member.offset,
                            real: module.types[member.ty].inner == TypeInner::Scalar(Scalar::F32),
                        })
                        .collect();
                }
                (AddressSpace::Storage { .. }, inner) => kernel.slots.push(slot(element(&module, inner), false)),
                (AddressSpace::Handle, TypeInner::Image { class: ImageClass::Storage { .. }, .. }) => {
                    kernel.slots.push(slot(Element::Real, true));
                }
                _ => panic!("{operation}: `{name}` is neither a storage binding nor the uniform `args`"),
            }
        }
        kernel
    }

    /// How listings call it: operation and hook.
    pub fn label(&self) -> String {
        let hook = self.hook.as_deref().and_then(|hook| hook.rsplit('/').next()).filter(|hook| *hook != "none");
        hook.map_or(self.operation.clone(), |hook| format!("{} + {hook}", self.operation))
    }

    /// The slot of this name.
    pub fn slot(&self, name: &str) -> Option<&Slot> {
        self.slots.iter().find(|slot| slot.name == name)
    }

    /// Groups of four elements that a workgroup goes through, where each invocation goes through RUN of them; one, if the shader does not say.
    pub fn block(&self) -> u32 {
        self.constant("RUN").unwrap_or(1) * self.workgroup
    }

    /// Whole workgroups for so many groups of four elements, in invocations.
    pub fn invocations(&self, groups: u32) -> u32 {
        groups.div_ceil(self.block()) * self.workgroup
    }

    /// The value of a u32 constant of the shader.
    pub fn constant(&self, name: &str) -> Option<u32> {
        self.constants.iter().find(|(constant, _)| constant == name).map(|(_, value)| *value)
    }
}

fn constants(module: &naga::Module) -> Vec<(String, u32)> {
    let value = |constant: &naga::Constant| match module.global_expressions[constant.init] {
        naga::Expression::Literal(Literal::U32(value)) => Some((constant.name.clone()?, value)),
        _ => None,
    };
    module.constants.iter().filter_map(|(_, constant)| value(constant)).collect()
}

/// Bytes from one element of a binding to the next.
fn stride(module: &naga::Module, inner: &TypeInner) -> u32 {
    match inner {
        TypeInner::Array { stride, .. } => *stride,
        inner => inner.size(module.to_ctx()),
    }
}

/// What a buffer is made of: the clock's struct and packed bytes are words, everything else is real.
fn element(module: &naga::Module, inner: &TypeInner) -> Element {
    let kind = match inner {
        TypeInner::Array { base, .. } => return element(module, &module.types[*base].inner),
        TypeInner::Struct { members, .. } => return element(module, &module.types[members[0].ty].inner),
        TypeInner::Scalar(scalar) | TypeInner::Atomic(scalar) | TypeInner::Vector { scalar, .. } => scalar.kind,
        _ => ScalarKind::Float,
    };
    if kind == ScalarKind::Uint { Element::Word } else { Element::Real }
}
