// Four teams in a workgroup of tiled/matmul.wgsl: for GPUs, whose processors are then filled by products of few blocks.

const TEAMS: u32 = 4u;
