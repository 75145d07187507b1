//! A photo as a phone makes it: position, device, orientation, thumbnail, profile, comment.

use super::pictures::jpeg;

/// What must not be found in any clean file: the last is the longitude as it is written into the file.
pub const SECRETS: [&[u8]; 6] =
    [b"Exif", b"HuePhone", b"ICC_PROFILE", b"script", b"home", &49_183_u32.to_le_bytes()];

fn segment(marker: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len() + 2).expect("a segment is short").to_be_bytes();
    [&[0xff, marker], length.as_slice(), data].concat()
}

/// EXIF, little-endian: a directory of device, orientation 6 (turn right) and position, then one of the thumbnail.
fn exif(thumbnail: &[u8]) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value].concat()
    };
    let device = b"HuePhone 12 SN-4711\0";
    let (gps_at, device_at) = (8 + 2 + 3 * 12 + 4, 8 + 2 + 3 * 12 + 4 + 2 + 2 * 12 + 4);
    let ratios_at = device_at + u32::try_from(device.len()).expect("short");
    let next_at = ratios_at + 24;
    let thumbnail_at = next_at + 2 + 2 * 12 + 4;
    let length = u32::try_from(thumbnail.len()).expect("short");
    let ratios: Vec<u8> =
        [107_u32, 1, 35, 1, 49_183, 1_000].iter().flat_map(|number| number.to_le_bytes()).collect();
    [
        &b"Exif\0\0II*\0\x08\0\0\0"[..],
        &3_u16.to_le_bytes(),
        &entry(0x0110, 2, 20, device_at.to_le_bytes()),
        &entry(0x0112, 3, 1, [6, 0, 0, 0]),
        &entry(0x8825, 4, 1, u32::to_le_bytes(gps_at)),
        &next_at.to_le_bytes(),
        &2_u16.to_le_bytes(),
        &entry(3, 2, 2, *b"E\0\0\0"),
        &entry(4, 5, 3, ratios_at.to_le_bytes()),
        &[0; 4],
        device,
        &ratios,
        &2_u16.to_le_bytes(),
        &entry(0x0201, 4, 1, thumbnail_at.to_le_bytes()),
        &entry(0x0202, 4, 1, length.to_le_bytes()),
        &[0; 4],
        thumbnail,
    ]
    .concat()
}

/// 400 × 200 as it lies in the file; 200 × 400 when it stands upright, red above blue.
pub fn photo_with_everything() -> Vec<u8> {
    let plain = jpeg(400, 200);
    let metadata = [
        segment(0xe1, &exif(&jpeg(16, 8))),
        segment(0xe2, b"ICC_PROFILE\0\x01\x01 profile of a known device"),
        segment(0xfe, b"<script>alert(1)</script> taken at home"),
    ]
    .concat();
    [&plain[..2], &metadata, &plain[2..]].concat()
}

pub fn contains(file: &[u8], part: &[u8]) -> bool {
    file.windows(part.len()).any(|window| window == part)
}

/// The markers of a JPEG file up to its first scan.
pub fn markers(file: &[u8]) -> Vec<u8> {
    let (mut found, mut at) = (Vec::new(), 2);
    while file[at + 1] != 0xda {
        found.push(file[at + 1]);
        at += 2 + usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
    }
    found
}
