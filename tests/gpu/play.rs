//! The small games of [`gander::doctor`], which several tests play.

pub use gander::doctor::plays::{
    ADAM, ADAM_FOR_G, Play, beyond_the_limit, completion_plays, conditional_plays, inference_plays, option_plays, plays,
};
