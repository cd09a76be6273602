//! One product of each layout in each family: `cargo bench --bench products`.
//!
//! The shape is a small one, so that the plain family keeps up on a software adapter.

mod common;

use common::{Subject, subjects};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use gander::cli::wait;
use gander::gpu::Family;
use gander::plan::{Plan, Recorder, Work};

/// m, n, k.
const SHAPE: [u32; 3] = [100, 240, 240];

/// C = A·B with one of its operands stored transposed, or none.
fn product(rec: &mut Recorder, operation: &str) -> Plan {
    let [m, n, k] = SHAPE;
    let [a, b] = match operation {
        "matmul_nn" => [[m, k], [k, n]],
        "matmul_nt" => [[m, k], [n, k]],
        _ => [[k, m], [k, n]],
    };
    let (a, b, c) = (rec.tensor("a", a), rec.tensor("b", b), rec.tensor("c", [m, n]));
    let dispatch = rec.dispatch_hooked(operation, "finish/none").bind("a", &a).bind("b", &b).bind("c", &c);
    dispatch.argument("m", m).argument("n", n).argument("k", k).work(Work::Tiles { rows: m, cols: n, parts: 1 }).record();
    rec.finish(operation)
}

fn products(criterion: &mut Criterion) {
    let mut rec = Recorder::new();
    let plans = ["matmul_nn", "matmul_nt", "matmul_tn"].map(|operation| product(&mut rec, operation));
    for Subject { name, mut device, waiter } in subjects(&[Family::Plain, Family::Tiled, Family::Narrow, Family::Texture]) {
        device.allocate(rec.memory()).expect("the matrices are small");
        for plan in &plans {
            let replay = device.prepare(plan).expect("the kernels are valid");
            let c = plan.dispatches[0].tensor("c").rows_at(0..1);
            let mut group = criterion.benchmark_group(&plan.name);
            group.sample_size(10).throughput(Throughput::Elements(2 * SHAPE.map(u64::from).iter().product::<u64>()));
            group.bench_function(BenchmarkId::from_parameter(&name), |bencher| {
                bencher.iter(|| wait(waiter.as_ref(), device.submit(replay, 1, &[&c])).expect("the device computes"));
            });
        }
    }
}

criterion_group!(benches, products);
criterion_main!(benches);
