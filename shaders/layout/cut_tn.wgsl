// C = Aᵀ·B over m rows of C: A is k×whole, of which the block meets columns first..first+m; B is k×n.

const A_RUNS_ALONG_K: bool = false;
const B_RUNS_ALONG_K: bool = false;

fn c_index(part: u32, row: u32, col: u32) -> u32 { return row * args.n + col; }
fn a_row(part: u32, row: u32) -> Place { return args.first + row; }
fn a_term(part: u32, i: u32) -> Place { return i * args.whole; }
fn b_term(part: u32, i: u32) -> Place { return i * args.n; }
fn b_col(part: u32, col: u32) -> Place { return col; }
