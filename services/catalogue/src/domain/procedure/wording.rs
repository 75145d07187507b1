//! What residents read about a finding, in both languages. Never a value of theirs.

use city_contracts::common::Localised;

use super::form::Breach;

/// A finding in words.
pub struct Message {
    /// Stable code.
    pub code: &'static str,
    /// In both languages.
    pub text: Localised,
}

fn message(code: &'static str, vi: impl Into<String>, en: impl Into<String>) -> Message {
    Message { code, text: Localised { vi: vi.into(), en: Some(en.into()) } }
}

/// What is wrong with an answer.
pub fn breach(breach: Breach) -> Message {
    let (code, vi, en) = match breach {
        Breach::Required => ("REQUIRED", "Cần điền mục này", "This field is needed"),
        Breach::Type => {
            ("TYPE", "Kiểu dữ liệu không đúng", "This is not the kind of value asked for")
        }
        Breach::NotAChoice => (
            "NOT_A_CHOICE",
            "Hãy chọn một trong các giá trị cho phép",
            "Choose one of the values offered",
        ),
        Breach::UnknownField => {
            ("UNKNOWN_FIELD", "Biểu mẫu không có mục này", "The form has no such field")
        }
        Breach::TooShort => ("TOO_SHORT", "Nội dung quá ngắn", "This is too short"),
        Breach::TooLong => ("TOO_LONG", "Nội dung quá dài", "This is too long"),
        Breach::Pattern => {
            ("PATTERN", "Nội dung không đúng mẫu yêu cầu", "This does not have the form asked for")
        }
        Breach::Format => ("FORMAT", "Định dạng không đúng", "This does not have the right format"),
        Breach::TooSmall => ("TOO_SMALL", "Giá trị quá nhỏ", "The value is too small"),
        Breach::TooLarge => ("TOO_LARGE", "Giá trị quá lớn", "The value is too large"),
        Breach::NotAMultiple => (
            "MULTIPLE",
            "Giá trị không phải bội số cho phép",
            "The value is not one of the steps allowed",
        ),
        Breach::TooFewItems => {
            ("TOO_FEW", "Danh sách còn thiếu mục", "The list has too few entries")
        }
        Breach::TooManyItems => {
            ("TOO_MANY", "Danh sách có quá nhiều mục", "The list has too many entries")
        }
        Breach::Repeated => {
            ("REPEATED", "Danh sách có mục trùng nhau", "The list repeats an entry")
        }
        Breach::TooFewMembers => {
            ("TOO_FEW_FIELDS", "Còn thiếu mục", "Too few fields are filled in")
        }
        Breach::TooManyMembers => {
            ("TOO_MANY_FIELDS", "Có quá nhiều mục", "Too many fields are filled in")
        }
        Breach::NoAlternative => (
            "NO_ALTERNATIVE",
            "Nội dung không khớp với lựa chọn nào",
            "This fits none of the alternatives",
        ),
        Breach::Excluded => {
            ("EXCLUDED", "Nội dung này không được phép", "This is not allowed here")
        }
        Breach::Wrong(_) => (
            "IDENTITY_NUMBER",
            "Số định danh cá nhân phải có đúng 12 chữ số",
            "A personal identification number has exactly 12 digits",
        ),
        Breach::Odd(_) => (
            "IDENTITY_NUMBER_ODD",
            "Hãy kiểm tra lại số định danh cá nhân",
            "Please check the personal identification number again",
        ),
        Breach::AnswersTooLarge => (
            "ANSWERS_TOO_LARGE",
            "Nội dung kê khai vượt quá 48 KiB hoặc quá nhiều cấp",
            "The answers are over 48 KiB or nest too deeply",
        ),
        Breach::TooMuchWork => (
            "ANSWERS_TOO_COMPLEX",
            "Nội dung kê khai quá phức tạp để kiểm tra",
            "The answers are too complex to be checked",
        ),
    };
    message(code, vi, en)
}

pub fn out_of_force() -> Message {
    message("OUT_OF_FORCE", "Thủ tục hiện không có hiệu lực", "The procedure is not in force")
}

pub fn form_closed() -> Message {
    message(
        "FORM_CLOSED",
        "Biểu mẫu này không còn nhận hồ sơ; hãy chuyển sang biểu mẫu hiện hành",
        "This form is closed; move the draft to the present form",
    )
}

pub fn component_unknown() -> Message {
    message(
        "COMPONENT_UNKNOWN",
        "Thủ tục không yêu cầu giấy tờ này",
        "The procedure does not ask for this",
    )
}

pub fn file_rejected() -> Message {
    message(
        "FILE_REJECTED",
        "Tệp bị từ chối; hãy nộp tệp khác",
        "The file was refused; attach another",
    )
}

pub fn missing(name: &Localised, or_alternative: bool) -> Message {
    let (vi, en) = if or_alternative {
        (" hoặc giấy tờ thay thế", " or what may replace it")
    } else {
        ("", "")
    };
    message(
        "COMPONENT_MISSING",
        format!("Còn thiếu: {}{vi}", name.vi),
        format!("Missing: {}{en}", english(name)),
    )
}

pub fn perhaps(name: &Localised) -> Message {
    message(
        "COMPONENT_PERHAPS",
        format!("Có thể cần: {}", name.vi),
        format!("Perhaps needed: {}", english(name)),
    )
}

pub fn too_few_originals(name: &Localised, needed: u16) -> Message {
    message(
        "TOO_FEW_ORIGINALS",
        format!("{}: cần {needed} bản chính", name.vi),
        format!("{}: {needed} original(s) needed", english(name)),
    )
}

pub fn too_few_copies(name: &Localised, needed: u16) -> Message {
    message(
        "TOO_FEW_COPIES",
        format!("{}: cần {needed} bản sao", name.vi),
        format!("{}: {needed} copy or copies needed", english(name)),
    )
}

pub fn ward_needed() -> Message {
    message("WARD_NEEDED", "Cần cho biết phường, xã", "Say which ward or commune it is about")
}

pub fn ward_unknown() -> Message {
    message(
        "PLACE_UNKNOWN",
        "Không có phường, xã nào mang mã này",
        "No ward or commune of today has this code",
    )
}

pub fn no_agency() -> Message {
    message(
        "NO_AGENCY",
        "Chưa có cơ quan tiếp nhận thủ tục này",
        "No agency is in charge of this procedure yet",
    )
}

fn english(name: &Localised) -> &str {
    name.en.as_deref().unwrap_or(&name.vi)
}
