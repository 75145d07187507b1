//! Whose request it is as far as the network tells: the peer, or what a proxy we run says about it.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use axum::extract::ConnectInfo;
use http::request::Parts;
use http::{Extensions, HeaderMap, Request};

/// A block of addresses, such as `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    first: u128,
    mask: u128,
}

/// Why a text is not a block of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a network is written as address/prefix, such as 10.0.0.0/8")]
pub struct NetworkError;

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.trim().parse().map_err(|_| NetworkError)?;
        let bits: u32 = if address.is_ipv4() { 32 } else { 128 };
        let prefix =
            prefix.map_or(Ok(bits), |prefix| prefix.trim().parse().map_err(|_| NetworkError))?;
        if prefix > bits {
            return Err(NetworkError);
        }
        let mask = u128::MAX.checked_shl(bits - prefix).unwrap_or(0);
        Ok(Self { first: wide(address) & mask, mask })
    }
}

impl Network {
    pub fn contains(&self, address: IpAddr) -> bool {
        wide(address) & self.mask == self.first
    }
}

/// Every address as 128 bits, IPv4 in its mapped form, so that `::ffff:10.0.0.1` is `10.0.0.1`.
fn wide(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

/// The header in which trusted proxies say for whom they speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyHeader {
    /// `X-Forwarded-For: client, proxy`.
    XForwardedFor,
    /// `Forwarded: for=client, for=proxy` (RFC 7239).
    Forwarded,
}

/// Whom to believe about addresses.
#[derive(Debug, Clone)]
pub struct Addresses {
    pub trusted: Vec<Network>,
    pub header: ProxyHeader,
}

impl Addresses {
    /// The client's address: the peer unless it is a proxy of ours, then the rightmost entry of the header that is not.
    ///
    /// The leftmost entry is never used: anybody can write it.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.is_trusted(peer) {
            return peer.to_canonical();
        }
        let name = match self.header {
            ProxyHeader::XForwardedFor => "x-forwarded-for",
            ProxyHeader::Forwarded => "forwarded",
        };
        let lines: Vec<&str> =
            headers.get_all(name).iter().map(|value| value.to_str().unwrap_or("")).collect();
        let mut nearest = peer;
        for entry in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
            let Some(address) = self.entry(entry.trim()) else { break };
            nearest = address;
            if !self.is_trusted(address) {
                break;
            }
        }
        nearest.to_canonical()
    }

    /// The client's address of a request from the accept loop, which always tells the peer.
    pub fn of<B>(&self, request: &Request<B>) -> IpAddr {
        self.found(request.extensions(), request.headers())
    }

    /// The same, of a request whose body is elsewhere.
    pub fn of_parts(&self, parts: &Parts) -> IpAddr {
        self.found(&parts.extensions, &parts.headers)
    }

    fn found(&self, extensions: &Extensions, headers: &HeaderMap) -> IpAddr {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        self.client(peer.unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED)), headers)
    }

    fn is_trusted(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(address))
    }

    fn entry(&self, entry: &str) -> Option<IpAddr> {
        match self.header {
            ProxyHeader::XForwardedFor => entry.parse().ok(),
            ProxyHeader::Forwarded => {
                let pair = entry.split(';').map(str::trim).find(|pair| {
                    pair.get(..4).is_some_and(|name| name.eq_ignore_ascii_case("for="))
                })?;
                let node = pair[4..].trim_matches('"');
                let bare =
                    node.strip_prefix('[').and_then(|rest| rest.split(']').next()).unwrap_or(node);
                bare.parse().ok().or_else(|| bare.split_once(':')?.0.parse().ok())
            }
        }
    }
}

/// [`Addresses::client`] by `X-Forwarded-For`.
pub fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    Addresses { trusted: trusted.to_vec(), header: ProxyHeader::XForwardedFor }
        .client(peer, headers)
}

/// What limits by address count by: IPv4 /32, IPv6 /64.
pub fn host_key(address: IpAddr) -> String {
    key(address, 32, 64)
}

/// What limits by network count by: IPv4 /24, IPv6 /48.
pub fn network_key(address: IpAddr) -> String {
    key(address, 24, 48)
}

fn key(address: IpAddr, v4_prefix: u32, v6_prefix: u32) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let kept = v4.to_bits() & u32::MAX.checked_shl(32 - v4_prefix).unwrap_or(0);
            std::net::Ipv4Addr::from_bits(kept).to_string()
        }
        IpAddr::V6(v6) => {
            let kept = v6.to_bits() & u128::MAX.checked_shl(128 - v6_prefix).unwrap_or(0);
            Ipv6Addr::from_bits(kept).to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        let trusted = trusted.iter().map(|text| text.parse().unwrap()).collect();
        let addresses = Addresses { trusted, header: ProxyHeader::XForwardedFor };
        addresses.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn b10_a_forwarding_header_counts_only_from_our_own_proxy() {
        assert_eq!(found("203.0.113.9", &["198.51.100.1"], &[]), "203.0.113.9");
        assert_eq!(found("203.0.113.9", &["198.51.100.1"], &["10.0.0.0/8"]), "203.0.113.9");
        assert_eq!(found("10.0.0.1", &["198.51.100.1"], &["10.0.0.0/8"]), "198.51.100.1");
    }

    #[test]
    fn b10_what_the_client_wrote_on_the_left_is_ignored() {
        let trusted = ["10.0.0.0/8"];

        assert_eq!(
            found("10.0.0.1", &["1.1.1.1, 198.51.100.1, 10.0.0.2"], &trusted),
            "198.51.100.1"
        );
        assert_eq!(found("10.0.0.1", &["1.1.1.1", "198.51.100.1"], &trusted), "198.51.100.1");
        assert_eq!(found("10.0.0.1", &["1.1.1.1, nonsense"], &trusted), "10.0.0.1");
        assert_eq!(found("::ffff:10.0.0.1", &["198.51.100.1"], &trusted), "198.51.100.1");
    }

    #[test]
    fn the_standard_header_is_read_as_its_standard_says() {
        let addresses = Addresses {
            trusted: vec!["10.0.0.0/8".parse().unwrap()],
            header: ProxyHeader::Forwarded,
        };
        let found = |line: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("forwarded", line.parse().unwrap());
            addresses.client("10.0.0.1".parse().unwrap(), &headers).to_string()
        };

        assert_eq!(found("for=198.51.100.1;proto=https"), "198.51.100.1");
        assert_eq!(
            found("for=1.1.1.1, For=\"198.51.100.1:4711\";by=10.0.0.2, for=10.0.0.2"),
            "198.51.100.1"
        );
        assert_eq!(found("for=\"[2001:db8::1]:4711\""), "2001:db8::1");
        assert_eq!(found("for=unknown"), "10.0.0.1");
    }

    #[test]
    fn keys_join_what_one_customer_holds() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();

        assert_eq!(host_key(address("::ffff:203.0.113.9")), "203.0.113.9");
        assert_eq!(host_key(address("2001:db8:1:2:3:4:5:6")), "2001:db8:1:2::");
        assert_eq!(network_key(address("203.0.113.9")), "203.0.113.0");
        assert_eq!(network_key(address("2001:db8:1:2:3:4:5:6")), "2001:db8:1::");
    }

    #[test]
    fn a_network_is_read_or_refused() {
        for text in ["10.0.0.0/33", "x/8", "10.0.0.0/", "/8", "::/129"] {
            assert_eq!(text.parse::<Network>(), Err(NetworkError), "{text}");
        }
        assert!("0.0.0.0/0".parse::<Network>().unwrap().contains("8.8.8.8".parse().unwrap()));
        assert!(!"0.0.0.0/0".parse::<Network>().unwrap().contains("2001:db8::1".parse().unwrap()));
    }
}
