// C = A·Bᵀ: A is m×k, B is n×k.

/// Whether neighbours along the summed dimension lie side by side in memory.
const A_RUNS_ALONG_K: bool = true;
const B_RUNS_ALONG_K: bool = true;

fn a_index(row: u32, i: u32) -> u32 { return row * args.k + i; }
fn b_index(i: u32, col: u32) -> u32 { return col * args.k + i; }
