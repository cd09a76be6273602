//! Sample sheets: many small pictures on one grid.
//!
//! Small pictures are enlarged by a whole factor, each value becoming a square of equal pixels, so that a sheet shows what the generator made and not what
//! an interpolation made of it. A value that is not finite is drawn in magenta, which no grey picture contains: broken training should be seen.

use image::{Rgb, RgbImage};

use crate::data::{Preprocess, Shape};
use crate::error::{Error, Result};
use crate::gan::Scaling;

/// Pixels between two pictures and around them all.
const GAP: u32 = 2;

/// What the gaps are drawn in, and places without a picture: neither black nor white, so that a picture's edge shows.
const GAP_COLOUR: Rgb<u8> = Rgb([56, 56, 60]);

/// What a column that is not the generator's is framed in; the paper frames the nearest training examples in yellow.
const FRAME_COLOUR: Rgb<u8> = Rgb([245, 196, 0]);

/// What a value that is not finite is drawn in.
const SIGNAL: Rgb<u8> = Rgb([255, 0, 255]);

/// Pictures are enlarged up to this many pixels on their longer side: MNIST's 28 × 28 and CIFAR-10's 32 × 32 come out doubled, TFD's 48 × 48 as they are.
const ENLARGED_SIDE: u32 = 64;

/// No picture is enlarged by more than this.
const MAX_FACTOR: u32 = 8;

/// The largest sheet that is drawn, in pixels: 768 MiB of RGB.
const MAX_PIXELS: u64 = 1 << 28;

/// How numbers become brightness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// 0 is black, 1 is full.
    Unit,
    /// Grey is 0; black and full are ∓ the largest magnitude of the whole sheet, as the authors showed data of normalised contrast.
    Sheet,
    /// Grey is 0; black and full are ∓ the largest magnitude of the picture itself.
    Sample,
}

/// The form of one picture, and how it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Picture {
    /// Columns, rows and channels of values.
    pub shape: Shape,
    /// How values become brightness.
    pub scale: Scale,
}

impl Picture {
    /// Pictures as they are after a step of preprocessing, which cannot be undone for samples: nobody knows the mean and the norm that they would have had.
    pub fn new(shape: Shape, preprocess: Option<Preprocess>, scaling: Scaling) -> Picture {
        let scale = match (preprocess, scaling) {
            (None, _) => Scale::Unit,
            (Some(Preprocess::Gcn(_)), Scaling::Sheet) => Scale::Sheet,
            (Some(Preprocess::Gcn(_)), Scaling::Sample) => Scale::Sample,
        };
        Picture { shape, scale }
    }

    /// How many values make one picture.
    fn values(self) -> usize {
        self.shape.dimensions() as usize
    }

    /// The factor by which a sheet enlarges the picture.
    fn factor(self) -> u32 {
        (ENLARGED_SIDE / self.shape.width.max(self.shape.height)).clamp(1, MAX_FACTOR)
    }

    /// As many columns as make a sheet of `count` pictures nearly square.
    fn columns(self, count: u32) -> u32 {
        let columns = (f64::from(count) * f64::from(self.shape.height) / f64::from(self.shape.width)).sqrt();
        // A sheet that is slightly too wide looks better than one with an almost empty last row; 1e-9 keeps 100 pictures at 10 columns.
        ((columns - 1e-9).ceil() as u32).clamp(1, count)
    }
}

/// Draws pictures on a grid, row by row.
///
/// values: one picture after the other, each channel after channel, row-major from the top left; what lies beyond black and full is clamped. Without `columns` the sheet is nearly square.
/// # Errors when the picture has no values or other than 1 or 3 channels, `values` holds no picture or a part of one, or the sheet would be absurdly large.
pub fn sheet(values: &[f32], picture: Picture, columns: Option<u32>) -> Result<RgbImage> {
    lay_out(values, picture, columns, None).map(|(sheet, _)| sheet)
}

/// A sheet of so many columns, whose column number `framed` is framed and has no part in the largest magnitude of the sheet: the authors scaled samples and
/// the training examples beside them by that of the samples.
/// # Errors as [`sheet`] has them.
pub fn sheet_with_framed_column(values: &[f32], picture: Picture, columns: u32, framed: u32) -> Result<RgbImage> {
    let (mut sheet, grid) = lay_out(values, picture, Some(columns), Some(framed))?;
    let (across, _) = grid.pitch();
    let (left, right) = (framed * across, (framed * across + across + GAP).min(sheet.width()));
    for (x, y) in (0..sheet.height()).flat_map(|y| (left..right).map(move |x| (x, y))) {
        let edge = x < left + GAP || x >= right - GAP || y < GAP || y >= sheet.height() - GAP;
        if edge {
            sheet.put_pixel(x, y, FRAME_COLOUR);
        }
    }
    Ok(sheet)
}

/// Draws a sheet, and says where its pictures lie. One column may be left out of the sheet's scale.
fn lay_out(values: &[f32], picture: Picture, columns: Option<u32>, left_out: Option<u32>) -> Result<(RgbImage, Grid)> {
    let Shape { width, height, channels } = picture.shape;
    let refuse = |why: String| Err(Error::Data(format!("no sheet of {width}×{height} pictures with {channels} channels: {why}")));
    if width == 0 || height == 0 || !matches!(channels, 1 | 3) {
        return refuse("a picture needs a width, a height, and 1 or 3 channels".into());
    }
    if values.is_empty() || !values.len().is_multiple_of(picture.values()) {
        return refuse(format!("{} values are no whole number of pictures with {} values each", values.len(), picture.values()));
    }
    let Ok(count) = u32::try_from(values.len() / picture.values()) else {
        return refuse(format!("{} pictures are too many", values.len() / picture.values()));
    };
    let columns = columns.map_or_else(|| picture.columns(count), |columns| columns.clamp(1, count));
    let grid = Grid { picture, factor: picture.factor(), columns };
    let Some((sheet_width, sheet_height)) = grid.size(count) else {
        return refuse(format!("{count} in {columns} columns would take more than {MAX_PIXELS} pixels"));
    };
    let mut sheet = RgbImage::from_pixel(sheet_width, sheet_height, GAP_COLOUR);
    let scaling = values.chunks_exact(picture.values()).zip(0..).filter(|(_, index)| left_out != Some(index % columns));
    let most = scaling.map(|(values, _)| largest(values)).fold(0.0, f32::max);
    for (index, values) in (0..count).zip(values.chunks_exact(picture.values())) {
        let brightness = match picture.scale {
            Scale::Unit => Brightness::UNIT,
            Scale::Sheet => Brightness::about_grey(most),
            Scale::Sample => Brightness::about_grey(largest(values)),
        };
        grid.draw(&mut sheet, index, values, brightness);
    }
    Ok((sheet, grid))
}

/// The largest finite magnitude.
fn largest(values: &[f32]) -> f32 {
    values.iter().filter(|value| value.is_finite()).fold(0.0, |most, value| value.abs().max(most))
}

/// Brightness = offset + slope·value.
#[derive(Clone, Copy)]
struct Brightness {
    offset: f32,
    slope: f32,
}

impl Brightness {
    /// From 0 to 1.
    const UNIT: Brightness = Brightness { offset: 0.0, slope: 1.0 };

    /// From -most to most, grey in the middle; all grey if there is nothing but 0.
    fn about_grey(most: f32) -> Brightness {
        Brightness { offset: 0.5, slope: if most > 0.0 { 0.5 / most } else { 0.0 } }
    }

    fn byte(self, value: f32) -> u8 {
        ((self.offset + self.slope * value).clamp(0.0, 1.0) * 255.0).round() as u8
    }
}

/// Where pictures lie on a sheet.
struct Grid {
    picture: Picture,
    factor: u32,
    columns: u32,
}

impl Grid {
    /// Pixels from one picture's left (top) edge to the next one's.
    fn pitch(&self) -> (u32, u32) {
        (self.picture.shape.width * self.factor + GAP, self.picture.shape.height * self.factor + GAP)
    }

    /// Width and height of a sheet of `count` pictures; `None` if it would have more than [`MAX_PIXELS`].
    fn size(&self, count: u32) -> Option<(u32, u32)> {
        let side =
            |size: u32, n: u32| (u64::from(size) * u64::from(self.factor) + u64::from(GAP)).checked_mul(n.into())?.checked_add(GAP.into());
        let (width, height) =
            (side(self.picture.shape.width, self.columns)?, side(self.picture.shape.height, count.div_ceil(self.columns))?);
        let pixels = width.checked_mul(height)?;
        (pixels <= MAX_PIXELS).then_some((width as u32, height as u32))
    }

    /// Draws the picture that is `index`th on the sheet.
    fn draw(&self, sheet: &mut RgbImage, index: u32, values: &[f32], brightness: Brightness) {
        let (across, down) = self.pitch();
        let (left, top) = (GAP + index % self.columns * across, GAP + index / self.columns * down);
        let Shape { width, height, .. } = self.picture.shape;
        for place in 0..width * height {
            let channels = values.iter().skip(place as usize).step_by((width * height) as usize);
            let colour = colour(&channels.copied().collect::<Vec<_>>(), brightness);
            let (x, y) = (place % width, place / width);
            for (dy, dx) in (0..self.factor).flat_map(|dy| (0..self.factor).map(move |dx| (dy, dx))) {
                sheet.put_pixel(left + x * self.factor + dx, top + y * self.factor + dy, colour);
            }
        }
    }
}

/// The colour of one place: 1 or 3 values.
fn colour(values: &[f32], brightness: Brightness) -> Rgb<u8> {
    if values.iter().any(|value| !value.is_finite()) {
        return SIGNAL;
    }
    match *values {
        [red, green, blue] => Rgb([red, green, blue].map(|value| brightness.byte(value))),
        _ => Rgb([brightness.byte(values[0]); 3]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GREY: Picture = picture(28, 28, 1);

    const fn picture(width: u32, height: u32, channels: u32) -> Picture {
        Picture { shape: Shape { width, height, channels }, scale: Scale::Unit }
    }

    #[test]
    fn a_hundred_digits_make_a_square_of_doubled_pictures() {
        let sheet = sheet(&vec![0.0; 100 * 784], GREY, None).unwrap();
        assert_eq!(sheet.dimensions(), (2 + 10 * 58, 2 + 10 * 58));
    }

    #[test]
    fn every_value_lands_on_its_square() {
        // Three 2×1 pictures in two columns, enlarged 8 times: pitch 18 across, 10 down.
        let sheet = sheet(&[0.0, 1.0, 0.5, -3.0, 7.0, f32::NAN], picture(2, 1, 1), Some(2)).unwrap();
        assert_eq!(sheet.dimensions(), (38, 22));
        let expected = [
            ((0, 0), GAP_COLOUR),
            ((2, 2), Rgb([0; 3])),
            ((9, 9), Rgb([0; 3])),
            ((10, 2), Rgb([255; 3])),
            ((17, 9), Rgb([255; 3])),
            ((18, 2), GAP_COLOUR),
            ((20, 2), Rgb([128; 3])),
            ((28, 2), Rgb([0; 3])),
            ((2, 12), Rgb([255; 3])),
            ((10, 12), SIGNAL),
            ((20, 12), GAP_COLOUR),
        ];
        for ((x, y), colour) in expected {
            assert_eq!(*sheet.get_pixel(x, y), colour, "at {x}, {y}");
        }
    }

    #[test]
    fn a_framed_column_keeps_its_pictures_and_nothing_else_changes() {
        let (values, picture) = ([0.0, 1.0, 0.5, 0.25, 0.75, 1.0], picture(1, 1, 1));
        let (plain, framed) = (sheet(&values, picture, Some(3)).unwrap(), sheet_with_framed_column(&values, picture, 3, 2).unwrap());
        for (x, y, colour) in framed.enumerate_pixels() {
            let in_picture = (22..30).contains(&x) && !(10..12).contains(&y) && (2..20).contains(&y);
            let on_frame = x >= 20 && !in_picture && !((22..30).contains(&x) && (10..12).contains(&y));
            assert_eq!(*colour, if on_frame { FRAME_COLOUR } else { *plain.get_pixel(x, y) }, "at {x}, {y}");
        }
    }

    #[test]
    fn colours_lie_channel_after_channel() {
        let sheet = sheet(&[1.0, 0.0, 0.5, f32::INFINITY, 0.0, 0.0], picture(1, 2, 3), None).unwrap();
        assert_eq!((*sheet.get_pixel(2, 2), *sheet.get_pixel(2, 10)), (Rgb([255, 128, 0]), SIGNAL));
    }

    #[test]
    fn normalised_contrast_is_shown_about_grey_by_the_largest_of_the_sheet_or_of_the_picture() {
        let values = [-4.0, 2.0, 0.0, 1.0, f32::NAN, -0.5];
        let shown = |scale| {
            let sheet = sheet(&values, Picture { scale, ..picture(2, 1, 1) }, Some(3)).unwrap();
            [2, 10, 20, 28, 46].map(|x| sheet.get_pixel(x, 2)[0])
        };
        // -0.5 of 4 is 0.4375, of itself 0.
        assert_eq!(shown(Scale::Sheet), [0, 191, 128, 159, 112]);
        assert_eq!(shown(Scale::Sample), [0, 191, 128, 255, 0]);
        let nothing = sheet(&[0.0; 2], Picture { scale: Scale::Sheet, ..picture(2, 1, 1) }, None).unwrap();
        assert_eq!(*nothing.get_pixel(2, 2), Rgb([128; 3]));
    }

    #[test]
    fn a_framed_column_has_no_part_in_the_scale_of_a_sheet() {
        let sheet = sheet_with_framed_column(&[1.0, 2.0, -2.0, 9.0], Picture { scale: Scale::Sheet, ..picture(1, 1, 1) }, 2, 1).unwrap();
        assert_eq!([(2, 2), (12, 2), (2, 12), (12, 12)].map(|(x, y)| sheet.get_pixel(x, y)[0]), [191, 255, 0, 255]);
    }

    #[test]
    fn a_sheet_is_nearly_square_whatever_the_pictures() {
        assert_eq!(GREY.columns(1), 1);
        assert_eq!(GREY.columns(3), 2);
        assert_eq!(GREY.columns(64), 8);
        assert_eq!(picture(10, 40, 1).columns(64), 16);
        assert_eq!(picture(1, 1000, 1).columns(5), 5);
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let refused = |count: usize, picture, columns| sheet(&vec![0.0; count], picture, columns).unwrap_err().to_string();
        assert!(refused(785, GREY, None).ends_with("785 values are no whole number of pictures with 784 values each"));
        assert!(refused(0, GREY, None).contains("0 values"));
        assert!(refused(2, picture(28, 28, 2), None).ends_with("1 or 3 channels"));
        assert!(refused(0, picture(0, 28, 1), None).ends_with("1 or 3 channels"));
        let grid = Grid { picture: picture(u32::MAX, u32::MAX, 1), factor: 8, columns: u32::MAX };
        assert_eq!(grid.size(u32::MAX), None);
    }
}
