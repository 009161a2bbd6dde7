package match

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/rules"
)

// found is where a word stands.
type found struct{ Word, At int }

// scanned gives what a prefilter finds, ordered by word and place.
func scanned(p *prefilter, text []byte) []found {
	var all []found
	p.scan(text, func(word int32, at int) { all = append(all, found{int(word), at}) })
	slices.SortFunc(all, func(a, b found) int {
		if a.Word != b.Word {
			return a.Word - b.Word
		}
		return a.At - b.At
	})
	return all
}

// everyPlace is the reference: it searches for one word after the other.
func everyPlace(words []word, text []byte) []found {
	folded := foldASCII(text)
	var all []found
	for i, w := range words {
		in := text
		if w.folded {
			in = folded
		}
		for at := 0; ; at++ {
			n := bytes.Index(in[at:], []byte(w.text))
			if n < 0 {
				break
			}
			at += n
			all = append(all, found{i, at})
		}
	}
	return all
}

func foldASCII(text []byte) []byte {
	folded := bytes.Clone(text)
	for i, b := range folded {
		if 'A' <= b && b <= 'Z' {
			folded[i] += 'a' - 'A'
		}
	}
	return folded
}

func comparePrefilter(t failer, words []word, text []byte) {
	got, want := scanned(newPrefilter(words), text), everyPlace(words, text)
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("%v in %q (-want +got):\n%s", words, text, diff)
	}
}

// TestPrefilter compares on random words, made of few characters so that they
// overlap and are parts of each other, and on texts of them.
func TestPrefilter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfDistinct(drawWord, rapid.ID[word]).Draw(t, "words")
		text := rapid.SliceOfN(drawPiece, 0, 40).Draw(t, "text")
		comparePrefilter(t, words, []byte(strings.Join(text, "")))
	})
}

var drawWord = rapid.Custom(func(t *rapid.T) word {
	w := word{strings.Join(rapid.SliceOfN(drawPiece, 1, 7).Draw(t, "pieces"), ""), rapid.Bool().Draw(t, "folded")}
	if w.folded {
		w.text = string(foldASCII([]byte(w.text)))
	}
	return w
})

var drawPiece = rapid.SampledFrom([]string{
	"a", "A", "b", "B", "k", "K", "\u212a", "ſ", "é", "\x00", "\xff", "_", "[", "{", "@", "`", "0", "key", "KEY", "aaaa",
})

// TestPrefilterLengths compares at each place of texts of each length around that
// of a step, among bytes that are no part of the word.
func TestPrefilterLengths(t *testing.T) {
	for _, w := range []word{{"a", true}, {"AB", false}, {"key", true}, {"ſ", false}, {"toKe", false}, {"token", true}, {"access_key_id", true}} {
		p := newPrefilter([]word{w})
		for length := len(w.text); length < 40; length++ {
			for at := range length - len(w.text) + 1 {
				text := bytes.Repeat([]byte{'.'}, length)
				copy(text[at:], w.text)
				if diff := cmp.Diff([]found{{0, at}}, scanned(p, text)); diff != "" {
					t.Fatalf("%v in %q (-want +got):\n%s", w, text, diff)
				}
				// All but the last byte, with that in memory after the text.
				if got := scanned(p, text[:at+len(w.text)-1]); len(got) > 0 {
					t.Fatalf("%v, cut off, in %q: %v", w, text, got)
				}
			}
		}
	}
}

// TestPrefilterOnSource compares with the built-in rules' own words on Go's source,
// into which each word is planted, in another case if that does not matter.
func TestPrefilterOnSource(t *testing.T) {
	set, err := rules.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	m := compile(t, set)
	words := make([]word, len(m.uses))
	for i, uses := range m.uses {
		words[i] = uses[0].word()
	}
	text := bytes.Join(source(t, 200_000), nil)
	for i, w := range words {
		at := (i*len(text)/len(words) + i) % len(text)
		for !utf8.RuneStart(text[at]) {
			at--
		}
		planted := w.text
		if w.folded && i%2 > 0 {
			planted = strings.ToUpper(planted)
		}
		text = append(text[:at:at], append([]byte(planted), text[at:]...)...)
	}
	got, want := scanned(m.prefilter, text), everyPlace(words, text)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(want) < len(words)*3/4 {
		t.Errorf("compared %d places of %d words, want more", len(want), len(words))
	}

	// Parts of the text are scanned like texts of their own.
	parts := 0
	for at, length := 0, 0; at < len(text); at, length = at+length, (length+7)%64 {
		part := text[at:min(at+length, len(text))]
		if diff := cmp.Diff(everyPlace(words, part), scanned(m.prefilter, part), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%q (-want +got):\n%s", part, diff)
		}
		if parts++; parts > 500 {
			break
		}
	}
}

// FuzzPrefilter lets the fuzzer choose two words and the text.
func FuzzPrefilter(f *testing.F) {
	f.Add("token", "key", []byte("a Token, keys"))
	f.Add("K", "\xffé", []byte("k\xffé"))
	f.Fuzz(func(t *testing.T, a, b string, text []byte) {
		if a == "" || b == "" {
			t.Skip()
		}
		comparePrefilter(t, []word{{string(foldASCII([]byte(a))), true}, {b, false}}, text)
	})
}
