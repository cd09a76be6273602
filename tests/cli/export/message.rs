//! Messages of protocol buffers, read. Source: protobuf.dev, "Encoding".

/// The fields of a message: their numbers, and what they hold.
pub struct Message<'a>(Vec<(u64, Value<'a>)>);

/// What a field holds.
enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

impl<'a> Message<'a> {
    pub fn read(mut bytes: &'a [u8]) -> Message<'a> {
        let mut fields = vec![];
        while !bytes.is_empty() {
            let key = variable(&mut bytes);
            let value = match key & 7 {
                0 => Value::Number(variable(&mut bytes)),
                2 => {
                    let length = variable(&mut bytes) as usize;
                    let (value, rest) = bytes.split_at(length);
                    bytes = rest;
                    Value::Bytes(value)
                }
                kind => panic!("no field of a graph is of the kind {kind}"),
            };
            fields.push((key >> 3, value));
        }
        Message(fields)
    }

    fn all(&self, field: u64) -> impl Iterator<Item = &Value<'a>> {
        self.0.iter().filter(move |(number, _)| *number == field).map(|(_, value)| value)
    }

    /// The bytes of every field of that number.
    pub fn bytes(&self, field: u64) -> impl Iterator<Item = &'a [u8]> {
        self.all(field).map(|value| match value {
            Value::Bytes(bytes) => *bytes,
            Value::Number(number) => panic!("{number} is no bytes"),
        })
    }

    pub fn texts(&self, field: u64) -> Vec<&'a str> {
        self.bytes(field).map(|bytes| std::str::from_utf8(bytes).unwrap()).collect()
    }

    pub fn text(&self, field: u64) -> &'a str {
        self.texts(field)[0]
    }

    pub fn parts(&self, field: u64) -> Vec<Message<'a>> {
        self.bytes(field).map(Message::read).collect()
    }

    pub fn part(&self, field: u64) -> Message<'a> {
        self.parts(field).remove(0)
    }

    pub fn number(&self, field: u64) -> Option<u64> {
        self.all(field).next().map(|value| match value {
            Value::Number(number) => *number,
            Value::Bytes(bytes) => panic!("{bytes:?} are no number"),
        })
    }

    /// A packed field's numbers.
    pub fn numbers(&self, field: u64) -> Vec<usize> {
        let mut bytes = self.bytes(field).next().unwrap_or_default();
        let mut numbers = vec![];
        while !bytes.is_empty() {
            numbers.push(variable(&mut bytes) as usize);
        }
        numbers
    }
}

fn variable(bytes: &mut &[u8]) -> u64 {
    let (mut value, mut shift) = (0, 0);
    loop {
        let (byte, rest) = bytes.split_first().expect("the message is whole");
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            return value;
        }
    }
}
