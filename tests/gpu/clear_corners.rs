//! `clear_corners`: exact, for it only clears; and what a network with it is: two paths that do not meet in their layer.

use crate::compare::{same_bits, wide};
use crate::lab::{Lab, On, as_bits, numbers};
use gander::host::HostDevice;
use gander::nn::{BiasStart, Extent, Input, Kind, LayerSpec, Network, clear_corners};
use gander::plan::{Device, Recorder};

#[test]
fn what_lies_beside_the_two_blocks_is_cleared_and_nothing_else() {
    let mut lab = Lab::enter();
    // Rows, columns, and those of the first block: blocks of one number, tall and wide corners, more than a workgroup's share.
    let cases = [[2, 2, 1, 1], [7, 5, 6, 1], [11, 33, 1, 30], [94, 130, 84, 120]];
    let tensors = cases.map(|[rows, cols, n, p]| {
        let dw = lab.rec.tensor("dw", [rows, cols]);
        clear_corners(&mut lab.rec, &dw, [n, p]);
        dw
    });
    let values = cases.map(|[rows, cols, ..]| numbers(rows + cols, rows * cols));
    let inputs: Vec<_> = tensors.iter().zip(&values).map(|(dw, values)| (dw, &values[..])).collect();
    let seen = lab.run(On::EveryAdapter, &inputs, &tensors.iter().collect::<Vec<_>>());
    for (number, [_, cols, n, p]) in cases.into_iter().enumerate() {
        let kept = |(i, x): (u32, &f32)| if (i / cols < n) == (i % cols < p) { *x } else { 0.0 };
        let expected: Vec<f32> = (0..).zip(&values[number]).map(kept).collect();
        assert_eq!(lab.host.reals(&tensors[number]), wide(&expected), "the twin, case {number}");
        for gpu in &seen {
            same_bits(&format!("{}, case {number}", gpu.name), &gpu.reals(number), &expected);
        }
    }
}

/// (max(0, z·A + a), max(0, c·B + b)), written out.
#[test]
fn units_of_the_label_see_the_label_alone_and_the_others_all_but_it() {
    const ROWS: u32 = 3;
    const Z: u32 = 4;
    const LABELS: u32 = 3;
    const UNITS: u32 = 5;
    const LABEL_UNITS: u32 = 2;
    let first = LayerSpec { units: Some(UNITS), label_units: Some(LABEL_UNITS), irange: Some(0.9), ..LayerSpec::new(Kind::Relu) };
    let first = LayerSpec { bias: Some(BiasStart::Constant(0.1)), ..first };
    let mut rec = Recorder::new();
    let clock = rec.words("clock", 4);
    let input = Input { extent: Extent::from(Z + LABELS), labels: LABELS };
    let network = Network::new(&mut rec, "G", &[first], input, false, &[], &clock);
    assert_eq!(network.parameter_count(), u64::from(Z * UNITS + UNITS + LABELS * LABEL_UNITS + LABEL_UNITS));
    let told = rec.tensor("z and label", [ROWS, Z + LABELS]);
    let y = network.evaluate(&mut rec, &told);
    let plan = rec.finish("forward");
    let mut host = HostDevice::<f64>::new();
    host.allocate(rec.memory()).expect("the host takes any tensor");
    host.write(&clock, bytemuck::cast_slice(&as_bits(&[1, 0, 0, 0])));
    let (w, b) = (&network.parameters()[0], &network.parameters()[1]);
    let [weights, biases] = [w, b].map(|parameter| parameter.initial.values(3, 0, parameter.value.len() as usize));
    let x = numbers(5, told.len());
    for (tensor, values) in [(&w.value, &weights), (&b.value, &biases), (&told, &x)] {
        host.write(tensor, bytemuck::cast_slice(values));
    }
    plan.dispatches.iter().for_each(|dispatch| host.run(dispatch));
    let (inputs, outputs) = (Z + LABELS, UNITS + LABEL_UNITS);
    for (row, j) in (0..ROWS).flat_map(|row| (0..outputs).map(move |j| (row, j))) {
        let sees = if j < UNITS { 0..Z } else { Z..inputs };
        let sum: f64 = sees.map(|i| f64::from(x[(row * inputs + i) as usize]) * f64::from(weights[(i * outputs + j) as usize])).sum();
        let (found, expected) = (host.reals(&y)[(row * outputs + j) as usize], (sum + f64::from(0.1_f32)).max(0.0));
        assert!((found - expected).abs() < 1e-14, "row {row}, unit {j}: {found}, not {expected}");
    }
}
