//! Inspected plans: whatever is not finite is found, wherever it comes up, and named; nothing else is; and no bit of a game changes.
//!
//! `GANDER_INJECTIONS=1000` tries that many places in each game on each device, `GANDER_CALM=1000000` plays so many iterations in which nothing is wrong.

use crate::lab::{On, open, wait_for};
use crate::play::{Play, option_plays, plays};
use gander::gan::{Config, Finding, Game, Metrics, PRESETS, State, Trainer, preset};
use gander::gpu::{Waiter, fuse};
use gander::host::HostDevice;
use gander::plan::{Device, Dispatch, Element, Inspection, NOTHING_FOUND, Plan, PlanId, Recorder, Tensor, Work};
use gander::random::threefry2x32;
use gander::{Error, Result};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::pin::pin;

/// Iterations between two inspections of these games.
const K: u32 = 5;

/// A number from the environment, or what is enough for every day.
fn amount(name: &str, usual: u32) -> u32 {
    std::env::var(name).map_or(usual, |count| count.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

/// Waits for a future of a device.
fn wait<T>(waiter: Option<&Waiter>, future: impl Future<Output = T>) -> T {
    match waiter {
        Some(waiter) => wait_for(pin!(future), waiter),
        None => pollster::block_on(future),
    }
}

/// The host, and every GPU of this machine.
fn devices() -> Vec<(String, Box<dyn Device>, Option<Waiter>)> {
    let host: (_, Box<dyn Device>, _) = ("host twin in f32".into(), Box::new(HostDevice::<f32>::new()), None);
    let gpus = open(On::EveryAdapter).into_iter().map(|gpu| (gpu.name, Box::new(gpu.device) as Box<dyn Device>, Some(gpu.waiter)));
    [host].into_iter().chain(gpus).collect()
}

fn is_check(dispatch: &Dispatch) -> bool {
    dispatch.kernel.operation == "find_non_finite"
}

/// What is dispatched of a plan once it is fused, but for checks: kernels and the tensors that they write.
fn fused(plan: &Plan) -> Vec<String> {
    let dispatches = fuse(plan).dispatches.into_iter().map(|(_, dispatch)| dispatch).filter(|dispatch| !is_check(dispatch));
    dispatches.map(|dispatch| format!("{} {:?}", dispatch.kernel.label(), dispatch.bindings)).collect()
}

#[test]
fn an_inspected_plan_is_fused_as_the_plain_one_and_looks_at_every_tensor_that_reaches_memory() {
    let mut games: Vec<(Config, _)> = plays().into_iter().chain(option_plays()).map(|play| (play.config, play.dataset.outline())).collect();
    for preset in PRESETS {
        let config = Config::parse(preset.toml, &[]).unwrap();
        if config.generator.extends.is_none() {
            let outline = gander::data::outline(&config.data).unwrap();
            games.push((config, outline));
        }
    }
    let mut left_out = 0;
    for (config, outline) in games {
        let mut rec = Recorder::new();
        let mean = vec![0.5; outline.dimensions() as usize];
        let plan = Game::new(&mut rec, &config, &outline, &mean).unwrap().record_iteration(&mut rec);
        let out = fuse(&plan).left_out;
        let Inspection { plan: inspected, checks, .. } = plan.inspected(&mut rec, &out);
        assert_eq!(fused(&plan), fused(&inspected), "{}", outline.name);
        let place = |tensor: &Tensor| (tensor.buffer(), tensor.range().start, tensor.range().end);
        let reals = plan.dispatches.iter().flat_map(|dispatch| dispatch.tensors(true)).filter(|tensor| tensor.element() == Element::Real);
        let written: BTreeSet<_> = reals.map(place).collect();
        let looked_at: BTreeSet<_> = checks.iter().map(|check| place(&check.tensor)).chain(out.iter().map(place)).collect();
        assert_eq!(written, looked_at, "{}", outline.name);
        left_out += out.len();
    }
    assert!(left_out > 0, "no game leaves anything out: this test tells nothing");
}

/// A game on a device, with a bad value that is copied into one place behind the dispatch that writes it, and a device to play it on.
struct Injected<'a> {
    device: &'a mut dyn Device,
    waiter: Option<&'a Waiter>,
    plain: PlanId,
    inspected: PlanId,
    bad: Tensor,
    found: Tensor,
}

impl Injected<'_> {
    /// Plays iteration number `iteration` of the game; what an inspection has found, if it is time for one.
    fn play(&mut self, iteration: u32) -> u32 {
        let plan = if iteration.is_multiple_of(K) { self.inspected } else { self.plain };
        let read = wait(self.waiter, self.device.submit(plan, 1, &[&self.found])).expect("the device plays");
        bytemuck::pod_read_unaligned(&read[0])
    }

    fn set(&mut self, value: f32) {
        self.device.write(&self.bad, bytemuck::bytes_of(&value));
    }
}

/// The copy of a bad value to an element of a tensor.
fn injection(rec: &mut Recorder, bad: &Tensor, tensor: &Tensor, element: u32) -> Dispatch {
    let copy = rec.dispatch("copy").bind("from_buffer", bad).bind("to_buffer", tensor).argument("count", 1);
    copy.argument("from_first", 0).argument("to_first", element).work(Work::Flat(1)).record();
    rec.finish("injection").dispatches.remove(0)
}

/// The plan with a dispatch behind number `at` of those that are no checks.
fn with(plan: &Plan, at: usize, injection: &Dispatch) -> Plan {
    let mut plan = plan.clone();
    let place = (0..plan.dispatches.len()).filter(|number| !is_check(&plan.dispatches[*number])).nth(at).expect("it is one of them");
    plan.dispatches.insert(place + 1, injection.clone());
    plan
}

/// Injects NaN and infinity in places that a seed picks, each from an iteration on that it picks as well. Returns how many there were.
fn inject(play: &Play, (name, device, waiter): (&str, &mut dyn Device, Option<&Waiter>)) -> u32 {
    let mut rec = Recorder::new();
    let game = Game::new(&mut rec, &play.config, &play.dataset.outline(), &play.dataset.training_mean()).expect("the game fits its data");
    let plan = game.record_iteration(&mut rec);
    let bad = rec.tensor("bad", [1, 1]);
    let left_out = device.leaves_out(&plan).expect("the device takes the plan");
    let Inspection { plan: inspected, found, checks } = plan.inspected(&mut rec, &left_out);
    device.allocate(rec.memory()).expect("it is small");
    let inputs = crate::golden::start(&game, play, &plan);
    let count = amount("GANDER_INJECTIONS", 6);
    for number in 0..count {
        let [chosen, at] = threefry2x32([11, 1], [number, 0]);
        let [when, value] = threefry2x32([11, 2], [number, 0]);
        // As many as there are checks go through all of them.
        let check = &checks[(if count < checks.len() as u32 { chosen } else { number }) as usize % checks.len()];
        let element = at % check.tensor.len();
        let value = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY][value as usize % 3];
        let injection = injection(&mut rec, &bad, &check.tensor, element);
        let prepared =
            [&plan, &inspected].map(|plan| device.prepare(&with(plan, check.dispatch, &injection)).expect("the device takes it"));
        let [plain, replay] = prepared;
        for (tensor, values) in &inputs {
            device.write(tensor, bytemuck::cast_slice(values));
        }
        device.write(&found, bytemuck::bytes_of(&NOTHING_FOUND));
        let mut game = Injected { device: &mut *device, waiter, plain, inspected: replay, bad: bad.clone(), found: found.clone() };
        // Half of them begin where an inspection is: that must name the very dispatch.
        let begin = if number % 2 == 0 { K * (1 + when % 2) } else { 1 + when % (2 * K) };
        let what = format!("{name}: {}: {value} in {}[{element}] behind dispatch {}", play.name, check.tensor, check.dispatch);
        game.set(0.01);
        for iteration in 1..begin {
            assert_eq!(game.play(iteration), NOTHING_FOUND, "{what}: a false alarm in iteration {iteration}");
        }
        game.set(value);
        let seen = (begin..begin + K).map(|iteration| (iteration, game.play(iteration))).find(|(_, seen)| *seen != NOTHING_FOUND);
        let (iteration, seen) = seen.unwrap_or_else(|| panic!("{what}: not found within {K} iterations of iteration {begin}"));
        if iteration == begin {
            let named = &checks[seen as usize];
            assert!(named.dispatch == check.dispatch && named.tensor.covers_the_same_as(&check.tensor), "{what}: found in {named}");
        }
    }
    count
}

#[test]
fn every_bad_number_is_found_within_k_iterations_wherever_it_comes_up() {
    let [first, .., convolutional] = plays();
    let [options, ..] = option_plays();
    let mut count = 0;
    for play in [first, convolutional, options] {
        for (name, mut device, waiter) in devices() {
            count += inject(&play, (&name, &mut *device, waiter.as_ref()));
        }
    }
    println!("{count} injections, all found within {K} iterations");
}

/// A trainer under way.
struct Training {
    name: String,
    trainer: Trainer,
    waiter: Option<Waiter>,
}

fn trainings(play: &Play) -> Vec<Training> {
    let begin = |(name, device, waiter)| Training { name, trainer: Trainer::new(device, &play.config, &play.dataset).unwrap(), waiter };
    devices().into_iter().map(begin).collect()
}

impl Training {
    fn advance(&mut self, until: u64) -> Result<()> {
        let go_on = &mut |_: &[Metrics]| ControlFlow::Continue(());
        wait(self.waiter.as_ref(), self.trainer.advance(until, &|| 0.0, go_on)).map(|_| ())
    }

    /// Where it began.
    fn trace(&mut self, finding: &Finding) -> Option<Finding> {
        let go_on = &mut |_: &[Metrics]| ControlFlow::Continue(());
        match wait(self.waiter.as_ref(), self.trainer.trace(finding, &|| 0.0, go_on)) {
            Ok(ControlFlow::Continue(first)) => first,
            other => panic!("{}: {other:?}", self.name),
        }
    }

    fn state(&mut self) -> State {
        wait(self.waiter.as_ref(), self.trainer.state()).expect("the device reads")
    }

    /// Trains on, and must fail. What was found.
    fn fails(&mut self, until: u64) -> Finding {
        match self.advance(until) {
            Err(Error::NonFinite(_)) => self.trainer.finding().expect("it says so").clone(),
            other => panic!("{}: {other:?}", self.name),
        }
    }
}

#[test]
fn a_parameter_that_turns_bad_is_named_and_a_restored_state_is_good() {
    let [play, ..] = plays();
    let play = play.with(&["report.inspect_every=5"]);
    let mut undisturbed = trainings(&play);
    for (training, undisturbed) in trainings(&play).iter_mut().zip(&mut undisturbed) {
        training.advance(7).unwrap();
        let state = training.state();
        let last = training.trainer.game().discriminator.parameters().last().unwrap().velocity.clone();
        training.trainer.device().write(&last.elements_at(0..1), bytemuck::bytes_of(&f32::NAN));
        let finding = training.fails(30);
        assert!(finding.iteration <= 10 && finding.after == 5, "{}: {finding:?}", training.name);
        training.trainer.restore(&state).unwrap();
        // It was no fault of the game's: played again, it is finite.
        let traced = training.trace(&finding);
        assert!(traced.is_none(), "{}: {traced:?}", training.name);
        training.advance(30).unwrap();
        undisturbed.advance(30).unwrap();
        assert_eq!(training.state(), undisturbed.state(), "{}: not as if nothing had been", training.name);
    }
}

#[test]
fn a_game_that_blows_up_is_traced_to_the_dispatch_that_began_it() {
    let [play, ..] = plays();
    let rate = ["discriminator.optimizer.learning_rate=1e12", "discriminator.optimizer.min_learning_rate=1e12", "report.inspect_every=100"];
    for mut training in trainings(&play.with(&rate)) {
        let state = training.state();
        let finding = training.fails(300);
        training.trainer.restore(&state).unwrap();
        let first = training.trace(&finding).expect("it blows up again");
        let check = first.check.as_ref().expect("a trace inspects");
        assert!(first.iteration <= finding.iteration && first.after + 1 == first.iteration, "{}: {first:?}", training.name);
        assert!(check.tensor.element() == Element::Real && first.to_string().contains(&check.kernel), "{}: {first}", training.name);
        println!("{}: {first}", training.name);
    }
}

#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    let iterations = u64::from(amount("GANDER_CALM", 2000));
    let config = Config::parse(preset("gaussian-1d").unwrap().toml, &["train.batch=8".into(), "report.inspect_every=1".into()]).unwrap();
    let dataset = gander::data::open(&config.data, None).unwrap();
    let gaussian = Play { name: "gaussian-1d", config, dataset };
    let [_, pictures, ..] = plays();
    for play in [gaussian, pictures.with(&["report.inspect_every=1"])] {
        let trainer = Trainer::new(Box::new(HostDevice::<f32>::new()), &play.config, &play.dataset).unwrap();
        let mut training = Training { name: play.name.into(), trainer, waiter: None };
        training.advance(iterations / 2).unwrap_or_else(|error| panic!("{}: {error}", play.name));
        println!("{}: {} iterations, every one inspected, no alarm", play.name, iterations / 2);
    }
}
