//! Whole iterations of the paper's MNIST game on every device: `cargo bench --bench iteration`. `gander bench` tells where the time goes.

mod common;

use common::{Subject, subjects};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use gander::cli::wait;
use gander::data::{self, Dataset};
use gander::gan::{Config, Trainer, preset};
use std::ops::ControlFlow;
use std::time::Instant;

fn iterations(criterion: &mut Criterion) {
    let preset = preset("mnist").expect("it is embedded");
    let config = Config::parse(preset.toml, &[]).expect("it is a configuration");
    let dataset = Dataset::stand_in(&data::outline(&config.data).expect("it is known"));
    let mut group = criterion.benchmark_group("mnist");
    group.sample_size(10);
    for Subject { name, device, waiter } in subjects(&[]) {
        let mut trainer = Trainer::new(device, &config, &dataset).expect("the game fits the device");
        let clock = Instant::now();
        let now_ms = || 1e3 * clock.elapsed().as_secs_f64();
        group.bench_function(BenchmarkId::from_parameter(&name), |bencher| {
            bencher.iter(|| {
                let until = trainer.iteration() + 1;
                wait(waiter.as_ref(), trainer.advance(until, &now_ms, &mut |_| ControlFlow::Continue(()))).expect("the device trains")
            });
        });
    }
}

criterion_group!(benches, iterations);
criterion_main!(benches);
