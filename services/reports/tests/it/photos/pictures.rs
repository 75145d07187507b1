//! Pictures made in the test: good ones, ones that give away too much, and hostile ones.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder as _, Rgb, RgbImage};

/// Left half red, right half blue.
pub fn two_halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| {
        if x < width / 2 { Rgb([230, 20, 20]) } else { Rgb([20, 20, 230]) }
    })
}

pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut file, 90);
    let picture = two_halves(width, height);
    encoder
        .write_image(&picture, width, height, ExtendedColorType::Rgb8)
        .expect("a picture can be encoded");
    file
}

pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let picture = two_halves(width, height);
    let encoder = PngEncoder::new(&mut file);
    encoder
        .write_image(&picture, width, height, ExtendedColorType::Rgb8)
        .expect("a picture can be encoded");
    file
}

/// A PNG file that claims a size and holds one pixel.
pub fn png_claiming(width: u32, height: u32) -> Vec<u8> {
    let mut file = png(1, 1);
    file[16..20].copy_from_slice(&width.to_be_bytes());
    file[20..24].copy_from_slice(&height.to_be_bytes());
    let checksum = crc32(&file[12..29]);
    file[29..33].copy_from_slice(&checksum.to_be_bytes());
    file
}

/// PNG's checksum (RFC 2083, 15).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 }
        })
    })
}

/// What attackers send, as which type, and the answer.
pub fn hostile() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let whole = jpeg(600, 400);
    let page = b"<html><body onload=alert(1)>".repeat(40);
    vec![
        ("image/png", png_claiming(16_384, 16_384), "TOO_MANY_PIXELS"),
        ("image/png", png_claiming(1_000_000, 1), "TOO_MANY_PIXELS"),
        ("image/jpeg", whole[..whole.len() / 2].to_vec(), "CORRUPT"),
        ("image/jpeg", b"Only a text, called photo.jpg".to_vec(), "NOT_AN_IMAGE"),
        ("image/jpeg", [&[0xff, 0xd8, 0xff, 0xe0][..], &page].concat(), "CORRUPT"),
        (
            "image/png",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(),
            "NOT_AN_IMAGE",
        ),
        ("image/webp", whole, "TYPE_MISMATCH"),
    ]
}
