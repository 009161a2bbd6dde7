package judge

import (
	"regexp"
	"strconv"
)

// listed matches the bytes of a list as programs write them: 0x8A, 0x78, 0xBA.
var listed = regexp.MustCompile(`0[xX]([0-9A-Fa-f]{2})`)

// listedBytes gives the bytes that a list of two or more numbers spells.
func listedBytes(value string) []byte {
	var all []byte
	for _, m := range listed.FindAllStringSubmatch(value, -1) {
		b, _ := strconv.ParseUint(m[1], 16, 8) // two hexadecimal digits
		all = append(all, byte(b))
	}
	return all
}

// isRandomBytes tells whether bytes are there by chance: hardly one comes twice, and they
// are no row of numbers.
func isRandomBytes(data []byte) bool {
	if len(data) < leastRandom {
		return false
	}
	var values, steps [256]bool
	distinct, ways := 0, 0
	for i, b := range data {
		if !values[b] {
			values[b] = true
			distinct++
		}
		if i == 0 {
			continue
		}
		if step := b - data[i-1]; !steps[step] {
			steps[step] = true
			ways++
		}
	}
	return 5*distinct >= 4*len(data) && 5*ways >= 4*(len(data)-1)
}
