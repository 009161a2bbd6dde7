package inflate

import "encoding/binary"

// adler32 is the checksum of a zlib stream's content: hash/adler32's, but eight
// bytes at a time.
//
// Its upper half is the sum of what the lower half was after each byte. Here the
// lower halves are kept apart for each place in a word, and added up after each
// word; what a byte counts less in its word for its place is taken off at the end.
func adler32(b []byte) uint32 {
	const (
		modulus = 65521
		evens   = 0x00ff00ff00ff00ff
		// As many words as four sums of sums fit in 16 bits: 255*22*23/2.
		words = 22
	)
	low, high := uint32(1), uint32(0)
	for len(b) >= 8 {
		chunk := b[:min(len(b)&^7, 8*words)]
		b = b[len(chunk):]
		high += low * uint32(len(chunk))
		var even, odd, evenSums, oddSums uint64
		for len(chunk) >= 8 {
			word := binary.LittleEndian.Uint64(chunk)
			chunk = chunk[8:]
			even += word & evens
			odd += word >> 8 & evens
			evenSums += even
			oddSums += odd
		}
		for i := uint32(0); i < 4; i++ {
			e, o := uint32(even>>(16*i)&0xffff), uint32(odd>>(16*i)&0xffff)
			low += e + o
			high += 8*uint32(evenSums>>(16*i)&0xffff) - 2*i*e
			high += 8*uint32(oddSums>>(16*i)&0xffff) - (2*i+1)*o
		}
		low %= modulus
		high %= modulus
	}
	for _, c := range b {
		low += uint32(c)
		high += low
	}
	return high%modulus<<16 | low%modulus
}
