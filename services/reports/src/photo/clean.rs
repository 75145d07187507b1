//! From the bytes of an upload to three clean files. Pure: runs in the child, where bounds of the system stand behind it.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{
    DynamicImage, ExtendedColorType, ImageDecoder as _, ImageError, ImageReader, Limits, Rgb,
    RgbImage,
};

use super::format::Format;
use super::{jpeg, png};
use crate::domain::PhotoRefusal;

const MAX_SIDE: u32 = 12_000;
const MAX_PIXELS: u64 = 40_000_000;
const MAX_ALLOC: u64 = 192 * 1024 * 1024;
const QUALITY: u8 = 82;
const FULL: u32 = 2_048;
const SCREEN: u32 = 1_280;
const THUMB: u32 = 320;

/// Three JPEG files of one photo, the right way up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned {
    /// Of the largest, in pixels.
    pub width: u32,
    pub height: u32,
    /// At most 2,048 px a side.
    pub full: Vec<u8>,
    /// At most 1,280 px a side.
    pub screen: Vec<u8>,
    /// At most 320 px a side.
    pub thumb: Vec<u8>,
}

/// Decodes what was declared and encodes it anew, smaller.
///
/// # Errors
/// Why these bytes are no photo the city shows.
pub fn clean(bytes: &[u8], declared: Format) -> Result<Cleaned, PhotoRefusal> {
    let found = Format::sniff(bytes).ok_or(PhotoRefusal::NotAnImage)?;
    if found != declared {
        return Err(PhotoRefusal::TypeMismatch);
    }
    let (picture, orientation) = decode(bytes, found)?;
    // Turned after it was made small: turning the original would hold it twice.
    let mut full = smaller(&picture, FULL);
    drop(picture);
    full.apply_orientation(orientation);
    let full = opaque(full);
    let screen = smaller(&full, SCREEN);
    let thumb = smaller(&screen, THUMB);
    Ok(Cleaned {
        width: full.width(),
        height: full.height(),
        full: encode(&full)?,
        screen: encode(&screen)?,
        thumb: encode(&thumb)?,
    })
}

fn decode(bytes: &[u8], format: Format) -> Result<(DynamicImage, Orientation), PhotoRefusal> {
    let stripped = (format == Format::Png).then(|| png::only_the_picture(bytes));
    let mut reader = ImageReader::with_format(
        Cursor::new(stripped.as_deref().unwrap_or(bytes)),
        format.decoder(),
    );
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_ALLOC);
    reader.limits(limits);
    // Up to here only headers are read. The limits of the decoder are advisory, hence the second look.
    let mut decoder = reader.into_decoder().map_err(|error| refusal(&error))?;
    let (width, height) = decoder.dimensions();
    if width.max(height) > MAX_SIDE || u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(PhotoRefusal::TooManyPixels);
    }
    if format == Format::Jpeg && !jpeg::is_whole(bytes) {
        return Err(PhotoRefusal::Corrupt);
    }
    // A photo without a readable orientation is shown as it was taken.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(|error| refusal(&error))?;
    Ok((picture, orientation))
}

fn refusal(error: &ImageError) -> PhotoRefusal {
    match error {
        ImageError::Limits(_) => PhotoRefusal::TooManyPixels,
        _ => PhotoRefusal::Corrupt,
    }
}

/// At most `side` pixels a side, never enlarged. Averages whole pixels: fast, and no copy in floating point.
fn smaller(picture: &DynamicImage, side: u32) -> DynamicImage {
    if picture.width().max(picture.height()) <= side {
        picture.clone()
    } else {
        picture.thumbnail(side, side)
    }
}

/// JPEG has no transparency: what shines through is white, not whatever colour was left there.
fn opaque(picture: DynamicImage) -> DynamicImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8().into();
    }
    let picture = picture.into_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [colour @ .., alpha] = picture.get_pixel(x, y).0;
        let over_white = |channel: u8| {
            let mixed = u32::from(channel) * u32::from(alpha) + 255 * (255 - u32::from(alpha));
            u8::try_from(mixed / 255).unwrap_or(u8::MAX)
        };
        Rgb(colour.map(over_white))
    })
    .into()
}

fn encode(picture: &DynamicImage) -> Result<Vec<u8>, PhotoRefusal> {
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, QUALITY)
        .encode(picture.as_bytes(), picture.width(), picture.height(), ExtendedColorType::Rgb8)
        .map_err(|error| refusal(&error))?;
    Ok(file)
}
