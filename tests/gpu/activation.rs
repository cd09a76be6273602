//! `activation_forward` and `activation_backward`, and products that end in `finish/activated`, with `activation/relu` and `activation/sigmoid`.

use crate::compare::{TINY, ULP, UNIT, exp_error, rounding, same_bits, wide, within};
use crate::lab::{Lab, On, numbers};
use gander::gpu::fuse;
use gander::plan::{Recorder, Tensor, Work};

fn forward(rec: &mut Recorder, hook: &str, len: u32) -> [Tensor; 2] {
    let [x, y] = ["x", "y"].map(|name| rec.tensor(name, [1, len]));
    let dispatch = rec.dispatch_hooked("activation_forward", hook).bind("x", &x).bind("y", &y);
    dispatch.argument("count", len).work(Work::Flat(len)).record();
    [x, y]
}

fn backward(rec: &mut Recorder, hook: &str, len: u32) -> [Tensor; 3] {
    let [y, dy, dx] = ["y", "dy", "dx"].map(|name| rec.tensor(name, [1, len]));
    let dispatch = rec.dispatch_hooked("activation_backward", hook).bind("y", &y).bind("dy", &dy).bind("dx", &dx);
    dispatch.argument("count", len).work(Work::Flat(len)).record();
    [y, dy, dx]
}

/// 131 arguments: a prime number of them, with both zeros and both ends.
fn arguments() -> Vec<f32> {
    let mut x: Vec<f32> = numbers(5, 119).iter().map(|x| 20.0 * x).collect();
    x.extend([0.0, -0.0, 1e-30, -1e-30, 80.0, -80.0, 100.0, -100.0, 1e4, -1e4, f32::MAX, f32::MIN]);
    x
}

pub fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// What sigmoid(x) = {1, e}/(1 + e), e = exp(-|x|), may be off by: e in the numerator or the denominator, the sum's rounding, the division.
pub fn sigmoid_bound(x: f64) -> f64 {
    sigmoid(x) * (exp_error(x) * (-x.abs()).exp().max(if x < 0.0 { 1.0 } else { 0.0 }) + UNIT + 2.5 * ULP) + 2.0 * TINY
}

#[test]
fn relu_is_exact_forward_and_backward() {
    let mut lab = Lab::enter();
    let x = arguments();
    let dy = numbers(6, x.len() as u32);
    let [x_tensor, y_tensor] = forward(&mut lab.rec, "activation/relu", x.len() as u32);
    let [kept, dy_tensor, dx_tensor] = backward(&mut lab.rec, "activation/relu", x.len() as u32);
    let y: Vec<f32> = x.iter().map(|x| x.max(0.0)).collect();
    let seen = lab.run(On::EveryAdapter, &[(&x_tensor, &x), (&kept, &y), (&dy_tensor, &dy)], &[&y_tensor, &dx_tensor]);
    // The slope at the kink is 0; a negative zero is a zero.
    let dx: Vec<f64> = x.iter().zip(&dy).map(|(x, dy)| if *x > 0.0 { f64::from(*dy) } else { 0.0 }).collect();
    assert_eq!(lab.host.reals(&y_tensor), wide(&y), "the twin's y");
    assert_eq!(lab.host.reals(&dx_tensor), dx, "the twin's dx");
    for gpu in seen {
        within(&format!("{}: relu", gpu.name), &gpu.reals(0), &wide(&y), |_| 0.0);
        within(&format!("{}: relu's dx", gpu.name), &gpu.reals(1), &dx, |_| 0.0);
    }
}

#[test]
fn sigmoid_is_within_the_bounds_of_exp_and_division_and_never_leaves_0_to_1() {
    let mut lab = Lab::enter();
    let x = arguments();
    let [x_tensor, y_tensor] = forward(&mut lab.rec, "activation/sigmoid", x.len() as u32);
    let seen = lab.run(On::EveryAdapter, &[(&x_tensor, &x)], &[&y_tensor]);
    let expected: Vec<f64> = x.iter().map(|x| sigmoid(f64::from(*x))).collect();
    for (twin, expected) in lab.host.reals(&y_tensor).iter().zip(&expected) {
        assert!((twin - expected).abs() <= 4.0 * f64::EPSILON, "the twin: {twin}, not {expected}");
    }
    for gpu in seen {
        let y = gpu.reals(0);
        assert!(y.iter().all(|y| (0.0..=1.0).contains(y)), "{}: {y:?}", gpu.name);
        within(&format!("{}: sigmoid", gpu.name), &y, &expected, |i| sigmoid_bound(f64::from(x[i])));
    }
}

/// A product that takes its activation into its tail: the sum's bound, passed on through slopes of at most 1 and ¼, and the activation's own.
#[test]
fn products_end_in_their_activation_in_every_family() {
    let mut lab = Lab::enter();
    let (m, n, k) = (21, 68, 36);
    let shapes = [("a", [m, k]), ("b", [k, n]), ("bias", [1, n]), ("c", [m, n]), ("y", [m, n])];
    let hooks = ["activation/relu", "activation/sigmoid"];
    let tensors = hooks.map(|hook| {
        let [a, b, bias, c, y] = shapes.map(|(name, shape)| lab.rec.tensor(name, shape));
        let product = lab.rec.dispatch_hooked("matmul_nn", "finish/bias").bind("a", &a).bind("b", &b).bind("c", &c).bind("bias", &bias);
        product.argument("m", m).argument("n", n).argument("k", k).work(Work::Tiles { rows: m, cols: n, parts: 1 }).record();
        let dispatch = lab.rec.dispatch_hooked("activation_forward", hook).bind("x", &c).bind("y", &y);
        dispatch.argument("count", m * n).work(Work::Flat(m * n)).record();
        [a, b, bias, c, y]
    });
    let plan = lab.rec.finish("test");
    let fused = fuse(&plan).dispatches;
    assert_eq!(fused.iter().map(|(_, dispatch)| dispatch.kernel.label()).collect::<Vec<_>>(), ["matmul_nn + relu", "matmul_nn + sigmoid"]);
    let [a, b, bias] = [numbers(1, m * k), numbers(2, k * n), numbers(3, n)];
    let inputs: Vec<_> = tensors.iter().flat_map(|[ta, tb, tbias, ..]| [(ta, &a[..]), (tb, &b[..]), (tbias, &bias[..])]).collect();
    let outputs = tensors.each_ref().map(|[.., y]| y);
    let seen = lab.run_plan(On::EveryFamily, &plan, &inputs, &outputs);
    let sum_bound = rounding(k, 2, f64::from(k) + 1.0);
    for gpu in &seen {
        within(&format!("{}: relu of a product", gpu.name), &gpu.reals(0), lab.host.reals(&tensors[0][4]), |_| sum_bound);
        let sums = lab.host.reals(&tensors[1][3]);
        within(&format!("{}: sigmoid of a product", gpu.name), &gpu.reals(1), lab.host.reals(&tensors[1][4]), |i| {
            sum_bound / 4.0 + 1.01 * sigmoid_bound(sums[i])
        });
    }
}

/// dx = dy·(y·(1 − y)): three roundings; 1 − y is exact to half a unit of 1, which matters where y is near 1.
#[test]
fn the_slope_of_sigmoid_is_taken_from_its_output() {
    let mut lab = Lab::enter();
    let mut y: Vec<f32> = numbers(7, 97).iter().map(|y| 0.5 + 0.5 * y).collect();
    y.extend([0.0, 1.0, 1.0 - UNIT as f32, 1e-20]);
    let dy = numbers(8, y.len() as u32);
    let [kept, dy_tensor, dx_tensor] = backward(&mut lab.rec, "activation/sigmoid", y.len() as u32);
    let seen = lab.run(On::EveryAdapter, &[(&kept, &y), (&dy_tensor, &dy)], &[&dx_tensor]);
    let (y, dy) = (wide(&y), wide(&dy));
    let expected: Vec<f64> = y.iter().zip(&dy).map(|(y, dy)| dy * y * (1.0 - y)).collect();
    assert!(lab.host.reals(&dx_tensor).iter().zip(&expected).all(|(twin, expected)| (twin - expected).abs() <= 1e-16), "the twin");
    for gpu in seen {
        // A driver may rewrite y·(1 − y) as y − y·y: then the terms are as large as y.
        within(&format!("{}: sigmoid's dx", gpu.name), &gpu.reals(0), &expected, |i| 4.0 * UNIT * (dy[i] * y[i]).abs() + TINY);
    }
}

/// A view that does not begin where a binding may begin is read, and written, as if it were a tensor of its own.
#[test]
fn unaligned_halves_are_read_and_written_in_place() {
    let mut lab = Lab::enter();
    let [from, to] = ["from", "to"].map(|name| lab.rec.tensor(name, [20, 3]));
    let (values, before) = (numbers(9, 60), numbers(10, 60));
    let (_, x) = from.halves();
    let (_, y) = to.halves();
    assert!(!x.is_aligned() && !y.is_aligned());
    let dispatch = lab.rec.dispatch_hooked("activation_forward", "activation/relu").bind("x", &x).bind("y", &y);
    dispatch.argument("count", 30).work(Work::Flat(30)).record();
    let seen = lab.run(On::EveryAdapter, &[(&from, &values), (&to, &before)], &[&to]);
    let expected: Vec<f32> = (0..60).map(|i| if i < 30 { before[i] } else { values[i].max(0.0) }).collect();
    assert_eq!(lab.host.reals(&to), wide(&expected), "the twin");
    for gpu in seen {
        same_bits(&format!("{}: the whole of `to`", gpu.name), &gpu.reals(0), &expected);
    }
}
