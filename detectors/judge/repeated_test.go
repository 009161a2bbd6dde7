package judge

import (
	"slices"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/internal/growth"
)

// repeats are parts that have a judge look ahead, or divide a text into many.
var repeats = []string{
	"a", "aB", "_", "key", "password_", "é", "a.", "A1", "-", "{", "MII", "test ",
	"$", "${", "${a:", "{{", "<%", "{% ", "$(a", "vault:", "%a", "os.environ[", "__a",
}

// judges are what is asked of any text, whether they say that it is something, and the
// parts of which they say so.
var judges = []struct {
	name string
	is   func(text string) bool
	want []string
}{
	{"NameOf", func(text string) bool { return NameOf(text) != Nothing }, nil},
	{"EndsAsPassword", EndsAsPassword, []string{"password_"}},
	{"PasswordOf", func(text string) bool { return PasswordOf(text) == Chosen }, nil},
	{"PlainText", func(text string) bool { _, ok := PlainText(text); return ok }, nil},
	{"IsDerived", IsDerived, []string{"MII"}},
	{"Refers", func(text string) bool { _, ok := Refers(text); return ok }, []string{"_", "$(a", "vault:"}},
	{"DefaultOf", func(text string) bool { _, _, ok := DefaultOf(text); return ok }, nil},
}

func TestRepeated(t *testing.T) {
	for _, judge := range judges {
		var got []string
		for _, part := range repeats {
			if judge.is(strings.Repeat(part, 1<<14/len(part))) {
				got = append(got, part)
			}
		}
		if !slices.Equal(got, judge.want) {
			t.Errorf("%s of many: got %q, want %q", judge.name, got, judge.want)
		}
	}
}

func BenchmarkGrowth(b *testing.B) {
	for _, judge := range judges {
		b.Run(judge.name, func(b *testing.B) {
			growth.Report(b, 1<<14, repeats, func(part string, size int) func() {
				text := strings.Repeat(part, size/len(part))
				return func() { judge.is(text) }
			})
		})
	}
}
