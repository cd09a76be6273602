//! What a layer's numbers are laid out as, and what a network takes in.

use std::fmt;

/// Channels of so many rows and columns, channel by channel, row by row. Numbers without such an order are channels of one pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Channels, or units.
    pub channels: u32,
    /// Rows of a channel.
    pub height: u32,
    /// Columns of a channel.
    pub width: u32,
}

impl Extent {
    /// Its numbers.
    pub fn numbers(self) -> u32 {
        self.channels * self.positions()
    }

    /// Numbers in a channel.
    pub fn positions(self) -> u32 {
        self.height * self.width
    }
}

impl From<u32> for Extent {
    fn from(units: u32) -> Extent {
        Extent { channels: units, height: 1, width: 1 }
    }
}

/// What a network takes in: numbers that are laid out so, the last `labels` of which are a label, one-hot; none where nobody is told one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Input {
    /// All its numbers.
    pub extent: Extent,
    /// Those of the label.
    pub labels: u32,
}

impl From<Extent> for Input {
    fn from(extent: Extent) -> Input {
        Input { extent, labels: 0 }
    }
}

impl From<u32> for Input {
    fn from(units: u32) -> Input {
        Extent::from(units).into()
    }
}

impl fmt::Display for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Extent { channels, height: 1, width: 1 } => write!(f, "{channels}"),
            Extent { channels, height, width } => write!(f, "{channels}×{height}×{width}"),
        }
    }
}
