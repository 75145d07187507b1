use proptest::prelude::*;

use super::*;

fn point(lat: f64, lon: f64) -> GeoPoint {
    GeoPoint::parse(lat, lon).expect("on the globe")
}

fn wards() -> Vec<Ward> {
    [("19774", 16.4047, 107.543), ("19753", 16.4785, 107.577)]
        .map(|(code, lat, lon)| Ward { code: ward(code), centroid: point(lat, lon) })
        .to_vec()
}

#[test]
fn what_is_not_on_the_globe_is_no_position() {
    for (lat, lon) in [(90.1, 0.0), (0.0, -180.1), (f64::NAN, 0.0), (0.0, f64::INFINITY)] {
        assert_eq!(GeoPoint::parse(lat, lon), Err(GeoPointError));
    }
    assert!(!format!("{:?}", point(16.4637, 107.5909)).contains("16"));
}

#[test]
fn the_plane_begins_in_hue_and_counts_metres() {
    let plane = point(16.47, 107.59).plane();

    assert!((plane.x - 1_067.86).abs() < 1e-6, "{plane:?}");
    assert!((plane.y - 1_106.64).abs() < 1e-6, "{plane:?}");
    assert!((point(16.46, 107.58).distance_m(point(16.47, 107.59)) - 1_537.85).abs() < 0.05);
}

#[test]
fn cells_and_their_centres_are_those_of_the_reference_library() {
    // From the C library, release 4.5: latlng_to_cell and cell_to_latlng.
    let vectors = [(16.4637, 107.5909, "894160a090bffff"), (16.4047, 107.543, "894160a71a7ffff")];
    for (lat, lon, cell) in vectors {
        let found = u64::try_from(point(lat, lon).cell9()).unwrap();
        assert_eq!(format!("{found:x}"), cell);
    }

    let centre = point(16.4637, 107.5909).public(Precision::Cell);

    assert!(
        (centre.lat() - 16.463_379_995_564).abs() < 1e-9
            && (centre.lon() - 107.591_189_977_373).abs() < 1e-9
    );
}

#[test]
fn a_point_belongs_to_the_ward_whose_centroid_is_nearest() {
    let wards = wards();

    let inside = ward_of(point(16.4637, 107.5909), &wards, 20_000.0);
    let hanoi = ward_of(point(21.0285, 105.8542), &wards, 20_000.0);

    assert_eq!(inside.map(|ward| ward.code.as_str()), Ok("19753"));
    assert_eq!(hanoi, Err(OutsideCity { nearest: Some(ward("19753")) }));
    assert_eq!(
        ward_of(point(16.4637, 107.5909), &[], 20_000.0),
        Err(OutsideCity { nearest: None })
    );
}

#[test]
fn of_two_equally_near_wards_the_lower_code_is_taken() {
    let mut wards = wards();
    wards[0].centroid = wards[1].centroid;

    assert_eq!(
        ward_of(point(16.5, 107.6), &wards, 20_000.0).map(|ward| ward.code.as_str()),
        Ok("19753")
    );
}

#[test]
fn an_after_photo_counts_when_it_is_ready_and_near() {
    let place = point(16.4637, 107.5909);
    let files = Derived {
        media_key: "00".repeat(16),
        width: 2_048,
        height: 1_536,
        original_sha256: [0; 32],
        full_sha256: [1; 32],
    };
    let at = |metres: f64| AfterPhoto {
        state: PhotoState::Ready(files.clone()),
        taken: Some(point(16.4637 + metres / 110_664.0, 107.5909)),
    };
    let check = |rule, photos: &[AfterPhoto], far: Option<&ReasonText>| {
        Evidence::check(rule, Some(place), photos, far).map(Evidence::proximity)
    };
    let near = |photos: &[AfterPhoto]| check(AfterPhotoRule::Near, photos, None);
    let pending = AfterPhoto { state: PhotoState::Processing, taken: None };
    let refused = AfterPhoto { state: PhotoState::Refused(PhotoRefusal::Corrupt), taken: None };

    assert_eq!(check(AfterPhotoRule::None, &[], None), Ok(Proximity::Unchecked));
    assert_eq!(near(&[]), Err(Refusal::AfterPhotoMissing));
    assert_eq!(near(&[refused]), Err(Refusal::AfterPhotoMissing));
    assert_eq!(near(&[pending]), Err(Refusal::AfterPhotoNotReady));
    assert_eq!(near(&[at(199.0)]), Ok(Proximity::Near));
    assert_eq!(near(&[at(201.0)]), Err(Refusal::AfterPhotoTooFar { distance_m: Some(201) }));
    assert_eq!(near(&[at(900.0), at(199.0)]), Ok(Proximity::Near));
    assert_eq!(
        check(AfterPhotoRule::Near, &[at(201.0)], Some(&reason("Không có GPS"))),
        Ok(Proximity::Far)
    );
    assert_eq!(check(AfterPhotoRule::Required, &[at(900.0)], None), Ok(Proximity::Unchecked));
    assert_eq!(
        Evidence::check(AfterPhotoRule::Near, None, &[at(900.0)], None).map(Evidence::proximity),
        Ok(Proximity::Unchecked)
    );
}

proptest! {
    #[test]
    fn the_public_place_of_a_cell_tells_nothing_but_the_cell(lat in 16.0..16.8_f64, lon in 107.0..108.2_f64) {
        let place = point(lat, lon);
        let shown = place.public(Precision::Cell);

        prop_assert_eq!(shown.cell9(), place.cell9());
        prop_assert_eq!(shown.public(Precision::Cell), shown);
        prop_assert!(shown.distance_m(place) < 250.0); // a cell of resolution 9 is some 200 m across its half
        prop_assert_eq!(place.public(Precision::Exact), place);
    }
}
