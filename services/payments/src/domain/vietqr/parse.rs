//! From the text to what it asks for.

use super::object::{Object, objects};
use super::{INTO_ACCOUNT, LONGEST_MEMBER, LONGEST_NUMBER, NAPAS, QrError, Use, VietQr, crc};

/// Digits of an amount.
const MOST_AMOUNT_DIGITS: usize = 13;

/// Reads a code.
///
/// # Errors
/// `Invalid` with the place of the first fault, `NotSupported` for a sound code of another service.
pub fn parse(text: &str) -> Result<VietQr, QrError> {
    // Names are printed unaccented, so that a length counts characters and bytes alike.
    if let Some(offset) = text.bytes().position(|byte| !(b' '..=b'~').contains(&byte)) {
        return Err(QrError::Invalid { offset });
    }
    let all = objects(text, 0)?;
    sound_frame(text, &all)?;
    let wanted = |id: u8| {
        let found = all.iter().find(|object| object.id == id);
        found.ok_or(QrError::Invalid { offset: text.len() })
    };
    let used = match wanted(1)?.value {
        "11" => Use::Static,
        "12" => Use::Dynamic,
        _ => return Err(QrError::Invalid { offset: wanted(1)?.at }),
    };
    for (id, value) in [(53, "704"), (58, "VN")] {
        let object = wanted(id)?;
        if object.value != value {
            return Err(QrError::Invalid { offset: object.at });
        }
    }
    let find = |id: u8| all.iter().find(|object| object.id == id);
    let mcc = find(52).map(|object| shape(object, 4, 4, u8::is_ascii_digit)).transpose()?;
    let amount = find(54).map(amount).transpose()?;
    let members = members(find(62))?;
    let member = |id: u8| {
        let found = members.iter().find(|object| object.id == id);
        found.map(|object| object.value.to_owned())
    };
    let text_of = |id: u8| find(id).map(|object| object.value.to_owned());
    let account = find(38).map(account).transpose()?;
    // 55 to 57 ask the payer for a tip or a fee on top.
    if find(55).or_else(|| find(56)).or_else(|| find(57)).is_some() {
        return Err(QrError::NotSupported);
    }
    let (bin, number) = account.flatten().ok_or(QrError::NotSupported)?;
    Ok(VietQr {
        used,
        bin,
        number,
        mcc,
        amount,
        name: text_of(59),
        city: text_of(60),
        bill: member(1),
        store: member(3),
        order: member(5),
        terminal: member(7),
        purpose: member(8),
    })
}

/// The version first, the checksum last and right.
fn sound_frame(text: &str, all: &[Object<'_>]) -> Result<(), QrError> {
    let first = all.first().ok_or(QrError::Invalid { offset: 0 })?;
    if first.id != 0 {
        return Err(QrError::Invalid { offset: 0 });
    }
    if first.value != "01" {
        return Err(QrError::Invalid { offset: first.at });
    }
    let last = all.last().filter(|object| object.id == 63);
    let last = last.ok_or(QrError::Invalid { offset: text.len() })?;
    let covered = text.as_bytes().get(..last.at).unwrap_or_default();
    if last.value != format!("{:04X}", crc(covered)) {
        return Err(QrError::Invalid { offset: last.at });
    }
    Ok(())
}

/// Bank and number of template 38; none when its network or service is another.
fn account(template: &Object<'_>) -> Result<Option<(String, String)>, QrError> {
    let parts = objects(template.value, template.at)?;
    let end = template.at + template.value.len();
    let part = |id: u8| parts.iter().find(|object| object.id == id);
    let missing = QrError::Invalid { offset: end };
    if part(0).ok_or(missing)?.value != NAPAS {
        return Ok(None); // what stands behind another name is not ours to read
    }
    let (whose, service) = (part(1).ok_or(missing)?, part(2).ok_or(missing)?);
    let inner = objects(whose.value, whose.at)?;
    let inside = |id: u8| {
        let found = inner.iter().find(|object| object.id == id);
        found.ok_or(QrError::Invalid { offset: whose.at + whose.value.len() })
    };
    let bin = shape(inside(0)?, 6, 6, u8::is_ascii_digit)?;
    let number = shape(inside(1)?, 1, LONGEST_NUMBER, u8::is_ascii_alphanumeric)?;
    Ok((service.value == INTO_ACCOUNT).then_some((bin, number)))
}

fn amount(object: &Object<'_>) -> Result<i64, QrError> {
    let wrong = QrError::Invalid { offset: object.at };
    let digits = shape(object, 1, MOST_AMOUNT_DIGITS, u8::is_ascii_digit)?;
    if digits.starts_with('0') {
        return Err(wrong);
    }
    digits.parse().map_err(|_| wrong)
}

/// The members of template 62.
fn members<'a>(template: Option<&Object<'a>>) -> Result<Vec<Object<'a>>, QrError> {
    let Some(template) = template else { return Ok(Vec::new()) };
    let parts = objects(template.value, template.at)?;
    match parts.iter().find(|part| part.value.len() > LONGEST_MEMBER) {
        Some(long) => Err(QrError::Invalid { offset: long.at }),
        None => Ok(parts),
    }
}

fn shape(
    object: &Object<'_>,
    least: usize,
    most: usize,
    fits: impl Fn(&u8) -> bool,
) -> Result<String, QrError> {
    let value = object.value;
    if (least..=most).contains(&value.len()) && value.bytes().all(|byte| fits(&byte)) {
        Ok(value.to_owned())
    } else {
        Err(QrError::Invalid { offset: object.at })
    }
}
