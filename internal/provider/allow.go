package provider

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Allowed is a host that may be asked although no built-in rule names it, and although its
// address may not be public. The host is compared as it is asked for: who allows an address
// does not allow the names that lead there.
type Allowed struct {
	host string
	port uint16 // 0 is every port
}

// ParseAllowed reads HOST or HOST:PORT. An address of IPv6 stands in brackets. Hosts that
// serve a cloud's machines their credentials can't be allowed.
func ParseAllowed(text string) (Allowed, error) {
	fault := func(reason string) (Allowed, error) {
		return Allowed{}, fmt.Errorf("allowed host %q: %s", text, reason)
	}
	host, port := text, ""
	if inner, ok := strings.CutPrefix(text, "["); ok {
		var rest string
		if host, rest, ok = strings.Cut(inner, "]"); !ok {
			return fault("a bracket is open")
		}
		if a, err := netip.ParseAddr(host); err != nil || !a.Is6() {
			return fault("what is in brackets is no address of IPv6")
		}
		if port, ok = strings.CutPrefix(rest, ":"); !ok && rest != "" {
			return fault("want [ADDRESS] or [ADDRESS]:PORT")
		} else if ok && port == "" {
			return fault("it has no port after the colon")
		}
	} else if h, p, ok := strings.Cut(text, ":"); ok {
		switch {
		case strings.Contains(p, ":"):
			return fault("an address of IPv6 stands in brackets")
		case p == "":
			return fault("it has no port after the colon")
		case strings.HasPrefix(p, "//"):
			return fault("want HOST or HOST:PORT, without a scheme")
		}
		host, port = h, p
	}
	name, err := parseHost(host)
	if err != nil {
		return fault(err.Error())
	}
	if isMetadataHost(name) {
		return fault("it serves a cloud's machines their credentials, and is never asked")
	}
	a := Allowed{host: name}
	if port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return fault("no port")
		}
		a.port = uint16(n)
	}
	return a, nil
}

// String gives what [ParseAllowed] reads.
func (a Allowed) String() string {
	host := a.host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if a.port == 0 {
		return host
	}
	return host + ":" + strconv.Itoa(int(a.port))
}

// isMetadataHost is about a host as parseHost gives it.
func isMetadataHost(host string) bool {
	a, err := netip.ParseAddr(host)
	return err == nil && isMetadata(a) || slices.Contains(metadataNames, host)
}

// allows tells whether a host was allowed by the person who asks.
func (c *Client) allows(host string, port uint16) bool {
	return slices.ContainsFunc(c.allow, func(a Allowed) bool {
		return a.host == host && (a.port == 0 || a.port == port)
	})
}
