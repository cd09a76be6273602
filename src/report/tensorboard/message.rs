//! As much of the encoding of protocol buffers as an event needs, and the numbers of its fields.
//! Sources: protobuf.dev, "Encoding"; tensorflow/core/util/event.proto, tensorflow/core/framework/summary.proto.

/// `Event`.
pub(super) const WALL_TIME: u32 = 1;
pub(super) const STEP: u32 = 2;
pub(super) const FILE_VERSION: u32 = 3;
pub(super) const SUMMARY: u32 = 5;
pub(super) const SESSION_LOG: u32 = 7;

/// `SessionLog`, and the status that says: forget the later iterations.
pub(super) const STATUS: u32 = 1;
pub(super) const START: u64 = 1;

/// `Summary`.
pub(super) const VALUE: u32 = 1;

/// `Summary.Value`.
pub(super) const TAG: u32 = 1;
pub(super) const SIMPLE: u32 = 2;
pub(super) const IMAGE: u32 = 4;
pub(super) const HISTOGRAM: u32 = 5;

/// `Summary.Image`, and its number for red, green and blue.
pub(super) const HEIGHT: u32 = 1;
pub(super) const WIDTH: u32 = 2;
pub(super) const COLOURS: u32 = 3;
pub(super) const ENCODED: u32 = 4;
pub(super) const RGB: u64 = 3;

/// The kinds of fields: a number of variable length, eight bytes, a length and as many bytes, four bytes.
const VARIABLE: u64 = 0;
const EIGHT: u64 = 1;
const LENGTH: u64 = 2;
const FOUR: u64 = 5;

/// A message, field after field.
#[derive(Debug, Default)]
pub(super) struct Message(Vec<u8>);

impl Message {
    pub fn new() -> Message {
        Message::default()
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub fn double(self, field: u32, value: f64) -> Message {
        self.key(field, EIGHT).raw(&value.to_le_bytes())
    }

    pub fn float(self, field: u32, value: f32) -> Message {
        self.key(field, FOUR).raw(&value.to_le_bytes())
    }

    /// For `int32`, `int64` and enumerations that are not negative.
    pub fn integer(self, field: u32, value: u64) -> Message {
        self.key(field, VARIABLE).variable(value)
    }

    pub fn bytes(self, field: u32, value: &[u8]) -> Message {
        self.key(field, LENGTH).variable(value.len() as u64).raw(value)
    }

    pub fn text(self, field: u32, value: &str) -> Message {
        self.bytes(field, value.as_bytes())
    }

    pub fn part(self, field: u32, part: Message) -> Message {
        self.bytes(field, &part.0)
    }

    /// `repeated double`, packed.
    pub fn doubles(self, field: u32, values: &[f64]) -> Message {
        self.bytes(field, &values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>())
    }

    fn key(self, field: u32, kind: u64) -> Message {
        self.variable(u64::from(field) << 3 | kind)
    }

    /// Seven bits a byte, the lowest first; the eighth says that more follow.
    fn variable(mut self, mut value: u64) -> Message {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
        self
    }

    fn raw(mut self, bytes: &[u8]) -> Message {
        self.0.extend(bytes);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_encoded_as_the_documentation_shows() {
        // protobuf.dev, "Encoding": `int32 a = 1` of 150; `string b = 2` of "testing"; a message `c = 3` that holds a = 150.
        assert_eq!(Message::new().integer(1, 150).as_bytes(), [0x08, 0x96, 0x01]);
        assert_eq!(Message::new().text(2, "testing").as_bytes(), [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]);
        assert_eq!(Message::new().part(3, Message::new().integer(1, 150)).as_bytes(), [0x1a, 0x03, 0x08, 0x96, 0x01]);
        assert_eq!(Message::new().integer(1, u64::MAX).as_bytes(), [&[0x08][..], &[0xff; 9], &[0x01]].concat());
    }
}
