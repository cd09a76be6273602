// What the cut products have in common with those of whole matrices (dense.wgsl), and what they know beyond: their block begins at number `first` of the
// `whole` rows or columns that the matrix was cut along.

struct Args { m: u32, n: u32, k: u32, first: u32, whole: u32 }

alias Place = u32;

fn terms(part: u32) -> vec2<u32> { return vec2(0u, args.k); }
fn is_stored(part: u32, row: u32, col: u32) -> bool { return true; }
fn bias_index(part: u32, row: u32, col: u32) -> u32 { return col; }
fn a_at(row: Place, term: Place) -> f32 { return a[row + term]; }
fn b_at(term: Place, col: Place) -> f32 { return b[term + col]; }
