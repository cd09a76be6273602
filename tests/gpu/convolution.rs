//! `convolve`, `convolve_adjoint`, `convolve_weights`: `matmul` and `tiled/matmul` (with `teams/one` beside the textures) with `layout/convolve`, `layout/convolve_adjoint`,
//! `layout/convolve_weights` over `layout/convolution`, through the two layers that they serve.

use crate::compare::{rounding, same_bits, wide, within};
use crate::lab::{Gpu, Lab, On, numbers, open, open_within, wait_for};
use gander::host::HostDevice;
use gander::nn::{Applied, Convolution, Extent, Initial, Layer, Parameter, TransposedConvolution, Window};
use gander::plan::{Device, Plan, Recorder, Tensor};
use std::pin::pin;

/// Examples, then channels, height and width of the images, filters, kernel, stride, padding.
const CASES: &[([u32; 5], [u32; 3])] = &[
    // One number everywhere; one channel; a stride beyond the kernel; padding of half the kernel and of all of it.
    ([1, 1, 1, 1, 1], [1, 1, 0]),
    ([2, 1, 5, 7, 3], [3, 1, 1]),
    ([3, 2, 7, 5, 3], [3, 2, 1]),
    ([2, 1, 8, 8, 2], [2, 3, 0]),
    ([2, 3, 4, 6, 5], [5, 1, 2]),
    ([1, 2, 6, 3, 1], [3, 1, 3]),
    ([2, 2, 11, 13, 7], [4, 3, 2]),
    // Whole tiles and a little more; as many parts of a sum as there are examples.
    ([2, 4, 4, 4, 33], [3, 1, 1]),
    ([5, 3, 16, 17, 2], [3, 1, 1]),
    // The paper's: its first layer of D, narrowed, and its G's last.
    ([1, 3, 32, 32, 8], [8, 1, 4]),
    ([1, 3, 32, 32, 80], [5, 3, 0]),
];

/// A convolution, and its transpose over the same weights, forward and backward.
struct Case {
    examples: u32,
    window: Window,
    x: Tensor,
    y: Tensor,
    w: Parameter,
    tied: Parameter,
    untied: Parameter,
    /// x ⋆ W + tied bias; the adjoint of y plus untied bias.
    forward: [Tensor; 2],
    /// What flows back from y to x through the convolution, from x to y through its transpose.
    back: [Tensor; 2],
    /// The transpose has parameters of its own, for its gradients.
    transposed: [Parameter; 2],
}

/// A tensor of sums, in f64: its name, the most terms of a sum, every sum and every Σ|terms|.
type Expected<'a> = (&'static str, &'a Tensor, u32, Vec<f64>, Vec<f64>);

fn parameter(rec: &mut Recorder, name: &str, shape: [u32; 2]) -> Parameter {
    let [value, gradient, velocity] = ["", "d ", "v "].map(|prefix| rec.tensor(&format!("{prefix}{name}"), shape));
    Parameter { value, gradient, velocity, second_moment: None, average: None, initial: Initial::Constant(0.0), max_col_norm: None }
}

impl Case {
    /// Records both layers: y is the convolution's dy and its transpose's x, and the other way round.
    fn record(rec: &mut Recorder, ([examples, channels, height, width, filters], [kernel, stride, padding]): ([u32; 5], [u32; 3])) -> Case {
        let image = Extent { channels, height, width };
        let [rows, cols] = [height, width].map(|size| (size + 2 * padding - kernel) / stride + 1);
        let result = Extent { channels: filters, height: rows, width: cols };
        let window = Window { image, result, kernel, stride, padding };
        let [x, adjoint] = ["x", "adjoint"].map(|name| rec.tensor(name, [examples, image.numbers()]));
        let [y, convolved] = ["y", "convolved"].map(|name| rec.tensor(name, [examples, result.numbers()]));
        let w = parameter(rec, "w", [channels * kernel * kernel, filters]);
        let (tied, untied) = (parameter(rec, "tied", [1, filters]), parameter(rec, "untied", [1, image.numbers()]));
        let own = parameter(rec, "own", [channels * kernel * kernel, filters]);
        let layer = Convolution { w: w.clone(), b: tied.clone(), window };
        let at = Applied { x: x.clone(), y: convolved.clone(), kept: None, salt: 0, first_row: 0 };
        layer.forward(rec, &at);
        layer.parameter_gradient(rec, &at, &y);
        let dx = layer.input_gradient(rec, &at, &y);
        let gradient_of_its_own = Parameter { gradient: own.gradient.clone(), ..w.clone() };
        let layer = TransposedConvolution { w: gradient_of_its_own.clone(), b: untied.clone(), window };
        let at = Applied { x: y.clone(), y: adjoint.clone(), kept: None, salt: 0, first_row: 0 };
        layer.forward(rec, &at);
        layer.parameter_gradient(rec, &at, &x);
        let dy = layer.input_gradient(rec, &at, &x);
        let transposed = [gradient_of_its_own, untied.clone()];
        Case { examples, window, x, y, w, tied, untied, forward: [convolved, adjoint], back: [dx, dy], transposed }
    }

    /// What is given, and its values.
    fn inputs(&self) -> Vec<(&Tensor, Vec<f32>)> {
        let given = [&self.x, &self.y, &self.w.value, &self.tied.value, &self.untied.value];
        (1..).zip(given).map(|(seed, tensor)| (tensor, numbers(seed, tensor.len()))).collect()
    }

    /// Visits every product of the sums: the places in x, in W and in y that meet.
    fn meet(&self, mut visit: impl FnMut(usize, usize, usize)) {
        let Window { image, result, kernel, stride, padding } = self.window;
        let each = |count: u32| 0..i64::from(count);
        for (e, f, oy, ox) in each(self.examples)
            .flat_map(|e| each(result.channels).map(move |f| (e, f)))
            .flat_map(|(e, f)| each(result.height).flat_map(move |oy| each(result.width).map(move |ox| (e, f, oy, ox))))
        {
            for (c, ky, kx) in each(image.channels).flat_map(|c| each(kernel).flat_map(move |ky| each(kernel).map(move |kx| (c, ky, kx)))) {
                let iy = oy * i64::from(stride) + ky - i64::from(padding);
                let ix = ox * i64::from(stride) + kx - i64::from(padding);
                if !each(image.height).contains(&iy) || !each(image.width).contains(&ix) {
                    continue;
                }
                let place = |first: [i64; 2], size: Extent, y: i64, x: i64| {
                    let [example, channel] = first;
                    (((example * i64::from(size.channels) + channel) * i64::from(size.height) + y) * i64::from(size.width) + x) as usize
                };
                let w = ((c * i64::from(kernel) + ky) * i64::from(kernel) + kx) * i64::from(result.channels) + f;
                visit(place([e, c], image, iy, ix), w as usize, place([e, f], result, oy, ox));
            }
        }
    }

    /// What is computed.
    fn expected(&self) -> Vec<Expected<'_>> {
        let values: Vec<Vec<f64>> = self.inputs().iter().map(|(_, values)| wide(values)).collect();
        let [x, y, w, tied, untied] = &values[..] else { unreachable!("five are given") };
        let Window { image, result, kernel, .. } = self.window;
        let [n_x, n_w, n_y] = [x.len(), w.len(), y.len()];
        // Of each: the sum and the sum of magnitudes.
        let mut to_y = [vec![0.0; n_y], vec![0.0; n_y]];
        let mut to_x = [vec![0.0; n_x], vec![0.0; n_x]];
        let mut to_w = [vec![0.0; n_w], vec![0.0; n_w]];
        self.meet(|at_x, at_w, at_y| {
            for (sums, at, term) in
                [(&mut to_y, at_y, x[at_x] * w[at_w]), (&mut to_x, at_x, y[at_y] * w[at_w]), (&mut to_w, at_w, x[at_x] * y[at_y])]
            {
                sums[0][at] += term;
                sums[1][at] += term.abs();
            }
        });
        let biased = |sums: &[Vec<f64>; 2], bias: &dyn Fn(usize) -> f64| {
            let with =
                |sums: &[f64], part: &dyn Fn(f64) -> f64| sums.iter().enumerate().map(|(i, sum)| sum + part(bias(i))).collect::<Vec<_>>();
            [with(&sums[0], &|b| b), with(&sums[1], &f64::abs)]
        };
        let positions = result.positions() as usize;
        let [convolved, convolved_size] = biased(&to_y, &|i| tied[i / positions % result.channels as usize]);
        let [adjoint, adjoint_size] = biased(&to_x, &|i| untied[i % image.numbers() as usize]);
        let mut tied_gradient = [vec![0.0; tied.len()], vec![0.0; tied.len()]];
        for (i, dy) in y.iter().enumerate() {
            tied_gradient[0][i / positions % tied.len()] += dy;
            tied_gradient[1][i / positions % tied.len()] += dy.abs();
        }
        let mut untied_gradient = [vec![0.0; untied.len()], vec![0.0; untied.len()]];
        for (i, dx) in x.iter().enumerate() {
            untied_gradient[0][i % untied.len()] += dx;
            untied_gradient[1][i % untied.len()] += dx.abs();
        }
        let taps = image.channels * kernel * kernel;
        let terms = [taps, kernel * kernel * result.channels, self.examples * (result.positions() + 1)];
        let [tied_gradient, tied_size] = tied_gradient;
        let [untied_gradient, untied_size] = untied_gradient;
        let [w_gradient, w_size] = to_w;
        let [dx, dx_size] = to_x;
        let [dy, dy_size] = to_y;
        vec![
            ("x ⋆ W + b", &self.forward[0], terms[0], convolved, convolved_size),
            ("the adjoint of y, + b", &self.forward[1], terms[1], adjoint, adjoint_size),
            ("dx", &self.back[0], terms[1], dx, dx_size),
            ("the transpose's dx", &self.back[1], terms[0], dy, dy_size),
            ("dW", &self.w.gradient, terms[2], w_gradient.clone(), w_size.clone()),
            ("the transpose's dW", &self.transposed[0].gradient, terms[2], w_gradient, w_size),
            ("db", &self.tied.gradient, self.examples + result.positions(), tied_gradient, tied_size),
            ("the transpose's db", &self.transposed[1].gradient, self.examples, untied_gradient, untied_size),
        ]
    }
}

/// A sum of k products, in any order and in any parts, is off by at most k units of Σ|terms|, the bias is one more, and one unit pays for squares of units.
#[test]
fn convolutions_of_ragged_shapes_and_their_gradients_are_within_their_rounding_in_every_family() {
    let mut lab = Lab::enter();
    let cases: Vec<Case> = CASES.iter().map(|case| Case::record(&mut lab.rec, *case)).collect();
    let inputs: Vec<_> = cases.iter().flat_map(Case::inputs).collect();
    let given: Vec<_> = inputs.iter().map(|(tensor, values)| (*tensor, &values[..])).collect();
    let expected: Vec<_> = cases.iter().map(Case::expected).collect();
    let outputs: Vec<&Tensor> = expected.iter().flatten().map(|(_, tensor, ..)| *tensor).collect();
    let seen = lab.run(On::EveryFamily, &given, &outputs);
    let parts = lab.rec.memory().buffers().iter().filter(|buffer| buffer.name.starts_with("parts of")).count();
    assert!(parts >= 2, "no sum was cut into parts");
    let named = CASES.iter().zip(&expected).flat_map(|(case, expected)| expected.iter().map(move |sums| (case, sums)));
    for (number, (case, (name, tensor, terms, sums, sizes))) in named.enumerate() {
        for (i, (twin, sum)) in lab.host.reals(tensor).iter().zip(sums).enumerate() {
            let bound = f64::from(terms + 2) * f64::EPSILON * sizes[i];
            assert!((twin - sum).abs() <= bound, "the twin's {name} of {case:?}[{i}]: {twin}, not {sum}");
        }
        for gpu in &seen {
            within(&format!("{}: {name} of {case:?}", gpu.name), &gpu.reals(number), sums, |i| rounding(*terms, 2, sizes[i]));
        }
    }
}

/// Images and parts of sums are shared out among threads; how many there are must not show.
#[test]
fn convolutions_on_the_host_have_the_same_bits_whatever_the_number_of_threads() {
    let mut rec = Recorder::new();
    let case = Case::record(&mut rec, ([7, 3, 19, 17, 6], [5, 2, 3]));
    let plan = rec.finish("test");
    let run = |threads| {
        let mut host = HostDevice::<f32>::new();
        host.allocate(rec.memory()).expect("the host takes any tensor");
        case.inputs().iter().for_each(|(tensor, values)| host.set_reals(tensor, values));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be made");
        pool.install(|| plan.dispatches.iter().for_each(|dispatch| host.run(dispatch)));
        case.expected().iter().map(|(name, tensor, ..)| (*name, host.reals(tensor).to_vec())).collect::<Vec<_>>()
    };
    let alone = run(1);
    for threads in [2, 3, 8] {
        for ((name, many), (_, alone)) in run(threads).iter().zip(&alone) {
            same_bits(&format!("{name} by {threads} threads"), many, alone);
        }
    }
}

/// What each of these devices makes of a plan.
fn replayed(gpus: Vec<Gpu>, rec: &Recorder, plan: &Plan, case: &Case) -> gander::error::Result<Vec<(String, Vec<Vec<u8>>)>> {
    let mut seen = vec![];
    for Gpu { name, mut device, waiter, .. } in gpus {
        device.allocate(rec.memory())?;
        case.inputs().iter().for_each(|(tensor, values)| device.write(tensor, bytemuck::cast_slice(values)));
        let replay = device.prepare(plan)?;
        let outputs: Vec<&Tensor> = case.forward.iter().chain(&case.back).chain([&case.w.gradient, &case.transposed[0].gradient]).collect();
        seen.push((name, wait_for(pin!(device.submit(replay, 1, &outputs)), &waiter)?));
    }
    Ok(seen)
}

/// 2560 rows in each of four lattices: more blocks than fit a side, of plain kernels and of tiled ones, ragged at the end of a fold.
#[test]
fn blocks_of_rows_that_exceed_a_side_of_the_grid_are_folded_and_nothing_else_changes() {
    let mut rec = Recorder::new();
    let case = Case::record(&mut rec, ([10, 1, 31, 31, 2], [3, 2, 1]));
    let plan = rec.finish("test");
    let within = |most: u32| open_within(On::EveryFamily, move |limits| limits.max_compute_workgroups_per_dimension = most);
    let whole = replayed(open(On::EveryFamily), &rec, &plan, &case).expect("any device runs it");
    for most in [64, 63] {
        let folded = replayed(within(most), &rec, &plan, &case).expect("folded, it has room");
        for ((name, bytes), (_, expected)) in folded.iter().zip(&whole) {
            assert!(bytes == expected, "{name} with {most} workgroups along a side");
        }
    }
    let message = replayed(within(3), &rec, &plan, &case).expect_err("four parts do not fit").to_string();
    assert!(message.contains("takes more workgroups than the 3 that") && message.contains("take a smaller batch"), "{message}");
}
