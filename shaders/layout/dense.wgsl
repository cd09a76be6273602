// What the three layouts of matrices in memory have in common: the whole sum is one part, and C is m×n, row-major.

struct Args { m: u32, n: u32, k: u32 }

/// What an element's place depends on through its row or column alone, or through the summed dimension alone: here, a part of its index.
alias Place = u32;

fn terms(part: u32) -> vec2<u32> { return vec2(0u, args.k); }
fn is_stored(part: u32, row: u32, col: u32) -> bool { return true; }
fn c_index(part: u32, row: u32, col: u32) -> u32 { return row * args.n + col; }
fn bias_index(part: u32, row: u32, col: u32) -> u32 { return col; }
fn a_at(row: Place, term: Place) -> f32 { return a[row + term]; }
fn b_at(term: Place, col: Place) -> f32 { return b[term + col]; }
