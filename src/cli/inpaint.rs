//! `gander inpaint`: completes pictures of which a part is hidden: by the generator itself where it has learnt to (`train.completion`), and otherwise by gradient
//! descent in z on the part that is kept.

use crate::cli::inverse::{Inverted, Subject};
use crate::cli::print;
use crate::data::samples::read_picture_from;
use crate::data::{Shape, npy};
use crate::error::{Error, Result};
use crate::eval::reconstruction::{mean_squared_error, spread};
use crate::gan::completion;
use crate::gan::inverse::{Descent, Mask};
use crate::report::Png;
use crate::report::sheet::{Scale, sheet};
use std::path::PathBuf;
use std::str::FromStr;

/// Rows of z that are searched for at a time, about.
const ROWS: usize = 1000;

/// Random places that a completion is looked for from, if it is not said.
const STARTS: u32 = 4;
/// Steps of descent from each, if it is not said.
const STEPS: u32 = 300;

/// Options of `gander inpaint`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    #[command(flatten)]
    inverted: Inverted,
    /// The part that is hidden: right, left, top, bottom, random:SHARE, center:PIXELS, or a PNG that is white where pixels are hidden
    #[arg(long, value_name = "PART|FILE.png")]
    mask: Hidden,
    /// How many pictures
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    count: u32,
    /// Completions of each picture
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=100))]
    completions: u32,
    /// Where G starts from z alone: random places from which each completion is looked for; the one that fits the kept part best is taken
    /// [default: 4]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1000))]
    starts: Option<u32>,
    /// Where G starts from z alone: steps of gradient descent in z
    /// [default: 300]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    steps: Option<u32>,
    /// The sheet to write, a picture per row: whole, masked, completed; inpaint.png if nothing else is asked for
    #[arg(long, value_name = "FILE.png")]
    out: Option<PathBuf>,
    /// Write the completions as an array for numpy: N×completions×C×H×W
    #[arg(long, value_name = "FILE.npy")]
    npy: Option<PathBuf>,
}

/// What is hidden, as it was asked for.
#[derive(Clone, Debug)]
enum Hidden {
    Part(Mask),
    File(PathBuf),
}

impl FromStr for Hidden {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Hidden, String> {
        if text.to_lowercase().ends_with(".png") { Ok(Hidden::File(text.into())) } else { text.parse().map(Hidden::Part) }
    }
}

impl Hidden {
    /// What each number of a picture counts.
    fn weights(&self, shape: Shape, seed: u32) -> Result<Vec<f32>> {
        match self {
            Hidden::Part(mask) => mask.weights(shape, seed),
            Hidden::File(path) => {
                let bytes = std::fs::read(path).map_err(Error::io("read", path))?;
                let grey = Shape { channels: 1, ..shape };
                let pixels = read_picture_from(&bytes, grey).map_err(|why| Error::Data(format!("{}: {why}", path.display())))?;
                Mask::of_pixels(&pixels.iter().map(|pixel| *pixel > 0.5).collect::<Vec<_>>(), shape)
            }
        }
    }
}

/// How many rows are searched for, for each picture.
#[derive(Clone, Copy)]
struct Search {
    completions: usize,
    starts: usize,
    steps: u32,
}

pub(super) fn run(options: &Options) -> Result<u8> {
    let mut subject = options.inverted.open(options.count)?;
    let shape = subject.picture.shape;
    let weights = options.mask.weights(shape, subject.generator.seed)?;
    let search = Search {
        completions: options.completions as usize,
        starts: options.starts.unwrap_or(STARTS) as usize,
        steps: options.steps.unwrap_or(STEPS),
    };
    let x = subject.x.clone();
    let made = if subject.generator.config.train.completion {
        check_no_descent(options)?;
        forge(&mut subject, &weights, search.completions)?
    } else {
        complete(&mut subject, &weights, search)?
    };
    let again = repeated(&x, subject.dimensions(), search.completions);
    let shown: Vec<f32> = pasted(&again, &made, &weights);

    let hidden: Vec<f32> = weights.iter().map(|w| 1.0 - w).collect();
    let mean = mean_squared_error(&x, &subject.means(), &hidden);
    let mut text = format!(
        "{} {}, {} completions each: mean squared error per number {:.4} where they are kept, {:.4} where they are hidden; there the mean training example has {mean:.4}\n",
        subject.count(),
        subject.called,
        search.completions,
        mean_squared_error(&again, &made, &weights),
        mean_squared_error(&again, &made, &hidden),
    );
    if search.completions > 1 {
        text += &format!(
            "completions of one picture differ by {:.4} per hidden number (standard deviation)\n",
            spread(&shown, search.completions, &weights)
        );
    }
    if let Some(path) = &options.npy {
        let axes = [subject.count() as u32, options.completions, shape.channels, shape.height, shape.width];
        npy::write(path, &axes.map(|axis| axis as usize), &shown)?;
        text += &format!("{}\n", path.display());
    }
    if let Some(path) = options.out.clone().or(options.npy.is_none().then(|| "inpaint.png".into())) {
        let blank = if subject.picture.scale == Scale::Unit { 0.5 } else { 0.0 };
        let masked = pasted(&x, &vec![blank; x.len()], &weights);
        let values = beside(&[(&x, 1), (&masked, 1), (&shown, search.completions)], subject.dimensions());
        Png::encode(&sheet(&values, subject.picture, Some(2 + options.completions))?).save(&path)?;
        text += &format!("{}: a picture per row, whole, masked, and completed\n", path.display());
    }
    print(&text)
}

/// Refuses what is said about a descent where there is none.
fn check_no_descent(options: &Options) -> Result<()> {
    for (option, given) in [("starts", options.starts), ("steps", options.steps)] {
        if let Some(given) = given {
            return Err(Error::Config(format!(
                "--{option} is {given}, but this run's generator completes pictures itself (train.completion), without any descent: leave --{option} away"
            )));
        }
    }
    Ok(())
}

/// Every picture as a generator that completes pictures completes it, by fresh z for every completion.
fn forge(subject: &mut Subject, weights: &[f32], completions: usize) -> Result<Vec<f32>> {
    let count = subject.count() * completions;
    let (noise, given) =
        (subject.noise(count as u32)?, completion::given(&repeated(&subject.x, subject.dimensions(), completions), weights));
    let made = subject.generate(&completion::beside_given(&noise, noise.len() / count, &given, 2 * weights.len()))?;
    Ok(completion::kept(&made, &given, weights.len()))
}

/// What G makes of the z that fit the kept numbers, for every completion of every picture.
fn complete(subject: &mut Subject, weights: &[f32], Search { completions, starts, steps }: Search) -> Result<Vec<f32>> {
    let (dimensions, each) = (subject.dimensions(), completions * starts);
    let noise = subject.noise((subject.count() * each) as u32)?;
    let size = noise.len() / (subject.count() * each);
    let (x, mut descent, mut chosen) = (subject.x.clone(), Descent::default(), vec![]);
    // So many pictures at a time that there are about as many rows as are searched for at a time.
    let pictures = (ROWS / each).max(1);
    for (x, z) in x.chunks(pictures * dimensions).zip(noise.chunks(pictures * each * size)) {
        let x = repeated(x, dimensions, each);
        let z = subject.descend(&mut descent, z, &x, weights, steps)?;
        let made = subject.generate(&z)?;
        for (x, made) in x.chunks(starts * dimensions).zip(made.chunks(starts * dimensions)) {
            let error = |row: &[f32]| mean_squared_error(&x[..dimensions], row, weights);
            let best = made.chunks_exact(dimensions).min_by(|a, b| error(a).total_cmp(&error(b)));
            chosen.extend_from_slice(best.expect("there is at least one start"));
        }
    }
    Ok(chosen)
}

/// Each row so many times.
fn repeated(rows: &[f32], n: usize, times: usize) -> Vec<f32> {
    rows.chunks_exact(n).flat_map(|row| std::iter::repeat_n(row, times).flatten().copied()).collect()
}

/// The kept numbers as they are, and what was made in the place of the hidden ones.
fn pasted(kept: &[f32], made: &[f32], weights: &[f32]) -> Vec<f32> {
    kept.iter().zip(made).zip(weights.iter().cycle()).map(|((kept, made), w)| if *w > 0.0 { *kept } else { *made }).collect()
}

/// One picture's rows out of each list, then the next one's: (rows, how many belong to one picture).
fn beside(lists: &[(&[f32], usize)], n: usize) -> Vec<f32> {
    let pictures = lists.iter().map(|(rows, each)| rows.len() / (each * n)).min().unwrap_or(0);
    (0..pictures).flat_map(|at| lists.iter().flat_map(move |(rows, each)| rows[at * each * n..(at + 1) * each * n].to_vec())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_the_sheet_is_one_pictures_and_what_is_kept_is_shown_as_it_is() {
        let x = [1.0, 2.0, 3.0, 4.0];
        let again = repeated(&x, 2, 2);
        assert_eq!(again, [1.0, 2.0, 1.0, 2.0, 3.0, 4.0, 3.0, 4.0]);
        let shown = pasted(&again, &[-1.0, -2.0, -3.0, -4.0, -5.0, -6.0, -7.0, -8.0], &[1.0, 0.0]);
        assert_eq!(shown, [1.0, -2.0, 1.0, -4.0, 3.0, -6.0, 3.0, -8.0]);
        assert_eq!(beside(&[(&x, 1), (&shown, 2)], 2), [1.0, 2.0, 1.0, -2.0, 1.0, -4.0, 3.0, 4.0, 3.0, -6.0, 3.0, -8.0]);
    }
}
