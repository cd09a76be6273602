//! Mutations of valid files: bits flipped, bytes set, cuts, additions, pieces moved, sizes set to extremes. Chance is Threefry, counted.

use gander::random::threefry2x32;

/// Files a reader is given are not longer than this.
const LONGEST: usize = 1 << 17;

/// Numbers that sizes are set to: the ends of every range, and what is next to them.
const EXTREMES: [u64; 14] =
    [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x00ff_ffff, 0x3fff_ffff, 0x4000_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_fff8, 0xffff_ffff, u64::MAX];

/// What a configuration or a header is made of.
const WORDS: [&[u8]; 12] = [b"'", b"\"", b"[", b"]", b"{", b"}", b"=", b",", b"-1", b"nan", b"99999999999999999999", b"\xff\xfe"];

/// All mutations of some valid files.
pub struct Mutations {
    reader: u32,
    seeds: Vec<Vec<u8>>,
    counter: [u32; 2],
}

impl Mutations {
    pub fn new(reader: u32, seeds: Vec<Vec<u8>>) -> Mutations {
        Mutations { reader, seeds, counter: [0; 2] }
    }

    /// Mutation number `i`: the same each time.
    pub fn next(&mut self, i: u32) -> Vec<u8> {
        self.counter = [i, 0];
        let mut bytes = self.seed().to_vec();
        for _ in 0..1 + self.below(4) {
            self.mutate(&mut bytes);
        }
        bytes.truncate(LONGEST);
        bytes
    }

    fn seed(&mut self) -> &[u8] {
        let at = self.below(self.seeds.len());
        &self.seeds[at]
    }

    fn word(&mut self) -> u32 {
        let [word, _] = threefry2x32([0xbad, self.reader], self.counter);
        self.counter[1] += 1;
        word
    }

    fn below(&mut self, n: usize) -> usize {
        ((u64::from(self.word()) * n as u64) >> 32) as usize
    }

    /// A place in a file, near its beginning as often as anywhere.
    fn place(&mut self, length: usize) -> usize {
        let most = if self.below(2) == 0 { length.min(256) } else { length };
        self.below(most.max(1))
    }

    fn mutate(&mut self, bytes: &mut Vec<u8>) {
        let at = self.place(bytes.len());
        match self.below(12) {
            0 | 1 => self.flip(bytes, at),
            2 | 3 => self.set(bytes, at),
            4 => bytes.truncate(at),
            5 => self.extend(bytes),
            6 => self.splice(bytes, at),
            7 => self.remove(bytes, at),
            8 | 9 => self.size(bytes, at),
            10 => self.number(bytes, at),
            _ => {
                let word = WORDS[self.below(WORDS.len())];
                bytes.splice(at.min(bytes.len())..at.min(bytes.len()), word.iter().copied());
            }
        }
    }

    fn flip(&mut self, bytes: &mut [u8], at: usize) {
        let bit = self.below(8);
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1 << bit;
        }
    }

    fn set(&mut self, bytes: &mut [u8], at: usize) {
        let any = self.word() as u8;
        let to = [0, 1, 0x7f, 0x80, 0xff, any][self.below(6)];
        if let Some(byte) = bytes.get_mut(at) {
            *byte = to;
        }
    }

    fn extend(&mut self, bytes: &mut Vec<u8>) {
        let count = [1, 3, 8, 100, 5000][self.below(5)];
        match self.below(2) {
            0 => bytes.resize(bytes.len() + count, 0),
            _ => {
                for _ in 0..count {
                    let any = self.word() as u8;
                    bytes.push(any);
                }
            }
        }
    }

    /// Puts a piece of a valid file, this one or another, into it or over it.
    fn splice(&mut self, bytes: &mut Vec<u8>, at: usize) {
        let seed = self.seed().to_vec();
        let from = self.place(seed.len());
        let piece = &seed[from..(from + 1 + self.below(200)).min(seed.len())];
        let over = if self.below(2) == 0 { piece.len() } else { 0 };
        let end = (at + over).min(bytes.len());
        bytes.splice(at.min(end)..end, piece.iter().copied());
    }

    fn remove(&mut self, bytes: &mut Vec<u8>, at: usize) {
        let end = (at + 1 + self.below(64)).min(bytes.len());
        bytes.drain(at.min(end)..end);
    }

    /// Sets a number of two, four or eight bytes, of either byte order, to an extreme or to the file's length.
    fn size(&mut self, bytes: &mut [u8], at: usize) {
        let width = [2, 4, 4, 8][self.below(4)];
        let at = at / width * width;
        let length = bytes.len() as u64;
        let number = match self.below(EXTREMES.len() + 3) {
            i if i < EXTREMES.len() => EXTREMES[i],
            i => (length + i as u64).saturating_sub(EXTREMES.len() as u64 + 1),
        };
        let little = number.to_le_bytes();
        let big_endian = self.below(2) == 0;
        if let Some(field) = bytes.get_mut(at..at + width) {
            field.copy_from_slice(&little[..width]);
            if big_endian {
                field.reverse();
            }
        }
    }

    /// Sets the decimal number at a place or behind it to an extreme.
    fn number(&mut self, bytes: &mut Vec<u8>, at: usize) {
        let Some(begin) = (at..bytes.len()).find(|i| bytes[*i].is_ascii_digit()) else { return };
        let end = (begin..bytes.len()).find(|i| !bytes[*i].is_ascii_digit()).unwrap_or(bytes.len());
        let number = EXTREMES[self.below(EXTREMES.len())].to_string();
        bytes.splice(begin..end, number.bytes());
    }
}
