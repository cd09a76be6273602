// C = A·Bᵀ: A is m×k, B is n×k.

/// Whether neighbours along the summed dimension lie side by side in memory.
const A_RUNS_ALONG_K: bool = true;
const B_RUNS_ALONG_K: bool = true;

fn a_row(part: u32, row: u32) -> Place { return row * args.k; }
fn a_term(part: u32, i: u32) -> Place { return i; }
fn b_term(part: u32, i: u32) -> Place { return i; }
fn b_col(part: u32, col: u32) -> Place { return col * args.k; }
