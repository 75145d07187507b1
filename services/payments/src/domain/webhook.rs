//! Webhooks: where they may go, and when they are tried again.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use chrono::Duration;
use city_clock::Timestamp;
use url::{Host, Url};

/// The longest address of an endpoint, in bytes.
const LONGEST_URL: usize = 2_000;
/// How long an event is tried, and after how long without any success an endpoint is given up.
pub const PATIENCE: Duration = Duration::days(3);
/// For how long the secret before goes on signing.
pub const OVERLAP: Duration = Duration::hours(24);

/// Whether endpoints on this machine are allowed, over plain HTTP too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loopback {
    /// For trying out.
    Allowed,
    /// Everywhere else.
    Refused,
}

/// Why an address is none that is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadUrl {
    /// It is no address.
    #[error("it is no URL with a host")]
    Shape,
    /// It is not https.
    #[error("only https is called")]
    Scheme,
    /// It carries a name, password or fragment.
    #[error("it carries a user or a fragment")]
    Extra,
    /// It leads to an address that is not of the public internet.
    #[error("its host is not of the public internet")]
    Private,
}

/// Reads the address of an endpoint. Names are looked at again, once they are resolved, before every call.
///
/// # Errors
/// `BadUrl`.
pub fn parse_url(raw: &str, loopback: Loopback) -> Result<Url, BadUrl> {
    let url = Url::parse(raw).map_err(|_| BadUrl::Shape)?;
    let host = url.host().ok_or(BadUrl::Shape)?;
    if raw.len() > LONGEST_URL {
        return Err(BadUrl::Shape);
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err(BadUrl::Extra);
    }
    let address = match host {
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some(IpAddr::V4(address)),
        Host::Ipv6(address) => Some(IpAddr::V6(address)),
    };
    let on_this_machine = address.is_some_and(|address| address.is_loopback());
    match url.scheme() {
        "https" => {}
        "http" if loopback == Loopback::Allowed && on_this_machine => {}
        _ => return Err(BadUrl::Scheme),
    }
    if address.is_some_and(|address| !may_call(address, loopback)) {
        return Err(BadUrl::Private);
    }
    Ok(url)
}

/// Whether an address is of the public internet, or of this machine where that is allowed.
pub fn may_call(address: IpAddr, loopback: Loopback) -> bool {
    let here = loopback == Loopback::Allowed && address.is_loopback();
    here || match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || a == 0
        || a == 100 && (64..128).contains(&b) // carriers' own
        || a == 192 && b == 0 && c == 0
        || a == 192 && b == 88 && c == 99 // 6to4 relays
        || a == 198 && (18..20).contains(&b) // benchmarks
        || a >= 224) // multicast, reserved, broadcast
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let embedded = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    let parts = address.segments();
    match (a, b) {
        // An IPv4 address in another dress counts as what it is.
        (0x0064, 0xff9b) if parts[2..6] == [0; 4] => is_public_v4(embedded(parts[6], parts[7])),
        (0x2002, _) => is_public_v4(embedded(parts[1], parts[2])),
        (0, 0) => address.to_ipv4_mapped().is_some_and(is_public_v4),
        // Only 2000::/3 is handed out; in it Teredo, ORCHID, benchmarks and documentation are not.
        (0x2001, 0..0x0200 | 0x0db8) | (0x3fff, 0..0x1000) => false,
        _ => a & 0xe000 == 0x2000,
    }
}

/// When an event is tried again after so many failures, the first at 1; none when it is given up.
pub fn next_try(failures: i32, since: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let after = match failures {
        ..=1 => Duration::minutes(1),
        2 => Duration::minutes(5),
        3 => Duration::minutes(30),
        4 => Duration::hours(2),
        5 => Duration::hours(6),
        6 => Duration::hours(12),
        _ => Duration::hours(24),
    };
    Some(now + after).filter(|next| *next <= since + PATIENCE)
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone as _, Utc};

    use super::*;

    #[test]
    fn only_the_public_internet_is_called() {
        for public in [
            "8.8.8.8",
            "103.7.40.1",
            "2606:4700::1111",
            "64:ff9b::808:808",
            "::ffff:8.8.8.8",
            "2002:808:808::1",
        ] {
            assert!(may_call(public.parse().unwrap(), Loopback::Refused), "{public}");
        }
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "192.0.0.8",
            "192.88.99.1",
            "198.18.0.1",
            "192.0.2.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fc00::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "3fff::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::808:808",
            "2002:7f00:1::",
            "::127.0.0.1",
            "::8.8.8.8",
        ] {
            assert!(!may_call(private.parse().unwrap(), Loopback::Refused), "{private}");
        }
        assert!(may_call("127.0.0.1".parse().unwrap(), Loopback::Allowed));
        assert!(!may_call("10.0.0.1".parse().unwrap(), Loopback::Allowed));
    }

    #[test]
    fn only_https_with_a_host_and_nobody_named_is_taken() {
        for (raw, wanted) in [
            ("https://shop.example/hook?a=1", Ok(())),
            ("https://8.8.8.8:8443/", Ok(())),
            ("http://shop.example/", Err(BadUrl::Scheme)),
            ("ftp://shop.example/", Err(BadUrl::Scheme)),
            ("http://127.0.0.1/", Err(BadUrl::Scheme)),
            ("https://127.0.0.1/", Err(BadUrl::Private)),
            ("https://2130706433/", Err(BadUrl::Private)), // 127.0.0.1 in another spelling
            ("https://0x7f.1/", Err(BadUrl::Private)),
            ("https://[::ffff:169.254.169.254]/", Err(BadUrl::Private)),
            ("https://u:p@shop.example/", Err(BadUrl::Extra)),
            ("https://shop.example/#a", Err(BadUrl::Extra)),
            ("shop.example", Err(BadUrl::Shape)),
            ("https://", Err(BadUrl::Shape)),
            ("data:text/plain,a", Err(BadUrl::Shape)),
        ] {
            assert_eq!(parse_url(raw, Loopback::Refused).map(drop), wanted, "{raw}");
        }
        assert_eq!(parse_url("http://127.0.0.1:9/a", Loopback::Allowed).map(drop), Ok(()));
        assert_eq!(parse_url("http://10.0.0.1/", Loopback::Allowed).map(drop), Err(BadUrl::Scheme));
        assert_eq!(
            parse_url("http://localhost/", Loopback::Allowed).map(drop),
            Err(BadUrl::Scheme)
        );
    }

    #[test]
    fn tries_become_rarer_and_end_within_three_days() {
        let since = Utc.with_ymd_and_hms(2026, 3, 4, 2, 0, 0).unwrap();
        let mut at = since;
        let mut minutes = Vec::new();
        for failures in 1.. {
            let Some(next) = next_try(failures, since, at) else { break };
            minutes.push((next - at).num_minutes());
            at = next;
        }

        assert_eq!(minutes, [1, 5, 30, 120, 360, 720, 1_440, 1_440]);
        assert!(at <= since + PATIENCE);
    }
}
