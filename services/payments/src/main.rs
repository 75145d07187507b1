//! The payments service as a process of its own.

fn main() -> std::process::ExitCode {
    city_boot::main(city_payments::run)
}
