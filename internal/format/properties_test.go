package format

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var propsTests = []readerTest{
	{"separators", "a=«1»\nb : «2»\n  c\t«3 = :»\nd=«:»\ne\\ \\:\\=f «x»\n=«y»\ng«»\nh  =  «i »\n",
		[]string{"a=1", "b=2", "c=3 = :", "d=:", "e :=f=x", "=y", "g=", "h=i "}},
	{"the documentation's", "Truth = «Beauty»\n Truth:«Beauty»\nTruth                    :«Beauty»\n" +
		"fruits                           «apple, banana, pear, \\\n" +
		"                                  cantaloupe, watermelon, \\\n" +
		"                                  kiwi, mango»\ncheeses«»\n",
		[]string{"Truth=Beauty", "Truth=Beauty", "Truth=Beauty",
			"fruits=apple, banana, pear, cantaloupe, watermelon, kiwi, mango", "cheeses="}},
	{"escapes", `a=«\t\n\r\f\\\q\u00e9\u4F60»` + "\n" + `b=«\ud83d\ude00 \ud83dx \uzz»` + "\n",
		[]string{"a=\t\n\r\f\\qé你", "b=😀 \uFFFDx uzz"}},
	{"comments", "# a = «b»\n ! c:«d\\»\ne=«f»\n#Thu Nov 27 07:00:00 UTC 2026\n# http://example.com\n# the key = x\n#g h\n",
		[]string{"#a=b", "#c=d", "e=f"}},
	{"lines that continue", "a\\\n  b=\\\r\n   «c\\\n#d\\\r  e »\\\n\nf = «g»\r\rh=«i\\\\»\nj=«\\»",
		[]string{"ab=c#de ", "f=g", `h=i\`, "j="}},
	{"lines of a backslash", "\\\n# a=«b»\n \\\n\nc=«d»\n\\\n", []string{"#a=b", "c=d"}},
	{"a byte order mark", "\uFEFFa=«b»", []string{"a=b"}},
}

// What is written as java.util.Properties.store does is read back.
func TestPropertiesThatAreStored(t *testing.T) {
	text := rapid.StringOf(rapid.OneOf(rapid.RuneFrom([]rune("ab =:#!\\\t\n\r\f\"é😀")), rapid.Rune()))
	rapid.Check(t, func(t *rapid.T) {
		var file strings.Builder
		var want []string
		for range rapid.IntRange(0, 5).Draw(t, "entries") {
			key, value := text.Draw(t, "key"), text.Draw(t, "value")
			separator := rapid.SampledFrom([]string{"=", ":", " = ", "\t:", " \\\n =\\\r\n  "}).Draw(t, "separator")
			file.WriteString("# a comment\n" + propsEscaped(t, key) + separator + propsEscaped(t, value) + "\n\n")
			want = append(want, say(value, key))
		}
		if diff := cmp.Diff(want, said(t, Properties, file.String())); diff != "" {
			t.Errorf("%q (-want +got):\n%s", file.String(), diff)
		}
	})
}

// propsEscaped writes a key or a value, some of it with escapes that it doesn't need.
func propsEscaped(t *rapid.T, s string) string {
	var b strings.Builder
	for i, c := range s {
		switch {
		case strings.ContainsRune("=:#!\\ ", c):
			b.WriteString("\\" + string(c))
		case strings.ContainsRune("\t\n\r\f", c):
			b.WriteByte('\\')
			b.WriteByte("tnrf"[strings.IndexRune("\t\n\r\f", c)])
		case rapid.IntRange(0, 9).Draw(t, "escape") == 0:
			for _, unit := range utf16.Encode([]rune{c}) {
				fmt.Fprintf(&b, "\\u%04X", unit)
			}
		default:
			b.WriteRune(c)
		}
		if i > 0 && rapid.IntRange(0, 9).Draw(t, "break") == 0 {
			b.WriteString("\\\n  ")
		}
	}
	return b.String()
}
