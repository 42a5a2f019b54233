//! Where an address lies, and whether a probe may go there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::Host;

/// Where an address lies, in the order in which browsers guard it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// The machine itself.
    Loopback,
    /// A network of the organization.
    Private,
    /// Everybody's.
    Public,
    /// Nobody's page is there: link-local addresses, where clouds keep their machines' secrets; multicast; the unspecified
    /// address and its network; what is reserved.
    Forbidden,
}

/// Addresses at which clouds answer their machines, outside the link-local networks: Azure, Alibaba, and Amazon by IPv6.
const METADATA_V4: [Ipv4Addr; 2] = [
    Ipv4Addr::new(168, 63, 129, 16),
    Ipv4Addr::new(100, 100, 100, 200),
];
const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x254);

impl Network {
    /// Where an address lies. An IPv4 address inside an IPv6 one counts as what it is.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::of_v4(address),
            IpAddr::V6(address) => match embedded(address) {
                Some(inner) => Self::of_v4(inner),
                None => Self::of_v6(address),
            },
        }
    }

    fn of_v4(address: Ipv4Addr) -> Self {
        let [a, b, c, _] = address.octets();
        match (a, b) {
            _ if METADATA_V4.contains(&address) => Self::Forbidden,
            (127, _) => Self::Loopback,
            (0 | 224.., _) | (169, 254) => Self::Forbidden,
            (192, 0) if c == 0 => Self::Forbidden,
            (10, _) | (172, 16..=31) | (192, 168) | (100, 64..=127) | (198, 18..=19) => {
                Self::Private
            }
            _ => Self::Public,
        }
    }

    fn of_v6(address: Ipv6Addr) -> Self {
        let [first, second, ..] = address.segments();
        match first {
            _ if address.is_loopback() => Self::Loopback,
            _ if address == METADATA_V6 || address.is_unspecified() => Self::Forbidden,
            0xfc00..=0xfdff | 0xfec0..=0xfeff => Self::Private,
            // Link-local and multicast; Teredo, whose far end cannot be judged.
            0xfe80..=0xfebf | 0xff00..=0xffff => Self::Forbidden,
            0x2001 if second == 0 => Self::Forbidden,
            _ => Self::Public,
        }
    }
}

/// The IPv4 address that an IPv6 one stands for: mapped, compatible, translated (NAT64), or 6to4.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let of = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Some(Ipv4Addr::new(a, b, c, d))
    };
    match (a, b, c, d, e, f) {
        (0, 0, 0, 0, 0, 0xffff) | (0x64, 0xff9b, 0, 0, 0, 0) => of(g, h),
        (0, 0, 0, 0, 0, 0) if (g, h) != (0, 0) && (g, h) != (0, 1) => of(g, h),
        (0x2002, ..) => of(b, c),
        _ => None,
    }
}

/// Whether a probe of a host may connect to an address that it resolved to. The machine itself only where the host says so:
/// a name that was somebody's page yesterday must not become a way to what listens on this machine alone.
#[must_use]
pub fn may_reach(host: &Host<&str>, address: IpAddr) -> bool {
    match Network::of(address) {
        Network::Forbidden => false,
        Network::Loopback => is_loopback_name(host),
        Network::Private | Network::Public => true,
    }
}

/// Whether a host is the machine itself whoever asks: `localhost`, or a loopback address.
#[must_use]
pub fn is_loopback_name(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            name == "localhost" || name.ends_with(".localhost")
        }
        Host::Ipv4(address) => Network::of(IpAddr::V4(*address)) == Network::Loopback,
        Host::Ipv6(address) => Network::of(IpAddr::V6(*address)) == Network::Loopback,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn network(text: &str) -> Network {
        Network::of(text.parse().unwrap())
    }

    #[test]
    fn addresses_lie_where_they_should() {
        for (network_of, addresses) in [
            (
                Network::Loopback,
                &[
                    "127.0.0.1",
                    "127.8.8.8",
                    "::1",
                    "::ffff:127.0.0.1",
                    "::127.0.0.1",
                    "64:ff9b::7f00:1",
                ][..],
            ),
            (
                Network::Private,
                &[
                    "10.1.2.3",
                    "172.16.0.1",
                    "172.31.255.255",
                    "192.168.0.1",
                    "100.64.0.1",
                    "fd12::1",
                    "::ffff:10.0.0.1",
                    "2002:a00:1::",
                    "198.18.0.1",
                ],
            ),
            (
                Network::Public,
                &[
                    "8.8.8.8",
                    "172.32.0.1",
                    "100.128.0.1",
                    "2606:4700::1111",
                    "192.0.2.1",
                    "::ffff:8.8.8.8",
                ],
            ),
            (
                Network::Forbidden,
                &[
                    "169.254.169.254",
                    "0.0.0.0",
                    "0.1.2.3",
                    "224.0.0.1",
                    "255.255.255.255",
                    "::",
                    "fe80::1",
                    "ff02::1",
                    "::ffff:169.254.169.254",
                    "::ffff:a9fe:a9fe",
                    "64:ff9b::a9fe:a9fe",
                    "2002:a9fe:a9fe::",
                    "fd00:ec2::254",
                    "100.100.100.200",
                    "168.63.129.16",
                    "192.0.0.192",
                    "2001::1",
                ],
            ),
        ] {
            for address in addresses {
                assert_eq!(network(address), network_of, "{address}");
            }
        }
    }

    #[test]
    fn the_machine_itself_is_reached_by_its_own_name_only() {
        let loopback = "127.0.0.1".parse().unwrap();
        for (host, may) in [
            (Host::Domain("localhost"), true),
            (Host::Domain("LocalHost."), true),
            (Host::Domain("prices.localhost"), true),
            (Host::Ipv4(Ipv4Addr::LOCALHOST), true),
            (Host::Ipv6(Ipv6Addr::LOCALHOST), true),
            (Host::Domain("rebound.example"), false),
            (Host::Domain("localhost.example"), false),
        ] {
            assert_eq!(may_reach(&host, loopback), may, "{host}");
        }
    }

    proptest! {
        #[test]
        fn an_ipv4_address_lies_in_the_same_network_however_it_is_written(octets: [u8; 4]) {
            let plain = Ipv4Addr::from(octets);
            let mapped = IpAddr::V6(plain.to_ipv6_mapped());
            prop_assert_eq!(Network::of(IpAddr::V4(plain)), Network::of(mapped));
        }
    }
}
