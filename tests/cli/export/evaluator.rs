//! Runs a graph in ONNX, in f64, by what onnx/docs/Operators.md says of each operator: a second pair of eyes, which shares nothing with gander's own kernels.

use super::message::Message;
use std::collections::BTreeMap;

/// A tensor.
#[derive(Clone, Debug)]
pub struct Tensor {
    pub shape: Vec<usize>,
    pub values: Vec<f64>,
}

/// A graph in ONNX.
pub struct Model {
    bytes: Vec<u8>,
}

impl Tensor {
    fn of(shape: &[usize], values: impl Iterator<Item = f64>) -> Tensor {
        let tensor = Tensor { shape: shape.to_vec(), values: values.collect() };
        assert_eq!(tensor.values.len(), shape.iter().product::<usize>(), "the values fill the shape {shape:?}");
        tensor
    }

    fn map(&self, f: impl Fn(f64) -> f64) -> Tensor {
        Tensor::of(&self.shape, self.values.iter().map(|x| f(*x)))
    }

    /// The number at row n and channel c of an image, or none outside of it.
    fn pixel(&self, [n, c]: [usize; 2], [y, x]: [isize; 2]) -> Option<f64> {
        let [_, channels, height, width] = self.axes();
        let inside = (0..height as isize).contains(&y) && (0..width as isize).contains(&x);
        inside.then(|| self.values[((n * channels + c) * height + y as usize) * width + x as usize])
    }

    fn axes<const N: usize>(&self) -> [usize; N] {
        self.shape[..].try_into().unwrap_or_else(|_| panic!("{:?} has not {N} axes", self.shape))
    }
}

impl Model {
    pub fn read(path: &std::path::Path) -> Model {
        Model { bytes: std::fs::read(path).unwrap() }
    }

    fn model(&self) -> Message<'_> {
        Message::read(&self.bytes)
    }

    /// The metadata of the file.
    pub fn metadata(&self) -> BTreeMap<String, String> {
        self.model().parts(14).iter().map(|entry| (entry.text(1).into(), entry.text(2).into())).collect()
    }

    /// Runs the graph on rows, and gives its outputs by name.
    pub fn run(&self, rows: &[f32]) -> BTreeMap<String, Vec<f64>> {
        let model = self.model();
        assert_eq!((model.number(1), model.part(8).number(2)), (Some(7), Some(13)), "the versions of format and operators");
        let graph = model.part(7);
        let mut known: BTreeMap<&str, Tensor> = graph.parts(5).iter().map(|tensor| (tensor.text(8), initializer(tensor))).collect();
        let (input, columns) = rows_of(&graph.part(11));
        known.insert(input, Tensor::of(&[rows.len() / columns, columns], rows.iter().map(|x| f64::from(*x))));
        for node in graph.parts(1) {
            let inputs: Vec<&Tensor> = node.texts(1).into_iter().map(|name| &known[name]).collect();
            let result = Node(&node).run(&inputs);
            assert!(known.insert(node.text(2), result).is_none(), "{} is given out twice", node.text(2));
        }
        let outputs = graph.parts(12);
        let outputs = outputs.iter().map(rows_of).map(|(name, wide)| {
            assert_eq!(known[name].shape, [rows.len() / columns, wide], "{name}");
            (name.to_string(), known[name].values.clone())
        });
        outputs.collect()
    }
}

/// The name and the columns of a value of N rows.
fn rows_of<'a>(value: &Message<'a>) -> (&'a str, usize) {
    let tensor = value.part(2).part(1);
    assert_eq!(tensor.number(1), Some(1), "floats");
    let axes = tensor.part(2).parts(1);
    assert_eq!((axes.len(), axes[0].text(2)), (2, "N"));
    (value.text(1), axes[1].number(1).unwrap() as usize)
}

fn initializer(tensor: &Message) -> Tensor {
    let bytes = tensor.bytes(9).next().unwrap();
    match tensor.number(2).unwrap() {
        1 => Tensor::of(&tensor.numbers(1), bytes.as_chunks().0.iter().map(|number| f32::from_le_bytes(*number).into())),
        7 => Tensor::of(&tensor.numbers(1), bytes.as_chunks().0.iter().map(|number| i64::from_le_bytes(*number) as f64)),
        other => panic!("no tensor is of type {other}"),
    }
}

/// A node of a graph.
struct Node<'a>(&'a Message<'a>);

impl Node<'_> {
    fn attribute(&self, name: &str) -> Option<Message<'_>> {
        self.0.parts(5).into_iter().find(|attribute| attribute.text(1) == name)
    }

    fn integer(&self, name: &str) -> Option<u64> {
        let attribute = self.attribute(name)?;
        assert_eq!(attribute.number(20), Some(2), "{name} says that it is an integer");
        attribute.number(3)
    }

    fn integers<const N: usize>(&self, name: &str) -> [usize; N] {
        let attribute = self.attribute(name).unwrap_or_else(|| panic!("no {name}"));
        assert_eq!(attribute.number(20), Some(7), "{name} says that it is several integers");
        attribute.numbers(8).try_into().unwrap()
    }

    fn run(&self, inputs: &[&Tensor]) -> Tensor {
        match (self.0.text(4), inputs) {
            ("Relu", [x]) => x.map(|x| x.max(0.0)),
            ("Sigmoid", [x]) => x.map(|x| 1.0 / (1.0 + (-x).exp())),
            ("Flatten", [x]) => {
                assert_eq!(self.integer("axis"), Some(1));
                Tensor::of(&[x.shape[0], x.shape[1..].iter().product()], x.values.iter().copied())
            }
            ("Reshape", [x, axes]) => {
                let axes = axes.values.iter().zip(&x.shape).map(|(axis, old)| if *axis == 0.0 { *old } else { *axis as usize });
                let more = inputs[1].values.iter().skip(x.shape.len()).map(|axis| *axis as usize);
                Tensor::of(&axes.chain(more).collect::<Vec<_>>(), x.values.iter().copied())
            }
            ("Add", [x, b]) => Tensor::of(&x.shape, x.values.iter().zip(b.values.iter().cycle()).map(|(x, b)| x + b)),
            ("ReduceMax", [x]) => self.reduce_max(x),
            ("Gemm", [x, w, b]) => self.gemm(x, w, b),
            ("Conv", [x, w, b]) => self.convolution(x, w, b),
            ("ConvTranspose", [x, w]) => self.transposed_convolution(x, w),
            ("MaxPool", [x]) => self.max_pooling(x),
            (other, inputs) => panic!("no graph has {other} of {} tensors", inputs.len()),
        }
    }

    /// The largest along axis 2, which is gone then.
    fn reduce_max(&self, x: &Tensor) -> Tensor {
        assert_eq!((self.integers("axes"), self.integer("keepdims")), ([2], Some(0)));
        let [outer, pieces] = [x.shape[0] * x.shape[1], x.shape[2]];
        let inner: usize = x.shape[3..].iter().product();
        let largest = |at: usize| {
            let (outer, inner_at) = (at / inner, at % inner);
            (0..pieces).map(|piece| x.values[(outer * pieces + piece) * inner + inner_at]).fold(f64::NEG_INFINITY, f64::max)
        };
        Tensor::of(&[&x.shape[..2], &x.shape[3..]].concat(), (0..outer * inner).map(largest))
    }

    /// x·Wᵀ + b.
    fn gemm(&self, x: &Tensor, w: &Tensor, b: &Tensor) -> Tensor {
        assert_eq!(self.integer("transB"), Some(1));
        let ([m, k], [n, of_w]) = (x.axes(), w.axes());
        assert_eq!((k, b.shape.clone()), (of_w, vec![n]));
        let sum = |row: usize, col: usize| (0..k).map(|i| x.values[row * k + i] * w.values[col * k + i]).sum::<f64>();
        Tensor::of(&[m, n], (0..m * n).map(|at| sum(at / n, at % n) + b.values[at % n]))
    }

    /// The kernel's side, the stride and the padding of a convolution, the same in both directions.
    fn sizes(&self, w: &Tensor) -> [usize; 3] {
        let ([size, width], [stride, across], pads) = (self.integers("kernel_shape"), self.integers("strides"), self.integers::<4>("pads"));
        let padding = pads[0];
        assert_eq!((size, stride, pads, &w.shape[2..]), (width, across, [padding; 4], &[size, size][..]));
        [size, stride, padding]
    }

    fn convolution(&self, x: &Tensor, w: &Tensor, b: &Tensor) -> Tensor {
        let [size, stride, padding] = self.sizes(w);
        let ([rows, channels, height, width], [filters, of_w, ..]) = (x.axes(), w.axes::<4>());
        assert_eq!(channels, of_w);
        let [high, wide] = [height, width].map(|side| (side + 2 * padding - size) / stride + 1);
        let place = |at: usize, tap: usize| (at * stride + tap) as isize - padding as isize;
        let result = |at: usize| {
            let [n, f, y, x_at] = [at / (filters * high * wide), at / (high * wide) % filters, at / wide % high, at % wide];
            let taps = (0..channels * size * size).map(|tap| [tap / (size * size), tap / size % size, tap % size]);
            let terms = taps.map(|[c, ky, kx]| {
                x.pixel([n, c], [place(y, ky), place(x_at, kx)]).unwrap_or(0.0) * w.values[((f * channels + c) * size + ky) * size + kx]
            });
            terms.sum::<f64>() + b.values[f]
        };
        Tensor::of(&[rows, filters, high, wide], (0..rows * filters * high * wide).map(result))
    }

    /// Every number of x adds its kernel, scaled, to where it stands in the result.
    fn transposed_convolution(&self, x: &Tensor, w: &Tensor) -> Tensor {
        let [size, stride, padding] = self.sizes(w);
        let ([rows, channels, height, width], [of_w, filters, ..]) = (x.axes(), w.axes::<4>());
        assert_eq!(channels, of_w);
        let [high, wide] = [height, width].map(|side| (side - 1) * stride + size - 2 * padding);
        let mut values = vec![0.0; rows * filters * high * wide];
        for (at, number) in x.values.iter().enumerate() {
            let [n, c, y, x_at] = [at / (channels * height * width), at / (height * width) % channels, at / width % height, at % width];
            for tap in 0..filters * size * size {
                let [f, ky, kx] = [tap / (size * size), tap / size % size, tap % size];
                let [row, col] = [y * stride + ky, x_at * stride + kx].map(|place| place.wrapping_sub(padding));
                if row < high && col < wide {
                    values[((n * filters + f) * high + row) * wide + col] += number * w.values[((c * filters + f) * size + ky) * size + kx];
                }
            }
        }
        Tensor::of(&[rows, filters, high, wide], values.into_iter())
    }

    fn max_pooling(&self, x: &Tensor) -> Tensor {
        let ([high, wide], [stride, across]) = (self.integers("kernel_shape"), self.integers("strides"));
        let [top, left, bottom, right] = self.integers("pads");
        assert_eq!((stride, top, left), (across, 0, 0));
        assert!(bottom < high && right < wide, "onnxruntime takes no padding that is as large as the window");
        let [rows, channels, height, width] = x.axes();
        let [down, over] = [(height + bottom - high) / stride + 1, (width + right - wide) / stride + 1];
        let result = |at: usize| {
            let [n, c, y, x_at] = [at / (channels * down * over), at / (down * over) % channels, at / over % down, at % over];
            let window = (0..high * wide).map(|tap| [(y * stride + tap / wide) as isize, (x_at * stride + tap % wide) as isize]);
            window.filter_map(|place| x.pixel([n, c], place)).fold(f64::NEG_INFINITY, f64::max)
        };
        Tensor::of(&[rows, channels, down, over], (0..rows * channels * down * over).map(result))
    }
}
