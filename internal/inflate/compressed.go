package inflate

// piece is how many bytes a match is copied at a time.
const piece = 16

// compressed decodes a block whose codes are in t. Its loop calls nothing, so that
// the local variables stay in registers.
func (d *Decoder) compressed(t *tables) outcome {
	src, dst := d.src[:len(d.src):len(d.src)], d.dst[:len(d.dst):len(d.dst)]
	at, bits, held, n := d.at, d.bits, d.held, d.n
	result := broken
loop:
	for {
		// The 56 bits are enough to follow a link. After that, literals are taken for
		// as long as there are bits to look an entry up.
		at, bits, held = refill(src, at, bits, held)
		e := t.lit[bits%(1<<litRoot)]
		if e&link != 0 {
			bits >>= litRoot
			held -= litRoot
			e = t.lit[e.linked(bits)%uint64(len(t.lit))]
		}
		for e&literal != 0 {
			if n >= len(dst) {
				result = full
				break loop
			}
			dst[n] = byte(e >> 16)
			n++
			bits >>= e.size()
			held -= e.size()
			if held < litRoot {
				continue loop
			}
			e = t.lit[bits%(1<<litRoot)]
		}
		if e&link != 0 {
			continue
		}
		if e&special != 0 {
			if e&endBlock != 0 {
				bits >>= e.size()
				held -= e.size()
				result = atEnd
			}
			break
		}

		// The longest match takes 48 bits: 15 and 5 more for its length, 15 and 13
		// more for its distance.
		at, bits, held = refill(src, at, bits, held)
		length := e.value(bits)
		bits >>= e.size()
		held -= e.size()
		e = t.dist[bits%(1<<distRoot)]
		if e&link != 0 {
			bits >>= distRoot
			held -= distRoot
			e = t.dist[e.linked(bits)%uint64(len(t.dist))]
		}
		distance := e.value(bits)
		bits >>= e.size()
		held -= e.size()
		if e&special != 0 || distance > n {
			break
		}

		from, end := n-distance, n+length
		if end > len(dst)-piece { // at the end of dst, byte by byte
			for n < len(dst) && n < end {
				dst[n] = dst[from]
				n++
				from++
			}
			if n < end {
				result = full
				break
			}
			continue
		}
		// Whole pieces are copied, the last one too far. Of one that overlaps with its
		// copy, as many bytes come out right as the distance is; from then on, the same
		// content lies twice as far back.
		for distance < piece && n < end {
			*(*[piece]byte)(dst[n : n+piece : n+piece]) = *(*[piece]byte)(dst[from : from+piece : from+piece])
			n += distance
			distance *= 2
		}
		for n < end {
			*(*[piece]byte)(dst[n : n+piece : n+piece]) = *(*[piece]byte)(dst[from : from+piece : from+piece])
			n += piece
			from += piece
		}
		n = end
	}
	d.at, d.bits, d.held, d.n = at, bits, held, n
	return result
}
