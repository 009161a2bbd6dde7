package provider

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"syscall"
)

// control is asked before an address is connected to, as [net.Dialer.Control] is.
type control func(network, address string, conn syscall.RawConn) error

// way is how connections are made, and who is believed to be who they are. Tests have one
// of their own, which leads names and public addresses to servers of theirs; nothing
// outside of this package can.
type way struct {
	// connect resolves a name, and connects to one of its addresses that control has no
	// objection to.
	connect func(ctx context.Context, network, address string, c control) (net.Conn, error)
	roots   *x509.CertPool // nil is the system's
}

// realWay is that of all programs.
func realWay() way {
	return way{connect: func(ctx context.Context, network, address string, c control) (net.Conn, error) {
		dialer := net.Dialer{Control: c, KeepAlive: -1}
		return dialer.DialContext(ctx, network, address)
	}}
}

// refusal is why an address was not connected to.
type refusal struct {
	host, at, kind string
}

func (r *refusal) Error() string {
	switch {
	case r.kind == "":
		return fmt.Sprintf("%s serves a cloud's machines their credentials, and is never asked", r.host)
	case r.at == r.host:
		return fmt.Sprintf("%s is a %s address, and has to be allowed", r.host, r.kind)
	}
	return fmt.Sprintf("%s is at %s, a %s address, and has to be allowed", r.host, r.at, r.kind)
}

// dial connects to a host, "api.example.com:443". All connections of this package are
// made here. Which address it is to be is known only when its name was resolved, and may
// be another one each time: each is looked at before it is connected to.
func (c *Client) dial(ctx context.Context, network, address string) (net.Conn, error) {
	name, number, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("dial: no port")
	}
	host, err := parseHost(name)
	if err != nil {
		return nil, fmt.Errorf("dial: %w", err)
	}
	port, err := strconv.ParseUint(number, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("dial: no port")
	}
	if isMetadataHost(host) {
		return nil, &refusal{host: host}
	}
	allowed := c.allows(host, uint16(port))
	return c.way.connect(ctx, network, net.JoinHostPort(host, number), func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("dial: no address")
		}
		kind := kindOf(at.Addr())
		switch {
		case isMetadata(at.Addr()):
			return &refusal{host: host}
		case kind != "" && !allowed:
			return &refusal{host, at.Addr().Unmap().String(), kind}
		}
		return nil
	})
}
