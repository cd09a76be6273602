// dx = Σ dy over the windows that a pixel won, row by row: a gather, so that windows may overlap.
// dy and winner: planes of height×width, dx: planes of image_height×image_width, count numbers in all.  As in max_pooling_forward.

struct Args { count: u32, image_height: u32, image_width: u32, height: u32, width: u32, window: u32, stride: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> winner: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

/// The first window that holds pixel i.
fn first_window(i: u32) -> u32 {
    return select(0u, (i - args.window) / args.stride + 1u, i >= args.window);
}

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let number = flat_index(id);
    if number >= args.count {
        return;
    }
    let pixels = args.image_height * args.image_width;
    let plane = number / pixels * args.height * args.width;
    let at = number % pixels;
    let iy = at / args.image_width;
    let ix = at % args.image_width;
    let bottom = min(iy / args.stride + 1u, args.height);
    let right = min(ix / args.stride + 1u, args.width);
    var sum = 0.0;
    for (var oy = first_window(iy); oy < bottom; oy++) {
        for (var ox = first_window(ix); ox < right; ox++) {
            let window = plane + oy * args.width + ox;
            sum += select(0.0, dy[window], u32(winner[window]) == at);
        }
    }
    dx[number] = sum;
}
