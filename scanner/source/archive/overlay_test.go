package archive

import (
	"errors"
	"fmt"
	"testing"
)

// TestLookingUpIsBounded has so many layers with one file that to tell which of them hides
// which takes too long.
func TestLookingUpIsBounded(t *testing.T) {
	const layers = 1 << 16
	i := &image{numbers: map[string][]int{}}
	var o overlay
	for n := layers; n > 0; n-- {
		layer := fmt.Sprint(n)
		i.numbers[layer] = []int{n}
		if err := o.note(layer, "f", false); err != nil {
			t.Fatal(err)
		}
	}
	if gone, err := o.gone("f", i, 1); gone != 2 || err != nil {
		t.Fatalf("got %d, %v; want 2", gone, err)
	}
	o.looked = mostLooked - 10*layers
	for range 20 {
		if _, err := o.gone("f", i, layers); errors.Is(err, errLimit) {
			return
		}
	}
	t.Error("looked on and on")
}
