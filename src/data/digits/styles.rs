//! How people write the ten digits: for each digit a few styles, each a list of strokes, each stroke the points its curve passes.
//! Drawn by hand for this project, from nobody's data.

/// A point on the way of the pen, in hundredths of the digit's height: x to the right, y down.
/// A point given twice in a row is a corner; between the others the curve is smooth.
pub(super) type Knot = (i8, i8);

/// One way to write a digit.
pub(super) struct Style {
    /// How common it is among the styles of its digit, relative to the others.
    pub(super) weight: u32,
    /// What the pen draws without leaving the paper, one list per touch.
    pub(super) strokes: &'static [&'static [Knot]],
}

const fn style(weight: u32, strokes: &'static [&'static [Knot]]) -> Style {
    Style { weight, strokes }
}

/// The styles of the digits 0 to 9.
#[rustfmt::skip]
pub(super) const STYLES: [&[Style]; 10] = [
    &[
        // From the top, against the clock, a little past the start.
        style(6, &[&[(38, 2), (13, 17), (3, 50), (13, 84), (36, 98), (59, 82), (67, 48), (57, 15), (38, 3), (26, 7)]]),
        // Narrow, begun at the right.
        style(3, &[&[(50, 8), (30, 2), (12, 26), (6, 60), (18, 93), (38, 96), (56, 70), (60, 32), (50, 9), (36, 4)]]),
        // With the clock, from the left.
        style(2, &[&[(14, 24), (34, 3), (58, 16), (66, 50), (54, 88), (30, 97), (8, 78), (4, 46), (14, 21), (28, 6)]]),
    ],
    &[
        style(9, &[&[(36, 0), (36, 50), (35, 100)]]),
        // With an upstroke.
        style(3, &[&[(16, 24), (28, 13), (40, 0), (40, 0), (40, 50), (39, 100)]]),
        // With an upstroke and a base.
        style(2, &[&[(14, 22), (28, 12), (40, 0), (40, 0), (40, 50), (38, 98)], &[(12, 99), (38, 98), (66, 98)]]),
    ],
    &[
        // A corner at the lower left.
        style(5, &[&[(8, 22), (22, 5), (44, 3), (58, 20), (50, 45), (28, 72), (4, 97), (4, 97), (34, 94), (68, 95)]]),
        // A loop at the lower left.
        style(4, &[&[(8, 20), (26, 3), (50, 7), (57, 29), (44, 58), (22, 86), (7, 95), (3, 85), (16, 78), (36, 90), (54, 97), (70, 88)]]),
        // Flat, nearly a Z.
        style(2, &[&[(4, 13), (30, 5), (54, 7), (56, 25), (34, 58), (4, 93), (4, 93), (32, 89), (68, 96)]]),
    ],
    &[
        // Two bows that meet in a cusp.
        style(5, &[&[(8, 14), (30, 2), (54, 11), (54, 32), (26, 46), (26, 46), (56, 56), (63, 76), (44, 97), (18, 98), (2, 86)]]),
        // A small loop where they meet.
        style(2, &[&[(6, 15), (28, 2), (53, 12), (51, 33), (34, 48), (22, 50), (28, 43), (48, 51), (62, 72), (48, 95), (22, 99), (2, 85)]]),
        // A flat top.
        style(1, &[&[(6, 6), (30, 4), (58, 4), (58, 4), (42, 22), (26, 39), (26, 39), (54, 50), (63, 73), (46, 96), (20, 98), (2, 88)]]),
    ],
    &[
        // Open, an angle and a stem.
        style(5, &[&[(12, 3), (7, 28), (4, 52), (4, 52), (32, 53), (64, 48)], &[(58, 2), (54, 40), (50, 99)]]),
        // Open, with a round bend.
        style(3, &[&[(10, 5), (4, 30), (12, 50), (34, 52), (62, 42)], &[(62, 0), (57, 48), (50, 99)]]),
        // Closed: down the slope, across, and the stem.
        style(3, &[&[(50, 1), (27, 32), (3, 65), (3, 65), (36, 64), (72, 61)], &[(50, 1), (50, 48), (49, 99)]]),
    ],
    &[
        // The hat drawn last.
        style(4, &[&[(18, 5), (14, 24), (10, 44), (10, 44), (34, 38), (56, 52), (57, 76), (38, 96), (14, 97), (0, 87)], &[(18, 5), (42, 4), (68, 1)]]),
        // One stroke, from the right.
        style(4, &[&[(66, 3), (42, 5), (20, 7), (20, 7), (15, 25), (11, 43), (11, 43), (36, 40), (57, 55), (55, 79), (34, 97), (2, 91)]]),
        // Flowing, nearly an S.
        style(2, &[&[(64, 5), (38, 4), (19, 18), (20, 37), (44, 51), (54, 71), (40, 92), (18, 98), (0, 89)]]),
    ],
    &[
        // A long bow, the loop closed.
        style(5, &[&[(54, 2), (28, 19), (9, 47), (4, 76), (20, 98), (46, 94), (57, 74), (42, 56), (20, 64), (8, 82)]]),
        // Steep and narrow.
        style(4, &[&[(38, 0), (20, 30), (7, 66), (16, 95), (40, 97), (55, 78), (44, 60), (22, 66), (10, 84)]]),
        // A wide loop that ends inside.
        style(2, &[&[(60, 6), (34, 10), (12, 38), (4, 72), (20, 97), (48, 95), (60, 72), (44, 53), (22, 60), (16, 76)]]),
    ],
    &[
        style(5, &[&[(4, 9), (34, 7), (64, 4), (64, 4), (44, 48), (26, 99)]]),
        // With a bar.
        style(2, &[&[(4, 9), (34, 7), (64, 4), (64, 4), (46, 48), (28, 99)], &[(18, 51), (38, 48), (62, 46)]]),
        // With a hook at the start.
        style(2, &[&[(4, 24), (8, 8), (8, 8), (36, 7), (66, 4), (66, 4), (46, 42), (34, 99)]]),
        // Round at the shoulder.
        style(2, &[&[(4, 14), (24, 6), (50, 4), (63, 13), (52, 38), (36, 66), (28, 98)]]),
    ],
    &[
        // An S and back up.
        style(5, &[&[(56, 16), (34, 2), (12, 13), (15, 34), (36, 50), (55, 68), (50, 92), (28, 98), (7, 88), (10, 68), (33, 50), (51, 34), (57, 17), (46, 5)]]),
        // Two rings.
        style(2, &[&[(36, 3), (15, 12), (16, 36), (36, 47), (54, 35), (54, 12), (35, 3)], &[(36, 47), (9, 62), (9, 88), (33, 98), (58, 87), (57, 61), (36, 48)]]),
        // Begun and ended at the upper right.
        style(3, &[&[(62, 11), (38, 2), (16, 13), (22, 36), (45, 57), (52, 80), (32, 98), (9, 87), (16, 65), (42, 42), (62, 13)]]),
    ],
    &[
        // A loop and a straight stem.
        style(5, &[&[(56, 13), (35, 3), (9, 18), (6, 40), (26, 51), (47, 38), (58, 10), (58, 10), (55, 52), (51, 99)]]),
        // A curved tail.
        style(3, &[&[(54, 17), (35, 3), (11, 15), (6, 38), (24, 51), (46, 41), (58, 16), (59, 50), (48, 84), (27, 98), (8, 92)]]),
        // A stem that leans.
        style(3, &[&[(54, 12), (32, 4), (10, 22), (10, 42), (30, 48), (49, 30), (56, 9), (56, 9), (46, 54), (33, 99)]]),
    ],
];
