//! Who is drawn, and in what mood: the numbers behind one face. Places are in units of half a head's height, (0, 0) between the eyes and the mouth, x to the
//! right, y down; shades are the share of light that something throws back.

use crate::data::draws::Draws;

/// A person, whatever their mood.
pub(super) struct Person {
    /// Half the width of the head.
    pub width: f32,
    /// How much narrower the jaw is.
    pub taper: f32,
    /// The skin's shade.
    pub skin: f32,
    /// The hair's shade.
    pub hair: f32,
    /// How the hair is worn.
    pub cut: Cut,
    /// Where the hair begins above the middle of the forehead.
    pub hairline: f32,
    /// How far the eyes are apart, from the middle.
    pub eyes_apart: f32,
    /// How high the eyes are.
    pub eyes_at: f32,
    /// Half the width of an eye.
    pub eye: f32,
    /// The shade of the irises.
    pub iris: f32,
    /// Half the thickness of the brows.
    pub brow: f32,
    /// How far the brows are above the eyes.
    pub brow_above: f32,
    /// How much the brows are arched.
    pub arch: f32,
    /// Where the nose ends.
    pub nose_at: f32,
    /// Half the width of the nose.
    pub nose: f32,
    /// How far the nose stands out.
    pub nose_relief: f32,
    /// Where the mouth is.
    pub mouth_at: f32,
    /// Half the width of the mouth.
    pub mouth: f32,
    /// How thick the lips are.
    pub lips: f32,
    /// The shade of the lips, relative to the skin's.
    pub lip_shade: f32,
    /// How dense a beard is, and a moustache.
    pub beard: f32,
    /// See `beard`.
    pub moustache: f32,
    /// Whether there are glasses, and the shade of their frame.
    pub glasses: Option<f32>,
}

/// How hair is worn.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Cut {
    Bald,
    Short,
    Fringe,
    Long,
}

impl Person {
    /// Somebody.
    pub fn draw(draws: &mut Draws) -> Person {
        let skin = 0.42 + 0.48 * draws.uniform(0.0, 1.0).sqrt();
        let cut = match draws.below(20) {
            0..2 => Cut::Bald,
            2..10 => Cut::Short,
            10..13 => Cut::Fringe,
            _ => Cut::Long,
        };
        let hairline = match cut {
            Cut::Bald => -1.6,
            Cut::Short => -0.72 + 0.09 * draws.bell(),
            Cut::Fringe => -0.46 + 0.05 * draws.bell(),
            Cut::Long => -0.68 + 0.09 * draws.bell(),
        };
        let bearded = cut != Cut::Long && draws.below(100) < 28;
        let fair = draws.uniform(0.0, 1.0);
        Person {
            width: (0.79 + 0.05 * draws.bell()).clamp(0.66, 0.92),
            taper: draws.uniform(0.04, 0.3),
            skin,
            hair: (0.06 + 0.5 * fair * fair * fair).min(skin * 0.9),
            cut,
            hairline,
            eyes_apart: 0.37 + 0.02 * draws.bell(),
            eyes_at: -0.13 + 0.025 * draws.bell(),
            eye: 0.165 + 0.014 * draws.bell(),
            iris: draws.uniform(0.05, 0.4),
            brow: draws.uniform(0.022, 0.055),
            brow_above: 0.235 + 0.025 * draws.bell(),
            arch: draws.uniform(0.0, 0.07),
            nose_at: 0.27 + 0.035 * draws.bell(),
            nose: 0.135 + 0.02 * draws.bell(),
            nose_relief: 0.19 + 0.035 * draws.bell(),
            mouth_at: 0.56 + 0.025 * draws.bell(),
            mouth: 0.28 + 0.025 * draws.bell(),
            lips: (0.07 + 0.018 * draws.bell()).max(0.03),
            lip_shade: draws.uniform(0.5, 0.85),
            beard: if bearded { draws.uniform(0.15, 0.85) } else { 0.0 },
            moustache: if bearded || draws.below(100) < 4 { draws.uniform(0.2, 0.9) } else { 0.0 },
            glasses: (draws.below(100) < 13).then(|| draws.uniform(0.02, 0.3)),
        }
    }
}

/// What an expression does to a face.
#[derive(Clone, Copy)]
pub(super) struct Mood {
    /// How far the brows are raised.
    pub brows_up: f32,
    /// How much more the inner ends of the brows are.
    pub inner_up: f32,
    /// How far the eyes are open, 1 at rest.
    pub eyes: f32,
    /// How far the corners of the mouth are above its middle.
    pub smile: f32,
    /// How far the mouth is open.
    pub open: f32,
    /// How much wider the mouth is.
    pub wider: f32,
    /// How far the upper lip is drawn up.
    pub lip_up: f32,
    /// How deep the folds beside nose and mouth are.
    pub folds: f32,
    /// How much the cheeks are lifted.
    pub cheeks: f32,
    /// How much of an open mouth the upper teeth fill.
    pub teeth: f32,
}

/// The expressions at their full strength, in the order of [`CLASSES`](super::CLASSES).
#[rustfmt::skip]
const MOODS: [Mood; 7] = [
    Mood { brows_up: -0.07, inner_up: -0.11, eyes: 0.8, smile: -0.06, open: 0.05, wider: -0.02, lip_up: 0.0, folds: 0.5, cheeks: 0.1, teeth: 0.9 },
    Mood { brows_up: -0.05, inner_up: -0.06, eyes: 0.5, smile: -0.08, open: 0.05, wider: 0.0, lip_up: 0.06, folds: 1.0, cheeks: 0.7, teeth: 0.8 },
    Mood { brows_up: 0.06, inner_up: 0.07, eyes: 1.35, smile: -0.03, open: 0.13, wider: 0.05, lip_up: 0.0, folds: 0.2, cheeks: 0.0, teeth: 0.5 },
    Mood { brows_up: 0.01, inner_up: 0.0, eyes: 0.75, smile: 0.12, open: 0.12, wider: 0.1, lip_up: 0.01, folds: 0.8, cheeks: 1.0, teeth: 0.75 },
    Mood { brows_up: 0.0, inner_up: 0.1, eyes: 0.72, smile: -0.11, open: 0.0, wider: -0.04, lip_up: 0.0, folds: 0.4, cheeks: 0.0, teeth: 0.0 },
    Mood { brows_up: 0.11, inner_up: 0.01, eyes: 1.45, smile: 0.0, open: 0.3, wider: -0.1, lip_up: 0.0, folds: 0.0, cheeks: 0.0, teeth: 0.25 },
    Mood { brows_up: 0.0, inner_up: 0.0, eyes: 1.0, smile: 0.01, open: 0.0, wider: 0.0, lip_up: 0.0, folds: 0.1, cheeks: 0.0, teeth: 0.0 },
];

impl Mood {
    /// The expression of that class, stronger or weaker, as nobody does it twice alike.
    pub fn draw(class: usize, draws: &mut Draws) -> Mood {
        let (mood, strength) = (MOODS[class], draws.uniform(0.55, 1.25));
        // Smiles in particular may show teeth or not.
        let open = draws.uniform(-0.25, 1.2).max(0.0);
        Mood {
            brows_up: strength * mood.brows_up + 0.012 * draws.bell(),
            inner_up: strength * mood.inner_up + 0.012 * draws.bell(),
            eyes: (1.0 + strength * (mood.eyes - 1.0)) * (1.0 + 0.08 * draws.bell()),
            smile: strength * mood.smile + 0.012 * draws.bell(),
            open: if mood.open > 0.2 { strength * mood.open } else { open * mood.open },
            wider: strength * mood.wider + 0.01 * draws.bell(),
            lip_up: strength * mood.lip_up,
            folds: strength * mood.folds,
            cheeks: strength * mood.cheeks,
            teeth: mood.teeth * draws.uniform(0.6, 1.2),
        }
    }
}
