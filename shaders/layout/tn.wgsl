// C = Aᵀ·B: A is k×m, B is k×n.

/// Whether neighbours along the summed dimension lie side by side in memory.
const A_RUNS_ALONG_K: bool = false;
const B_RUNS_ALONG_K: bool = false;

fn a_row(part: u32, row: u32) -> Place { return row; }
fn a_term(part: u32, i: u32) -> Place { return i * args.m; }
fn b_term(part: u32, i: u32) -> Place { return i * args.n; }
fn b_col(part: u32, col: u32) -> Place { return col; }
