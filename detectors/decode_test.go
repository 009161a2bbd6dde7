package detectors

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/rules"
)

// TestBase64Forms wants one of a text's forms in every base64 text that has it inside.
func TestBase64Forms(t *testing.T) {
	around := rapid.SliceOfN(rapid.Byte(), 0, 8)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom(hidden).Draw(t, "text")
		before := around.Draw(t, "before")
		plain := append(append(before, text...), around.Draw(t, "after")...)
		encoded := base64.StdEncoding.EncodeToString(plain)
		forms := base64Forms(text)
		if !strings.Contains(encoded, forms[len(before)%3]) {
			t.Fatalf("%q is %s, which has none of %q at its place", plain, encoded, forms)
		}
	})
}

// encodings are the ways to encode that the decoders undo.
var encodings = []struct {
	name   string
	encode func(string) string
}{
	{"base64", func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }},
	{"base64 for URLs", func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }},
	{"hex", func(s string) string { return hex.EncodeToString([]byte(s)) }},
	{"HEX", func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) }},
	{"percent", url.QueryEscape},
	{"escapes of JSON", eachAs(`\u%04x`)},
	{"escapes of C", eachAs(`\x%02x`)},
	{"octal escapes", eachAs(`\%03o`)},
	{"entities", eachAs("&#%d;")},
	{"entities in hex", eachAs("&#x%X;")},
}

// eachAs writes each character of a text, or each ASCII one, in a format.
func eachAs(format string) func(string) string {
	return func(text string) string {
		var out strings.Builder
		for _, c := range text {
			if c < 0x80 || strings.Contains(format, "u") {
				fmt.Fprintf(&out, format, c)
			} else {
				out.WriteRune(c)
			}
		}
		return out.String()
	}
}

// planted detects what is written as password=pw-…, which no encoding leaves as it is.
func planted(t *testing.T) *Rules { return compile(t, rule("planted", `\bpassword=(pw-\w{4,20})\b`)) }

// TestDecodes wants an assignment found at any place in an encoded text, wherever that
// lies.
func TestDecodes(t *testing.T) {
	d := planted(t)
	for _, e := range encodings {
		t.Run(e.name, rapid.MakeCheck(func(t *rapid.T) {
			around := rapid.StringMatching(`[a-z0-9 .:{}é\n]{0,12}`)
			before, after := around.Draw(t, "before")+" ", " "+around.Draw(t, "after")
			in := e.encode(before + "password=pw-a1b2c3" + after)
			outside := rapid.SampledFrom([][2]string{{"", ""}, {`"`, `"`}, {"name: ", "\n"}, {"<a>", "</a>"}, {"a=", "\n"}}).Draw(t, "outside")
			text := outside[0] + in + outside[1]
			matches := d.Detect(whole(text)).Matches
			if len(matches) != 1 || matches[0].Value.Reveal() != "pw-a1b2c3" {
				t.Fatalf("%q: found %v", text, shown(matches))
			}
			if m := matches[0]; !strings.HasSuffix(text[m.Start:m.End], in) { // a name may lead to it
				t.Fatalf("%q: found at %q", text, text[m.Start:m.End])
			}
		}))
	}
}

// TestLayers wants what is encoded twice found, and nothing behind more layers than are
// undone.
func TestLayers(t *testing.T) {
	d := planted(t)
	text := "password=pw-a1b2c3"
	for layer := range maxLayers + 1 {
		want := 1
		if layer == maxLayers {
			want = 0
		}
		if found := d.Detect(whole("x: " + text + "\n")).Matches; len(found) != want {
			t.Errorf("in %d layers: found %v, want %d", layer, shown(found), want)
		}
		text = base64.StdEncoding.EncodeToString([]byte(`{"secret": "` + text + `"}`))
	}
}

// TestNotDecoded wants nothing found in what is no text, or none that is encoded.
func TestNotDecoded(t *testing.T) {
	d := planted(t)
	in64 := base64.StdEncoding.EncodeToString
	for _, text := range []string{
		in64([]byte("\xff\xfe password=pw-a1b2c3")), // not UTF-8
		in64([]byte("only the words, pw-a1b2c3")),   // nothing to find it by
		"password%3",
		"%3a%2f%2f%zz password",
		hex.EncodeToString([]byte("password")) + "f",
	} {
		if found := d.Detect(whole(text)).Matches; len(found) > 0 {
			t.Errorf("%q: found %v", text, shown(found))
		}
	}
}

// TestEncodedOnce wants what is in an encoded text reported once, where the text lies,
// with the rules about the file apart.
func TestEncodedOnce(t *testing.T) {
	keystore := &rules.Rule{ID: "keystore", Path: rules.MustPattern(`\.p12$`), Confidence: rules.Sure}
	d := compile(t, rule("planted", `\bpassword=(pw-\w{4,20})\b`), keystore)
	in := base64.StdEncoding.EncodeToString([]byte("password=pw-a1b2c3"))
	c := at("a.p12", "data: "+in+"\n")
	var got []string
	for _, m := range d.Detect(c).Matches {
		got = append(got, fmt.Sprintf("%s %s %s", m.Rule.ID, m.Confidence, c.Data[m.Start:m.End]))
	}
	if diff := cmp.Diff([]string{"keystore high data: " + in + "\n", "planted high " + in}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestEncodedExample wants what only looks random lowered once, however deep it lies in
// an example.
func TestEncodedExample(t *testing.T) {
	chosen := rule("planted", `\bpassword=(pw-\w{4,20})\b`)
	chosen.Chosen = true
	set := func(path, text string) rules.Confidence {
		matches := compile(t, chosen).Detect(at(path, text)).Matches
		if len(matches) != 1 {
			t.Fatalf("%s: found %v, want one", path, shown(matches))
		}
		return matches[0].Confidence
	}
	text := " password=pw-Qx71Lm "
	for layer := range maxLayers {
		for path, want := range map[string]rules.Confidence{"a.txt": rules.Sure, "tests/a.txt": rules.Likely} {
			if got := set(path, text); got != want {
				t.Errorf("%s, in %d layers: %s, want %s", path, layer, got, want)
			}
		}
		text = base64.StdEncoding.EncodeToString([]byte(`{"secret": "` + text + `"}`))
	}
}

// TestDecodesAssigned wants a value found that is escaped, or decoded by a call, where the
// name that it is assigned to is not.
func TestDecodesAssigned(t *testing.T) {
	const password = "Harvest#2931"
	in64 := base64.StdEncoding.EncodeToString([]byte(password))
	inJSON := base64.StdEncoding.EncodeToString([]byte(`{"user": "a", "password": "` + password + `"}`))
	set := &rules.Set{Rules: []*rules.Rule{builtinRule("source-password")}}
	d, err := New(set)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		`password = "‹` + eachAs(`\x%02x`)(password) + `›"`,
		`password = "‹` + eachAs(`\u%04x`)(password) + `›" # and "\x41\x42"`,
		`set({"password": "‹` + eachAs(`\%03o`)("Harvest") + "#2931" + `›"})`,
		`<a password="‹` + eachAs("&#%d;")(password) + `›">`,
		`password = base64.b64decode("‹` + in64 + `›").decode()`,
		`const password = atob('‹` + in64 + `›');`,
		`password: Buffer.from("‹` + in64 + `›", 'base64').toString(),`,
		`$password = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String("‹` + in64 + `›"))`,
		`export PASSWORD="$(echo ‹` + in64 + `› | base64 -d)"`,
		`PASSWORD=$(base64 --decode <<< "‹` + in64 + `›")`,
		`password := must(hex.DecodeString("‹` + hex.EncodeToString([]byte(password)) + `›"))`,
		`const password = Buffer.from('‹` + hex.EncodeToString([]byte(password)) + `›', 'hex')`,
		`let password = Data(base64Encoded: "‹` + in64 + `›")!`,
		`powershell.exe -NoProfile -enc ‹` + base64.StdEncoding.EncodeToString(inUTF16("$password = '"+password+"'")) + `›`,
		`db: JSON.parse(atob("‹` + inJSON + `›"))`,
	} {
		text, spans := marked(text)
		matches := d.Detect(whole(text)).Matches
		if len(matches) != 1 || matches[0].Value.Reveal() != password || (span{matches[0].Start, matches[0].End}) != spans[0] {
			t.Errorf("%s: found %v", text, shown(matches))
		}
	}
	for _, text := range []string{
		`password = ""; x = "` + eachAs(`\x%02x`)(password) + `"`,
		`password = "\x12\x8f\x61"`,
		`user = atob('` + in64 + `')`,
		`password = atob('` + base64.StdEncoding.EncodeToString([]byte("\xff\xfe"+password)) + `')`,
	} {
		if found := d.Detect(whole(text)).Matches; len(found) > 0 {
			t.Errorf("%s: found %v", text, shown(found))
		}
	}
}

// inUTF16 is a text of ASCII characters as Windows has it in memory.
func inUTF16(text string) []byte {
	var out []byte
	for i := range len(text) {
		out = append(out, text[i], 0)
	}
	return out
}

// TestLooksLike wants the format of an encoded text told by how it begins.
func TestLooksLike(t *testing.T) {
	for text, want := range map[string]string{
		"\n {\"a\": 1}":            ".json",
		"A_B=1\nC=2":               ".env",
		"export A=1":               ".env",
		"apiVersion: v1":           ".yml",
		"clusters:\n- name: a":     ".yml",
		"postgres://a:b@c/d?e=f":   "",
		"user:password":            "",
		"\"ops\" \"Harvest#2931\"": ".userlist",
		"the words of a sentence":  "",
		"":                         "",
	} {
		if got := looksLike(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
