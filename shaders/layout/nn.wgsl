// C = A·B: A is m×k, B is k×n.

/// Whether neighbours along the summed dimension lie side by side in memory.
const A_RUNS_ALONG_K: bool = true;
const B_RUNS_ALONG_K: bool = false;

fn a_index(row: u32, i: u32) -> u32 { return row * args.k + i; }
fn b_index(i: u32, col: u32) -> u32 { return i * args.n + col; }
