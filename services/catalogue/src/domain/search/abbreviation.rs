//! How people shorten the names of offices and papers.

use city_text::marked;
use unicode_normalization::UnicodeNormalization;

/// What is written in full, and what people write instead. Longer phrases stand before their parts.
const SHORT_FORMS: [(&str, &str); 13] = [
    ("ủy ban nhân dân", "UBND"),
    ("hội đồng nhân dân", "HĐND"),
    ("trung tâm phục vụ hành chính công", "TTPVHCC"),
    ("phục vụ hành chính công", "PVHCC"),
    ("quyền sử dụng đất", "QSDĐ"),
    ("giấy chứng nhận", "GCN"),
    ("giấy phép xây dựng", "GPXD"),
    ("giấy phép lái xe", "GPLX"),
    ("căn cước công dân", "CCCD"),
    ("hộ kinh doanh", "HKD"),
    ("bảo hiểm xã hội", "BHXH"),
    ("bảo hiểm y tế", "BHYT"),
    ("nông nghiệp và môi trường", "NNMT"),
];

/// The same for areas; only together with the ones above.
const SHORT_AREAS: [(&str, &str); 3] = [("thành phố", "TP"), ("phường", "P"), ("xã", "X")];

/// The short forms of a name: what stands in brackets (`HueIOC`), and the name with its long phrases shortened.
pub fn abbreviations(name: &str) -> Vec<String> {
    let name: String = name.nfc().collect();
    let mut short: Vec<String> = bracketed(&name).into_iter().map(ToOwned::to_owned).collect();
    let words: Vec<&str> = name.split_whitespace().collect();
    let shortened = shorten(&words, &SHORT_FORMS);
    if shortened != words {
        short.push(shortened.join(" "));
        let with_area = shorten(&shortened, &SHORT_AREAS);
        if with_area != shortened {
            short.push(with_area.join(" "));
        }
    }
    short
}

fn bracketed(name: &str) -> Option<&str> {
    let (_, after) = name.split_once('(')?;
    let (inside, _) = after.split_once(')')?;
    Some(inside.trim()).filter(|inside| !inside.is_empty() && !inside.contains(' '))
}

fn shorten<'a>(words: &[&'a str], forms: &[(&str, &'a str)]) -> Vec<&'a str> {
    let mut shortened = Vec::with_capacity(words.len());
    let mut rest = words;
    while let Some((first, others)) = rest.split_first() {
        let found = forms.iter().find_map(|(long, short)| Some((after(rest, long)?, *short)));
        let (remaining, word) = found.unwrap_or((others, first));
        shortened.push(word);
        rest = remaining;
    }
    shortened
}

/// What follows a phrase with which the words begin.
fn after<'w, 'a>(words: &'w [&'a str], phrase: &str) -> Option<&'w [&'a str]> {
    let length = phrase.split(' ').count();
    let (head, tail) = words.split_at_checked(length)?;
    let same = head.iter().zip(phrase.split(' ')).all(|(word, want)| marked(word) == marked(want));
    same.then_some(tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offices_are_found_by_their_short_forms() {
        assert_eq!(
            abbreviations("Ủy ban nhân dân thành phố Huế"),
            ["UBND thành phố Huế", "UBND TP Huế"]
        );
        assert_eq!(
            abbreviations("Trung tâm Phục vụ hành chính công phường Vỹ Dạ"),
            ["TTPVHCC phường Vỹ Dạ", "TTPVHCC P Vỹ Dạ"]
        );
        assert_eq!(abbreviations("Uỷ ban nhân dân xã Phú Hồ")[0], "UBND xã Phú Hồ");
        assert_eq!(
            abbreviations("Trung tâm Giám sát, điều hành đô thị thông minh (HueIOC)"),
            ["HueIOC"]
        );
    }

    #[test]
    fn a_name_without_long_phrases_has_none() {
        assert!(abbreviations("Sở Du lịch").is_empty());
        assert!(abbreviations("Xã A Lưới 1").is_empty());
        assert!(abbreviations("").is_empty());
    }

    #[test]
    fn a_decomposed_name_is_shortened_too() {
        let decomposed: String = "Cấp giấy phép xây dựng".nfd().collect();

        assert_eq!(abbreviations(&decomposed), ["Cấp GPXD"]);
    }
}
