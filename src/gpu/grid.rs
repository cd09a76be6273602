//! The workgroups of a kernel, and the parts in which they may be started.
//!
//! A kernel that takes long is started in several dispatches, each a box of the whole grid. A workgroup learns from the uniform `grid` of `prelude.wgsl` where
//! it stands in the whole, so it does the same whichever part it is in.

use crate::plan::{Kernel, Work};

/// Some of the workgroups of a kernel: all, or a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grid {
    /// Where it begins.
    first: [u32; 3],
    /// How many there are along each dimension.
    pub count: [u32; 3],
    /// How many there are of the whole.
    whole: [u32; 3],
}

impl Grid {
    /// Bytes of the uniform.
    pub const BYTES: u64 = 32;

    /// The whole grid of a kernel, if it has one of which no dimension exceeds `most`. Where one dimension is too short, a flat grid is folded into the second,
    /// and a product's blocks of rows into the third, behind each other for every part.
    pub fn of(kernel: &Kernel, work: Work, most: u32) -> Option<Grid> {
        let tile = |name| kernel.constant(name).expect("a product's shader declares its tile");
        // So many groups, row by row: as many rows as a kernel counts by the length of one.
        let folded = |groups: u32| {
            let length = groups.div_ceil(groups.div_ceil(most));
            [length, groups.div_ceil(length)]
        };
        let count = match work {
            Work::One => [1, 1, 1],
            Work::Tiles { rows, cols, parts } => {
                let blocks = rows.div_ceil(tile("TILE_ROWS"));
                let [x, folds] = if kernel.constant("ROWS_FOLD").is_some() { folded(blocks) } else { [blocks, 1] };
                [x, cols.div_ceil(tile("TILE_COLS")), parts.checked_mul(folds)?]
            }
            Work::Flat(count) => {
                let [x, y] = folded(count.div_ceil(kernel.workgroup));
                [x, y, 1]
            }
        };
        count.iter().all(|groups| *groups <= most).then_some(Grid { first: [0; 3], count, whole: count })
    }

    /// As many parts as were asked for, or as the longest dimension has workgroups if those are fewer, of about equal size and in order.
    pub fn divided(self, parts: u32) -> Vec<Grid> {
        let along = (0..3).max_by_key(|dimension| (self.count[*dimension], *dimension)).expect("there are three");
        let parts = parts.clamp(1, self.count[along].max(1));
        let end = |part: u32| (u64::from(self.count[along]) * u64::from(part) / u64::from(parts)) as u32;
        let part = |number: u32| {
            let mut part = self;
            part.first[along] += end(number);
            part.count[along] = end(number + 1) - end(number);
            part
        };
        (0..parts).map(part).collect()
    }

    /// The same for so many games, one behind the other along the third dimension, if that is not too long.
    pub fn of_replicas(self, replicas: u32, most: u32) -> Option<Grid> {
        let [x, y, z] = self.count;
        let z = z.checked_mul(replicas).filter(|z| *z <= most)?;
        Some(Grid { count: [x, y, z], ..self })
    }

    /// What it has of the workgroups of one game, if it has some.
    pub fn of_replica(self, replica: u32) -> Option<Grid> {
        let [begin, end] = [replica, replica + 1].map(|replica| replica * self.whole[2]);
        let first = self.first[2].max(begin);
        let end = (self.first[2] + self.count[2]).min(end);
        let mut part = self;
        (part.first[2], part.count[2]) = (first, end.checked_sub(first).filter(|count| *count > 0)?);
        Some(part)
    }

    /// Workgroups in it.
    pub fn workgroups(self) -> u64 {
        self.count.iter().map(|groups| u64::from(*groups)).product()
    }

    /// The uniform `grid`, as the prelude lays it out.
    pub fn bytes(self) -> [u8; Grid::BYTES as usize] {
        let ([x, y, z], [columns, rows, layers]) = (self.first, self.whole);
        bytemuck::cast([x, y, z, 0, columns, rows, layers, 0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(count: [u32; 3]) -> Grid {
        Grid { first: [0; 3], count, whole: count }
    }

    /// Every workgroup of a grid, as often as it is in one of the parts.
    fn members(parts: &[Grid]) -> Vec<[u32; 3]> {
        let mut members = vec![];
        for Grid { first, count, .. } in parts {
            for z in 0..count[2] {
                for y in 0..count[1] {
                    members.extend((0..count[0]).map(|x| [first[0] + x, first[1] + y, first[2] + z]));
                }
            }
        }
        members.sort_unstable();
        members
    }

    #[test]
    fn parts_have_every_workgroup_once_whatever_they_are_divided_into() {
        for whole in [[7, 3, 2], [1, 1, 1], [2, 9, 1], [1, 1, 5], [64, 1, 1]] {
            for parts in [1, 2, 3, 5, 1000] {
                let divided = grid(whole).divided(parts);
                assert_eq!(divided.len() as u32, parts.min(*whole.iter().max().unwrap()), "{whole:?}");
                let again: Vec<Grid> = divided.iter().flat_map(|part| part.divided(2)).collect();
                for parts in [divided, again] {
                    assert_eq!(members(&parts), members(&[grid(whole)]), "{parts:?}");
                    assert!(parts.iter().all(|part| part.whole == whole && part.workgroups() > 0), "{parts:?}");
                }
            }
        }
    }

    #[test]
    fn every_workgroup_of_several_games_belongs_to_one_of_them() {
        let whole = grid([3, 2, 4]).of_replicas(3, 12).unwrap();
        assert_eq!(grid([3, 2, 4]).of_replicas(3, 11), None);
        for parts in [1, 2, 5, 12] {
            let divided = whole.divided(parts);
            let of_each = |replica| divided.iter().filter_map(|part| part.of_replica(replica)).collect::<Vec<_>>();
            for replica in 0..3 {
                assert_eq!(of_each(replica).iter().map(|part| part.workgroups()).sum::<u64>(), 24, "{parts} parts");
            }
            assert_eq!(members(&(0..3).flat_map(of_each).collect::<Vec<_>>()), members(&[whole]), "{parts} parts");
        }
    }

    #[test]
    fn the_uniform_says_where_a_part_begins_and_how_large_the_whole_is() {
        let words: [u32; 8] = bytemuck::cast(grid([2, 9, 4]).divided(3)[1].bytes());
        assert_eq!(words, [0, 3, 0, 0, 2, 9, 4, 0]);
    }
}
