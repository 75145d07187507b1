//! Our references: 128 bits in an alphabet that every provider takes.

use uuid::Uuid;

/// Crockford's base 32: no letter that is read as a digit.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The reference of an order.
pub fn top_up_ref(order: Uuid) -> String {
    reference('T', order)
}

/// The reference of a refund.
pub fn refund_ref(refund: Uuid) -> String {
    reference('R', refund)
}

/// The refund of a reference; none for anything else.
pub fn refund_of_ref(text: &str) -> Option<Uuid> {
    let digits = text.strip_prefix('R').filter(|digits| digits.len() == 26)?;
    let bits = digits.bytes().try_fold(0_u128, |bits, digit| {
        let value = ALPHABET.iter().position(|known| *known == digit)?;
        bits.checked_mul(32)?.checked_add(u128::try_from(value).ok()?)
    })?;
    Some(Uuid::from_u128(bits))
}

fn reference(kind: char, id: Uuid) -> String {
    let bits = id.as_u128();
    let chars = (0..26_u32).rev().map(|place| {
        let index = usize::try_from(bits >> (5 * place) & 31).unwrap_or_default();
        char::from(ALPHABET[index])
    });
    std::iter::once(kind).chain(chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_short_and_follow_from_ids() {
        assert_eq!(top_up_ref(Uuid::nil()), "T00000000000000000000000000");
        assert_eq!(refund_ref(Uuid::max()), "R7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
        assert_eq!(top_up_ref(Uuid::from_u128(33)), "T00000000000000000000000011");
        for id in [Uuid::nil(), Uuid::max(), Uuid::from_u128(12_345_678_901_234_567_890)] {
            assert_eq!(refund_of_ref(&refund_ref(id)), Some(id));
        }
        for other in ["", "R", "T00000000000000000000000011", "RZZZZZZZZZZZZZZZZZZZZZZZZZZ"] {
            assert_eq!(refund_of_ref(other), None, "{other}");
        }
    }
}
