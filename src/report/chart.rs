//! Line and point charts as PNG and as SVG, in one look. The only file that knows the plotting crate (kuva, which carries its font with it).

use std::path::Path;

use kuva::RasterBackend;
use kuva::backend::svg::SvgBackend;
use kuva::plot::{BandPlot, BarPlot, LegendPosition, LinePlot, LineStyle, ScatterPlot};
use kuva::render::annotations::ReferenceLine;
use kuva::render::figure::Figure;
use kuva::render::layout::{Layout, TickFormat};
use kuva::render::plots::Plot;
use kuva::render::render::Scene;
use kuva::render::theme::Theme;

use super::Png;
use crate::atomic;
use crate::error::Result;

/// A colour as `#rrggbb`.
pub(super) type Colour = &'static str;

/// The discriminator, and what is real.
pub(super) const BLUE: Colour = "#2f6db3";
/// The generator, and what is forged.
pub(super) const ORANGE: Colour = "#e8702a";
/// The value of the game, which belongs to both.
pub(super) const GREEN: Colour = "#3a8f5c";
/// Data behind samples.
pub(super) const GREY_BLUE: Colour = "#7596b6";
/// Levels known from theory.
pub(super) const GREY: Colour = "#808080";
/// What should not be.
pub(super) const MAGENTA: Colour = "#d000d0";

/// Points around each panel's axes, the same everywhere so that panels line up: room for the numbers on the left, for the legend on the right.
const MARGINS: Margins = Margins { left: 64.0, right: 150.0, top: 34.0, bottom: 26.0, bottom_with_label: 46.0 };

struct Margins {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    bottom_with_label: f64,
}

/// One system of axes and what is drawn in it, later marks over earlier ones.
pub(super) struct Panel {
    pub title: String,
    pub x_label: &'static str,
    pub y_label: &'static str,
    /// Limits of the axes; marks are cut off there.
    pub x: (f64, f64),
    pub y: (f64, f64),
    /// Whether both axes are logarithmic.
    pub log: bool,
    pub marks: Vec<Mark>,
}

/// Something drawn in a panel, in the units of its axes.
pub(super) enum Mark {
    /// A line through points, in the legend if it has a label.
    Line { points: Vec<(f64, f64)>, colour: Colour, width: f64, label: Option<&'static str> },
    /// A line through points with error bars, each (x, y, error), in the legend.
    Curve { points: Vec<(f64, f64, f64)>, colour: Colour, label: String },
    /// The area between two lines, translucent: (x, low, high).
    Band { points: Vec<(f64, f64, f64)>, colour: Colour },
    /// The area from zero up to a staircase, translucent under its outline.
    Steps { points: Vec<(f64, f64)>, colour: Colour, label: &'static str },
    /// Separate points, translucent so that density shows.
    Dots { points: Vec<(f64, f64)>, colour: Colour, label: &'static str },
    /// A dotted horizontal line.
    Level { y: f64, label: &'static str },
    /// A dotted vertical line in the warning colour.
    Moment { x: f64, label: &'static str },
}

/// A chart that is laid out: one description, two encodings.
pub struct Chart(Scene);

impl Chart {
    /// As pixels; a point is 2 × 2 of them.
    pub fn png(&self) -> Png {
        let bytes = RasterBackend::new().with_scale(2.0).render_scene(&self.0);
        Png::from_encoded(bytes.expect("the figure has a size, and a vector takes every byte"))
    }

    /// As a vector picture: a whole SVG file, whose text stays text.
    pub fn svg(&self) -> String {
        let (width, height) = (self.0.width, self.0.height);
        // The crate gives a size and no view box; without one a viewer cuts off instead of scaling.
        let text = SvgBackend::new().render_scene(&self.0);
        text.replacen("<svg ", &format!("<svg viewBox=\"0 0 {width} {height}\" "), 1)
    }

    /// Writes the SVG file `path`, whole or not at all.
    /// # Errors when the file cannot be written.
    pub fn save_svg(&self, path: &Path) -> Result<()> {
        atomic::write(path, |file| file.write_all(self.svg().as_bytes()))
    }
}

/// Draws panels one below the other, each `width` × `height` points.
pub(super) fn draw(panels: Vec<Panel>, width: f64, height: f64) -> Png {
    lay_out(panels, width, height).png()
}

/// Lays panels out one below the other, each `width` × `height` points.
pub(super) fn lay_out(panels: Vec<Panel>, width: f64, height: f64) -> Chart {
    let count = panels.len();
    let (plots, layouts) = panels.into_iter().map(panel).unzip();
    let figure =
        Figure::new(count, 1).with_plots(plots).with_layouts(layouts).with_cell_size(width, height).with_spacing(6.0).with_padding(8.0);
    Chart(figure.render())
}

/// Draws horizontal bars, the first on top, `width` points wide.
pub(super) fn draw_bars(title: String, x_label: &'static str, bars: Vec<(String, f64, Colour)>, width: f64) -> Png {
    let height = 18.0 * bars.len() as f64 + MARGINS.top + MARGINS.bottom_with_label;
    let plot = BarPlot::new().with_colored_bars(bars.into_iter().rev()).with_horizontal(true).with_width(0.72);
    let plots: Vec<Plot> = vec![plot.into()];
    let layout = Layout::auto_from_plots(&plots)
        .with_title(title)
        .with_title_size(14)
        .with_x_label(x_label)
        .with_label_size(12)
        .with_tick_size(11)
        .with_body_size(11)
        .with_theme(theme())
        .with_force_margins(BAR_LABELS, 24.0)
        .with_force_margins_y(MARGINS.top, MARGINS.bottom_with_label);
    let figure = Figure::new(1, 1).with_plots(vec![plots]).with_layouts(vec![layout]).with_cell_size(width, height).with_padding(8.0);
    Chart(figure.render()).png()
}

/// Points on the left of bars, for their names.
const BAR_LABELS: f64 = 300.0;

fn panel(panel: Panel) -> (Vec<Plot>, Layout) {
    let mut layout = Layout::new(panel.x, panel.y)
        .with_title(panel.title)
        .with_title_size(14)
        .with_x_label(panel.x_label)
        .with_y_label(panel.y_label)
        .with_label_size(12)
        .with_tick_size(11)
        .with_body_size(11)
        .with_x_axis_min(panel.x.0)
        .with_x_axis_max(panel.x.1)
        .with_y_axis_min(panel.y.0)
        .with_y_axis_max(panel.y.1)
        .with_x_tick_format(TickFormat::Custom(std::sync::Arc::new(tick)))
        .with_y_tick_format(TickFormat::Custom(std::sync::Arc::new(tick)))
        .with_box_axes()
        .with_theme(theme())
        .with_force_margins(MARGINS.left, MARGINS.right)
        .with_force_margins_y(MARGINS.top, if panel.x_label.is_empty() { MARGINS.bottom } else { MARGINS.bottom_with_label })
        .with_legend_position(LegendPosition::OutsideRightTop)
        .with_legend_box(false);
    layout.show_legend = true;
    if panel.log {
        layout = layout.with_log_scale();
    }
    let inside = Limits { x: panel.x, y: panel.y };
    let mut plots: Vec<Plot> = Vec::new();
    for mark in panel.marks {
        match mark {
            Mark::Line { points, colour, width, label } => {
                let mut line = LinePlot::new().with_data(inside.clamp(points)).with_color(colour).with_stroke_width(width);
                line.legend_label = label.map(str::to_owned);
                plots.push(line.into());
            }
            Mark::Curve { points, colour, label } => {
                let bars: Vec<(f64, f64)> = points.iter().map(|&(_, y, error)| inside.bars(y, error)).collect();
                let line = LinePlot::new().with_data(inside.clamp(points.into_iter().map(|(x, y, _)| (x, y)).collect()));
                plots.push(line.with_y_err_asymmetric(bars).with_color(colour).with_stroke_width(2.0).with_legend(label).into());
            }
            Mark::Band { points, colour } => {
                let xs = points.iter().map(|point| point.0);
                let (low, high) = (points.iter().map(|point| inside.clamp_y(point.1)), points.iter().map(|point| inside.clamp_y(point.2)));
                plots.push(BandPlot::new(xs, low, high).with_color(colour).with_opacity(0.22).into());
            }
            Mark::Steps { points, colour, label } => {
                let line =
                    LinePlot::new().with_data(inside.clamp(points)).with_color(colour).with_stroke_width(1.6).with_step().with_fill();
                plots.push(line.with_fill_opacity(0.25).with_legend(label).into());
            }
            Mark::Dots { points, colour, label } => {
                let dots = ScatterPlot::new().with_data(inside.only(points)).with_color(colour).with_size(2.0).with_marker_opacity(0.55);
                plots.push(dots.with_legend(label).into());
            }
            Mark::Level { y, label } => {
                let line = LinePlot::new().with_data([(panel.x.0, y), (panel.x.1, y)]).with_color(GREY).with_stroke_width(1.4);
                plots.push(line.with_line_style(LineStyle::Dotted).with_legend(label).into());
            }
            Mark::Moment { x, label } => {
                let line = ReferenceLine::vertical(x).with_color(MAGENTA).with_stroke_width(1.4).with_dasharray("2 4");
                layout = layout.with_reference_line(line.with_label(label));
            }
        }
    }
    (plots, layout)
}

fn theme() -> Theme {
    let line = "#b8bec6".to_owned();
    Theme { axis_color: line.clone(), tick_color: line, grid_color: "#eceff2".into(), text_color: "#30353c".into(), ..Theme::light() }
}

/// A number as the x axis shows it; thousands are set apart by commas.
pub(super) fn tick(value: f64) -> String {
    if value.fract() != 0.0 || value.abs() < 1000.0 {
        return format!("{}", (value * 1e6).round() / 1e6);
    }
    if value.abs() >= 1e12 {
        return format!("{value:.1e}").replace('-', "−");
    }
    let digits = format!("{:.0}", value.abs());
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).expect("digits are ASCII")).collect();
    format!("{}{}", if value < 0.0 { "−" } else { "" }, groups.join(","))
}

/// The crate draws what lies beyond the axes over the margins; this keeps it inside.
struct Limits {
    x: (f64, f64),
    y: (f64, f64),
}

impl Limits {
    fn clamp_y(&self, y: f64) -> f64 {
        y.clamp(self.y.0, self.y.1)
    }

    /// How far error bars reach down and up from where a point is drawn.
    fn bars(&self, y: f64, error: f64) -> (f64, f64) {
        let drawn = self.clamp_y(y);
        (drawn - self.clamp_y(y - error), self.clamp_y(y + error) - drawn)
    }

    fn clamp(&self, points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
        points.into_iter().map(|(x, y)| (x.clamp(self.x.0, self.x.1), self.clamp_y(y))).collect()
    }

    fn only(&self, points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
        let within = |value: f64, (low, high): (f64, f64)| low <= value && value <= high;
        points.into_iter().filter(|&(x, y)| within(x, self.x) && within(y, self.y)).collect()
    }
}
