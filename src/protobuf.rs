//! As much of the encoding of protocol buffers as files for TensorBoard and in ONNX need: messages are written, field after field. Source: protobuf.dev,
//! "Encoding".

/// The kinds of fields: a number of variable length, eight bytes, a length and as many bytes, four bytes.
const VARIABLE: u64 = 0;
const EIGHT: u64 = 1;
const LENGTH: u64 = 2;
const FOUR: u64 = 5;

/// A message, field after field.
#[derive(Debug, Default)]
pub(crate) struct Message(Vec<u8>);

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
        self.before(field, value.len()).raw(value)
    }

    pub fn text(self, field: u32, value: &str) -> Message {
        self.bytes(field, value.as_bytes())
    }

    pub fn part(self, field: u32, part: Message) -> Message {
        self.bytes(field, &part.0)
    }

    /// `repeated int64`, packed, of numbers that are not negative.
    pub fn integers(self, field: u32, values: &[u64]) -> Message {
        let packed = values.iter().fold(Message::new(), |packed, value| packed.variable(*value));
        self.part(field, packed)
    }

    /// What stands before a part of so many bytes that whoever writes the message appends by himself: it is too large to be copied.
    pub fn before(self, field: u32, length: usize) -> Message {
        self.key(field, LENGTH).variable(length as u64)
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
        // `repeated int32 f = 6` of 3, 270 and 86942.
        assert_eq!(Message::new().integers(6, &[3, 270, 86942]).as_bytes(), [0x32, 0x06, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05]);
        assert_eq!(Message::new().before(3, 300).as_bytes(), [0x1a, 0xac, 0x02]);
        assert_eq!(Message::new().integer(1, u64::MAX).as_bytes(), [&[0x08][..], &[0xff; 9], &[0x01]].concat());
    }
}
