package provider

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// metadata has what serves a cloud's machines their credentials, which nobody asks for
// anything else.
var (
	metadataNames = []string{
		"metadata", "metadata.google.internal", "metadata.goog",
		"instance-data", "instance-data.ec2.internal",
	}
	metadataAddresses = []netip.Addr{
		netip.MustParseAddr("169.254.169.254"), // nearly all clouds
		netip.MustParseAddr("169.254.170.2"),   // Amazon's containers
		netip.MustParseAddr("169.254.170.23"),
		netip.MustParseAddr("fd00:ec2::254"),
		netip.MustParseAddr("fd00:ec2::23"),
		netip.MustParseAddr("100.100.100.200"), // Alibaba
		netip.MustParseAddr("168.63.129.16"),   // Azure
		netip.MustParseAddr("fd20:ce::254"),    // Google
		netip.MustParseAddr("192.0.0.192"),     // Oracle
		netip.MustParseAddr("fd00:c1::a9fe:a9fe"),
		netip.MustParseAddr("fe80::a9fe:a9fe"), // OpenStack
		netip.MustParseAddr("169.254.42.42"),   // Scaleway
		netip.MustParseAddr("fd00:42::42"),
		netip.MustParseAddr("169.254.0.23"), // Tencent
	}
)

// special are the ranges of IANA's registries of special-purpose addresses that a word
// says more about than "reserved".
var special = []struct {
	kind  string
	among []netip.Prefix
}{
	{"loopback", prefixes("127.0.0.0/8", "::1/128")},
	{"private", prefixes("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")},
	{"link-local", prefixes("169.254.0.0/16", "fe80::/10")},
	{"multicast", prefixes("224.0.0.0/4", "ff00::/8")},
}

// public are the ranges whose addresses can belong to anybody, but for reserved ones.
var (
	public   = prefixes("0.0.0.0/0", "2000::/3")
	reserved = prefixes(
		"0.0.0.0/8", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
		"198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"2001::/23", "2001:db8::/32", "3fff::/20",
	)
)

// carriers are the ranges of IPv6 whose addresses lead to one of IPv4, and the byte at
// which that stands.
var carriers = []struct {
	prefix netip.Prefix
	at     int
}{
	{netip.MustParsePrefix("::/96"), 12},           // IPv4-compatible
	{netip.MustParsePrefix("::ffff:0:0:0/96"), 12}, // IPv4-translated
	{netip.MustParsePrefix("64:ff9b::/96"), 12},    // NAT64
	{netip.MustParsePrefix("64:ff9b:1::/48"), 12},  // NAT64 of a network's own
	{netip.MustParsePrefix("2002::/16"), 2},        // 6to4
}

func prefixes(texts ...string) []netip.Prefix {
	var all []netip.Prefix
	for _, text := range texts {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}

func within(all []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(all, func(p netip.Prefix) bool { return p.Contains(a) })
}

// destination gives the address that one leads to in the end.
func destination(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	if a.IsLoopback() {
		return a // ::1 is among the IPv4-compatible ones
	}
	for _, c := range carriers {
		if c.prefix.Contains(a) {
			b := a.As16()
			return netip.AddrFrom4([4]byte(b[c.at : c.at+4]))
		}
	}
	return a
}

// kindOf says what kind of address it is that nobody is asked at unless it is allowed; ""
// for a public one.
func kindOf(a netip.Addr) string {
	a = destination(a)
	for _, s := range special {
		if within(s.among, a) {
			return s.kind
		}
	}
	if !within(public, a) || within(reserved, a) {
		return "reserved"
	}
	return ""
}

func isMetadata(a netip.Addr) bool { return slices.Contains(metadataAddresses, destination(a)) }

// parseHost reads the name or the address of a host, and gives it as it is compared.
// Its errors don't show the text: it may be (a part of) a secret.
func parseHost(text string) (string, error) {
	if a, err := netip.ParseAddr(text); err == nil {
		if a.Zone() != "" {
			return "", fmt.Errorf("an address with a zone")
		}
		return a.Unmap().String(), nil
	}
	name := strings.ToLower(strings.TrimSuffix(text, "."))
	labels := strings.Split(name, ".")
	if len(name) > 253 || slices.ContainsFunc(labels, func(l string) bool { return !isLabel(l) }) {
		return "", fmt.Errorf("no plain name of a host")
	}
	// Some read "127.1" and "0x7f000001" as addresses.
	if last := labels[len(labels)-1]; last[0] >= '0' && last[0] <= '9' {
		return "", fmt.Errorf("neither a name nor an address")
	}
	return name, nil
}

func isLabel(l string) bool {
	for i := range len(l) {
		if c := l[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return l != "" && len(l) <= 63
}
