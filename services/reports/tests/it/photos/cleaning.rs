//! The cleaning itself, without the child around it.

use city_reports::domain::PhotoRefusal;
use city_reports::photo::{Format, clean};
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder as _, Rgb, RgbImage};
use proptest::prelude::*;

use super::metadata::{contains, photo_with_everything};
use super::pictures::{jpeg, png, png_claiming, two_halves};

fn decoded(file: &[u8]) -> RgbImage {
    image::load_from_memory(file).expect("a clean file is a picture").into_rgb8()
}

fn refusal(bytes: &[u8], declared: Format) -> PhotoRefusal {
    clean(bytes, declared).expect_err("it is refused")
}

#[test]
fn each_file_is_as_large_as_its_use_allows_and_no_larger_than_the_photo() {
    let cleaned = clean(&jpeg(3_000, 1_500), Format::Jpeg).unwrap();

    assert_eq!((cleaned.width, cleaned.height), (2_048, 1_024));
    assert_eq!(decoded(&cleaned.full).dimensions(), (2_048, 1_024));
    assert_eq!(decoded(&cleaned.screen).dimensions(), (1_280, 640));
    assert_eq!(decoded(&cleaned.thumb).dimensions(), (320, 160));

    let small = clean(&jpeg(100, 50), Format::Jpeg).unwrap();

    for file in [&small.full, &small.screen, &small.thumb] {
        assert_eq!(decoded(file).dimensions(), (100, 50), "never enlarged");
    }
}

#[test]
fn a_strip_one_pixel_high_stays_a_picture() {
    let cleaned = clean(&png(9_000, 1), Format::Png).unwrap();

    assert_eq!((cleaned.width, cleaned.height), (2_048, 1));
}

#[test]
fn what_shines_through_is_white() {
    let mut file = Vec::new();
    let transparent = [0, 0, 0, 0].repeat(16 * 16);
    PngEncoder::new(&mut file).write_image(&transparent, 16, 16, ExtendedColorType::Rgba8).unwrap();

    let cleaned = clean(&file, Format::Png).unwrap();

    assert_eq!(decoded(&cleaned.full).get_pixel(8, 8), &Rgb([255, 255, 255]));
}

#[test]
fn webp_is_taken() {
    let mut file = Vec::new();
    let encoder = WebPEncoder::new_lossless(&mut file);
    encoder.write_image(&two_halves(64, 32), 64, 32, ExtendedColorType::Rgb8).unwrap();

    assert_eq!(
        clean(&file, Format::Webp).map(|cleaned| (cleaned.width, cleaned.height)),
        Ok((64, 32))
    );
    assert_eq!(refusal(&file[..file.len() / 2], Format::Webp), PhotoRefusal::Corrupt);
}

#[test]
fn text_chunks_and_profiles_of_a_png_are_never_read() {
    let plain = png(40, 20);
    // A profile and a text that no decoder could inflate: were they read, the photo would be refused.
    let chunk = |name: &[u8; 4], data: &[u8]| {
        let length = u32::try_from(data.len()).expect("short").to_be_bytes();
        [&length[..], name, data, &[0; 4]].concat()
    };
    let (header, rest) = plain.split_at(8 + 25);
    let bombs = [
        chunk(b"zTXt", b"Comment\0\0not zlib"),
        chunk(b"iCCP", b"x\0\0not zlib"),
        chunk(b"acTL", &[0; 8]),
    ];

    let cleaned = clean(&[header, &bombs.concat(), rest].concat(), Format::Png);

    assert_eq!(cleaned, clean(&plain, Format::Png));
    assert!(cleaned.is_ok());
}

#[test]
fn the_first_bytes_must_be_those_of_the_declared_type() {
    assert_eq!(refusal(&jpeg(8, 8), Format::Png), PhotoRefusal::TypeMismatch);
    assert_eq!(refusal(&png(8, 8), Format::Webp), PhotoRefusal::TypeMismatch);
    assert_eq!(refusal(b"<html><script>alert(1)</script>", Format::Jpeg), PhotoRefusal::NotAnImage);
    assert_eq!(refusal(b"GIF89a\x01\0\x01\0", Format::Png), PhotoRefusal::NotAnImage);
    assert_eq!(refusal(b"", Format::Webp), PhotoRefusal::NotAnImage);
}

#[test]
fn sizes_are_judged_by_the_header() {
    for (width, height) in
        [(16_384, 16_384), (1_000_000, 1), (1, 1_000_000), (12_001, 1), (8_000, 5_001)]
    {
        assert_eq!(
            refusal(&png_claiming(width, height), Format::Png),
            PhotoRefusal::TooManyPixels,
            "{width}×{height}"
        );
    }
    assert_eq!(
        refusal(&png_claiming(8_000, 5_000), Format::Png),
        PhotoRefusal::Corrupt,
        "in bounds, but empty"
    );
}

#[test]
fn a_cut_file_is_corrupt_wherever_it_is_cut() {
    let whole = jpeg(300, 200);
    for kept in [3, 20, 200, whole.len() / 2, whole.len() - 2, whole.len() - 1] {
        assert_eq!(
            refusal(&whole[..kept], Format::Jpeg),
            PhotoRefusal::Corrupt,
            "{kept} of {}",
            whole.len()
        );
    }
    let whole = png(300, 200);
    for kept in [8, 30, whole.len() / 2] {
        assert_eq!(
            refusal(&whole[..kept], Format::Png),
            PhotoRefusal::Corrupt,
            "{kept} of {}",
            whole.len()
        );
    }
}

#[test]
fn what_hangs_behind_a_photo_is_dropped() {
    let polyglot = [jpeg(64, 64).as_slice(), b"<html><script>alert(1)</script>"].concat();

    let cleaned = clean(&polyglot, Format::Jpeg).unwrap();

    assert!(!contains(&cleaned.full, b"script"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn broken_bytes_never_panic_and_what_is_clean_is_a_picture(at in 0_usize..4_000, bytes: [u8; 4], is_png: bool) {
        let (mut file, format) =
            if is_png { (png(60, 40), Format::Png) } else { (photo_with_everything(), Format::Jpeg) };
        let at = at % (file.len() - 4);
        file[at..at + 4].copy_from_slice(&bytes);

        if let Ok(cleaned) = clean(&file, format) {
            prop_assert_eq!(decoded(&cleaned.full).dimensions(), (cleaned.width, cleaned.height));
        }
    }
}
