//! `matmul_nn`, `matmul_nt`, `matmul_tn`: `matmul` with `layout/nn`, `layout/nt`, `layout/tn` over `layout/dense`, `tiled/matmul` with `teams/four`, and `texture/matmul_nn`, `texture/matmul_nt`,
//! `texture/matmul_tn` over `texture/operands` and `texture/texels`, each with `finish/none` and `finish/bias`.

use crate::compare::{UNIT, narrow, rounding, same_bits, wide, within};
use crate::lab::{Lab, On, numbers};
use gander::host::HostDevice;
use gander::plan::{Device, Recorder, Tensor, Work};

/// m, n, k: 1, primes, tiles of 16, 20, 32 and 64 and their neighbours, whole texels, and a sum as long as a picture.
const SHAPES: &[[u32; 3]] = &[
    [1, 1, 1],
    [1, 7, 13],
    [5, 1, 3],
    [4, 8, 12],
    [8, 4, 4],
    [16, 64, 16],
    [17, 68, 20],
    [15, 60, 36],
    [10, 2, 20],
    [21, 65, 8],
    [19, 63, 4],
    [20, 72, 784],
    [31, 33, 17],
    [32, 32, 16],
    [33, 31, 15],
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Layout {
    Nn,
    Nt,
    Tn,
}

struct Product {
    layout: Layout,
    shape: [u32; 3],
    a: Tensor,
    b: Tensor,
    bias: Option<Tensor>,
    c: Tensor,
}

impl Product {
    /// How a and b lie in memory.
    fn stored(layout: Layout, [m, n, k]: [u32; 3]) -> [[u32; 2]; 2] {
        match layout {
            Layout::Nn => [[m, k], [k, n]],
            Layout::Nt => [[m, k], [n, k]],
            Layout::Tn => [[k, m], [k, n]],
        }
    }

    fn record(rec: &mut Recorder, layout: Layout, shape: [u32; 3], bias: bool) -> Product {
        let [a, b] = Product::stored(layout, shape);
        let (a, b) = (rec.tensor("a", a), rec.tensor("b", b));
        Product::of(rec, layout, shape, (a, b), bias)
    }

    fn of(rec: &mut Recorder, layout: Layout, shape: [u32; 3], (a, b): (Tensor, Tensor), bias: bool) -> Product {
        let [m, n, k] = shape;
        let operation = match layout {
            Layout::Nn => "matmul_nn",
            Layout::Nt => "matmul_nt",
            Layout::Tn => "matmul_tn",
        };
        let c = rec.tensor("c", [m, n]);
        let bias = bias.then(|| rec.tensor("bias", [1, n]));
        let hook = if bias.is_some() { "finish/bias" } else { "finish/none" };
        let dispatch = rec.dispatch_hooked(operation, hook).bind("a", &a).bind("b", &b).bind("c", &c);
        let dispatch = dispatch.argument("m", m).argument("n", n).argument("k", k).work(Work::Tiles { rows: m, cols: n, parts: 1 });
        match &bias {
            Some(bias) => dispatch.bind("bias", bias).record(),
            None => dispatch.record(),
        }
        Product { layout, shape, a, b, bias, c }
    }

    /// C and Σ|terms| of each of its elements, in f64.
    fn expected(&self, a: &[f32], b: &[f32], bias: &[f32]) -> (Vec<f64>, Vec<f64>) {
        let [m, n, k] = self.shape.map(|size| size as usize);
        let (mut c, mut magnitude) = (vec![], vec![]);
        for (row, col) in (0..m).flat_map(|row| (0..n).map(move |col| (row, col))) {
            let a_at = |i| if self.layout == Layout::Tn { i * m + row } else { row * k + i };
            let b_at = |i| if self.layout == Layout::Nt { col * k + i } else { i * n + col };
            let terms = (0..k).map(|i| f64::from(a[a_at(i)]) * f64::from(b[b_at(i)]));
            let bias = if self.bias.is_some() { f64::from(bias[col]) } else { 0.0 };
            c.push(terms.clone().sum::<f64>() + bias);
            magnitude.push(terms.map(f64::abs).sum::<f64>() + bias.abs());
        }
        (c, magnitude)
    }
}

/// A sum of k products, in any order, fused or not, is off by at most k units of Σ|terms|; the bias is one term more, and one unit pays for squares of units.
#[test]
fn products_of_ragged_shapes_are_within_their_rounding_in_every_family() {
    let mut lab = Lab::enter();
    let mut products = vec![];
    for layout in [Layout::Nn, Layout::Nt, Layout::Tn] {
        for (number, shape) in SHAPES.iter().enumerate() {
            for bias in [false, true] {
                let values = Product::stored(layout, *shape).map(|[rows, cols]| rows * cols);
                let values = values.map(|len| numbers(number as u32, len));
                products.push((Product::record(&mut lab.rec, layout, *shape, bias), values, numbers(99, shape[1])));
            }
        }
    }
    let mut inputs = vec![];
    for (product, [a, b], bias) in &products {
        inputs.extend([(&product.a, &a[..]), (&product.b, &b[..])]);
        inputs.extend(product.bias.as_ref().map(|tensor| (tensor, &bias[..])));
    }
    let outputs: Vec<&Tensor> = products.iter().map(|(product, ..)| &product.c).collect();
    let seen = lab.run(On::EveryFamily, &inputs, &outputs);
    for (number, (product, [a, b], bias)) in products.iter().enumerate() {
        let (expected, magnitude) = product.expected(a, b, bias);
        let k = product.shape[2];
        let twin = lab.host.reals(&product.c);
        for (i, (twin, expected)) in twin.iter().zip(&expected).enumerate() {
            let bound = f64::from(k + 2) * f64::EPSILON * magnitude[i];
            assert!((twin - expected).abs() <= bound, "the twin's {:?} {:?}[{i}]: {twin}, not {expected}", product.layout, product.shape);
        }
        for gpu in &seen {
            let what = format!("{}: {:?} {:?}", gpu.name, product.layout, product.shape);
            within(&what, &gpu.reals(number), &expected, |i| rounding(k, 2, magnitude[i]));
        }
    }
}

/// Operands between not-a-numbers: what lies beside a view in its buffer, or beyond the edge of a tile, has no part in the product.
#[test]
fn products_of_views_do_not_read_beside_them() {
    let mut lab = Lab::enter();
    let mut products = vec![];
    // Sums that are no whole slices of 16: of whole texels, and not.
    let shapes = [[16, 16, 20], [32, 32, 18]];
    for (layout, shape) in [Layout::Nn, Layout::Nt, Layout::Tn].into_iter().flat_map(|layout| shapes.map(|shape| (layout, shape))) {
        let wholes = Product::stored(layout, shape).map(|[rows, cols]| lab.rec.tensor("whole", [3 * rows, cols]));
        let [a, b] = [0, 1].map(|at| wholes[at].rows_at(wholes[at].rows() / 3..2 * wholes[at].rows() / 3));
        assert!(a.is_aligned() && b.is_aligned());
        let values = [a.len(), b.len()].map(|len| numbers(len, len));
        products.push((Product::of(&mut lab.rec, layout, shape, (a, b), false), wholes, values));
    }
    let nothing: Vec<f32> = vec![f32::NAN; 3 * 32 * 18];
    let mut inputs = vec![];
    for (product, wholes, [a, b]) in &products {
        inputs.extend(wholes.iter().map(|whole| (whole, &nothing[..whole.len() as usize])));
        inputs.extend([(&product.a, &a[..]), (&product.b, &b[..])]);
    }
    let outputs: Vec<&Tensor> = products.iter().map(|(product, ..)| &product.c).collect();
    for gpu in lab.run(On::EveryFamily, &inputs, &outputs) {
        for (number, (product, _, [a, b])) in products.iter().enumerate() {
            let (expected, magnitude) = product.expected(a, b, &[]);
            let what = format!("{}: {:?} {:?} of views", gpu.name, product.layout, product.shape);
            within(&what, &gpu.reals(number), &expected, |i| rounding(product.shape[2], 1, magnitude[i]));
        }
    }
}

/// Whole numbers below 2²⁴ add exactly in any order: every family must give the same, exact product.
#[test]
fn products_of_small_whole_numbers_are_exact() {
    let mut lab = Lab::enter();
    let shape = [18, 36, 40];
    let whole = |seed, len| narrow(&wide(&numbers(seed, len)).iter().map(|x| (8.0 * x).round()).collect::<Vec<_>>());
    let products = [Layout::Nn, Layout::Nt, Layout::Tn].map(|layout| Product::record(&mut lab.rec, layout, shape, true));
    let (a, b, bias) = (whole(1, 18 * 40), whole(2, 36 * 40), whole(3, 36));
    let inputs = products.iter().flat_map(|product| {
        let bias_tensor = product.bias.as_ref().expect("recorded with one");
        [(&product.a, &a[..]), (&product.b, &b[..]), (bias_tensor, &bias[..])]
    });
    let inputs: Vec<_> = inputs.collect();
    let outputs = products.each_ref().map(|product| &product.c);
    for gpu in lab.run(On::EveryFamily, &inputs, &outputs) {
        for (number, product) in products.iter().enumerate() {
            let (expected, magnitude) = product.expected(&a, &b, &bias);
            assert!(magnitude.iter().all(|magnitude| *magnitude < 1.0 / UNIT));
            within(&format!("{}: whole {:?}", gpu.name, product.layout), &gpu.reals(number), &expected, |_| 0.0);
        }
    }
}

/// The host shares large products out among threads; how many there are must not show.
#[test]
fn products_on_the_host_have_the_same_bits_whatever_the_number_of_threads() {
    let mut rec = Recorder::new();
    let products = [Layout::Nn, Layout::Nt, Layout::Tn].map(|layout| Product::record(&mut rec, layout, [101, 120, 203], true));
    let plan = rec.finish("test");
    let run = |threads| {
        let mut host = HostDevice::<f32>::new();
        host.allocate(rec.memory()).expect("the host takes any tensor");
        for Product { a, b, bias, .. } in &products {
            [Some(a), Some(b), bias.as_ref()]
                .into_iter()
                .flatten()
                .for_each(|tensor| host.set_reals(tensor, &numbers(tensor.len(), tensor.len())));
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be made");
        pool.install(|| plan.dispatches.iter().for_each(|dispatch| host.run(dispatch)));
        products.each_ref().map(|product| host.reals(&product.c).to_vec())
    };
    let alone = run(1);
    for threads in [2, 3, 8] {
        run(threads).iter().zip(&alone).for_each(|(many, alone)| same_bits(&format!("{threads} threads"), many, alone));
    }
}
