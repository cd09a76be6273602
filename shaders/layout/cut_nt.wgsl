// C = A·Bᵀ over n rows of B: A is m×k, B is n×k, C is m×whole, of which the block makes columns first..first+n.

const A_RUNS_ALONG_K: bool = true;
const B_RUNS_ALONG_K: bool = true;

fn c_index(part: u32, row: u32, col: u32) -> u32 { return row * args.whole + args.first + col; }
fn a_row(part: u32, row: u32) -> Place { return row * args.k; }
fn a_term(part: u32, i: u32) -> Place { return i; }
fn b_term(part: u32, i: u32) -> Place { return i; }
fn b_col(part: u32, col: u32) -> Place { return col * args.k; }
