//! Twins of `adam_rates.wgsl` and `adam.wgsl`.

use crate::host::Real;
use crate::host::call::Call;
use crate::host::update::add_squares;
use rayon::prelude::*;

/// rates = (rate / (1 - β1^t), 1 / √(1 - β2^t)).
pub fn rates<T: Real>(call: &mut Call<T>) {
    let [_, iteration, ..] = call.clock();
    let t = T::count(iteration) * call.real("updates") + call.real("number") + T::one();
    let fallen = |decay: T| (t * decay).fallen();
    let rates = [call.real("rate") / fallen(call.real("first_decay")), T::one() / fallen(call.real("second_decay")).sqrt()];
    call.reals_mut("rates").copy_from_slice(&rates);
}

/// v ← β1·v + (1 - β1)·g;  s ← β2·s + (1 - β2)·g²;  θ ← θ - rate·v / (√s·correction + ε), and the sums of squared gradients.
pub fn run<T: Real>(call: &mut Call<T>) {
    let (team, run) = (call.constant("TEAM"), call.constant("RUN"));
    let (beta1, beta2, epsilon) = (call.real("beta1"), call.real("beta2"), call.real("epsilon"));
    let (gradient, rates) = (call.reals("gradient"), call.reals("rates"));
    let (theta, velocity, second) = (call.reals_mut("theta"), call.reals_mut("velocity"), call.reals_mut("second"));
    let squares = call.reals_mut("squares");
    // What one team does.
    let block = 4 * team * run;
    let (squares, idle) = squares.split_at_mut(gradient.len().div_ceil(block) * team);
    idle.fill(T::zero());
    let moments = velocity.par_chunks_mut(block).zip(second.par_chunks_mut(block));
    let blocks = theta.par_chunks_mut(block).zip(moments).zip(gradient.par_chunks(block));
    blocks.zip(squares.par_chunks_mut(team)).with_min_len(64).for_each(|(((theta, (velocity, second)), gradient), squares)| {
        for (((v, s), theta), g) in velocity.iter_mut().zip(second).zip(theta).zip(gradient) {
            *v = beta1 * *v + (T::one() - beta1) * *g;
            *s = beta2 * *s + (T::one() - beta2) * *g * *g;
            *theta = *theta - rates[0] * *v / (s.sqrt() * rates[1] + epsilon);
        }
        add_squares(squares, gradient);
    });
}
