//! `shuffle` and `tick`: every epoch is a permutation of its own, and minibatches over an epoch's end lose nothing.

use crate::compare::{same_bits, same_words};
use crate::lab::{Lab, On, as_bits};
use gander::data::{Dataset, Minibatches, Shape, Values};
use gander::plan::{Dispatch, Plan, Tensor, Work};
use gander::random::SHUFFLE;

/// One number per example: its index in the training range. Three examples before and two behind are not for training.
fn dataset(examples: u32) -> Dataset {
    Dataset {
        name: "indices".into(),
        shape: Shape { width: 1, height: 1, channels: 1 },
        values: Values::Reals((0..examples + 5).map(|i| i as f32 - 3.0).collect()),
        labels: None,
        train: 3..examples + 3,
        valid: 0..3,
        test: examples + 3..examples + 5,
        preprocess: None,
    }
    .checked()
    .expect("its parts agree")
}

/// The draw of some examples from a place of an epoch on.
struct Epoch {
    examples: u32,
    clock: Tensor,
    clock_values: Vec<f32>,
    data_values: Vec<f32>,
    x: Tensor,
}

impl Epoch {
    fn record(lab: &mut Lab, examples: u32, m: u32, clock: [u32; 4]) -> Epoch {
        let dataset = dataset(examples);
        let (clock, clock_values) = lab.clock(clock);
        let minibatches = Minibatches::new(&mut lab.rec, &dataset.outline(), &clock);
        assert_eq!(minibatches.examples(), examples);
        let x = lab.rec.tensor("x", [m, 1]);
        minibatches.draw(&mut lab.rec, 0, &x);
        let Values::Reals(data_values) = dataset.values else { panic!("made of reals") };
        Epoch { examples, clock, clock_values, data_values, x }
    }
}

/// The clocks and the data sets, whose tensors are those that the plan's draws read.
fn inputs<'a>(plan: &'a Plan, epochs: &'a [Epoch]) -> Vec<(&'a Tensor, &'a [f32])> {
    let draws = plan.dispatches.iter().filter(|dispatch| dispatch.kernel.operation == "draw");
    let of = |(epoch, draw): (&'a Epoch, &'a Dispatch)| {
        [(&epoch.clock, &epoch.clock_values[..]), (draw.tensor("examples"), &epoch.data_values[..])]
    };
    epochs.iter().zip(draws).flat_map(of).collect()
}

#[track_caller]
fn assert_permutation(what: &str, drawn: &[f32], examples: u32) {
    let mut sorted = drawn.to_vec();
    sorted.sort_by(f32::total_cmp);
    assert!(
        sorted.len() == examples as usize && sorted.iter().zip(0..).all(|(x, i)| *x == i as f32),
        "{what}: not every example once: {sorted:?}"
    );
}

#[test]
fn an_epoch_is_a_permutation_for_every_number_of_examples() {
    let mut lab = Lab::enter();
    let counts = [1, 2, 3, 4, 5, 7, 8, 9, 13, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 1000, 1023, 1024, 1025, 4097, 50_000];
    let epochs: Vec<Epoch> = counts.iter().map(|n| Epoch::record(&mut lab, *n, *n, [7, 12, 3, 0])).collect();
    let plan = lab.rec.finish("test");
    let outputs: Vec<_> = epochs.iter().map(|epoch| &epoch.x).collect();
    let seen = lab.run_plan(On::EveryAdapter, &plan, &inputs(&plan, &epochs), &outputs);
    for (number, Epoch { examples, x, .. }) in epochs.iter().enumerate() {
        let twin: Vec<f32> = lab.host.reals(x).iter().map(|x| *x as f32).collect();
        assert_permutation(&format!("the twin's {examples}"), &twin, *examples);
        for gpu in &seen {
            same_bits(&format!("{}: {examples} examples", gpu.name), &gpu.reals(number), &twin);
        }
        if *examples == 50_000 {
            // A random permutation has one fixed point on average, and no correlation of place and example: 5/√n is five deviations.
            let fixed = twin.iter().zip(0..).filter(|(x, i)| **x == *i as f32).count();
            let centre = |x: f64| (x + 0.5) / 25_000.0 - 1.0;
            let product: f64 = twin.iter().zip(0..).map(|(x, i)| 3.0 * centre(f64::from(*x)) * centre(f64::from(i))).sum();
            assert!(
                fixed < 12 && (product / 50_000.0).abs() < 5.0 / 50_000_f64.sqrt(),
                "{fixed} fixed points, correlation {}",
                product / 5e4
            );
        }
    }
}

#[test]
fn each_epoch_and_each_seed_has_an_order_of_its_own() {
    let mut lab = Lab::enter();
    let n = 101;
    let clocks = [[1, 0, 0, 0], [1, 5, 1, 0], [1, 10, 2, 0], [2, 0, 0, 0], [1, 99, 0, 0]];
    let epochs: Vec<Epoch> = clocks.iter().map(|clock| Epoch::record(&mut lab, n, n, *clock)).collect();
    let plan = lab.rec.finish("test");
    let outputs: Vec<_> = epochs.iter().map(|epoch| &epoch.x).collect();
    for gpu in lab.run_plan(On::EveryAdapter, &plan, &inputs(&plan, &epochs), &outputs) {
        let orders: Vec<Vec<f32>> = (0..5).map(|number| gpu.reals(number)).collect();
        for (number, order) in orders[..4].iter().enumerate() {
            for other in &orders[..number] {
                // Two random orders agree in one place on average.
                let same = order.iter().zip(other).filter(|(a, b)| a == b).count();
                assert!(same < 8, "{}: orders {number} and before agree in {same} places", gpu.name);
            }
        }
        assert_eq!(orders[0], orders[4], "{}: the order depends on the epoch, not on the iteration", gpu.name);
    }
}

/// 23 examples in minibatches of 7 and of 50, two to an iteration, through the clock's ticks: 23 iterations are whole epochs.
#[test]
fn minibatches_over_the_end_of_an_epoch_cover_every_example_once_per_epoch() {
    for (m, steps) in [(7, 1), (5, 2), (50, 1)] {
        let mut lab = Lab::enter();
        let (n, iterations) = (23_u32, 23_u32);
        let dataset = dataset(n);
        let (clock, clock_values) = lab.clock([9, 0, 0, 0]);
        let minibatches = Minibatches::new(&mut lab.rec, &dataset.outline(), &clock);
        let mut drawn = vec![];
        for _ in 0..iterations {
            for step in 0..steps {
                let x = lab.rec.tensor("x", [m, 1]);
                minibatches.draw(&mut lab.rec, step, &x);
                drawn.push(x);
            }
            lab.rec.dispatch("tick").bind("clock", &clock).argument("drawn", steps * m).argument("examples", n).record();
        }
        let plan = lab.rec.finish("test");
        let data = plan.dispatches[1].tensor("examples").clone();
        let Values::Reals(values) = &dataset.values else { panic!("made of reals") };
        let mut outputs: Vec<&Tensor> = drawn.iter().collect();
        outputs.push(&clock);
        let seen = lab.run_plan(On::EveryAdapter, &plan, &[(&clock, &clock_values), (&data, values)], &outputs);
        let all: Vec<f32> = drawn.iter().flat_map(|x| lab.host.reals(x).to_vec()).map(|x| x as f32).collect();
        assert_eq!(all.len() as u32, iterations * steps * m);
        all.chunks_exact(n as usize).for_each(|epoch| assert_permutation(&format!("the twin's epoch of batches of {m}"), epoch, n));
        let epochs: Vec<&[f32]> = all.chunks_exact(n as usize).collect();
        assert!(epochs.windows(2).all(|pair| pair[0] != pair[1]), "two epochs in a row have the same order");
        let end = [9, iterations, iterations * steps * m / n, 0];
        assert_eq!(lab.words(&clock), end, "the twin's clock");
        for gpu in seen {
            let found: Vec<f32> = (0..drawn.len()).flat_map(|number| gpu.reals(number)).collect();
            same_bits(&format!("{}: minibatches of {m}", gpu.name), &found, &all);
            same_words(&format!("{}: clock", gpu.name), &gpu.words(drawn.len()), &end);
        }
    }
}

/// `tick` wraps its iteration and carries its epoch, from anywhere.
#[test]
fn the_clock_ticks() {
    let mut lab = Lab::enter();
    let cases = [([1, 0, 0, 0], 7, 23, [1, 1, 0, 7]), ([1, 41, 5, 22], 1, 23, [1, 42, 6, 0]), ([3, 0, 0, 20], 100, 23, [3, 1, 5, 5])];
    let clocks = cases.map(|(before, drawn, examples, _)| {
        let clock = lab.rec.words("clock", 4);
        let dispatch = lab.rec.dispatch("tick").bind("clock", &clock);
        dispatch.argument("drawn", drawn as u32).argument("examples", examples as u32).record();
        (clock, as_bits(&before))
    });
    let inputs: Vec<_> = clocks.iter().map(|(clock, values)| (clock, &values[..])).collect();
    let outputs: Vec<_> = clocks.iter().map(|(clock, _)| clock).collect();
    for gpu in lab.run(On::EveryAdapter, &inputs, &outputs) {
        for (number, (.., after)) in cases.into_iter().enumerate() {
            same_words(&gpu.name, &gpu.words(number), &after);
            assert_eq!(lab.words(outputs[number]), after, "the twin");
        }
    }
}

/// The words of `shuffle` themselves, at an offset: step 1 of an iteration goes on where step 0 ended.
#[test]
fn the_second_step_goes_on_where_the_first_ended() {
    let mut lab = Lab::enter();
    let (clock, values) = lab.clock([4, 8, 2, 19]);
    let chosen = [(30, 0), (10, 20)].map(|(m, offset)| {
        let chosen = lab.rec.words("chosen", m);
        let dispatch = lab.rec.dispatch("shuffle").bind("clock", &clock).bind("chosen", &chosen);
        let dispatch = dispatch.argument("m", m).argument("offset", offset as u32).argument("examples", 23_u32);
        dispatch.argument("half_bits", 3_u32).argument("purpose", SHUFFLE).work(Work::Flat(m)).record();
        chosen
    });
    let seen = lab.run(On::EveryAdapter, &[(&clock, &values)], &[&chosen[0], &chosen[1]]);
    let [whole, rest] = chosen.each_ref().map(|chosen| lab.words(chosen));
    same_words("the twin", &rest, &whole[20..]);
    for gpu in seen {
        same_words(&gpu.name, &gpu.words(0), &whole);
        same_words(&gpu.name, &gpu.words(1), &rest);
    }
}
