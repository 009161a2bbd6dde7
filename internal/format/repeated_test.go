package format

import (
	"strings"
	"testing"
	"time"
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
	"x a=1,", "x['", "{", `{"a":`, "{%", "{]", "{a\n", "{a: ", "{{", "{{\n", "{{,", "{{}}", "{…]",
}

// nastyBefore are what else a text may begin with.
var nastyBefore = []string{"", "a: ", "[", "'", "a: \"", "a: |\n "}

// repeated gives a text of about a size that repeats a part.
func repeated(before, part string, size int) []byte {
	first, then, _ := strings.Cut(part, "…")
	n := size / len(first+then)
	return []byte(before + strings.Repeat(first, n) + strings.Repeat(then, n))
}

func TestRepeated(t *testing.T) {
	for _, r := range readers {
		t.Run(r.name, func(t *testing.T) {
			for _, part := range nasty {
				for _, before := range nastyBefore {
					checkPromises(t, r.read, repeated(before, part, 1<<12))
				}
			}
		})
	}
}

// BenchmarkGrowth tells how the time that a reader takes grows with the text: it compares
// that of one four times as long with four times that of one. That is about 1, or less,
// where time is proportional to the text, and 4 where it grows with its square. The worst
// part is reported, and named.
func BenchmarkGrowth(b *testing.B) {
	for _, r := range readers {
		b.Run(r.name, func(b *testing.B) {
			worst, of := 0.0, ""
			for b.Loop() {
				worst = 0
				for _, part := range nasty {
					for _, before := range nastyBefore {
						if g := growth(r.read, before, part); g > worst {
							worst, of = g, before+part
						}
					}
				}
			}
			b.ReportMetric(worst, "growth")
			b.Logf("of %q", of)
		})
	}
}

// growth gives how the time grows that a reader takes for a repeated part. It takes the
// shortest of some measurements, as other programs may get in between.
func growth(read Reader, before, part string) float64 {
	const size = 1 << 14
	once, more := time.Hour, time.Hour
	text, long := repeated(before, part, size), repeated(before, part, 4*size)
	for range 20 {
		once, more = min(once, took(read, text)), min(more, took(read, long))
		if more < 5*once {
			break
		}
	}
	return more.Seconds() / once.Seconds() / 4
}

func took(read Reader, text []byte) time.Duration {
	start := time.Now()
	for range read(text) {
	}
	return time.Since(start)
}

// benchmarkReader tells how fast a reader is on a text that repeats a part.
func benchmarkReader(b *testing.B, read Reader, part string) {
	text := repeated("", part, 1<<20)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		took(read, text)
	}
}
