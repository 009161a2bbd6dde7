package secret

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestFinder(t *testing.T) {
	long, longer, odd := New("correct-horse"), New("correct-horse-battery"), New("a&b=c/d+e é")
	names := map[Fingerprint]string{long.Fingerprint(): "long", longer.Fingerprint(): "longer", odd.Fingerprint(): "odd"}
	find := Finder([]Value{long, longer, odd, New("short"), New("")})
	tests := []struct {
		name, text string
		want       []string
	}{
		{"nothing", "an ordinary text", nil},
		{"no text", "", nil},
		{"cut off", "correct-hors", nil},
		{"in the middle", "set correct-horse as it", []string{"long 4-17"}},
		{"twice", "correct-horsecorrect-horse", []string{"long 0-13", "long 13-26"}},
		{"one in another", "correct-horse-battery", []string{"long 0-13", "longer 0-21"}},
		{"too short", "short", nil},
		{"escaped", "?x=" + url.QueryEscape(odd.Reveal()), []string{"odd 3-27"}},
		{"as it is", odd.Reveal(), []string{"odd 0-12"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, o := range find([]byte(tt.text)) {
				got = append(got, fmt.Sprintf("%s %d-%d", names[o.Value.Fingerprint()], o.From, o.To))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("occurrences (-want +got):\n%s", diff)
			}
		})
	}
}

// TestFinderBase64 shows that nothing of a value but what fewer than two of its characters
// say is left of it in base64, whatever is around it.
func TestFinderBase64(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.SliceOfN(rapid.Byte(), leastHidden, 60).Draw(t, "value")
		before, after := rapid.SliceOfN(rapid.Byte(), 0, 9).Draw(t, "before"), rapid.SliceOfN(rapid.Byte(), 0, 9).Draw(t, "after")
		encoding := rapid.SampledFrom([]*base64.Encoding{base64.StdEncoding, base64.URLEncoding}).Draw(t, "encoding")
		text := encoding.EncodeToString([]byte(string(before) + string(value) + string(after)))
		from, to := len(before)*8/6, ((len(before)+len(value))*8+5)/6
		for _, o := range Finder([]Value{New(value)})([]byte(text)) {
			if o.From <= from+1 && o.To >= to-1 {
				return
			}
		}
		t.Errorf("%d bytes after %d are not found in %d digits", len(value), len(before), len(text))
	})
}

func TestContains(t *testing.T) {
	tests := []struct {
		name, whole, part string
		want              bool
	}{
		{"an address", "postgres://app:correct-horse@db/app", "correct-horse", true},
		{"escaped", "postgres://app:a%26b%3Dc%2Fd@db/app", "a&b=c/d", true},
		{"itself", "correct-horse", "correct-horse", true},
		{"another", "postgres://app:correct-mouse@db/app", "correct-horse", false},
		{"too short", "postgres://app:abc@db/app", "abc", false},
		{"nothing", "correct-horse", "", false},
		{"in nothing", "", "correct-horse", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := New(tt.whole).Contains(New(tt.part)); got != tt.want {
				t.Errorf("got %t, want %t", got, tt.want)
			}
		})
	}
}

func TestContainsAs(t *testing.T) {
	for _, tt := range []struct {
		value, part, whole string
		want               bool
	}{
		{"a:postgres@b", "postgres", "x:postgres@y", true},
		{"postgres://postgres:new@db", "postgres", "postgres://postgres:postgres@db", false},
		{"a:postgres2@b", "postgres", "x:postgres@y", false},
		{"postgres", "postgres", "x:postgres@y", false},
		{"aaaa:aaaa", "aaaa", "aaaa", false},
		{"in: postgres", "postgres", "not there", true},
		{"in: nothing", "postgres", "not there", false},
	} {
		if got := New(tt.value).ContainsAs(New(tt.part), New(tt.whole)); got != tt.want {
			t.Errorf("%s has %s as %s: %v", tt.value, tt.part, tt.whole, got)
		}
	}
}
