package match

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/internal/ascii"
)

// named gives the names that a search finds, each once, in order.
func named(w *Words, text string) []string {
	var all []string
	w.Names([]byte(text), func(start, end int) bool {
		all = append(all, text[start:end])
		return true
	})
	slices.Sort(all)
	return slices.Compact(all)
}

func TestNames(t *testing.T) {
	w := NewWords("pass", "key", "токен")
	tests := []struct {
		name, text string
		want       []string
	}{
		{"word alone", "pass", []string{"pass"}},
		{"any case", "DB_PASSWORD=1\napiKey: 2", []string{"DB_PASSWORD", "apiKey"}},
		{"signs that names have", "x-api-key2 = 1", []string{"x-api-key2"}},
		{"signs that end one", "a.key[pass]", []string{"key", "pass"}},
		{"not ASCII", "schlüßelkey=1 мой_токен=2", []string{"schlüßelkey", "мой_токен"}},
		{"twice in one", "pass_key", []string{"pass_key"}},
		{"none", "pas ke y", nil},
		{"nothing", "", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, named(w, test.text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNamesStops(t *testing.T) {
	calls := 0
	NewWords("key").Names([]byte(strings.Repeat("key ", 10000)), func(_, _ int) bool {
		calls++
		return calls < 3
	})
	if calls != 3 {
		t.Errorf("called %d times after it said to stop at 3", calls)
	}
}

// TestNamesDrawn holds the search against one that looks at every place.
func TestNamesDrawn(t *testing.T) {
	words := []string{"pw", "pass", "key", "secret", "ключ"}
	w := NewWords(words...)
	piece := rapid.SampledFrom([]string{"pw", "PASS", "Key", "secret", "ключ", "_", "-", " ", "\n", "=", "a", "7", "é", "\x00", "se", "cret"})
	rapid.Check(t, func(t *rapid.T) {
		// The search goes by parts of 4096 bytes: names lie across their ends, too.
		text := strings.Repeat(" .", rapid.SampledFrom([]int{0, 0, 2040, 2047, 4090}).Draw(t, "before")) +
			strings.Join(rapid.SliceOfN(piece, 0, 40).Draw(t, "text"), "")
		if diff := cmp.Diff(namedNaively(words, text), named(w, text)); diff != "" {
			t.Fatalf("%q: (-want +got):\n%s", text, diff)
		}
	})
}

// namedNaively is what named should give, for names of no more than 100 bytes on either
// side of a word.
func namedNaively(words []string, text string) []string {
	isName := func(i int) bool {
		return 0 <= i && i < len(text) && (ascii.IsWord(text[i]) || text[i] == '-' || text[i] >= 0x80)
	}
	var all []string
	for at := range text {
		for _, word := range words {
			if at+len(word) > len(text) || !strings.EqualFold(text[at:at+len(word)], word) {
				continue
			}
			start, end := at, at+len(word)
			for isName(start-1) && at-start < 100 {
				start--
			}
			for isName(end) && end-at < 100 {
				end++
			}
			all = append(all, text[start:end])
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
