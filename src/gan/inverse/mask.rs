//! Which part of a picture is hidden, to be filled in.

use crate::data::Shape;
use crate::error::{Error, Result};
use crate::random::{MASK, threefry2x32, unit};
use std::str::FromStr;

/// The hidden part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mask {
    /// The right half.
    Right,
    /// The left half.
    Left,
    /// The upper half.
    Top,
    /// The lower half.
    Bottom,
    /// Each pixel with this probability.
    Random(f32),
    /// The square of so many pixels a side in the middle.
    Center(u32),
}

impl FromStr for Mask {
    type Err = String;

    /// `right`, `left`, `top`, `bottom`, `random:0.5`, `center:14`.
    fn from_str(text: &str) -> std::result::Result<Mask, String> {
        let words = text.split_once(':');
        Ok(match (text, words) {
            ("right", _) => Mask::Right,
            ("left", _) => Mask::Left,
            ("top", _) => Mask::Top,
            ("bottom", _) => Mask::Bottom,
            (_, Some(("random", share))) => match share.parse() {
                Ok(share) if (0.0..=1.0).contains(&share) => Mask::Random(share),
                _ => return Err(format!("`{share}` is no probability; write it like random:0.5")),
            },
            (_, Some(("center", side))) => match side.parse() {
                Ok(side) if side > 0 => Mask::Center(side),
                _ => return Err(format!("`{side}` is no number of pixels; write it like center:14")),
            },
            _ => {
                return Err(format!(
                    "`{text}` is no mask: right, left, top, bottom, random:SHARE, center:PIXELS, or FILE.png, white where pixels are hidden"
                ));
            }
        })
    }
}

impl Mask {
    /// What each number of a picture counts: 1 where it is kept, 0 where it is hidden, the same in all channels. A seed draws what is random.
    /// # Errors
    /// if nothing is kept, or nothing hidden.
    pub fn weights(self, shape: Shape, seed: u32) -> Result<Vec<f32>> {
        let Shape { width, height, .. } = shape;
        // The larger part is kept where there is no half.
        let hidden = |pixel: u32| {
            let (x, y) = (pixel % width, pixel / width);
            let in_the_middle = |at: u32, all: u32, side: u32| at >= (all - side.min(all)) / 2 && at < (all - side.min(all)) / 2 + side;
            match self {
                Mask::Right => x >= width.div_ceil(2),
                Mask::Left => x < width / 2,
                Mask::Top => y < height / 2,
                Mask::Bottom => y >= height.div_ceil(2),
                Mask::Random(share) => unit(threefry2x32([seed, MASK], [0, pixel])[0]) < share,
                Mask::Center(side) => in_the_middle(x, width, side) && in_the_middle(y, height, side),
            }
        };
        let hidden: Vec<bool> = (0..width * height).map(hidden).collect();
        Mask::of_pixels(&hidden, shape)
    }

    /// The same for pixels that are hidden or not, row by row.
    /// # Errors
    /// as [`Mask::weights`] has them.
    pub fn of_pixels(hidden: &[bool], shape: Shape) -> Result<Vec<f32>> {
        let refuse = |what: &str| {
            Err(Error::Config(format!("the mask {what} of the {} pixels: there is nothing to fill in by the rest", hidden.len())))
        };
        match hidden.iter().filter(|hidden| **hidden).count() {
            0 => refuse("hides none"),
            all if all == hidden.len() => refuse("hides all"),
            _ => Ok((0..shape.channels).flat_map(|_| hidden.iter().map(|hidden| f32::from(u8::from(!hidden)))).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDE: Shape = Shape { width: 5, height: 2, channels: 1 };

    fn weights(mask: &str, shape: Shape) -> Vec<f32> {
        mask.parse::<Mask>().unwrap().weights(shape, 7).unwrap()
    }

    #[test]
    fn what_a_mask_names_is_hidden_and_the_odd_row_or_column_is_kept() {
        assert_eq!(weights("right", WIDE), [1.0, 1.0, 1.0, 0.0, 0.0].repeat(2));
        assert_eq!(weights("left", WIDE), [0.0, 0.0, 1.0, 1.0, 1.0].repeat(2));
        let tall = Shape { width: 1, height: 3, channels: 3 };
        assert_eq!(weights("top", tall), [0.0, 1.0, 1.0].repeat(3), "in every channel");
        assert_eq!(weights("bottom", tall), [1.0, 1.0, 0.0].repeat(3));
        let square = Shape { width: 4, height: 4, channels: 1 };
        let middle = weights("center:2", square);
        assert_eq!((0..16).filter(|i| middle[*i] == 0.0).collect::<Vec<_>>(), [5, 6, 9, 10]);
    }

    /// 10,000 pixels: the share hidden has a deviation of √(0.3·0.7/10000) = 0.0046; five of them are the bound.
    #[test]
    fn a_random_mask_hides_its_share_and_is_drawn_from_the_seed() {
        let shape = Shape { width: 100, height: 100, channels: 1 };
        let mask = Mask::Random(0.3);
        let first = mask.weights(shape, 1).unwrap();
        let share = 1.0 - f64::from(first.iter().sum::<f32>()) / 1e4;
        assert!((share - 0.3).abs() < 0.023, "{share}");
        assert_eq!(first, mask.weights(shape, 1).unwrap());
        assert_ne!(first, mask.weights(shape, 2).unwrap());
    }

    #[test]
    fn what_is_no_mask_and_what_leaves_nothing_is_refused() {
        for (text, named) in
            [("rihgt", "random:SHARE"), ("random:2", "no probability"), ("random:", "no probability"), ("center:0", "center:14")]
        {
            let error = text.parse::<Mask>().unwrap_err();
            assert!(error.contains(named), "{text}: {error}");
        }
        for (mask, named) in
            [(Mask::Center(9), "hides all of the 10 pixels"), (Mask::Random(0.0), "hides none"), (Mask::Random(1.0), "hides all")]
        {
            let error = mask.weights(WIDE, 1).unwrap_err().to_string();
            assert!(error.contains(named), "{mask:?}: {error}");
        }
        // One column has no right half that could be told from it.
        assert!(Mask::Right.weights(Shape { width: 1, height: 9, channels: 1 }, 1).is_err());
    }
}
