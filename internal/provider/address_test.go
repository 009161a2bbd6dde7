package provider

import (
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

func TestKindOf(t *testing.T) {
	tests := map[string]string{
		"93.184.215.14": "", "8.8.8.8": "", "172.15.255.255": "", "172.32.0.0": "", "100.63.255.255": "", "100.128.0.0": "",
		"2606:2800:220:1::1": "", "2a00:1450:4001::1": "",
		"127.0.0.1": "loopback", "127.255.255.254": "loopback", "::1": "loopback", "::ffff:127.0.0.1": "loopback",
		"10.0.0.1": "private", "172.16.0.1": "private", "172.31.255.255": "private", "192.168.1.1": "private",
		"100.64.0.1": "private", "100.127.255.255": "private", "fc00::1": "private", "fd12:3456::1": "private",
		"169.254.1.1": "link-local", "fe80::1": "link-local", "fe80::1%eth0": "link-local", "febf::1": "link-local",
		"224.0.0.1": "multicast", "239.255.255.255": "multicast", "ff02::1": "multicast",
		"0.0.0.0": "reserved", "0.1.2.3": "reserved", "::": "reserved", "192.0.0.1": "reserved", "192.0.2.1": "reserved", "192.88.99.1": "reserved",
		"198.18.0.1": "reserved", "198.51.100.1": "reserved", "203.0.113.1": "reserved", "240.0.0.1": "reserved", "255.255.255.255": "reserved",
		"2001::1": "reserved", "2001:db8::1": "reserved", "3fff::1": "reserved", "4000::1": "reserved", "100::1": "reserved", "fec0::1": "reserved",
		// One within another.
		"::ffff:10.0.0.1": "private", "::ffff:8.8.8.8": "", "::10.0.0.1": "private", "::ffff:0:10.0.0.1": "private",
		"64:ff9b::10.0.0.1": "private", "64:ff9b::127.0.0.1": "loopback", "64:ff9b::8.8.8.8": "", "64:ff9b:1::10.0.0.1": "private",
		"2002:a00:1::": "private", "2002:7f00:1::1": "loopback", "2002:c0a8:101::1": "private", "2002:808:808::1": "",
	}
	for text, want := range tests {
		if got := kindOf(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

// TestKinds shows that what netip knows not to be public is of a kind.
func TestKinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "bytes")
		for _, a := range []netip.Addr{netip.AddrFrom16([16]byte(b)), netip.AddrFrom4([4]byte(b))} {
			kind := kindOf(a)
			if !a.IsGlobalUnicast() && kind == "" || a.IsPrivate() && kind != "private" || a.IsLoopback() && kind != "loopback" {
				t.Errorf("%s: got %q", a, kind)
			}
			mapped := netip.AddrFrom16(a.As16())
			if a.Is4() && (kindOf(mapped) != kind || isMetadata(mapped) != isMetadata(a)) {
				t.Errorf("%s is %q, and %q as %s", a, kind, kindOf(mapped), mapped)
			}
		}
	})
}

func TestIsMetadata(t *testing.T) {
	for _, text := range []string{
		"169.254.169.254", "169.254.170.2", "fd00:ec2::254", "100.100.100.200", "168.63.129.16",
		"169.254.42.42", "fd00:42::42", "169.254.0.23", "fd00:c1::a9fe:a9fe", "fe80::a9fe:a9fe%eth0",
		"::ffff:169.254.169.254", "::169.254.169.254", "64:ff9b::169.254.169.254", "64:ff9b:1::a9fe:a9fe", "2002:a9fe:a9fe::1", "fd00:ec2::254%eth0",
	} {
		if !isMetadata(netip.MustParseAddr(text)) {
			t.Errorf("%s: not known to be metadata", text)
		}
	}
	for _, text := range []string{"169.254.169.253", "fd00:ec2::253", "8.8.8.8"} {
		if isMetadata(netip.MustParseAddr(text)) {
			t.Errorf("%s: taken for metadata", text)
		}
	}
}

func TestParseHost(t *testing.T) {
	good := map[string]string{
		"api.vendor.com": "api.vendor.com", "API.Vendor.COM.": "api.vendor.com", "localhost": "localhost", "a_b-c.d2": "a_b-c.d2", "1.vendor.com": "1.vendor.com",
		"10.0.0.1": "10.0.0.1", "::1": "::1", "0:0::1": "::1", "::ffff:10.0.0.1": "10.0.0.1", "xn--nxasmq6b": "xn--nxasmq6b",
	}
	for text, want := range good {
		if got, err := parseHost(text); got != want || err != nil {
			t.Errorf("%q: got %q, %v, want %q", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", ".", "a..b", ".a", "a b", "a/b", "a@b", "a:b", "a\nb", "é.com", "a%2eb", "fe80::1%eth0", "[::1]",
		"127.1", "2130706433", "0x7f000001", "0177.0.0.1", "1.2.3.4.5", "a.1", "*.vendor.com", "vendor.com..",
	} {
		if got, err := parseHost(text); err == nil {
			t.Errorf("%q: got %q, want an error", text, got)
		}
	}
}
