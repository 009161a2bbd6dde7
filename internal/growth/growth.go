// Package growth tells how the time that something takes grows with a text. No test
// asserts a time: what would take forever shows in a benchmark, as a ratio.
package growth

import (
	"math"
	"testing"
	"time"
)

// Report compares the time that texts take with that of texts four times as long. Make
// gives what is to be measured for a text that repeats a part up to a size. It reports the
// greatest of the ratios, divided by four, and logs whose that is: it is about 1, or less,
// where time is proportional to the text, and 4 where it grows with its square.
func Report[P any](b *testing.B, size int, parts []P, make func(part P, size int) (do func())) {
	worst := 0.0
	var of P
	for b.Loop() {
		worst = 0
		for _, part := range parts {
			if r := ratio(make(part, size), make(part, 4*size)); r > worst {
				worst, of = r, part
			}
		}
	}
	b.ReportMetric(worst, "growth")
	b.Logf("of %q", any(of))
}

// noise is how many seconds say nothing: what grows with the square of tens of thousands of
// bytes takes longer, and the memory for a text takes about as long.
const noise = 1e-3

// ratio measures until the shortest times look proportional, as other programs may get in
// between.
func ratio(short, long func()) float64 {
	once, more := math.Inf(1), math.Inf(1)
	for range 20 {
		once, more = min(once, seconds(short)), min(more, seconds(long))
		if more < 5*once {
			break
		}
	}
	if more < noise {
		return 0
	}
	return more / once / 4
}

func seconds(do func()) float64 {
	start := time.Now()
	do()
	return time.Since(start).Seconds()
}
