// given_i = (x_i⊙μ_i, μ_i): what a player is told of example i, its kept numbers and its mask, 1 where a number is kept and 0 where it is hidden.
// x: m×n, n = channels·height·width; given: m×2n.  The same mask in all channels, from (seed, salt) and (iteration, index): words 2i and 2i + 1 are the mask's,
// the pixels' follow. Hidden is, each as likely: the left, right, upper or lower half; a square of a quarter to three quarters of the shorter side, anywhere; or each
// pixel by itself, with a share of 1/4, 1/2 or 3/4.  One invocation takes one number.

struct Args { m: u32, channels: u32, height: u32, width: u32, salt: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> clock: Clock;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read_write> given: array<f32>;

fn hides(row: u32, pixel: u32) -> bool {
    let key = vec2<u32>(clock.seed, args.salt);
    let kind = threefry(key, vec2<u32>(clock.iteration, 2u * row));
    let place = threefry(key, vec2<u32>(clock.iteration, 2u * row + 1u));
    let at = threefry(key, vec2<u32>(clock.iteration, 2u * args.m + row * args.height * args.width + pixel));
    let column = pixel % args.width;
    let line = pixel / args.width;
    let shorter = min(args.width, args.height);
    let least = max(1u, shorter / 4u);
    let side = least + kind.y % (max(least, 3u * shorter / 4u) - least + 1u);
    let left = place.x % (args.width - side + 1u);
    let top = place.y % (args.height - side + 1u);
    switch kind.x % 6u {
        case 0u: { return column < args.width / 2u; }
        case 1u: { return column >= (args.width + 1u) / 2u; }
        case 2u: { return line < args.height / 2u; }
        case 3u: { return line >= (args.height + 1u) / 2u; }
        case 4u: { return column >= left && column < left + side && line >= top && line < top + side; }
        default: { return at.x >> 30u <= kind.y % 3u; }
    }
}

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = flat_index(id);
    let pixels = args.height * args.width;
    let n = args.channels * pixels;
    if i < args.m * n {
        let row = i / n;
        let column = i % n;
        let kept = !hides(row, column % pixels);
        given[row * 2u * n + column] = select(0.0, x[i], kept);
        given[row * 2u * n + n + column] = select(0.0, 1.0, kept);
    }
}
