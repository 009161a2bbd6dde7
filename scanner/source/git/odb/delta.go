package odb

import "errors"

var (
	errDeltaCut  = errors.New("delta ends in the middle")
	errDeltaBase = errors.New("delta is for a base of another size")
	errDeltaCopy = errors.New("delta copies from outside its base")
	errDeltaSize = errors.New("delta makes another size than it says")
)

// delta is the instructions that make an object out of its base.
type delta struct {
	baseSize, size int64
	instructions   []byte
}

// maxDeltaHeader is the length of the two sizes that a delta begins with.
const maxDeltaHeader = 2 * 9

func parseDelta(b []byte) (delta, error) {
	var d delta
	var err error
	if d.baseSize, b, err = deltaSize(b); err == nil {
		d.size, b, err = deltaSize(b)
	}
	d.instructions = b
	return d, err
}

func deltaSize(b []byte) (int64, []byte, error) {
	var size int64
	for i, c := range b {
		if i == 9 {
			return 0, nil, errors.New("delta's size is over 63 bits")
		}
		size |= int64(c&0x7f) << (7 * i)
		if c&0x80 == 0 {
			return size, b[i+1:], nil
		}
	}
	return 0, nil, errDeltaCut
}

// made is the size that the instructions come to, whatever the delta says.
func (d *delta) made() (int64, error) {
	var made int64
	for in := d.instructions; len(in) > 0; {
		n := 0
		c, rest, err := copyInstruction(in)
		switch {
		case err != nil:
			return 0, err
		case c.Len > 0:
			n = c.Len
		default:
			n = int(in[0])
			if len(rest) < n {
				return 0, errDeltaCut
			}
			rest = rest[n:]
		}
		made += int64(n)
		in = rest
	}
	return made, nil
}

// copyInstruction reads an instruction to copy from the base. If it is one to
// insert, the copy's Len is 0 and only the first byte is taken.
func copyInstruction(in []byte) (c Copy, rest []byte, err error) {
	op := in[0]
	in = in[1:]
	if op&0x80 == 0 {
		if op == 0 {
			return c, nil, errors.New("delta has an unknown instruction")
		}
		return c, in, nil
	}
	for i := range 7 {
		if op>>i&1 == 0 {
			continue
		}
		if len(in) == 0 {
			return c, nil, errDeltaCut
		}
		if i < 4 {
			c.From |= int(in[0]) << (8 * i)
		} else {
			c.Len |= int(in[0]) << (8 * (i - 4))
		}
		in = in[1:]
	}
	if c.Len == 0 {
		c.Len = 1 << 16
	}
	return c, in, nil
}

// apply fills dst, which has the size that the delta says, and appends the copied
// ranges to copied, neighbours merged.
func (d *delta) apply(dst, base []byte, copied []Copy) ([]Copy, error) {
	if int64(len(base)) != d.baseSize {
		return copied, errDeltaBase
	}
	at, last := 0, -1
	for in := d.instructions; len(in) > 0; {
		c, rest, err := copyInstruction(in)
		if err != nil {
			return copied, err
		}
		if c.Len == 0 {
			n := int(in[0])
			if len(rest) < n {
				return copied, errDeltaCut
			}
			if len(dst)-at < n {
				return copied, errDeltaSize
			}
			at += copy(dst[at:], rest[:n])
			in = rest[n:]
			continue
		}
		if c.From < 0 || c.From > len(base)-c.Len {
			return copied, errDeltaCopy
		}
		if len(dst)-at < c.Len {
			return copied, errDeltaSize
		}
		c.At = at
		at += copy(dst[at:], base[c.From:c.From+c.Len])
		if last >= 0 && copied[last].At+copied[last].Len == c.At && copied[last].From+copied[last].Len == c.From {
			copied[last].Len += c.Len
		} else {
			last = len(copied)
			copied = append(copied, c)
		}
		in = rest
	}
	if at != len(dst) {
		return copied, errDeltaSize
	}
	return copied, nil
}
