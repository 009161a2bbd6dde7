package format

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var hclTests = []readerTest{
	{"blocks", strings.Join([]string{
		`resource "aws_db_instance" "main" {`,
		`  password = "«x»"`,
		`  count    = «2» # of them`,
		`  timeouts { create = "«40m»" }`,
		`  lifecycle {`,
		`    ignore_changes = [«password», «tags["a"]»]`,
		`  }`,
		`  empty {}`,
		`}`,
		`variable name { default = «null» }`,
		`x = «true»`,
	}, "\n"), []string{
		`resource|aws_db_instance|main|password="x"`, "resource|aws_db_instance|main|count=2",
		`resource|aws_db_instance|main|timeouts|create="40m"`,
		"resource|aws_db_instance|main|lifecycle|ignore_changes|0=password",
		`resource|aws_db_instance|main|lifecycle|ignore_changes|1=tags["a"]`,
		"variable|name|default=null", "x=true",
	}},
	{"objects", "a = { b = \"«x»\", \"c d\" : «1»\n  (local.k) = «2»\n  e = { f : [«3»] } }\ng = «4»", []string{
		`a|b="x"`, "a|c d=1", "a|(local.k)=2", "a|e|f|0=3", "g=4",
	}},
	{"lists", "a = [\"«x»\", «1», [«2»], {b = \"«y»\"},\n  # c\n  «var.z»,\n]\nb = []\nc = \"«»\"", []string{
		`a|0="x"`, "a|1=1", "a|2|0=2", `a|3|b="y"`, "a|4=var.z", `c=""`,
	}},
	{"strings", `a = "«\n\r\t\"\\é\u00e9\U0001F600 $${x} %%{y} $5 100% $$»"`, []string{"a=\"\n\r\t\"\\éé😀 ${x} %{y} $5 100% $$\""}},
	{"templates", strings.Join([]string{
		`a = "«x-${lookup(var.m, "k")}-\u0041»"`,
		`b = "«${"${"}"}"}»"`,
		`c = "«%{ if x }y%{ endif }»"`,
		`d = "«${merge({`,
		`  e = "}"`,
		`})}»"`,
		`f = "«$${»"`,
	}, "\n"), []string{
		`a="x-${lookup(var.m, "k")}-A"`, `b="${"${"}"}"}"`, `c="%{ if x }y%{ endif }"`,
		"d=\"${merge({\n  e = \"}\"\n})}\"", `f="${"`,
	}},
	{"expressions", strings.Join([]string{
		`a = «var.x»`,
		`b = «coalesce(var.x, "y", x[0], z...)»`,
		`c = «var.x == "y" ? "z" : null» # why`,
		`d = «"x" == var.y»`,
		`e = «-1»`,
		`f = «[for k in x : {`,
		`  name = "y"`,
		`}]»`,
		`g = «{ for k, v in x : k => v... }»`,
		`h = «(`,
		`  1 + # )`,
		`  2 /* ) */`,
		`)» // x`,
		`i = «x[*].y["z"]»`,
		`j = «a / b»`,
		`k = { a = «x», b = «f(1, "2")» }`,
		`l = «f("${x}}")»`,
	}, "\n"), []string{
		"a=var.x", `b=coalesce(var.x, "y", x[0], z...)`, `c=var.x == "y" ? "z" : null`,
		`d="x" == var.y`, "e=-1", "f=[for k in x : {\n  name = \"y\"\n}]",
		"g={ for k, v in x : k => v... }", "h=(\n  1 + # )\n  2 /* ) */\n)", `i=x[*].y["z"]`,
		"j=a / b", "k|a=x", `k|b=f(1, "2")`, `l=f("${x}}")`,
	}},
	{"what functions are given", strings.Join([]string{
		`a = jsonencode({ b = "«x»", "c" : [«1»] })`,
		`d = merge(local.x, {`,
		`  e = "«y»"`,
		`}, f({ "g" = «2» }), var.z)`,
		`h = base64encode(<<-EOF`,
		`  «z`,
		`»  EOF`,
		`)`,
		`i = [tolist([«3»]), «4»]`,
		`j = {a = «1»}[x]`,
		`k = [«5»].x[0]`,
		`l = «6»`,
	}, "\n"), []string{
		`a|b="x"`, "a|c|0=1", `d|e="y"`, "d|g=2", "h=>z\n", "i|0|0=3", "i|1=4",
		"j|a=1", "k|0=5", "l=6",
	}},
	{"here documents", "a = <<EOF\n«  x\n\n$${y} \\n\n»EOF\nb {\n  c = <<-E_1\n    «x\n   \n      y ${z}\n»    E_1\n  d = [<<E\n«z\r\n»E\n, «1»]\n  e = <<-E\n«\n  x\n»  E\n}\nf = <<E\n«»E\ng = <<E\n«x»", []string{
		"a=>  x\n\n${y} \\n\n", "b|c=>x\n   \n  y ${z}\n", "b|d|0=>z\r\n", "b|d|1=1", "b|e=>\nx\n",
		"f=>", "g=>x",
	}},
	{"no here document", "a = «<<x y»\nb = «1 << 2»\nc = «<<»", []string{"a=<<x y", "b=1 << 2", "c=<<"}},
	{"HCL 1", strings.Join([]string{
		`storage "raft" { path = "«/x»", "node" = "«y»" }`,
		`"key" = "«z»"`,
		`path "secret/*" { capabilities = ["«read»"] }`,
		`env { "A" = «1», B = «2» }`,
	}, "\n"), []string{
		`storage|raft|path="/x"`, `storage|raft|node="y"`, `key="z"`, `path|secret/*|capabilities|0="read"`,
		"env|A=1", "env|B=2",
	}},
	{"comments", "# x = is what\n// a = \"«x»\"\n#b = «1»\n/* c = \"«y»\"\n * \"d\" : \"«z»\", # it\n * e: word\n */ f = «2» /* g */\nh /* i */ = 3\n# j = [\n# k == 1\n# l => 2", []string{
		`#a="x"`, "#b=1", `#c="y"`, `#d="z"`, "f=2",
	}},
	{"a comment without end", "a = «1»\n/*\nb = «2»", []string{"a=1", "#b=2"}},
	{"broken lines", "a = \"x\nb = «1»\nc = \"${x\nd = «2»\ne =\nf\n= 3\ng = «f(x»\nh = «4»\n}}]\ni = «5»\nj = «[for x in y»\nk = «6»", []string{
		"b=1", "d=2", "g=f(x", "h=4", "i=5", "j=[for x in y", "k=6",
	}},
	{"a missing bracket", "a {\n  b = [\n    \"«x»\",\n  c = «1»\n  d = f([\n  e = «2»\n}\ng = «3»", []string{
		`a|b|0="x"`, "a|c=1", "a|e=2", "g=3",
	}},
	{"a missing brace", "a {\n  b = «1»\nc {\n  d = «2»", []string{"a|b=1", "a|c|d=2"}},
	{"cut off", "a {\n  b = \"«x»\"\n  c = «f(\"y»", []string{`a|b="x"`, `a|c=f("y`}},
	{"byte order mark", "\ufeffa = «1»", []string{"a=1"}},
}

// hclDrawing draws a document, and notes what it says.
type hclDrawing struct {
	t    *rapid.T
	b    strings.Builder
	want []string
}

func (d *hclDrawing) pick(parts ...string) string { return rapid.SampledFrom(parts).Draw(d.t, "part") }

func (d *hclDrawing) write(s string) { d.b.WriteString(s) }

// quoted writes a string, which stands for what it gives.
func (d *hclDrawing) quoted() string {
	var value string
	d.write(`"`)
	for range rapid.IntRange(0, 4).Draw(d.t, "parts") {
		part := rapid.SampledFrom([][2]string{
			{"x", "x"}, {"é", "é"}, {`\"`, `"`}, {`\\`, `\`}, {`\n`, "\n"}, {`\u00e9`, "é"}, {"$${", "${"}, {"%%{", "%{"}, {"# //", "# //"},
			{"$", "$"}, {" } ", " } "}, {`${f("}")}`, `${f("}")}`}, {`%{ if x }`, `%{ if x }`},
		}).Draw(d.t, "part")
		if strings.HasSuffix(value, "$") && strings.HasPrefix(part[0], "$") {
			continue
		}
		d.write(part[0])
		value += part[1]
	}
	d.write(`"`)
	return value
}

func (d *hclDrawing) note(path, value string) {
	d.want = append(d.want, say(value, path))
}

func (d *hclDrawing) value(path string, depth int) {
	kind := rapid.IntRange(0, 4).Draw(d.t, "kind")
	if depth == 0 {
		kind %= 3
	}
	switch kind {
	case 0:
		d.note(path, d.quoted())
	case 1:
		part := d.pick("1", "-2.5e3", "true", "null", "var.x", "a.b[0].c", `f("}", x)`, `x ? "y" : "z"`, "[for x in y : x]", "{ for k, v in y : k => v }", "(1 + 2)", `"x" == y`)
		d.write(part)
		d.note(path, part)
	case 2:
		dash := d.pick("", "-")
		d.write("<<" + dash + "EOF\n  x \" {\n y\n" + d.pick("", " ") + "EOF")
		d.note(path, map[string]string{"": "  x \" {\n y\n", "-": " x \" {\ny\n"}[dash])
	case 3:
		d.write("[" + d.pick("", "\n"))
		for i := range rapid.IntRange(0, 3).Draw(d.t, "size") {
			d.value(path+"|"+strconv.Itoa(i), depth-1)
			d.write(d.pick("\n,", "\n, # [\n", "\n,\n"))
		}
		d.write("]")
	case 4:
		call := d.pick("", "jsonencode(", "merge(var.x, ")
		d.write(call + "{" + d.pick("", "\n"))
		for range rapid.IntRange(0, 3).Draw(d.t, "size") {
			name := d.pick("a", "b-c", "d_1")
			d.write(d.pick(name, `"`+name+`"`) + d.pick("=", " = ", " : "))
			d.value(path+"|"+name, depth-1)
			d.write(d.pick("\n", "\n, ", "\n# x }\n", "\n/* } */"))
		}
		d.write("}")
		if call != "" {
			d.write(")")
		}
	}
}

func (d *hclDrawing) body(path string, depth int) {
	for range rapid.IntRange(0, 3).Draw(d.t, "size") {
		name := d.pick("a", "b-c", "d_1")
		d.write(d.pick("", "  ") + name)
		if depth > 0 && rapid.Bool().Draw(d.t, "block") {
			for range rapid.IntRange(0, 2).Draw(d.t, "labels") {
				d.write(` `)
				name += "|" + d.quoted()
			}
			d.write(" {\n")
			d.body(path+name+"|", depth-1)
			d.write("}\n")
			continue
		}
		d.write(d.pick("=", " = "))
		d.value(path+name, 2)
		d.write(d.pick("\n", "\n# a comment\n"))
	}
}

func TestHCLGivesWhatIsDrawn(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := &hclDrawing{t: rt}
		d.body("", 2)
		if diff := cmp.Diff(d.want, said(rt, HCL, d.b.String())); diff != "" {
			rt.Errorf("%s\n(-want +got):\n%s", d.b.String(), diff)
		}
	})
}

func BenchmarkHCL(b *testing.B) {
	benchmarkReader(b, HCL, `resource "kind" "name" {
  count = 1
  image = "registry.example/team/service:${var.tag}"
  tags = merge(local.tags, {
    first = "second" # third
  })
  ports = [80, 443]
}

`)
}
