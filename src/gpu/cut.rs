//! Dispatches whose tensors exceed what an adapter binds at once, cut into several that do not.
//!
//! The paper's larger games have matrices of 8000×8000 numbers, 244 MiB; WebGPU promises bindings of 128 MiB, and software adapters give no more. Memory is
//! row-major, so a matrix is cut into blocks of rows, each of which lies in one piece. Neither layers nor the trainer know; the host never cuts.
//!
//! * C = A·B: row blocks of B meet column blocks of A, and each block adds to what the ones before have left in C.
//! * C = A·Bᵀ: row blocks of B make column blocks of C.   * C = Aᵀ·B: column blocks of A make row blocks of C.
//! * Element-wise operations over parameters, norms of columns, checks, and the draw of examples go on piece by piece.

use crate::plan::{Dispatch, Kernel, Tensor, VIEW_ALIGNMENT, Value, Work};
use std::ops::Range;
use std::sync::Arc;

/// Operations over `count` groups of four elements of equally long tensors; what else they bind is short, or has one element per invocation (`squares`).
const ELEMENT_WISE: [&str; 5] = ["adam", "average", "clip", "shrink", "update"];

/// The dispatches that do what one does whose kernel binds more than `most` bytes at once somewhere: that one itself where it does not.
/// # Errors
/// with the first tensor that is too large, if there is no way to cut it.
pub fn cut(dispatch: &Dispatch, kernel: &Kernel, most: u64) -> Result<Vec<Dispatch>, Tensor> {
    let large: Vec<&str> = kernel.slots.iter().filter(|slot| !slot.texture).map(|slot| slot.name.as_str()).collect();
    let large: Vec<&str> = large.into_iter().filter(|slot| dispatch.tensor(slot).bytes().next_multiple_of(16) > most).collect();
    let Some(first) = large.first() else {
        return Ok(vec![dispatch.clone()]);
    };
    let pieces = match (dispatch.kernel.operation.as_str(), &large[..]) {
        ("matmul_nn", ["b"]) => sum_of_blocks(dispatch, most),
        ("matmul_nt", ["b"]) => columns_of_blocks(dispatch, most),
        ("matmul_tn", ["c"]) => rows_of_blocks(dispatch, most),
        ("column_squares", ["w"]) => squares(dispatch, most),
        ("column_limit", ["w"]) => limits(dispatch, most),
        ("find_non_finite", ["x"]) => checks(dispatch, most),
        ("draw", ["examples"]) => draws(dispatch, most),
        (operation, _) if ELEMENT_WISE.contains(&operation) => elements(dispatch, most),
        _ => None,
    };
    pieces.ok_or_else(|| dispatch.tensor(first).clone())
}

/// C = A·B, added up over row blocks of B. Only the first adds the bias.
fn sum_of_blocks(product: &Dispatch, most: u64) -> Option<Vec<Dispatch>> {
    let b = product.tensor("b");
    let blocks = row_blocks(b, most)?;
    let piece = |rows: Range<u32>| {
        let hook = if rows.start == 0 { product.kernel.hook.as_deref() } else { Some("finish/add") };
        let mut piece = cut_product(product, "cut_nn", hook, &rows, b.rows());
        piece.replace("b", b.rows_at(rows.clone()));
        piece.set("k", rows.end - rows.start);
        piece
    };
    Some(share(product, blocks.into_iter().map(piece).collect()))
}

/// C = A·Bᵀ: each row block of B makes so many columns of C.
fn columns_of_blocks(product: &Dispatch, most: u64) -> Option<Vec<Dispatch>> {
    let b = product.tensor("b");
    let blocks = row_blocks(b, most)?;
    let piece = |rows: Range<u32>| {
        let mut piece = cut_product(product, "cut_nt", product.kernel.hook.as_deref(), &rows, b.rows());
        piece.replace("b", b.rows_at(rows.clone()));
        piece.set("n", rows.end - rows.start);
        piece.work = Work::Tiles { rows: product.word("m"), cols: rows.end - rows.start, parts: 1 };
        piece
    };
    Some(share(product, blocks.into_iter().map(piece).collect()))
}

/// C = Aᵀ·B: so many columns of A make each row block of C.
fn rows_of_blocks(product: &Dispatch, most: u64) -> Option<Vec<Dispatch>> {
    let c = product.tensor("c");
    let blocks = row_blocks(c, most)?;
    let piece = |rows: Range<u32>| {
        let mut piece = cut_product(product, "cut_tn", product.kernel.hook.as_deref(), &rows, c.rows());
        piece.replace("c", c.rows_at(rows.clone()));
        piece.set("m", rows.end - rows.start);
        piece.work = Work::Tiles { rows: rows.end - rows.start, cols: product.word("n"), parts: 1 };
        piece
    };
    Some(share(product, blocks.into_iter().map(piece).collect()))
}

/// The product as a cut one, which knows that the block begins at `rows.start` of `whole`.
fn cut_product(product: &Dispatch, operation: &str, hook: Option<&str>, rows: &Range<u32>, whole: u32) -> Dispatch {
    let mut piece = product.clone();
    piece.kernel = Arc::new(Kernel::plain(operation, hook));
    piece.arguments.extend([("first", Value::Word(rows.start)), ("whole", Value::Word(whole))]);
    piece.bindings.retain(|(slot, _)| piece.kernel.slot(slot).is_some());
    piece
}

fn squares(dispatch: &Dispatch, most: u64) -> Option<Vec<Dispatch>> {
    let piece = |(mut piece, rows): (Dispatch, Range<u32>)| {
        piece.set("carry", u32::from(rows.start > 0));
        piece
    };
    Some(of_rows(dispatch, most)?.into_iter().map(piece).collect())
}

fn limits(dispatch: &Dispatch, most: u64) -> Option<Vec<Dispatch>> {
    Some(of_rows(dispatch, most)?.into_iter().map(|(piece, _)| piece).collect())
}

/// An operation over the m rows of w, block by block.
fn of_rows(dispatch: &Dispatch, most: u64) -> Option<Vec<(Dispatch, Range<u32>)>> {
    let w = dispatch.tensor("w");
    let blocks = row_blocks(w, most)?;
    let piece = |rows: &Range<u32>| {
        let mut piece = dispatch.clone();
        piece.replace("w", w.rows_at(rows.clone()));
        piece.set("m", rows.end - rows.start);
        piece
    };
    let pieces = share(dispatch, blocks.iter().map(piece).collect());
    Some(pieces.into_iter().zip(blocks).collect())
}

/// The draw of a minibatch, once for every piece of the data set.
fn draws(draw: &Dispatch, most: u64) -> Option<Vec<Dispatch>> {
    let (examples, n, until) = (draw.tensor("examples"), u64::from(draw.word("n")), draw.word("until"));
    // Numbers that lie in one element: bytes are packed four to a word.
    let packed = if draw.kernel.hook.as_deref() == Some("examples/bytes") { 4 } else { 1 };
    let blocks = blocks(until, n, packed * u64::from(VIEW_ALIGNMENT), most / 4 * packed)?;
    let piece = |rows: Range<u32>| {
        let element = |example: u32| (u64::from(example) * n).div_ceil(packed) as u32;
        let mut piece = draw.clone();
        piece.replace("examples", examples.elements_at(element(rows.start)..element(rows.end)));
        piece.set("from_example", rows.start);
        piece.set("until", rows.end);
        piece
    };
    Some(share(draw, blocks.into_iter().map(piece).collect()))
}

/// An element-wise operation, piece by piece. A piece is so many whole workgroups, each of which updates `RUN` groups of four per invocation.
fn elements(dispatch: &Dispatch, most: u64) -> Option<Vec<Dispatch>> {
    let (kernel, count) = (&dispatch.kernel, dispatch.word("count"));
    let block = kernel.block();
    let blocks = blocks(count.div_ceil(block), u64::from(block), 1, most / 16)?;
    let piece = |workgroups: Range<u32>| {
        let groups = workgroups.start * block..(workgroups.end * block).min(count);
        let invocations = workgroups.start * kernel.workgroup..workgroups.end * kernel.workgroup;
        let mut piece = dispatch.clone();
        for (slot, tensor) in &mut piece.bindings {
            if tensor.len() == 4 * count {
                *tensor = tensor.elements_at(4 * groups.start..4 * groups.end);
            } else if *slot == "squares" {
                *tensor = tensor.elements_at(invocations.clone());
            }
        }
        piece.set("count", groups.end - groups.start);
        piece.work = Work::Flat(invocations.end - invocations.start);
        piece
    };
    Some(share(dispatch, blocks.into_iter().map(piece).collect()))
}

/// A check of one tensor, piece by piece. Each lowers the same word.
fn checks(check: &Dispatch, most: u64) -> Option<Vec<Dispatch>> {
    let x = check.tensor("x");
    let piece = |elements: Range<u32>| {
        let count = elements.end - elements.start;
        let mut piece = check.clone();
        piece.replace("x", x.elements_at(elements));
        piece.set("count", count);
        piece.work = Work::Flat(check.kernel.invocations(count.div_ceil(4)));
        piece
    };
    let blocks = blocks(x.len(), 1, u64::from(VIEW_ALIGNMENT), most / 4)?;
    Some(share(check, blocks.into_iter().map(piece).collect()))
}

/// Blocks of rows of a matrix that can be bound.
fn row_blocks(matrix: &Tensor, most: u64) -> Option<Vec<Range<u32>>> {
    blocks(matrix.rows(), u64::from(matrix.cols()), u64::from(VIEW_ALIGNMENT), most / 4)
}

/// Cuts `items` of so many numbers each into blocks of about equal length that begin at multiples of `alignment` numbers and have at most `most`.
fn blocks(items: u32, numbers: u64, alignment: u64, most: u64) -> Option<Vec<Range<u32>>> {
    let unit = alignment / gcd(numbers, alignment);
    let longest = most / numbers / unit * unit;
    if longest == 0 {
        return None;
    }
    let count = u64::from(items).div_ceil(longest);
    let length = u64::from(items).div_ceil(count).next_multiple_of(unit) as u32;
    Some((0..items).step_by(length as usize).map(|start| start..items.min(start + length)).collect())
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Gives each piece its share of what the whole takes.
fn share(whole: &Dispatch, mut pieces: Vec<Dispatch>) -> Vec<Dispatch> {
    let count = pieces.len() as u64;
    for piece in &mut pieces {
        (piece.flops, piece.bytes) = (whole.flops / count, whole.bytes / count);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_cover_everything_are_aligned_and_fit() {
        for (items, numbers, most) in
            [(8000, 8000, 32 << 20), (7, 64, 128), (100, 3072, 64 * 3072), (1000, 1, 64), (65, 3, 192), (5, 5, 1 << 20)]
        {
            let blocks = blocks(items, numbers, 64, most).unwrap();
            assert_eq!((blocks[0].start, blocks[blocks.len() - 1].end), (0, items));
            assert!(blocks.windows(2).all(|pair| pair[0].end == pair[1].start), "{blocks:?}");
            for block in &blocks {
                assert!(u64::from(block.start) * numbers % 64 == 0 && u64::from(block.end - block.start) * numbers <= most, "{block:?}");
            }
        }
    }

    #[test]
    fn what_cannot_be_aligned_within_the_limit_is_not_cut() {
        assert_eq!(blocks(100, 3, 64, 191), None);
        assert_eq!(blocks(100, 3072, 64, 3071), None);
    }
}
