package format

import (
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/internal/growth"
)

// nasty are parts that open something, or have a reader look ahead: one that does so to
// the text's end, again for each of them, takes forever. Of those with …, what comes
// before that is repeated, and then what comes after.
var nasty = []string{
	"\t", "\n", "\r", " ", "!=", "!a ", "\r\n\"x\n", `"`, `" `, `""`, `"""`, `"$(`, `"$('`, `"${`, "\"${\n", `"\`, `"a",`,
	`"a": "b", `, "#", "# ", "# #", "# ENV A=b\n", "# a", `# a = "`, "# a:", "# a: b\n", "# password a\n", "#a=", "$${", `$'\'`,
	"$(", `$("`, "$@", "${", "%", "&", "&a ", "'", "(", "((", "((((()", "(a)", ",", ",a", " - 'x\n", "- ", "- |\n \n", "-- ",
	"---\n", "--- ", "/*", "//", "// ", ":", ": ", "; ", "<", "<!'", "<!--", "<!-- -->", "<![CDATA[", "<%", "</a", "</key>\n",
	"<<-E\n", "<<A\n", "<?", "<a", `<a b="`, `<a b='"`, "<a b=c", "<a>", "<a><!--<b>-->", "<a>b", "<key>\n", "=", "? ", "A=(",
	`ENV "`, "ENV A=\\\n", "ONBUILD ", "RUN <<A\n", `RUN ["`, "[", `["`, `["a",`, "[[a]]\n", "[]", "[a\n", "[a.b.c]\n", "[a: ",
	"[for x in y : [", "[}", `\`, "\\\n", "\\\n#", `\"`, `\u`, "`", "a\n\n", "a\n\n\n", "a ", "a /* b */", "a = \"\"\"\n",
	`a = "$${" + "`, "a = \"${\n", "a = '''\\\n", "a = 1, ", "a = <<E\n", "a = [", "a = f(", "a = f(\n", "a = f([{\n", "a = x[f(",
	"a = {", "a b c ", "a(", "a,b\n", "a.", "a.b.c.d = 1\n", "a:", "a: \"\n", "a: 'b\n", "a: [\n b\n", "a: b\n\n", "a: b\n ",
	"a: b: ", "a: {{\n", "a: |\n", "a:b\n", "a:b,", "a=", `a="`, `a="b" `, "a='", "a=\\\n", "a=b\n  c\n", "a=b\\\n#", "a={a=",
	"a\\\n\n", "b'", "bash -c '", "environment=A,", "f(g(h, {", "https://a:b@", "machine ", `password " `, `r#"`, "set ", "user ",
	"x a=1,", "x['", "{", `{"a":`, "|", "|a", "|a\n", "|===\n", "|===\n|", "|-\n", `\|`, "|**", "a|b\n\n", "<td", "<td>", "<tr>", "<td><b>",
	"<td>a</td>", "<tr><td>a<td>b</tr>", "</table>", "<td></b>", "INSERT INTO a VALUES (", "COPY a FROM stdin\n", "{%", "{]", "{a\n", "{a: ", "{{", "{{\n", "{{,", "{{}}", "{…]",
}

// repetition is a text that begins with one part, and repeats another.
type repetition struct{ before, part string }

// repetitions are those of each nasty part.
var repetitions = func() (all []repetition) {
	for _, before := range []string{"", "a: ", "[", "'", "a: \"", "a: |\n "} {
		for _, part := range nasty {
			all = append(all, repetition{before, part})
		}
	}
	return all
}()

// text gives a text of about a size.
func (r repetition) text(size int) []byte {
	first, then, _ := strings.Cut(r.part, "…")
	n := size / len(first+then)
	return []byte(r.before + strings.Repeat(first, n) + strings.Repeat(then, n))
}

func TestRepeated(t *testing.T) {
	for _, r := range readers {
		t.Run(r.name, func(t *testing.T) {
			for _, repeated := range repetitions {
				checkPromises(t, r.read, repeated.text(1<<12))
			}
		})
	}
}

func BenchmarkGrowth(b *testing.B) {
	for _, r := range readers {
		b.Run(r.name, func(b *testing.B) {
			growth.Report(b, 1<<14, repetitions, func(repeated repetition, size int) func() {
				text := repeated.text(size)
				return func() { exhaust(r.read, text) }
			})
		})
	}
}

func exhaust(read Reader, text []byte) {
	for range read(text) {
	}
}

// benchmarkReader tells how fast a reader is on a text that repeats a part.
func benchmarkReader(b *testing.B, read Reader, part string) {
	text := repetition{part: part}.text(1 << 20)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		exhaust(read, text)
	}
}
