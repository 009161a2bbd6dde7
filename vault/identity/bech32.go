package identity

import "strings"

// bech32 encodes 32 bytes as BIP 173 says, which is how age writes its keys. hrp is what
// stands before the "1", in small letters.
// See https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki.
func bech32(hrp string, key [32]byte) string {
	const alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	var digits []byte // of five bits each
	rest, bits := uint32(0), 0
	for _, b := range key {
		rest, bits = rest<<8|uint32(b), bits+8
		for ; bits >= 5; bits -= 5 {
			digits = append(digits, byte(rest>>(bits-5)&31))
		}
	}
	digits = append(digits, byte(rest<<(5-bits)&31)) // 256 bits leave one over
	defer clear(digits)

	sum := bech32Sum(hrp, digits)
	var text strings.Builder
	text.WriteString(hrp + "1")
	for _, d := range digits {
		text.WriteByte(alphabet[d])
	}
	for shift := 25; shift >= 0; shift -= 5 {
		text.WriteByte(alphabet[sum>>shift&31])
	}
	return text.String()
}

// bech32Sum computes the checksum, thirty bits.
func bech32Sum(hrp string, digits []byte) uint32 {
	sum := uint32(1)
	add := func(digit byte) {
		top := sum >> 25
		sum = sum&0x1ffffff<<5 ^ uint32(digit)
		for i, g := range []uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				sum ^= g
			}
		}
	}
	for i := range len(hrp) {
		add(hrp[i] >> 5)
	}
	add(0)
	for i := range len(hrp) {
		add(hrp[i] & 31)
	}
	for _, d := range digits {
		add(d)
	}
	for range 6 {
		add(0)
	}
	return sum ^ 1
}
