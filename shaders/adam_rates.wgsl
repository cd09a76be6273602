// rates = (rate / (1 - β1^t), 1 / √(1 - β2^t)): the learning rate and what corrects the second moment in update t = iteration·updates + number + 1.
// decays: -log β1 and -log β2, in which 1 - β^t = 1 - exp(-t·decay) loses nothing where t·decay is small.

struct Args { rate: f32, first_decay: f32, second_decay: f32, updates: f32, number: f32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> clock: Clock;
@group(0) @binding(2) var<storage, read_write> rates: array<f32>;

/// 1 - exp(-x) for x ≥ 0: below 1/8 by its series, whose next term is x⁶/720.
fn fallen(x: f32) -> f32 {
    let series = x * (1.0 - x / 2.0 * (1.0 - x / 3.0 * (1.0 - x / 4.0 * (1.0 - x / 5.0))));
    return select(1.0 - exp(-x), series, x < 0.125);
}

@compute @workgroup_size(1)
fn main() {
    let t = f32(clock.iteration) * args.updates + args.number + 1.0;
    rates[0] = args.rate / fallen(t * args.first_decay);
    rates[1] = 1.0 / sqrt(fallen(t * args.second_decay));
}
