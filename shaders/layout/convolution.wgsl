// What the three products of a convolution have in common. Both sides are example by example, channel by channel, row by row:
// images of channels×image_height×image_width, and the results of filters×height×width that a window of kernel×kernel gives out,
// which begins `padding` before the image's edge and moves by `stride`. The weights are (channels·kernel·kernel)×filters.
// No operand is ever laid out as a matrix: an element's place is worked out when it is loaded.

struct Args {
    m: u32, n: u32, k: u32,
    channels: u32, image_height: u32, image_width: u32,
    filters: u32, height: u32, width: u32,
    kernel: u32, stride: u32, padding: u32,
    length: u32,
}

/// What an element's place depends on through its row or column alone, or through the summed dimension alone: a part of its index
/// without y and x, then of y, and of x; the parts of both are added. A place with a negative index is beyond the window.
alias Place = vec3<i32>;

/// The number of the element at y, x of a plane that is so large, in a buffer from `first` on; -1 beyond the plane's edge.
fn in_plane(first: i32, y: i32, x: i32, height: u32, width: u32) -> i32 {
    if y < 0 || x < 0 || y >= i32(height) || x >= i32(width) { return -1; }
    return first + y * i32(width) + x;
}

/// (⌊n / d⌋, n mod d).
fn divided(n: u32, d: u32) -> vec2<u32> { return vec2(n / d, n % d); }

/// (example, y, x) of the number of a position, where an example has height×width of them.
fn position(number: u32, height: u32, width: u32) -> vec3<u32> {
    let of_example = divided(number, height * width);
    return vec3(of_example.x, divided(of_example.y, width));
}
