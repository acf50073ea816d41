//! Where a webhook may lead: public addresses, and those private ones that `shian.toml` names. Decided by the address that is
//! connected to, not by the name, so that a name cannot lead inside.
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// A range of addresses: `10.1.0.0/16`, `192.168.1.7`, `fd00::/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Net {
    address: IpAddr,
    bits: u32,
}

impl FromStr for Net {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("“{text}”不是地址段，如 10.1.0.0/16");
        let (address, bits) =
            text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), str::parse).map_err(|_| wrong())?;
        if bits <= most { Ok(Self { address, bits }) } else { Err(wrong()) }
    }
}

impl Net {
    fn holds(&self, address: IpAddr) -> bool {
        let same = |left: u128, right: u128, width: u32| {
            let rest = width - self.bits;
            rest >= 128 || left >> rest == right >> rest
        };
        match (self.address, address) {
            (IpAddr::V4(net), IpAddr::V4(one)) => same(net.to_bits().into(), one.to_bits().into(), 32),
            (IpAddr::V6(net), IpAddr::V6(one)) => same(net.to_bits(), one.to_bits(), 128),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

/// Looks names up and keeps only the addresses that may be told.
#[derive(Debug)]
pub struct Guarded {
    pub allowed: Vec<Net>,
    pub inner: DefaultResolver,
}

impl Guarded {
    fn lets(&self, address: IpAddr) -> bool {
        let address = plain(address);
        is_public(address) || self.allowed.iter().any(|net| net.holds(address))
    }
}

impl std::fmt::Debug for super::Post {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Post").finish_non_exhaustive()
    }
}

impl Resolver for Guarded {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        let mut kept = self.empty();
        for address in found.iter().filter(|address| self.lets(address.ip())) {
            kept.push(*address);
        }
        if kept.is_empty() {
            let why = "the address is private; shian.toml [webhooks] allow does not name it";
            return Err(ureq::Error::Io(std::io::Error::new(std::io::ErrorKind::PermissionDenied, why)));
        }
        Ok(kept)
    }
}

/// The IPv4 address that an IPv6 one stands for (mapped, NAT64, 6to4).
fn plain(address: IpAddr) -> IpAddr {
    let IpAddr::V6(six) = address else { return address };
    if let Some(four) = six.to_ipv4_mapped() {
        return four.into();
    }
    let parts = six.segments();
    let four = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)).into();
    match parts {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => four(high, low),
        [0, 0, 0, 0, 0, 0, high, low] if (high, low) != (0, 0) && (high, low) != (0, 1) => four(high, low),
        _ => address,
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => {
            let [a, b, c, _] = four.octets();
            !(four.is_private()
                || four.is_loopback()
                || four.is_link_local()
                || four.is_multicast()
                || four.is_documentation()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 192 && b == 0 && c == 0)
                || (a == 198 && (b == 18 || b == 19)))
        }
        IpAddr::V6(six) => is_public_six(six),
    }
}

fn is_public_six(six: Ipv6Addr) -> bool {
    let [first, second, ..] = six.segments();
    // Global unicast is 2000::/3; of it, documentation and benchmarking are nobody's.
    first & 0xe000 == 0x2000 && !(first == 0x2001 && (second == 0xdb8 || second == 2))
}

#[cfg(test)]
mod tests {
    use super::{Guarded, Net};

    #[test]
    fn what_lies_inside_is_refused_however_it_is_written() {
        let guarded = Guarded { allowed: Vec::new(), inner: Default::default() };
        let inside = [
            "127.0.0.1",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "::127.0.0.1",
        ];
        for address in inside {
            assert!(!guarded.lets(address.parse().expect("an address")), "{address}");
        }
        for address in ["1.1.1.1", "223.5.5.5", "2400:3200::1"] {
            assert!(guarded.lets(address.parse().expect("an address")), "{address}");
        }
    }

    #[test]
    fn a_private_range_may_be_named() {
        let allowed = vec!["10.1.0.0/16".parse::<Net>().expect("a net"), "127.0.0.1".parse().expect("a net")];
        let guarded = Guarded { allowed, inner: Default::default() };
        let lets = |address: &str| guarded.lets(address.parse().expect("an address"));
        assert!(lets("10.1.2.3") && lets("127.0.0.1") && lets("::ffff:10.1.2.3"));
        assert!(!lets("10.2.0.1") && !lets("127.0.0.2"));
        assert!("10.1.0.0/33".parse::<Net>().is_err() && "x".parse::<Net>().is_err());
    }
}
