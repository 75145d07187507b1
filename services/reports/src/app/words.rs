//! States and days in words, for residents.

use city_contracts::common::Localised;

use crate::domain::StateName;

pub fn both(vi: &str, en: &str) -> Localised {
    Localised { vi: vi.to_owned(), en: Some(en.to_owned()) }
}

pub fn state(state: StateName) -> Localised {
    match state {
        StateName::Submitted => both("Đã gửi, chờ xác minh", "Received, being verified"),
        StateName::Assigned => both("Đã giao cơ quan xử lý", "With the agency"),
        StateName::InProgress => both("Đang xử lý", "In progress"),
        StateName::Scheduled => both("Đã lên lịch xử lý", "Scheduled"),
        StateName::OnHold => both("Tạm dừng, chờ bên thứ ba", "On hold, waiting for somebody else"),
        StateName::AwaitingReporter => {
            both("Chờ người phản ánh bổ sung", "Waiting for the reporter")
        }
        StateName::PendingReview => both("Chờ kiểm tra kết quả", "Result being reviewed"),
        StateName::ReopenRequested => both("Đề nghị xem lại kết quả", "Outcome contested"),
        StateName::Resolved => both("Đã xử lý xong", "Resolved"),
        StateName::Rejected => both("Không tiếp nhận", "Not taken up"),
        StateName::Duplicate => both("Trùng với phản ánh khác", "Duplicate of another report"),
        StateName::Closed => both("Đã đóng", "Closed"),
        StateName::Withdrawn => both("Người phản ánh đã rút lại", "Withdrawn"),
    }
}
