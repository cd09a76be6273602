// One team in a workgroup of tiled/matmul.wgsl: for software adapters, to which more teams are more barriers.

const TEAMS: u32 = 1u;
