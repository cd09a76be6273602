//! What a layer's numbers are laid out as.

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

impl fmt::Display for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Extent { channels, height: 1, width: 1 } => write!(f, "{channels}"),
            Extent { channels, height, width } => write!(f, "{channels}×{height}×{width}"),
        }
    }
}
