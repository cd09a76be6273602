//! Which keys a kind of layer needs and takes, and the limits of their values. How sizes fit each other is `nn/shapes.rs`'s.

use crate::error::{Error, Result};
use crate::nn::{BiasStart, Kind, LayerSpec, Nonlinearity};

/// Most units or channels of a layer: more is a slip of the pen.
pub const MOST_UNITS: u32 = 1 << 20;
/// Most pixels in a row, a window, or between two windows.
const MOST_PIXELS: u32 = 1 << 12;
/// Most pieces of a maxout unit.
const MOST_PIECES: u32 = 1000;

/// The keys of a kind: those it needs, and those it takes besides.
type Keys = (&'static [&'static str], &'static [&'static str]);

/// The table.
fn keys(kind: Kind) -> Keys {
    match kind {
        Kind::Relu | Kind::Sigmoid | Kind::Linear => {
            (&["units"], &["label_units", "irange", "sparse_init", "bias", "keep", "max_col_norm"])
        }
        Kind::Maxout => (&["units", "pieces"], &["label_units", "irange", "sparse_init", "bias", "keep", "max_col_norm"]),
        Kind::Convolution => (
            &["channels", "kernel"],
            &["stride", "padding", "activation", "pieces", "irange", "sparse_init", "bias", "keep", "max_col_norm"],
        ),
        Kind::TransposedConvolution => (&["channels", "kernel"], &["stride", "padding", "activation", "pieces", "irange", "bias", "keep"]),
        Kind::MaxPooling => (&["window", "stride"], &[]),
        Kind::Reshape => (&["channels", "height", "width"], &[]),
    }
}

impl LayerSpec {
    /// Every key but the kind, and whether it is given.
    fn given(&self) -> [(&'static str, bool); 16] {
        [
            ("units", self.units.is_some()),
            ("label_units", self.label_units.is_some()),
            ("channels", self.channels.is_some()),
            ("height", self.height.is_some()),
            ("width", self.width.is_some()),
            ("kernel", self.kernel.is_some()),
            ("window", self.window.is_some()),
            ("stride", self.stride.is_some()),
            ("padding", self.padding.is_some()),
            ("activation", self.activation.is_some()),
            ("pieces", self.pieces.is_some()),
            ("irange", self.irange.is_some()),
            ("sparse_init", self.sparse_init.is_some()),
            ("bias", self.bias.is_some()),
            ("keep", self.keep.is_some()),
            ("max_col_norm", self.max_col_norm.is_some()),
        ]
    }

    /// Checks its keys and their values. `layer` is what messages call it: `generator.layers[0]`.
    /// # Errors
    /// if a key is missing, or one that its kind does not take is given, or a value is out of its limits.
    pub fn check(&self, layer: &str) -> Result<()> {
        self.check_keys(layer)?;
        for (key, value, least, most) in [
            ("units", self.units, 1, MOST_UNITS),
            ("label_units", self.label_units, 1, MOST_UNITS),
            ("channels", self.channels, 1, MOST_UNITS),
            ("height", self.height, 1, MOST_PIXELS),
            ("width", self.width, 1, MOST_PIXELS),
            ("kernel", self.kernel, 1, MOST_PIXELS),
            ("window", self.window, 1, MOST_PIXELS),
            ("stride", self.stride, 1, MOST_PIXELS),
            ("padding", self.padding, 0, MOST_PIXELS),
            ("pieces", self.pieces, 1, MOST_PIECES),
            ("sparse_init", self.sparse_init, 1, MOST_UNITS),
        ] {
            if let Some(value) = value.filter(|value| !(least..=most).contains(value)) {
                return Err(Error::Config(format!("{layer}.{key} is {value}; it must lie from {least} to {most}")));
            }
        }
        for (key, value) in [("irange", self.irange), ("max_col_norm", self.max_col_norm)] {
            if let Some(value) = value.filter(|value| !(*value > 0.0 && value.is_finite())) {
                return Err(Error::Config(format!("{layer}.{key} is {value}; it must be positive and finite")));
            }
        }
        if let Some(keep) = self.keep.filter(|keep| !(*keep > 0.0 && *keep <= 1.0)) {
            return Err(Error::Config(format!("{layer}.keep is {keep}; a probability to keep lies above 0 and is at most 1")));
        }
        match self.bias {
            Some(BiasStart::Constant(bias)) if !bias.is_finite() => {
                Err(Error::Config(format!("{layer}.bias is {bias}; it must be finite")))
            }
            _ => Ok(()),
        }
    }

    fn check_keys(&self, layer: &str) -> Result<()> {
        let (needed, taken) = keys(self.kind);
        let kind = self.kind.name();
        if self.kind == Kind::TransposedConvolution && (self.max_col_norm.is_some() || self.sparse_init.is_some()) {
            let key = if self.max_col_norm.is_some() { "max_col_norm" } else { "sparse_init" };
            return Err(Error::Config(format!(
                "{layer}.{key} is set, but the columns of a transposed convolution's weights are not the incoming weights of one output: remove it"
            )));
        }
        for (key, given) in self.given() {
            if given && !needed.contains(&key) && !taken.contains(&key) {
                return Err(Error::Config(format!("{layer}.{key} is set, but a {kind} layer has no {key}: remove it")));
            }
            if !given && needed.contains(&key) {
                return Err(Error::Config(format!("{layer}.{key} is missing: a {kind} layer needs its {key}")));
            }
        }
        match (self.nonlinearity(), self.pieces) {
            (Nonlinearity::Maxout, None) => {
                return Err(Error::Config(format!("{layer}.pieces is missing: maxout needs its pieces")));
            }
            (Nonlinearity::Linear | Nonlinearity::Relu | Nonlinearity::Sigmoid, Some(pieces)) => {
                return Err(Error::Config(format!(
                    "{layer}.pieces is {pieces}, but only maxout has pieces: remove it, or set activation to \"maxout\""
                )));
            }
            _ => {}
        }
        if let (Some(units), Some(weights)) = (self.label_units, self.sparse_init) {
            return Err(Error::Config(format!(
                "{layer} has label_units = {units} and sparse_init = {weights}, but a label has one number that is not zero: set irange in place of sparse_init"
            )));
        }
        match (self.kind.has_parameters(), self.irange, self.sparse_init) {
            (true, None, None) => Err(Error::Config(format!("{layer}.irange is missing: it says how the weights of a {kind} layer begin"))),
            (_, Some(_), Some(_)) => {
                Err(Error::Config(format!("{layer} has both irange and sparse_init: its weights begin in one way; remove one")))
            }
            _ => Ok(()),
        }
    }
}
