//! W3C trace context (<https://www.w3.org/TR/trace-context/>) of the request a task works for.
//!
//! It travels in a task-local, so that outgoing calls and outbox rows carry it without every function passing it on.

use std::future::Future;

/// The `traceparent` of the present request: version 00, a trace id, this hop's span id, flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    trace: [u8; 16],
    span: [u8; 8],
    sampled: bool,
}

tokio::task_local! {
    static CURRENT: TraceContext;
}

impl TraceContext {
    /// A new trace from random bytes: 16 for the trace, 8 for the span.
    pub fn start(random: [u8; 24]) -> Self {
        let (mut trace, mut span) = ([0; 16], [0; 8]);
        trace.copy_from_slice(&random[..16]);
        span.copy_from_slice(&random[16..]);
        Self { trace, span, sampled: true }
    }

    /// Reads a header; anything malformed is as if it were absent, as the standard asks.
    pub fn parse(header: &str) -> Option<Self> {
        let mut parts = header.split('-');
        let (version, trace, span, flags) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if version != "00" || parts.next().is_some() || flags.len() != 2 {
            return None;
        }
        let trace = from_hex::<16>(trace)?;
        let span = from_hex::<8>(span)?;
        let flags = u8::from_str_radix(flags, 16).ok()?;
        (trace != [0; 16] && span != [0; 8]).then_some(Self {
            trace,
            span,
            sampled: flags & 1 == 1,
        })
    }

    /// The same trace with this hop's own span.
    #[must_use]
    pub const fn hop(self, span: [u8; 8]) -> Self {
        Self { span, ..self }
    }

    /// The header to send on.
    pub fn header(self) -> String {
        format!(
            "00-{}-{}-0{}",
            hex::encode(self.trace),
            hex::encode(self.span),
            u8::from(self.sampled)
        )
    }

    /// The trace id, 32 hex digits: what a log line and a request id show.
    pub fn trace_id(self) -> String {
        hex::encode(self.trace)
    }
}

/// Runs a future with a trace context.
pub async fn within<F: Future>(context: TraceContext, future: F) -> F::Output {
    CURRENT.scope(context, future).await
}

/// The trace context of the present task, if it works for a request.
pub fn current() -> Option<TraceContext> {
    CURRENT.try_with(|context| *context).ok()
}

fn from_hex<const N: usize>(hex: &str) -> Option<[u8; N]> {
    let lower =
        hex.len() == N * 2 && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if !lower {
        return None;
    }
    let mut bytes = [0; N];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[index * 2..index * 2 + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_traceparent_survives_a_hop() {
        let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let context = TraceContext::parse(header).unwrap();

        assert_eq!(context.header(), header);
        assert_eq!(context.hop([1; 8]).trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
    }

    #[test]
    fn malformed_headers_are_as_if_absent() {
        for raw in [
            "",
            "00-0-0-0",
            "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-ỗ-00f067aa0ba902b7-01",
        ] {
            assert_eq!(TraceContext::parse(raw), None, "{raw:?}");
        }
    }
}
