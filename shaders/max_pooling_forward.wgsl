// y = the largest number of each window, and where in its plane it was; ties go to the first of the window, row by row.
// x: planes of image_height×image_width, y and winner: planes of height×width, count numbers in all.  A window of window×window begins
// at every stride-th pixel and may hang over the edge: what is beyond takes no part.

struct Args { count: u32, image_height: u32, image_width: u32, height: u32, width: u32, window: u32, stride: u32 }

@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<storage, read_write> winner: array<f32>;

@compute @workgroup_size(FLAT)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let number = flat_index(id);
    if number >= args.count {
        return;
    }
    let positions = args.height * args.width;
    let plane = number / positions * args.image_height * args.image_width;
    let top = number % positions / args.width * args.stride;
    let left = number % args.width * args.stride;
    let bottom = min(top + args.window, args.image_height);
    let right = min(left + args.window, args.image_width);
    var best_at = top * args.image_width + left;
    var best = x[plane + best_at];
    for (var iy = top; iy < bottom; iy++) {
        for (var ix = left; ix < right; ix++) {
            let at = iy * args.image_width + ix;
            let value = x[plane + at];
            if value > best {
                best = value;
                best_at = at;
            }
        }
    }
    y[number] = best;
    winner[number] = f32(best_at);
}
