// rates = (learning rate, momentum) of this iteration.
// Learning rate max(first·exp(-t·log_decay), last) for minibatch t, counted from 0; the power form loses 2.7 % by t = 500,000 in f32.
// Momentum first + (last - first)·clip((e - 1)/(saturated - 1), 0, 1) in epoch e, counted from 1.

struct Args { first_rate: f32, log_decay: f32, last_rate: f32, first_momentum: f32, last_momentum: f32, saturated: f32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> clock: Clock;
@group(0) @binding(2) var<storage, read_write> rates: array<f32>;

@compute @workgroup_size(1)
fn main() {
    rates[0] = max(args.first_rate * exp(-f32(clock.iteration) * args.log_decay), args.last_rate);
    // Saturated in epoch 1, momentum is final from the start (as in Pylearn2's MomentumAdjustor).
    let progress = select(min(f32(clock.epoch) / max(args.saturated - 1.0, 1.0), 1.0), 1.0, args.saturated <= 1.0);
    rates[1] = args.first_momentum + (args.last_momentum - args.first_momentum) * progress;
}
