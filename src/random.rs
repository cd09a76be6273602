//! Chance, drawn by counter: the same bits on every device, with no state to keep.
//!
//! A value is Threefry-2x32 (20 rounds; Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011) of a key (seed, purpose) and a counter
//! (iteration, index). Saving the seed and the iteration saves the whole state of chance.

/// The purpose of an epoch's order.
pub const SHUFFLE: u32 = 0x8000_0001;
/// The purpose of initial parameters.
pub const INITIAL: u32 = 0x8000_0002;
/// The purpose of the noise behind sample sheets.
pub const SHEET: u32 = 0x8000_0003;

/// The purpose of the examples that centroids begin at.
pub const CENTROIDS: u32 = 0x8000_0005;
/// The purpose of numbers that stand in for data.
pub const STAND_IN: u32 = 0x8000_0004;

/// The purpose of the order by which examples are held out of a set that does not say so itself.
pub const HELD_OUT: u32 = 0x8000_0006;

/// Stands in the place of the seed where the means of a mixture are drawn: they are the same in every game.
pub const MEANS: u32 = 0x8000_0007;

/// The purpose of masks over pictures.
pub const MASK: u32 = 0x8000_0008;

/// The purpose of the order by which examples are chosen whose labels are known.
pub const LABELLED: u32 = 0x8000_000a;

/// Threefry-2x32 with 20 rounds. Inlined, so that a loop over counters can run in a processor's vectors.
#[inline(always)]
pub fn threefry2x32(key: [u32; 2], counter: [u32; 2]) -> [u32; 2] {
    const TURNS: [[u32; 4]; 2] = [[13, 15, 26, 6], [17, 29, 16, 24]];
    let keys = [key[0], key[1], 0x1BD1_1BDA ^ key[0] ^ key[1]];
    let mut x = [counter[0].wrapping_add(keys[0]), counter[1].wrapping_add(keys[1])];
    for group in 0..5 {
        for turn in TURNS[group % 2] {
            x[0] = x[0].wrapping_add(x[1]);
            x[1] = x[1].rotate_left(turn) ^ x[0];
        }
        x[0] = x[0].wrapping_add(keys[(group + 1) % 3]);
        x[1] = x[1].wrapping_add(keys[(group + 2) % 3]).wrapping_add(group as u32 + 1);
    }
    x
}

/// A number in [0, 1) from the upper 24 bits of a word.
pub fn unit(word: u32) -> f32 {
    (word >> 8) as f32 * (1.0 / 16_777_216.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The known-answer vectors published with the Random123 library.
    #[test]
    fn threefry_gives_the_published_vectors() {
        assert_eq!(threefry2x32([0, 0], [0, 0]), [0x6b20_0159, 0x99ba_4efe]);
        assert_eq!(threefry2x32([u32::MAX; 2], [u32::MAX; 2]), [0x1cb9_96fc, 0xbb00_2be7]);
        assert_eq!(threefry2x32([0x1319_8a2e, 0x0370_7344], [0x243f_6a88, 0x85a3_08d3]), [0xc492_3a9c, 0x483d_f7a0]);
    }
}
