// Package inflate decodes zlib streams (RFC 1950, RFC 1951) that lie in memory
// whole, into buffers of the size that their content is known to have.
//
// It is for streams as git stores them: millions, most of them short. How it does
// so is libdeflate's idea. What was decoded so far is the window; the next bits
// are at hand 56 and more at a time; one entry of a table says all that a code
// means. The tables are made from those symbols alone that a block has, because
// for a short stream that takes as long as decoding.
//
// What is wrong with a stream, it doesn't say. Who wants to know, or has a stream
// with a preset dictionary, asks compress/zlib, which takes every stream that
// this package takes.
package inflate

import "encoding/binary"

// Decoder decodes one stream after the other. Its zero value is ready for use, by
// one goroutine.
type Decoder struct {
	src, dst []byte
	n        int // bytes in dst

	at   int    // the first byte of src that isn't held
	bits uint64 // the next bits, the first one lowest
	held uint   // how many; above them are zeros, or what src goes on with

	own     tables // of a block that has its own
	lengths lengthsTable
	codes   [maxLits + maxDists]code
}

// Whole fills dst with the content of the stream at the beginning of src, and
// reports whether it is exactly so long and has the stream's checksum. If not, dst
// may hold anything.
func (d *Decoder) Whole(dst, src []byte) bool {
	return d.decode(dst, src) == atEnd && d.n == len(dst) &&
		d.at <= len(src)-4 && binary.BigEndian.Uint32(src[d.at:]) == adler32(dst)
}

// Beginning fills dst with the beginning of a stream's content, and reports
// whether it could. Of the stream, there may be just that in src, and two bytes:
// compress/flate wants to see as much as the longest code takes.
func (d *Decoder) Beginning(dst, src []byte) bool {
	return d.decode(dst, src) != broken && d.n == len(dst) && d.at <= len(src)-2
}

// outcome is how decoding ended.
type outcome int

const (
	atEnd  outcome = iota // of the stream, or of a block
	full                  // dst is full, and the content goes on
	broken                // the stream is wrong, or has bits missing
)

// decode decodes a stream without its checksum, which follows at d.at then. If
// that is behind the end of src, bits were missing.
func (d *Decoder) decode(dst, src []byte) outcome {
	if !isHeader(src) {
		return broken
	}
	d.src, d.dst = src, dst
	d.n, d.at, d.bits, d.held = 0, 2, 0, 0
	result := d.blocks()
	d.align()
	d.src, d.dst = nil, nil
	return result
}

// isHeader reports whether a stream begins with a zlib header, of one without a
// preset dictionary.
func isHeader(src []byte) bool {
	const deflate, maxWindow, dictionary = 8, 7, 0x20
	return len(src) >= 2 && src[0]&15 == deflate && src[0]>>4 <= maxWindow &&
		src[1]&dictionary == 0 && binary.BigEndian.Uint16(src)%31 == 0
}

func (d *Decoder) blocks() outcome {
	for {
		d.refill()
		final, kind := d.bits&1 != 0, d.bits>>1&3
		d.drop(3)
		result := broken
		switch kind {
		case 0:
			result = d.stored()
		case 1:
			result = d.compressed(fixedTables())
		case 2:
			if d.readTables() {
				result = d.compressed(&d.own)
			}
		}
		if final || result != atEnd {
			return result
		}
	}
}

// stored copies a block that isn't compressed.
func (d *Decoder) stored() outcome {
	d.align()
	if d.at > len(d.src)-4 {
		return broken
	}
	length := binary.LittleEndian.Uint16(d.src[d.at:])
	if length != ^binary.LittleEndian.Uint16(d.src[d.at+2:]) {
		return broken
	}
	d.at += 4
	content := d.src[d.at:min(d.at+int(length), len(d.src))]
	n := copy(d.dst[d.n:], content)
	d.at += n
	d.n += n
	switch {
	case n < len(content):
		return full
	case n < int(length):
		return broken
	}
	return atEnd
}

func (d *Decoder) refill() { d.at, d.bits, d.held = refill(d.src, d.at, d.bits, d.held) }

// refill makes sure that 56 bits are held. Behind the end of src it goes on with
// zeros, and counts them in at.
func refill(src []byte, at int, bits uint64, held uint) (int, uint64, uint) {
	if at <= len(src)-8 {
		// What doesn't fit any more is or'ed in again by the next refill.
		bits |= binary.LittleEndian.Uint64(src[at:at+8:at+8]) << (held & 63)
		return at + int((63-held)>>3), bits, held | 56
	}
	for held < 56 {
		if at < len(src) {
			bits |= uint64(src[at]) << held
		}
		at++
		held += 8
	}
	return at, bits, held
}

// drop drops bits that were decoded.
func (d *Decoder) drop(n uint) {
	d.bits >>= n & 63
	d.held -= n
}

// align drops what is left of a byte, and gives back whole bytes.
func (d *Decoder) align() {
	d.at -= int(d.held / 8)
	d.bits, d.held = 0, 0
}
