//! What every layer of a network makes of its input, in numbers: checked before anything is recorded.

use crate::error::{Error, Result};
use crate::nn::convolution::Window;
use crate::nn::{Extent, Input, Kind, LayerSpec, Nonlinearity};
use crate::plan::VIEW_ALIGNMENT;

/// Numbers in one matrix: networks add theirs up, and all of them have to be counted in 32 bits.
pub const MOST_NUMBERS: u64 = 1 << 28;
/// Pixels in a channel that is pooled: a pixel's place is kept as an f32.
const MOST_PLACES: u64 = 1 << 24;

/// A layer's sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shaped {
    /// What it takes in.
    pub input: Extent,
    /// What its linear part gives out: `pieces` times its output, where it ends in maxout.
    pub linear: Extent,
    /// What it gives out.
    pub output: Extent,
    /// Rows and columns of its weights, if it has any.
    pub weights: Option<[u32; 2]>,
    /// Rows and columns of A, if the weights are two blocks, W = (A 0; 0 B), of which B is the label's.
    pub first_block: Option<[u32; 2]>,
    /// Its biases.
    pub biases: u32,
}

impl Shaped {
    /// Numbers that it learns.
    pub fn parameters(&self) -> u64 {
        self.weights.map_or(0, |[rows, cols]| u64::from(rows) * u64::from(cols)) - self.corners() + u64::from(self.biases)
    }

    /// Weights beside its blocks, which stay at zero.
    fn corners(&self) -> u64 {
        let corners = |([rows, cols], [n, p]): ([u32; 2], [u32; 2])| {
            let beside = |rows: u32, cols: u32| u64::from(rows) * u64::from(cols);
            beside(n, cols - p) + beside(rows - n, p)
        };
        self.weights.zip(self.first_block).map_or(0, corners)
    }

    /// The same with what keeps weights and biases apart: each begins where a view may.
    fn padded_parameters(&self) -> u64 {
        let weights = self.weights.map_or(0, |[rows, cols]| u64::from(rows) * u64::from(cols));
        [weights, u64::from(self.biases)].map(|numbers| numbers.next_multiple_of(u64::from(VIEW_ALIGNMENT))).iter().sum()
    }

    /// Numbers per example that a forward pass of the layer writes down: its input after dropout, its linear part, its output, winners.
    pub fn activations(&self, spec: &LayerSpec) -> u64 {
        let dropped = if spec.dropout().is_some() { u64::from(self.input.numbers()) } else { 0 };
        let (linear, output) = (u64::from(self.linear.numbers()), u64::from(self.output.numbers()));
        dropped
            + match (spec.kind, spec.nonlinearity()) {
                (Kind::Reshape, _) => 0,
                (Kind::MaxPooling, _) => 2 * output,
                (_, Nonlinearity::Linear) => linear,
                (_, Nonlinearity::Relu | Nonlinearity::Sigmoid) => linear + output,
                (_, Nonlinearity::Maxout) => linear + 2 * output,
            }
    }

    /// The window of a convolution, either way round.
    pub(super) fn window(&self, spec: &LayerSpec) -> Window {
        let (image, result) = if spec.kind == Kind::TransposedConvolution { (self.linear, self.input) } else { (self.input, self.linear) };
        Window { image, result, kernel: spec.kernel.unwrap_or(1), stride: spec.stride.unwrap_or(1), padding: spec.padding.unwrap_or(0) }
    }
}

/// The sizes of a stack of layers. `name` is what messages call it: `generator`.
/// # Errors
/// if a layer's keys are not those of its kind, or it cannot take in what the one before gives out; the message says which and why.
pub fn shapes(name: &str, layers: &[LayerSpec], input: Input) -> Result<Vec<Shaped>> {
    let mut shaped: Vec<Shaped> = vec![];
    for (at, layer) in layers.iter().enumerate() {
        let name = format!("{name}.layers[{at}]");
        layer.check(&name)?;
        let input = shaped.last().map_or(input, |below| below.output.into());
        shaped.push(layer.shaped(input).map_err(|why| Error::Config(format!("{name} {why}")))?);
    }
    let sum: u64 = shaped.iter().map(Shaped::padded_parameters).sum();
    if sum > u64::from(u32::MAX) {
        return Err(Error::Config(format!(
            "the layers of the {name} have {sum} parameters together; at most {} can be counted: take fewer units or channels",
            u32::MAX
        )));
    }
    Ok(shaped)
}

impl LayerSpec {
    /// What the layer makes of its input, or why it cannot.
    fn shaped(&self, Input { extent: input, labels }: Input) -> std::result::Result<Shaped, String> {
        if self.label_units.is_some() && labels == 0 {
            return Err(
                "has label_units, but is given no label: only the first layer of a network that is told one has it beside its input".into(),
            );
        }
        let pieces = u64::from(self.columns_per_output());
        let (output, weights) = match self.kind {
            Kind::Relu | Kind::Sigmoid | Kind::Linear | Kind::Maxout => {
                let units = self.units.unwrap_or(1) + self.label_units.unwrap_or(0);
                (Extent::from(units), Some([u64::from(input.numbers()), u64::from(units) * pieces]))
            }
            Kind::Convolution => self.convolved(input, pieces)?,
            Kind::TransposedConvolution => self.convolved_back(input, pieces)?,
            Kind::MaxPooling => (self.pooled(input)?, None),
            Kind::Reshape => (self.reshaped(input)?, None),
        };
        let channels = u64::from(output.channels) * pieces;
        // What is so large that it cannot be counted in 64 bits is too large in any case.
        let outputs = [output.height, output.width].map(u64::from).into_iter().fold(channels, u64::saturating_mul);
        let sizes = [("an output", outputs), ("weights", weights.map_or(0, |[rows, cols]| rows.saturating_mul(cols)))];
        if let Some((what, size)) = sizes.into_iter().find(|(_, size)| *size > MOST_NUMBERS) {
            return Err(format!("makes {what} of {size} numbers; at most {MOST_NUMBERS} fit: take fewer units or channels"));
        }
        if let (Some(wanted), Some([rows, _])) = (self.sparse_init, weights)
            && u64::from(wanted) > rows
        {
            return Err(format!("has sparse_init = {wanted}, but each of its outputs has only {rows} incoming weights"));
        }
        let linear = Extent { channels: channels as u32, ..output };
        let biases = match self.kind {
            Kind::TransposedConvolution => linear.numbers(),
            Kind::MaxPooling | Kind::Reshape => 0,
            _ => linear.channels,
        };
        let first_block = self.label_units.map(|units| [input.numbers() - labels, linear.channels - units * pieces as u32]);
        Ok(Shaped { input, linear, output, weights: weights.map(|sizes| sizes.map(|size| size as u32)), first_block, biases })
    }

    /// out = ⌊(in + 2·padding - kernel)/stride⌋ + 1.
    fn convolved(&self, input: Extent, pieces: u64) -> std::result::Result<(Extent, Option<[u64; 2]>), String> {
        let (channels, kernel) = (self.channels.unwrap_or(1), self.kernel.unwrap_or(1));
        let (stride, padding) = (self.stride.unwrap_or(1), self.padding.unwrap_or(0));
        let [height, width] = [input.height, input.width].map(|size| size + 2 * padding);
        if kernel > height.min(width) {
            let flat = if input.positions() == 1 { "; its input has no height and width: put a reshape before it" } else { "" };
            return Err(format!("has a kernel of {kernel}×{kernel}, larger than its padded input of {height}×{width}{flat}"));
        }
        let output = Extent { channels, height: (height - kernel) / stride + 1, width: (width - kernel) / stride + 1 };
        let taps = u64::from(input.channels) * u64::from(kernel) * u64::from(kernel);
        Ok((output, Some([taps, u64::from(channels) * pieces])))
    }

    /// out = (in - 1)·stride + kernel - 2·padding.
    fn convolved_back(&self, input: Extent, pieces: u64) -> std::result::Result<(Extent, Option<[u64; 2]>), String> {
        let (channels, kernel) = (self.channels.unwrap_or(1), self.kernel.unwrap_or(1));
        let (stride, padding) = (self.stride.unwrap_or(1), self.padding.unwrap_or(0));
        let [height, width] = [input.height, input.width].map(|size| u64::from(size - 1) * u64::from(stride) + u64::from(kernel));
        if height.min(width) <= 2 * u64::from(padding) {
            return Err(format!("has a padding of {padding}, which leaves nothing of {height}×{width} pixels"));
        }
        let taps = u64::from(channels) * pieces * u64::from(kernel) * u64::from(kernel);
        let [height, width] = [height, width].map(|size| size - 2 * u64::from(padding));
        if height * width > MOST_NUMBERS {
            return Err(format!("makes channels of {height}×{width} pixels; at most {MOST_NUMBERS} numbers fit"));
        }
        Ok((Extent { channels, height: height as u32, width: width as u32 }, Some([taps, u64::from(input.channels)])))
    }

    /// out = ⌈(in - window)/stride⌉ + 1: the last window may hang over the edge, but it begins before it.
    fn pooled(&self, input: Extent) -> std::result::Result<Extent, String> {
        let (window, stride) = (self.window.unwrap_or(1), self.stride.unwrap_or(1));
        if u64::from(input.positions()) > MOST_PLACES {
            return Err(format!("pools channels of {} pixels; at most {MOST_PLACES} can be told apart", input.positions()));
        }
        if window > 1 && input.positions() == 1 {
            return Err(format!("pools {input} numbers without height and width: put a reshape before it"));
        }
        let [height, width] =
            [input.height, input.width].map(|size| size.saturating_sub(window).div_ceil(stride).min((size - 1) / stride) + 1);
        Ok(Extent { height, width, ..input })
    }

    fn reshaped(&self, input: Extent) -> std::result::Result<Extent, String> {
        let [channels, height, width] = [self.channels, self.height, self.width].map(|size| size.unwrap_or(1));
        let numbers = u64::from(channels) * u64::from(height) * u64::from(width);
        if numbers != u64::from(input.numbers()) {
            let found = input.numbers();
            return Err(format!("makes {channels}×{height}×{width} = {numbers} numbers of {found}: a reshape keeps how many there are"));
        }
        Ok(Extent { channels, height, width })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(channels: u32, height: u32, width: u32) -> Extent {
        Extent { channels, height, width }
    }

    fn convolution(kind: Kind, channels: u32, [kernel, stride, padding]: [u32; 3]) -> LayerSpec {
        let sizes = (Some(channels), Some(kernel), Some(stride), Some(padding));
        let (channels, kernel, stride, padding) = sizes;
        LayerSpec { channels, kernel, stride, padding, irange: Some(0.1), ..LayerSpec::new(kind) }
    }

    fn maxout(layer: LayerSpec) -> LayerSpec {
        LayerSpec { activation: Some(Nonlinearity::Maxout), pieces: Some(2), ..layer }
    }

    fn pooling(window: u32, stride: u32) -> LayerSpec {
        LayerSpec { window: Some(window), stride: Some(stride), ..LayerSpec::new(Kind::MaxPooling) }
    }

    fn reshape(channels: u32, height: u32, width: u32) -> LayerSpec {
        LayerSpec { channels: Some(channels), height: Some(height), width: Some(width), ..LayerSpec::new(Kind::Reshape) }
    }

    fn outputs(layers: &[LayerSpec], input: Extent) -> Vec<String> {
        shapes("d", layers, input.into()).expect("they fit").iter().map(|shaped| shaped.output.to_string()).collect()
    }

    fn refused(layers: &[LayerSpec], input: Extent) -> String {
        shapes("d", layers, input.into()).expect_err("they do not fit").to_string()
    }

    #[test]
    fn the_shapes_are_those_of_the_papers_convolutional_discriminator() {
        let layers = [
            maxout(convolution(Kind::Convolution, 32, [8, 1, 4])),
            pooling(4, 2),
            maxout(convolution(Kind::Convolution, 32, [8, 1, 3])),
            pooling(4, 2),
            maxout(convolution(Kind::Convolution, 192, [5, 1, 3])),
            pooling(2, 2),
        ];
        assert_eq!(outputs(&layers, image(3, 32, 32)), ["32×33×33", "32×16×16", "32×15×15", "32×7×7", "192×9×9", "192×5×5"]);
        let first = shapes("d", &layers, image(3, 32, 32).into()).expect("they fit")[0];
        assert_eq!((first.linear, first.weights, first.biases), (image(64, 33, 33), Some([192, 64]), 64));
    }

    #[test]
    fn the_shapes_are_those_of_the_papers_transposed_convolution() {
        let layers = [reshape(80, 10, 10), convolution(Kind::TransposedConvolution, 3, [5, 3, 0])];
        assert_eq!(outputs(&layers, Extent::from(8000)), ["80×10×10", "3×32×32"]);
        let last = shapes("g", &layers, 8000.into()).expect("they fit")[1];
        assert_eq!((last.weights, last.biases, last.parameters()), (Some([75, 80]), 3072, 6000 + 3072));
    }

    #[test]
    fn the_last_window_of_a_pooling_begins_before_the_edge() {
        assert_eq!(outputs(&[pooling(1, 4)], image(2, 7, 9)), ["2×2×3"]);
        assert_eq!(outputs(&[pooling(5, 2)], image(2, 3, 4)), ["2"]);
        assert_eq!(outputs(&[pooling(2, 2)], image(1, 9, 2)), ["1×5×1"]);
    }

    #[test]
    fn a_label_with_units_of_its_own_has_a_block_of_the_weights() {
        let first =
            LayerSpec { units: Some(240), label_units: Some(50), pieces: Some(5), irange: Some(0.1), ..LayerSpec::new(Kind::Maxout) };
        let last = LayerSpec { units: Some(1), irange: Some(0.1), ..LayerSpec::new(Kind::Sigmoid) };
        let input = Input { extent: Extent::from(794), labels: 10 };
        let shaped = shapes("d", &[first.clone(), last.clone()], input).expect("they fit");
        assert_eq!((shaped[0].output.channels, shaped[0].weights, shaped[0].first_block), (290, Some([794, 1450]), Some([784, 1200])));
        assert_eq!(shaped[0].parameters(), 784 * 1200 + 10 * 250 + 1450);
        assert_eq!((shaped[1].weights, shaped[1].first_block), (Some([290, 1]), None));
        let none = "d.layers[0] has label_units, but is given no label: only the first layer of a network that is told one";
        assert!(refused(std::slice::from_ref(&first), Extent::from(794)).contains(none));
        let second = shapes("d", &[last, first], input).expect_err("the label is gone").to_string();
        assert!(second.contains("d.layers[1] has label_units, but is given no label"), "{second}");
    }

    #[test]
    fn what_does_not_fit_is_refused_with_the_layer_and_the_reason() {
        let kernel = convolution(Kind::Convolution, 4, [8, 1, 1]);
        assert!(
            refused(&[pooling(2, 2), kernel.clone()], image(3, 8, 8))
                .contains("d.layers[1] has a kernel of 8×8, larger than its padded input of 6×6")
        );
        assert!(refused(&[kernel], Extent::from(100)).contains("put a reshape before it"));
        assert!(refused(&[pooling(2, 2)], Extent::from(100)).contains("put a reshape before it"));
        assert!(refused(&[reshape(3, 4, 5)], Extent::from(61)).contains("makes 3×4×5 = 60 numbers of 61"));
        assert!(refused(&[convolution(Kind::TransposedConvolution, 1, [2, 1, 2])], image(1, 2, 2)).contains("leaves nothing"));
        let sparse = LayerSpec { units: Some(7), sparse_init: Some(9), ..LayerSpec::new(Kind::Relu) };
        assert!(refused(&[sparse], Extent::from(8)).contains("only 8 incoming weights"));
        let wide = LayerSpec { units: Some(1 << 20), irange: Some(0.1), ..LayerSpec::new(Kind::Relu) };
        assert!(refused(&[wide], Extent::from(1 << 10)).contains("weights of 1073741824 numbers"));
    }

    #[test]
    fn parameters_that_can_be_counted_one_by_one_but_not_together_are_refused() {
        // 2^28 weights in each of them, so that 16 exceed 32 bits.
        let wide = LayerSpec { units: Some(1 << 14), irange: Some(0.1), ..LayerSpec::new(Kind::Linear) };
        let said = refused(&vec![wide.clone(); 16], Extent::from(1 << 14));
        assert_eq!(
            said,
            "the layers of the d have 4295229440 parameters together; at most 4294967295 can be counted: take fewer units or channels"
        );
        assert_eq!(shapes("d", &vec![wide; 15], (1 << 14).into()).expect("15 can be counted").len(), 15);
    }

    #[test]
    fn sizes_beyond_64_bits_are_refused_as_smaller_ones_are() {
        // (2^20 channels · 4096² taps) × 2^20 channels are 2^64 weights.
        let layers = [reshape(1 << 20, 1, 1), convolution(Kind::Convolution, 1 << 20, [4096, 2, 2048])];
        assert!(refused(&layers, Extent::from(1 << 20)).contains("d.layers[1] makes weights of 18446744073709551615 numbers"));
        // 1000 · 2^20 channels of 2^28 + 2^13 rows and 2^13 + 1 columns.
        let pieces = LayerSpec { pieces: Some(1000), ..maxout(convolution(Kind::Convolution, 1 << 20, [1, 1, 4096])) };
        assert!(refused(&[pieces], image(1, 1 << 28, 1)).contains("d.layers[0] makes an output of 18446744073709551615 numbers"));
    }

    #[test]
    fn a_key_that_a_kind_does_not_take_or_that_is_missing_is_named() {
        let image = image(3, 8, 8);
        let relu = LayerSpec { units: Some(3), irange: Some(0.1), ..LayerSpec::new(Kind::Relu) };
        let convolved = convolution(Kind::Convolution, 3, [3, 1, 1]);
        for (layer, message) in [
            (LayerSpec { units: None, ..relu.clone() }, "d.layers[0].units is missing: a relu layer needs its units"),
            (LayerSpec { kernel: Some(3), ..relu.clone() }, "d.layers[0].kernel is set, but a relu layer has no kernel"),
            (LayerSpec { pieces: Some(2), ..relu.clone() }, "d.layers[0].pieces is set, but a relu layer has no pieces"),
            (LayerSpec { irange: None, ..relu.clone() }, "d.layers[0].irange is missing"),
            (LayerSpec { label_units: Some(0), ..relu.clone() }, "d.layers[0].label_units is 0; it must lie from 1"),
            (
                LayerSpec { label_units: Some(2), sparse_init: Some(2), irange: None, ..relu.clone() },
                "d.layers[0] has label_units = 2 and sparse_init = 2",
            ),
            (LayerSpec { sparse_init: Some(2), ..relu }, "both irange and sparse_init"),
            (LayerSpec { pieces: Some(2), ..convolved.clone() }, "pieces is 2, but only maxout has pieces"),
            (LayerSpec { activation: Some(Nonlinearity::Maxout), ..convolved.clone() }, "pieces is missing"),
            (LayerSpec { stride: Some(0), ..convolved.clone() }, "d.layers[0].stride is 0; it must lie from 1 to 4096"),
            (LayerSpec { kernel: None, ..convolved }, "d.layers[0].kernel is missing"),
            (
                LayerSpec { label_units: Some(2), ..pooling(2, 2) },
                "d.layers[0].label_units is set, but a max-pooling layer has no label_units",
            ),
            (LayerSpec { keep: Some(0.5), ..pooling(2, 2) }, "a max-pooling layer has no keep"),
            (LayerSpec { stride: None, ..pooling(2, 2) }, "d.layers[0].stride is missing"),
            (
                LayerSpec { max_col_norm: Some(1.0), ..convolution(Kind::TransposedConvolution, 3, [3, 1, 1]) },
                "not the incoming weights of one output",
            ),
        ] {
            let said = refused(&[layer], image);
            assert!(said.contains(message), "`{message}` is not in: {said}");
        }
    }
}
