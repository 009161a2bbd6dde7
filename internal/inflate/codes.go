package inflate

// lengthsOrder is the order in which the code of the code lengths is stored.
var lengthsOrder = [19]int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// readTables reads the codes at the beginning of a block, and makes its tables. It
// reports whether they are right.
func (d *Decoder) readTables() bool {
	d.refill()
	lits, dists, lengths := int(257+d.bits&31), int(1+d.bits>>5&31), int(4+d.bits>>10&15)
	d.drop(14)
	if lits > maxLits || dists > maxDists {
		return false
	}
	var byValue [19]int
	for _, value := range lengthsOrder[:lengths] {
		if d.held < 3 {
			d.refill()
		}
		byValue[value] = int(d.bits & 7)
		d.drop(3)
	}
	codes := d.codes[:0]
	for value, length := range byValue {
		if length > 0 {
			codes = append(codes, newCode(value, length))
		}
	}
	if !build(d.lengths[:], lengthsRoot, codes, lengthsSymbols[:]) {
		return false
	}

	codes, ok := d.readCodes(lits + dists)
	if !ok {
		return false
	}
	first := len(codes) // of the distances
	for first > 0 && codes[first-1].symbol() >= lits {
		first--
		codes[first] -= newCode(lits, 0)
	}
	return build(d.own.lit[:], litRoot, codes[:first], litSymbols[:]) &&
		build(d.own.dist[:], distRoot, codes[first:], distSymbols[:])
}

// readCodes reads the lengths of the codes of n symbols. It gives those that have
// one, and whether all is right.
func (d *Decoder) readCodes(n int) ([]code, bool) {
	codes := d.codes[:0]
	length := 0
	for i := 0; i < n; {
		if d.held < lengthsRoot+7 {
			d.refill()
		}
		e := d.lengths[d.bits%(1<<lengthsRoot)]
		if e&special != 0 {
			return nil, false
		}
		d.drop(e.size())
		repeat := 1
		switch value := int(e >> 16); value {
		default:
			length = value
		case 16: // the length before
			if i == 0 {
				return nil, false
			}
			repeat = int(3 + d.bits&3)
			d.drop(2)
		case 17:
			length, repeat = 0, int(3+d.bits&7)
			d.drop(3)
		case 18:
			length, repeat = 0, int(11+d.bits&127)
			d.drop(7)
		}
		end := i + repeat
		if end > n {
			return nil, false
		}
		for ; length > 0 && i < end; i++ {
			codes = append(codes, newCode(i, length))
		}
		i = end
	}
	return codes, true
}
