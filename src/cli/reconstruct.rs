//! `gander reconstruct`: from a picture x to z and back to G(z), by a network that infers z, the run's own or one that is trained for it, and by
//! gradient descent from there; or to a hidden layer of G and back.

use crate::cli::inverse::{Inverted, Subject};
use crate::cli::print;
use crate::cli::sample::axes;
use crate::data::npy;
use crate::error::Result;
use crate::eval::reconstruction::{mean_squared_error, variance_explained};
use crate::gan::inverse::{Descent, Encoder, EncoderRecipe, Target};
use crate::report::Png;
use crate::report::sheet::sheet;
use std::path::PathBuf;

/// Pictures side by side on a sheet at most.
const ACROSS: usize = 10;
/// Noise vectors that are looked for in what G makes of them.
const LOOKED_FOR: u32 = 200;

/// Options of `gander reconstruct`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    #[command(flatten)]
    inverted: Inverted,
    /// How many pictures
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    count: u32,
    /// Steps of gradient descent in z, from what E infers
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    steps: u32,
    /// Infer this hidden layer of G in the place of z, counted from 0; there is no descent from there
    #[arg(long, value_name = "LAYER", conflicts_with = "steps")]
    layer: Option<u32>,
    /// Iterations that E is trained for, 5000 if it is not given, where the run's folder does not keep it already; a run with train.inference has an E of
    /// its own, which is taken if this is not given
    #[arg(long, value_name = "ITERATIONS", value_parser = clap::value_parser!(u32).range(1..))]
    train: Option<u32>,
    /// The sheet to write, each picture above what G makes of its z; reconstruct.png if nothing else is asked for
    #[arg(long, value_name = "FILE.png")]
    out: Option<PathBuf>,
    /// Write what G makes of each z as an array for numpy
    #[arg(long, value_name = "FILE.npy")]
    npy: Option<PathBuf>,
}

/// What was found for some rows.
struct Found {
    z: Vec<f32>,
    made: Vec<f32>,
}

pub(super) fn run(options: &Options) -> Result<u8> {
    let mut subject = options.inverted.open(options.count)?;
    subject.generator.config.check_starts_from_noise()?;
    let published = EncoderRecipe::published();
    let recipe = EncoderRecipe { iterations: options.train.unwrap_or(published.iterations), ..published };
    if let Some(layer) = options.layer {
        let mut encoder = subject.encoder(&recipe, Target::Hidden(layer))?;
        return by_layer(options, &mut subject, &mut encoder, layer);
    }
    let of_game = if options.train.is_none() { subject.encoder_of_game()? } else { None };
    let mut encoder = match of_game {
        Some(encoder) => encoder,
        None => subject.encoder(&recipe, Target::Noise)?,
    };
    let truth = subject.noise(LOOKED_FOR)?;
    let of_truth = subject.generate(&truth)?;
    let of_samples = ways(&mut subject, &mut encoder, &of_truth, options.steps)?;
    let x = subject.x.clone();
    let of_x = ways(&mut subject, &mut encoder, &x, options.steps)?;
    let mut text = said(&subject, options.steps, [&of_truth, &x], [&of_samples, &of_x]);
    let size = truth.len() / LOOKED_FOR as usize;
    let explained = of_samples.each_ref().map(|found| format!("{:.1} %", 100.0 * variance_explained(&truth, &found.z, size)));
    text += &format!("share of the variance of z that is found, of the same samples\n  {}\n", by_both(explained, options.steps));
    text += &written(options, &subject, &of_x[1].made, "its z")?;
    print(&text)
}

/// The same by way of a hidden layer of G: what E infers of it, and what the layers above make of that.
fn by_layer(options: &Options, subject: &mut Subject, encoder: &mut Encoder, layer: u32) -> Result<u8> {
    let truth = subject.noise(LOOKED_FOR)?;
    let of_truth = subject.generate(&truth)?;
    let [from_samples, made] = [subject.reconstruct(encoder, &of_truth)?, subject.reconstruct(encoder, &subject.x.clone())?];
    let ones = vec![1.0; subject.dimensions()];
    let text = format!(
        "mean squared error per number, by hidden layer {layer} as E infers it\n  {LOOKED_FOR} samples of G: {:.5}\n  {} {}: {:.5}; of the mean training example {:.5}\n",
        mean_squared_error(&of_truth, &from_samples, &ones),
        subject.count(),
        subject.called,
        mean_squared_error(&subject.x, &made, &ones),
        mean_squared_error(&subject.x, &subject.means(), &ones),
    );
    print(&(text + &written(options, subject, &made, &format!("its hidden layer {layer}"))?))
}

/// Writes what G made of the pictures where it is asked for, and tells where.
fn written(options: &Options, subject: &Subject, made: &[f32], of: &str) -> Result<String> {
    let mut text = String::new();
    if let Some(path) = &options.npy {
        npy::write(path, &axes(subject.count() as u32, subject.picture.shape), made)?;
        text += &format!("{}\n", path.display());
    }
    if let Some(path) = options.out.clone().or(options.npy.is_none().then(|| "reconstruct.png".into())) {
        let (values, columns) = above(&subject.x, made, subject.dimensions());
        Png::encode(&sheet(&values, subject.picture, Some(columns))?).save(&path)?;
        text += &format!("{}: each picture above what G makes of {of}\n", path.display());
    }
    Ok(text)
}

/// How near G comes to its own samples, to the pictures, and how near the mean training example is to these.
fn said(subject: &Subject, steps: u32, [of_truth, x]: [&[f32]; 2], [of_samples, of_x]: [&[Found; 2]; 2]) -> String {
    let ones = vec![1.0; subject.dimensions()];
    let errors = |x: &[f32], found: &[Found; 2]| {
        let error = |found: &Found| format!("{:.5}", mean_squared_error(x, &found.made, &ones));
        by_both(found.each_ref().map(error), steps)
    };
    let mean = mean_squared_error(x, &subject.means(), &ones);
    format!(
        "mean squared error per number\n  {LOOKED_FOR} samples of G: {}\n  {} {}: {}; of the mean training example {mean:.5}\n",
        errors(of_truth, of_samples),
        subject.count(),
        subject.called,
        errors(x, of_x),
    )
}

/// What holds for E, and what after the steps, if there are any.
fn by_both([by_e, by_steps]: [String; 2], steps: u32) -> String {
    if steps == 0 { format!("{by_e} by E") } else { format!("{by_e} by E, {by_steps} after {steps} steps from there") }
}

/// What E finds for rows, and where so many steps lead from there.
fn ways(subject: &mut Subject, encoder: &mut Encoder, x: &[f32], steps: u32) -> Result<[Found; 2]> {
    let inferred = subject.infer(encoder, x)?;
    let weights = vec![1.0; subject.dimensions()];
    let refined = subject.descend(&mut Descent::default(), &inferred, x, &weights, steps)?;
    let made = [subject.generate(&inferred)?, subject.generate(&refined)?];
    let [by_e, by_steps] = made;
    Ok([Found { z: inferred, made: by_e }, Found { z: refined, made: by_steps }])
}

/// Rows of pictures by turns, x above what was made of it, and how many stand side by side. Where the last row is not full, empty pictures fill it.
fn above(x: &[f32], made: &[f32], dimensions: usize) -> (Vec<f32>, u32) {
    let count = x.len() / dimensions;
    let columns = count.div_ceil(count.div_ceil(ACROSS));
    let mut values = vec![];
    for (x, made) in x.chunks(columns * dimensions).zip(made.chunks(columns * dimensions)) {
        for row in [x, made] {
            values.extend_from_slice(row);
            values.resize(values.len() + columns * dimensions - row.len(), 0.0);
        }
    }
    (values, columns as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_stand_above_what_was_made_of_them_in_rows_of_one_length() {
        let (x, made): (Vec<f32>, Vec<f32>) = ((0..22).map(|i| i as f32).collect(), (0..22).map(|i| -(i as f32)).collect());
        let (values, columns) = above(&x, &made, 2);
        // Eleven pictures: six and five, and an empty one.
        assert_eq!((columns, values.len()), (6, 4 * 6 * 2));
        assert_eq!(values[..12], x[..12]);
        assert_eq!(values[12..24], made[..12]);
        assert_eq!(values[24..34], x[12..]);
        assert_eq!(values[34..36], [0.0; 2]);
        assert_eq!(values[36..46], made[12..]);
        assert_eq!(above(&x[..2], &made[..2], 2), (vec![0.0, 1.0, -0.0, -1.0], 1));
    }
}
