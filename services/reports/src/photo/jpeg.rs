//! Whether a JPEG file is whole. The decoder paints what a cut file lacks in grey and calls it a success.

const START: u8 = 0xd8;
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;

/// Walks the segments and scans up to the end-of-image marker (ITU-T T.81, annex B). What follows it is never read.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    loop {
        let Some((marker, behind)) = next_marker(rest) else { return false };
        rest = match marker {
            END => return true,
            START | 0x01 | 0xd0..=0xd7 => behind, // they stand alone
            _ => {
                let [high, low, ..] = *behind else { return false };
                let length = usize::from(u16::from_be_bytes([high, low]));
                let Some(after) = behind.get(length.max(2)..) else { return false };
                if marker == SCAN { skip_scan(after) } else { after }
            }
        };
    }
}

/// The marker at the beginning, which any number of fill bytes may precede.
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let behind = bytes.strip_prefix(&[0xff])?;
    let fill = behind.iter().take_while(|byte| **byte == 0xff).count();
    let (marker, behind) = behind.get(fill..)?.split_first()?;
    Some((*marker, behind))
}

/// From the next marker on: inside a scan an 0xff is data when 0 follows, and restart markers belong to it.
fn skip_scan(bytes: &[u8]) -> &[u8] {
    let is_end = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0 | 0xd0..=0xd7);
    match bytes.windows(2).position(is_end) {
        Some(at) => &bytes[at..],
        None => &[],
    }
}
