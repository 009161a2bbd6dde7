package format

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var csvTests = []readerTest{
	{"RFC 4180", "name,password\n«ann»,«w1nter»\n", []string{"0|name=ann", "0|password=w1nter"}},
	{"CRLF", "password,note\r\n«a»,«b»\r\n«c»,«d»\r\n", []string{"0|password=a", "0|note=b", "1|password=c", "1|note=d"}},
	{"no end of line", "password\n«a b»", []string{"0|password=a b"}},
	{"semicolons", "user;password\n«a,b»;«c»\n", []string{"0|user=a,b", "0|password=c"}},
	{"tabs", "user\tpassword\n«a,b»\t«c;d»\n", []string{"0|user=a,b", "0|password=c;d"}},
	{"quotes", "\"pass\"\"word\",b\n\"«a,b»\",«c»\n", []string{`0|pass"word='a,b'`, "0|b=c"}},
	{"quotes in quotes", "a,b\n\"«x\"\"y»\",\"«z»\"\n", []string{`0|a='x"y'`, "0|b='z'"}},
	{"lines in quotes", "a,b\r\n\"«x\r\ny»\",«z»\r\n«v»,\r\n", []string{"0|a='x\ny'", "0|b=z", "1|a=v"}},
	{"quotes in the open", "a,b\n«x\"y\"»,«z»\n", []string{`0|a=x"y"`, "0|b=z"}},
	{"an open quote", "a,b\n\"«x,y»", []string{"0|a='x,y'"}},
	{"not as many", "a,b\n«1»\n«2»,«3»,4\n", []string{"0|a=1", "1|a=2", "1|b=3"}},
	{"empty ones", "a,,b\n,1,\n\n«2»,3,\"\"\n", []string{"1|a=2"}},
	{"not ASCII", "パスワード;b\n«é»;«ü»\n", []string{"0|パスワード=é", "0|b=ü"}},
	{"columns alone", "a,b", nil},
	{"nothing", "", nil},
}

// TestCSVFields holds drawn tables against encoding/csv, written as it writes them.
func TestCSVFields(t *testing.T) {
	field := rapid.StringMatching(`[a-z0-9é,;\t" \n]{0,6}`)
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(1, 4).Draw(t, "width")
		var columns []string
		for i := range width {
			columns = append(columns, "column"+strconv.Itoa(i))
		}
		var text bytes.Buffer
		w := csv.NewWriter(&text)
		w.Comma = rapid.SampledFrom([]rune{',', ';', '\t'}).Draw(t, "separator")
		w.UseCRLF = rapid.Bool().Draw(t, "CRLF")
		if width == 1 {
			w.Comma = ',' // the columns' names don't tell
		}
		write := func(record []string) {
			if err := w.Write(record); err != nil {
				t.Fatal(err)
			}
			w.Flush()
		}
		write(columns)
		var want []string
		for row := range rapid.IntRange(0, 4).Draw(t, "rows") {
			record := rapid.SliceOfN(field, width, width).Draw(t, "record")
			if width == 1 && record[0] == "" {
				record[0] = "x" // or the line is empty, and none
			}
			write(record)
			for i, value := range record {
				if value != "" {
					want = append(want, say(value, strconv.Itoa(row), columns[i]))
				}
			}
		}
		if diff := cmp.Diff(want, said(t, CSV, text.String())); diff != "" {
			t.Fatalf("%s\n(-want +got):\n%s", text.Bytes(), diff)
		}
		undo := strings.NewReplacer(`""`, `"`, "\r\n", "\n")
		for e := range CSV(text.Bytes()) {
			in := string(text.Bytes()[e.Start:e.End])
			if e.Style == Literal {
				in = undo.Replace(in)
			}
			if in != e.Value {
				t.Fatalf("%s\n%q is %q at its place", text.Bytes(), e.Value, in)
			}
		}
	})
}
