//! What a JPEG still tells besides the picture.

/// Whether the bytes are a JPEG file.
pub(super) fn is_jpeg(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xff, 0xd8, 0xff])
}

/// Whether a JPEG carries EXIF, XMP, a colour profile, IPTC or a comment: any segment APP1 to APP15 or COM.
///
/// Walks the segments up to the picture data, as a reader of metadata would.
pub(super) fn has_metadata(bytes: &[u8]) -> bool {
    let mut rest = bytes.get(2..).unwrap_or_default();
    while let [0xff, marker, high, low, ..] = *rest {
        match marker {
            0xe1..=0xef | 0xfe => return true,
            0xda => break, // the picture begins
            _ => {}
        }
        let length = usize::from(u16::from_be_bytes([high, low]));
        rest = rest.get(2 + length..).unwrap_or_default();
    }
    [&b"Exif\0"[..], b"GPS", b"http://ns.adobe.com"]
        .iter()
        .any(|mark| bytes.windows(mark.len()).any(|at| at == *mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demonstrations_own_photo_carries_metadata() {
        assert!(has_metadata(include_bytes!("../../assets/pothole.jpg")));
    }

    #[test]
    fn a_bare_picture_carries_none() {
        let bare = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xda, 0, 2, 9, 9, 0xff, 0xd9];
        assert!(is_jpeg(&bare) && !has_metadata(&bare));
    }
}
