//! The chunks of a PNG file that make its picture. Text and profiles are compressed and may be bombs: nobody reads them.

const SIGNATURE: usize = 8;
/// Length, name and checksum around the data of a chunk.
const FRAME: usize = 12;
/// eXIf tells which side is up.
const NEEDED: [&[u8; 4]; 6] = [b"IHDR", b"PLTE", b"tRNS", b"eXIf", b"IDAT", b"IEND"];

/// The same picture without any other chunk; animations lose all but their first frame. A cut file stays cut.
pub(super) fn only_the_picture(bytes: &[u8]) -> Vec<u8> {
    let (signature, mut rest) = bytes.split_at(SIGNATURE.min(bytes.len()));
    let mut kept = Vec::with_capacity(bytes.len());
    kept.extend_from_slice(signature);
    while let [a, b, c, d, name @ ..] = rest {
        let length = usize::try_from(u32::from_be_bytes([*a, *b, *c, *d])).unwrap_or(usize::MAX);
        let whole = length.saturating_add(FRAME).min(rest.len());
        let (chunk, after) = rest.split_at(whole);
        if NEEDED.iter().any(|needed| name.starts_with(*needed)) {
            kept.extend_from_slice(chunk);
        }
        rest = after;
    }
    kept
}
