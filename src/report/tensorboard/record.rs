//! The framing of TFRecord files: length (8 bytes, little-endian), its checksum, the data, their checksum. A checksum is CRC-32C, masked, because the
//! data may hold checksums themselves. Source: tensorflow/core/lib/io/record_writer.h and tensorflow/core/lib/hash/crc32c.h.

use std::io::{self, Write};

/// Writes one record.
pub(super) fn write(file: &mut impl Write, data: &[u8]) -> io::Result<()> {
    let length = (data.len() as u64).to_le_bytes();
    file.write_all(&length)?;
    file.write_all(&masked(crc32c::crc32c(&length)).to_le_bytes())?;
    file.write_all(data)?;
    file.write_all(&masked(crc32c::crc32c(data)).to_le_bytes())
}

/// Rotated right by 15 bits, and a constant added; crc32c.h, Mask.
fn masked(crc: u32) -> u32 {
    crc.rotate_right(15).wrapping_add(0xa282_ead8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_rfc_3720() {
        // RFC 3720, B.4: 32 bytes of zeros, of ones, and 0 to 31.
        assert_eq!(crc32c::crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c::crc32c(&[0xff; 32]), 0x62a8_ab43);
        assert_eq!(crc32c::crc32c(&(0..32).collect::<Vec<u8>>()), 0x46dd_794e);
        // "123456789", the check value in the catalogue of CRCs.
        assert_eq!(crc32c::crc32c(b"123456789"), 0xe306_9283);
    }

    #[test]
    fn a_record_is_framed_as_tensorboard_frames_it() {
        // `tensorboard.summary.writer.record_writer.RecordWriter`, given b"abc", byte for byte.
        let mut file = vec![];
        write(&mut file, b"abc").unwrap();
        assert_eq!(file, [3, 0, 0, 0, 0, 0, 0, 0, 176, 153, 73, 14, 97, 98, 99, 110, 87, 241, 33]);
    }
}
