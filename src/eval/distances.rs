//! Squared distances from points to references, on a device, in blocks: ‖x − s‖² = ‖x‖² − 2 x·s + ‖s‖², the products by the device's matrix product.
//!
//! No matrix of all distances is ever stored. References go by in pieces; each piece's products are folded into what is wanted of them, point by point:
//! a sum of kernels ([`ParzenFold`]), the nearest ([`NearestFold`]), or a count ([`WithinFold`]). The host takes a common centre from both sides first,
//! which changes no distance but keeps the terms that cancel small.

use crate::error::Result;
use crate::plan::{Device, DispatchBuilder, PlanId, Recorder, Tensor, VIEW_ALIGNMENT, Work};

/// Points of a block.
const POINTS: u32 = 2000;
/// References of a piece at most.
const REFERENCES: u32 = 1000;
/// Dimensions that one product sums over at most: the shorter its sum, the smaller its rounding.
const GROUP: u32 = 128;
/// Products of a block and a piece at most: 64 MiB, half of what every adapter binds.
const PRODUCTS: u32 = 1 << 24;
/// Further away than any reference: what a search for the least begins with.
const FAR: f32 = 1e20;
/// References that the centre is the median of.
const MEDIAN_OF: usize = 101;

/// Rows of numbers, one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    /// The numbers, row by row.
    pub values: &'a [f32],
    /// Numbers in a row.
    pub dimensions: usize,
}

impl<'a> Rows<'a> {
    /// Rows of so many numbers.
    /// # Panics
    /// if they are no whole number of rows.
    pub fn new(values: &'a [f32], dimensions: usize) -> Rows<'a> {
        assert!(dimensions > 0 && values.len().is_multiple_of(dimensions), "{} numbers are no rows of {dimensions}", values.len());
        Rows { values, dimensions }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.values.len() / self.dimensions
    }

    /// Row `i`.
    /// # Panics
    /// if there is none.
    pub fn row(&self, i: usize) -> &'a [f32] {
        &self.values[i * self.dimensions..][..self.dimensions]
    }

    /// All rows, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &'a [f32]> + use<'a> {
        self.values.chunks_exact(self.dimensions)
    }

    /// Part number `at` when they are cut into so many parts, as equal as can be.
    pub fn part(&self, at: usize, parts: usize) -> Rows<'a> {
        let end = |at: usize| at * self.count() / parts * self.dimensions;
        Rows { values: &self.values[end(at)..end(at + 1)], ..*self }
    }

    /// The first so many rows, or all.
    pub fn first(&self, count: usize) -> Rows<'a> {
        Rows { values: &self.values[..count.min(self.count()) * self.dimensions], ..*self }
    }
}

/// ‖x − s‖², in f64.
pub fn squared_distance(x: &[f32], s: &[f32]) -> f64 {
    x.iter().zip(s).map(|(x, s)| (f64::from(*x) - f64::from(*s)).powi(2)).sum()
}

/// One block of points and one piece of references on a device, both cut into groups of dimensions, and their products.
struct Blocks {
    x: Vec<Tensor>,
    s: Vec<Tensor>,
    s_squares: Tensor,
    products: Tensor,
    piece: Tensor,
    dimensions: usize,
}

impl Blocks {
    /// Room for blocks of at most so many points and references.
    fn new(rec: &mut Recorder, sizes: Sizes) -> Blocks {
        let groups = (sizes.dimensions as u32).div_ceil(GROUP);
        // Whole texels of four numbers: what is left over is zero on both sides.
        let width = (sizes.dimensions as u32).div_ceil(groups).next_multiple_of(4);
        let m = (sizes.points as u32).clamp(1, POINTS);
        let most = (PRODUCTS / (groups * m)).clamp(1, REFERENCES);
        // Rows of products begin where a binding may begin.
        let rows = (sizes.references as u32).clamp(1, most).next_multiple_of(VIEW_ALIGNMENT);
        let mut cut = |name: &str, rows: u32| (0..groups).map(|_| rec.tensor(name, [rows, width])).collect();
        let (x, s) = (cut("points", m), cut("references", rows));
        Blocks {
            x,
            s,
            s_squares: rec.tensor("squares of references", [1, rows]),
            products: rec.tensor("products", [groups * rows, m]),
            piece: rec.words("piece", 2),
            dimensions: sizes.dimensions,
        }
    }

    fn points(&self) -> u32 {
        self.products.cols()
    }

    fn references(&self) -> u32 {
        self.s_squares.cols()
    }

    /// Records S·Xᵀ, group by group.
    fn record(&self, rec: &mut Recorder) {
        rec.section("Squared distances ‖x − s‖² = ‖x‖² − 2 x·s + ‖s‖² of a block of points and a piece of references.");
        let [rows, m] = [self.references(), self.points()];
        for ((group, x), s) in (0u32..).zip(&self.x).zip(&self.s) {
            let k = x.cols();
            rec.dispatch_hooked("matmul_nt", "finish/none")
                .bind("a", s)
                .bind("b", x)
                .bind("c", &self.products.rows_at(group * rows..(group + 1) * rows))
                .argument("m", rows)
                .argument("n", m)
                .argument("k", k)
                .work(Work::Tiles { rows, cols: m, parts: 1 })
                .flops(2 * u64::from(rows) * u64::from(m) * u64::from(k))
                .record();
        }
    }

    /// Begins the dispatch of a fold over a piece, one invocation for each of `count` states of points.
    fn fold<'a>(&self, rec: &'a mut Recorder, operation: &str, count: u32) -> DispatchBuilder<'a> {
        rec.dispatch_hooked(operation, "references/piece")
            .bind("piece", &self.piece)
            .bind("products", &self.products)
            .bind("s_squares", &self.s_squares)
            .argument("m", self.points())
            .argument("rows", self.references())
            .argument("groups", self.x.len() as u32)
            .work(Work::Flat(count))
            .flops(4 * u64::from(self.references()) * u64::from(count))
    }

    /// Writes rows, group by group, with zeros behind them.
    fn write(&self, device: &mut dyn Device, groups: &[Tensor], rows: &[f32]) {
        let mut first = 0;
        for tensor in groups {
            let width = tensor.cols() as usize;
            let mut values = vec![0.0; tensor.len() as usize];
            for (to, row) in values.chunks_exact_mut(width).zip(rows.chunks_exact(self.dimensions)) {
                let part = &row[first.min(row.len())..(first + width).min(row.len())];
                to[..part.len()].copy_from_slice(part);
            }
            device.write(tensor, bytemuck::cast_slice(&values));
            first += width;
        }
    }
}

/// A prepared fold: what one replay does with a block and a piece, and the state that it folds into.
struct Fold {
    blocks: Blocks,
    plan: PlanId,
}

/// One piece of references, their squares, and where the first one stands among all.
struct Piece<'a> {
    first: usize,
    rows: &'a [f32],
    squares: &'a [f32],
}

impl Fold {
    fn prepare(device: &mut dyn Device, rec: &mut Recorder, blocks: Blocks, name: &str) -> Result<Fold> {
        let plan = rec.finish(name);
        device.allocate(rec.memory())?;
        Ok(Fold { plan: device.prepare(&plan)?, blocks })
    }

    /// Writes a block of points, and the state that it begins with.
    fn begin(&self, device: &mut dyn Device, points: &[f32], state: &[(&Tensor, &[u32])]) {
        self.blocks.write(device, &self.blocks.x, points);
        for (tensor, start) in state {
            let repeated: Vec<u32> = start.iter().copied().cycle().take(tensor.len() as usize).collect();
            device.write(tensor, bytemuck::cast_slice(&repeated));
        }
    }

    /// Folds one piece in.
    async fn fold(&self, device: &mut dyn Device, piece: Piece<'_>) -> Result<()> {
        self.blocks.write(device, &self.blocks.s, piece.rows);
        device.write(&self.blocks.s_squares, bytemuck::cast_slice(&padded(piece.squares, self.blocks.s_squares.len())));
        device.write(&self.blocks.piece, bytemuck::cast_slice(&[piece.first as u32, piece.squares.len() as u32]));
        device.submit(self.plan, 1, &[]).await.map(drop)
    }

    /// The pieces of references that fit.
    fn pieces<'a>(&self, centred: &'a Centred) -> impl Iterator<Item = Piece<'a>> + use<'a> {
        let rows = self.blocks.references() as usize;
        let pieces = centred.references.chunks(rows * self.blocks.dimensions).zip(centred.squares.chunks(rows));
        pieces.enumerate().map(move |(at, (piece, squares))| Piece { first: at * rows, rows: piece, squares })
    }

    /// The blocks of points that fit.
    fn blocks<'a>(&self, points: &'a [f32]) -> impl Iterator<Item = &'a [f32]> + use<'a> {
        points.chunks(self.blocks.points() as usize * self.blocks.dimensions)
    }
}

/// Values and zeros behind them, so many altogether.
fn padded(values: &[f32], len: u32) -> Vec<f32> {
    let mut padded = values.to_vec();
    padded.resize(len as usize, 0.0);
    padded
}

/// Points and references with a common centre taken from both, and the references' squares: summed in f64, because an error in one would stand in the
/// distances of all points.
///
/// The centre is a median, not a mean: what most pictures have in common, their background, becomes exactly zero and adds no rounding. Otherwise the
/// same rounding would stand in all sums, and a mean over many points could not average it away.
struct Centred {
    points: Vec<f32>,
    references: Vec<f32>,
    squares: Vec<f32>,
}

impl Centred {
    fn new(points: Rows, references: Rows) -> Centred {
        let centre = centre(references);
        let take = |rows: Rows| -> Vec<f32> { rows.iter().flat_map(|row| row.iter().zip(&centre).map(|(x, centre)| x - centre)).collect() };
        let (points, references) = (take(points), take(references));
        let squares = references.chunks_exact(centre.len()).map(|row| square(row) as f32).collect();
        Centred { points, references, squares }
    }
}

/// What is taken from points and references before their products are made: the median of the first references, dimension by dimension.
pub(super) fn centre(references: Rows) -> Vec<f32> {
    let rows = references.first(MEDIAN_OF);
    let middle = rows.count() / 2;
    let column = |at: usize| {
        let mut column: Vec<f32> = rows.iter().map(|row| row[at]).collect();
        column.sort_by(f32::total_cmp);
        column.get(middle).copied().unwrap_or(0.0)
    };
    (0..rows.dimensions).map(column).collect()
}

/// ‖x‖², in f64.
fn square(x: &[f32]) -> f64 {
    x.iter().map(|x| f64::from(*x).powi(2)).sum()
}

/// log Σ_j exp(−‖x_i − s_j‖²/2σ²) for every point and several σ, on a device.
pub struct ParzenFold {
    fold: Fold,
    scales: Tensor,
    shift: Tensor,
    sums: Tensor,
}

impl ParzenFold {
    /// Prepares sums over at most so many points and references at a time, for so many σ.
    /// # Errors
    /// if the device refuses a tensor or a kernel.
    pub fn new(device: &mut dyn Device, rec: &mut Recorder, sizes: Sizes, sigmas: usize) -> Result<ParzenFold> {
        let blocks = Blocks::new(rec, sizes);
        blocks.record(rec);
        let (m, k) = (blocks.points(), sigmas as u32);
        let [scales, shift, sums] = [("scales", [1, k]), ("shift", [k, m]), ("sums", [k, m])].map(|(name, shape)| rec.tensor(name, shape));
        let dispatch = blocks.fold(rec, "parzen_fold", k * m).bind("scales", &scales).bind("shift", &shift).bind("sums", &sums);
        dispatch.argument("count", k * m).record();
        Ok(ParzenFold { fold: Fold::prepare(device, rec, blocks, "Parzen window")?, scales, shift, sums })
    }

    /// log Σ_j exp(−‖x_i − s_j‖²/2σ_k²), per σ, per point.
    /// # Errors
    /// if the device fails.
    /// # Panics
    /// unless there are as many σ as were prepared for.
    pub async fn log_sums(&self, device: &mut dyn Device, points: Rows<'_>, references: Rows<'_>, sigmas: &[f64]) -> Result<Vec<Vec<f64>>> {
        assert!(sigmas.len() == self.scales.len() as usize, "{} σ were prepared for, not {}", self.scales.len(), sigmas.len());
        let scale = |sigma: &f64| 1.0 / (2.0 * sigma * sigma);
        let centred = Centred::new(points, references);
        device.write(&self.scales, bytemuck::cast_slice(&sigmas.iter().map(|sigma| scale(sigma) as f32).collect::<Vec<_>>()));
        let mut logs = vec![Vec::with_capacity(points.count()); sigmas.len()];
        for block in self.fold.blocks(&centred.points) {
            self.fold.begin(device, block, &[(&self.shift, &[FAR.to_bits()]), (&self.sums, &[0])]);
            for piece in self.fold.pieces(&centred) {
                self.fold.fold(device, piece).await?;
            }
            let state = device.read(&[&self.shift, &self.sums]).await?;
            let [shift, sums] = [0, 1].map(|at| bytemuck::pod_collect_to_vec::<u8, f32>(&state[at]));
            let m = self.fold.blocks.points() as usize;
            for (i, x) in block.chunks_exact(points.dimensions).enumerate() {
                // ‖x‖² is the same in all terms: it is added here, in f64.
                let square = square(x);
                for (k, sigma) in sigmas.iter().enumerate() {
                    let least = square + f64::from(shift[k * m + i]);
                    logs[k].push(f64::from(sums[k * m + i]).ln() - least.max(0.0) * scale(sigma));
                }
            }
        }
        Ok(logs)
    }
}

/// Points, references, and the numbers in each, of which a fold takes at most a block and a piece at a time.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Points.
    pub points: usize,
    /// References.
    pub references: usize,
    /// Numbers in a point.
    pub dimensions: usize,
}

impl Sizes {
    /// The sizes of these sets.
    pub fn of(points: Rows, references: Rows) -> Sizes {
        assert!(
            points.dimensions == references.dimensions,
            "points have {}, references {} numbers",
            points.dimensions,
            references.dimensions
        );
        Sizes { points: points.count(), references: references.count(), dimensions: points.dimensions }
    }
}

/// A reference near a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// Which one.
    pub reference: usize,
    /// ‖x − s‖² as the device found it, in f32.
    pub squared: f64,
}

/// The nearest references of every point, on a device.
pub struct NearestFold {
    fold: Fold,
    least: Tensor,
    which: Tensor,
}

impl NearestFold {
    /// Prepares a search over at most so many points and references at a time.
    /// # Errors
    /// if the device refuses a tensor or a kernel.
    pub fn new(device: &mut dyn Device, rec: &mut Recorder, sizes: Sizes) -> Result<NearestFold> {
        let blocks = Blocks::new(rec, sizes);
        blocks.record(rec);
        let m = blocks.points();
        let nearest = rec.kernel("nearest_fold", Some("references/piece")).constant("NEAREST").expect("nearest_fold.wgsl declares it");
        let (least, which) = (rec.tensor("least", [nearest, m]), rec.words("which", nearest * m));
        blocks.fold(rec, "nearest_fold", m).bind("least", &least).bind("which", &which).record();
        Ok(NearestFold { fold: Fold::prepare(device, rec, blocks, "nearest references")?, least, which })
    }

    /// The nearest references of every point, nearest first: four, or all if there are fewer.
    /// # Errors
    /// if the device fails.
    pub async fn nearest(&self, device: &mut dyn Device, points: Rows<'_>, references: Rows<'_>) -> Result<Vec<Vec<Near>>> {
        let centred = Centred::new(points, references);
        let kept = (self.least.rows() as usize).min(references.count());
        let mut found = Vec::with_capacity(points.count());
        for block in self.fold.blocks(&centred.points) {
            self.fold.begin(device, block, &[(&self.least, &[FAR.to_bits()]), (&self.which, &[0])]);
            for piece in self.fold.pieces(&centred) {
                self.fold.fold(device, piece).await?;
            }
            let state = device.read(&[&self.least, &self.which]).await?;
            let least: Vec<f32> = bytemuck::pod_collect_to_vec(&state[0]);
            let which: Vec<u32> = bytemuck::pod_collect_to_vec(&state[1]);
            let m = self.fold.blocks.points() as usize;
            for (i, x) in block.chunks_exact(points.dimensions).enumerate() {
                let square = square(x);
                let near = |k| Near { reference: which[k * m + i] as usize, squared: (square + f64::from(least[k * m + i])).max(0.0) };
                found.push((0..kept).map(near).collect());
            }
        }
        Ok(found)
    }
}

/// For every point the number of references whose ball holds it, on a device.
pub struct WithinFold {
    fold: Fold,
    x_squares: Tensor,
    radius_squares: Tensor,
    inside: Tensor,
}

impl WithinFold {
    /// Prepares a count over at most so many points and references at a time.
    /// # Errors
    /// if the device refuses a tensor or a kernel.
    pub fn new(device: &mut dyn Device, rec: &mut Recorder, sizes: Sizes) -> Result<WithinFold> {
        let blocks = Blocks::new(rec, sizes);
        blocks.record(rec);
        let m = blocks.points();
        let [x_squares, radius_squares] = [m, blocks.references()].map(|len| rec.tensor("squares", [1, len]));
        let inside = rec.words("inside", m);
        let dispatch = blocks.fold(rec, "within_fold", m).bind("radius_squares", &radius_squares);
        dispatch.bind("x_squares", &x_squares).bind("inside", &inside).record();
        Ok(WithinFold { fold: Fold::prepare(device, rec, blocks, "references within their radius")?, x_squares, radius_squares, inside })
    }

    /// How many references j have ‖x − s_j‖² ≤ radius_j², per point. At equality f32 decides.
    /// # Errors
    /// if the device fails.
    /// # Panics
    /// unless there is a radius per reference.
    pub async fn count(&self, device: &mut dyn Device, points: Rows<'_>, references: Rows<'_>, radius_squares: &[f64]) -> Result<Vec<u32>> {
        assert!(radius_squares.len() == references.count(), "{} radii for {} references", radius_squares.len(), references.count());
        let centred = Centred::new(points, references);
        let radii: Vec<f32> = radius_squares.iter().map(|square| *square as f32).collect();
        let mut counts = Vec::with_capacity(points.count());
        for block in self.fold.blocks(&centred.points) {
            self.fold.begin(device, block, &[(&self.inside, &[0])]);
            let x_squares: Vec<f32> = block.chunks_exact(points.dimensions).map(|x| square(x) as f32).collect();
            device.write(&self.x_squares, bytemuck::cast_slice(&padded(&x_squares, self.x_squares.len())));
            let pieces = self.fold.pieces(&centred).zip(radii.chunks(self.radius_squares.len() as usize));
            for (piece, radii) in pieces {
                device.write(&self.radius_squares, bytemuck::cast_slice(&padded(radii, self.radius_squares.len())));
                self.fold.fold(device, piece).await?;
            }
            let inside = device.read(&[&self.inside]).await?;
            let inside: Vec<u32> = bytemuck::pod_collect_to_vec(&inside[0]);
            counts.extend(&inside[..block.len() / points.dimensions]);
        }
        Ok(counts)
    }
}
