package known

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
)

// none finds nothing.
type none struct{}

func (none) Detect(*detectors.Chunk) detectors.Found { return detectors.Found{} }

// secrets makes one of each value, called 0, 1 …
func secrets(values ...string) []Secret {
	var all []Secret
	for i, v := range values {
		all = append(all, Secret{secret.New(v), detectors.Entry{Project: "web", Env: "prod", Name: strconv.Itoa(i), Version: 1}})
	}
	return all
}

// whole makes a chunk of a text.
func whole(text string) *detectors.Chunk {
	return &detectors.Chunk{Data: []byte(text), Whole: true, To: len(text)}
}

// random makes a value that looks like no vendor's.
func random(n int) string {
	r := rand.New(rand.NewPCG(uint64(n), 7))
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[r.IntN(len(letters))]
	}
	return string(b)
}

// armoured makes a value of lines, as a private key is.
func armoured() string {
	raw := []byte(random(400))
	lines := base64.StdEncoding.EncodeToString(raw)
	var b strings.Builder
	b.WriteString("-----BEGIN A THING-----\n")
	for len(lines) > 64 {
		b.WriteString(lines[:64] + "\n")
		lines = lines[64:]
	}
	return b.String() + lines + "\n-----END A THING-----\n"
}

func TestForms(t *testing.T) {
	plain := random(20)
	signs := `p@$"w/+&<` + random(8) + `>\%=é🔑'`
	onlySigns := "p@$$!\"+&<é\\#x"
	key := armoured()
	inJSON := func(v string) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	in64 := func(v string) string { return base64.StdEncoding.EncodeToString([]byte(v)) }
	tests := []struct {
		name, value, text string
	}{
		{"as it is", plain, "x=" + plain + ";"},
		{"at the text's edges", plain, plain},
		{"six bytes", "q7#Rz!", "x=q7#Rz!"},
		{"signs", signs, "x = " + signs},
		{"only signs", onlySigns, "x = " + onlySigns},
		{"within a word", plain, "abc" + plain + "def"},
		{"base64", plain, "token: " + in64(plain)},
		{"base64, at the second byte", plain, in64("a" + plain + "b")},
		{"base64, at the third byte", plain, in64("ab" + plain)},
		{"base64, short, at the second byte", "q7#Rz!", in64("a" + "q7#Rz!" + "b")},
		{"base64, short, at the third byte", "q7#Rz!", in64("ab" + "q7#Rz!" + "b")},
		{"base64, URL-safe", signs, base64.RawURLEncoding.EncodeToString([]byte("user:" + signs))},
		{"base64 in lines", key, inLines(in64(key), 76, "\n")},
		{"base64 in indented lines", key, inLines(in64(key), 64, "\r\n    ")},
		{"base64 in lines, in a string", key, inLines(in64(key), 64, `\n`)},
		{"base64 in an address", signs, url.QueryEscape(in64(signs))},
		{"base64 in JSON that is safe in HTML", signs, strings.NewReplacer("+", `\u002b`, "/", `\/`).Replace(in64(signs))},
		{"hex", plain, hex.EncodeToString([]byte("ab" + plain))},
		{"hex, capital", plain, strings.ToUpper(hex.EncodeToString([]byte(plain)))},
		{"hex in lines", signs, inLines(hex.EncodeToString([]byte(signs)), 16, "\n")},
		{"query", signs, "https://example.com/?a=" + url.QueryEscape(signs)},
		{"path", signs, url.PathEscape(signs)},
		{"query, small letters", signs, lowerEscapes(url.QueryEscape(signs))},
		{"query, only signs", onlySigns, url.QueryEscape(onlySigns)},
		{"path, only signs", onlySigns, lowerEscapes(url.PathEscape(onlySigns))},
		{"only some signs in an address", signs, strings.NewReplacer("@", "%40", "%", "%25").Replace(signs)},
		{"JSON", signs, inJSON(signs)},
		{"JSON, only signs", onlySigns, strings.NewReplacer(`\u003c`, "<", `\u0026`, "&").Replace(inJSON(onlySigns))},
		{"JSON in ASCII", signs, strconv.QuoteToASCII(signs)},
		{"JSON in JSON", armoured(), inJSON(inJSON(key))},
		{"a string of a program", signs, fmt.Sprintf("%+q", signs)},
		{"shell", signs, strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`).Replace(signs)},
		{"shell, only signs", onlySigns, strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`).Replace(onlySigns)},
		{"octal, as git quotes paths", "naïve" + plain, `na\303\257ve` + plain},
		{"HTML", signs, "<b>" + html.EscapeString(signs) + "</b>"},
		{"HTML, only signs", onlySigns, html.EscapeString(onlySigns)},
		{"HTML, by name", "naïve&" + plain, "na&iuml;ve&amp;" + plain},
		{"XML, by number", "naïve&" + plain, "na&#xEF;ve&#38;" + plain},
		{"lines, escaped", key, `KEY="` + strings.ReplaceAll(strings.TrimSpace(key), "\n", `\n`) + `"`},
		{"lines, escaped with returns", key, strings.ReplaceAll(strings.TrimSpace(key), "\n", `\r\n`)},
		{"lines, as Windows ends them", key, strings.ReplaceAll(key, "\n", "\r\n")},
		{"lines, indented", key, "key: |\n  " + strings.ReplaceAll(key, "\n", "\n  ")},
		{"lines, less indented", "a: " + plain + "\n    b: 1\n\n    c: 2", "a: " + plain + "\n  b: 1\n\n  c: 2"},
		{"lines, in an address", key, url.QueryEscape(key)},
		{"blanks around the value", " " + plain + "\n", plain},
		{"long", random(1_000_000), "x" + random(1_000_000)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, unsought := New(none{}, secrets(tt.value))
			if len(unsought) > 0 {
				t.Fatalf("is not looked for: %s", unsought[0].Why)
			}
			for _, around := range []string{"", "\n", "(", "\\", "%", "&", "AAA"} {
				found := d.Detect(whole(around + tt.text + around)).Matches
				if len(found) == 0 {
					t.Errorf("not found between two %q", around)
					continue
				}
				if m := found[0]; m.Rule.ID != RuleID || !m.Value.Equal(trim(secret.New(tt.value))) || len(m.Vault) != 1 {
					t.Errorf("found %+v", m)
				}
			}
			if found := d.Detect(whole(tt.text[:len(tt.text)/2])).Matches; len(found) > 0 {
				t.Errorf("half of it is found: %+v", found)
			}
		})
	}
}

// inLines breaks a text into lines.
func inLines(s string, width int, end string) string {
	var lines []string
	for len(s) > width {
		lines = append(lines, s[:width])
		s = s[width:]
	}
	return strings.Join(append(lines, s), end)
}

// TestLineEnds shows that a line's end is found through wherever it stands in encoded text.
func TestLineEnds(t *testing.T) {
	value := random(40)
	d, _ := New(none{}, secrets(value))
	for _, text := range []string{base64.StdEncoding.EncodeToString([]byte(value)), hex.EncodeToString([]byte(value))} {
		for i := range text {
			if found := d.Detect(whole(text[:i] + "\n" + text[i:])).Matches; len(found) != 1 {
				t.Errorf("broken at %d of %d: found %d", i, len(text), len(found))
			}
		}
	}
}

func TestWhatItIs(t *testing.T) {
	value, other := random(20), random(24)
	entry := func(env string, version int) detectors.Entry {
		return detectors.Entry{Project: "web", Env: env, Name: "TOKEN", Version: version}
	}
	d, _ := New(none{}, []Secret{
		{secret.New(value), entry("prod", 1)}, {secret.New(other), entry("prod", 2)},
		{secret.New(value), entry("dev", 1)}, {secret.New(value + "\n"), entry("prod", 3)},
	})
	text := other + " " + value
	found := d.Detect(whole(text)).Matches
	if len(found) != 2 {
		t.Fatalf("found %d", len(found))
	}
	for i, want := range []struct {
		start, end int
		vault      []detectors.Entry
	}{
		{0, 24, []detectors.Entry{entry("prod", 2)}},
		{25, 45, []detectors.Entry{entry("dev", 1), entry("prod", 3), entry("prod", 1)}},
	} {
		m := found[i]
		if m.Start != want.start || m.End != want.end || m.Severity != rules.High || m.Confidence != rules.Sure {
			t.Errorf("match %d: %+v", i, m)
		}
		if diff := cmp.Diff(want.vault, m.Vault); diff != "" {
			t.Errorf("match %d (-want +got):\n%s", i, diff)
		}
	}
}

func TestUnsought(t *testing.T) {
	tests := []struct {
		value string
		why   string
	}{
		{"", "it has fewer than 6 bytes"},
		{"a1!b2", "it has fewer than 6 bytes"},
		{" \t5432\n", "it has fewer than 6 bytes"},
		{"2024-01-01", "it is a short number, a date or an address"},
		{"127.0.0.1:5432", "it is a short number, a date or an address"},
		{"12345678", "it is a short number, a date or an address"},
		{"enabled", "it is a short word"},
		{"Enabled", "it is a short word"},
		{"VERBOSE", "it is a short word"},
		{"localhost", "everybody knows it, or it says what it is for"},
		{"postgres", "everybody knows it, or it says what it is for"},
		{"production", "everybody knows it, or it says what it is for"},
		{"==========", "it has hardly any different characters"},
		{strings.Repeat("abcd1234", 1000), "it repeats itself"},
		{"eNabLed", ""},
		{"sunshine", ""},
		{"82736450918273659103", ""},
		{random(8), ""},
		{strings.Repeat(random(100), 10), ""},
	}
	var values, want, got []string
	for _, tt := range tests {
		values = append(values, tt.value)
	}
	_, unsought := New(none{}, secrets(values...))
	for i, tt := range tests {
		if tt.why != "" {
			want = append(want, fmt.Sprint(i, ": ", tt.why))
		}
	}
	for _, u := range unsought {
		got = append(got, u.Name+": "+u.Why)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("not looked for (-want +got):\n%s", diff)
	}
}

// TestParts shows that a value is found once where the parts of a long text overlap, though
// its end isn't in the part that owns it.
func TestParts(t *testing.T) {
	const overlap = 128 << 10 // as package scanner has it
	value := strings.ReplaceAll(random(300_000), "A", "/")
	d, _ := New(none{}, secrets(value))
	for name, form := range map[string]string{
		"as it is": value,
		"base64":   base64.StdEncoding.EncodeToString([]byte(value)),
		"escaped":  strings.ReplaceAll(value, "/", `\/`),
	} {
		for _, before := range []int{0, 300_000, 450_000, 480_000, 500_000, 520_000, 600_000} {
			text := strings.Repeat(".", before) + form + strings.Repeat(".", 200_000)
			const cut = 500_000
			first := &detectors.Chunk{Data: []byte(text[:cut]), To: cut - overlap/2}
			second := &detectors.Chunk{Data: []byte(text[cut-overlap:]), From: overlap / 2, To: len(text) - cut + overlap}
			if n := len(d.Detect(first).Matches) + len(d.Detect(second).Matches); n != 1 {
				t.Errorf("%s, after %d bytes: found %d times", name, before, n)
			}
		}
	}
	almost := &detectors.Chunk{Data: []byte(value[:leastAtEnd-1]), To: 1}
	if len(d.Detect(almost).Matches) > 0 {
		t.Error("found by too little of it")
	}
}

func TestMany(t *testing.T) {
	value := random(12)
	d, _ := New(none{}, secrets(value))
	found := d.Detect(whole(strings.Repeat(value+"\n", 10_001))).Matches
	if len(found) != 10_000 || !found[9_999].Truncated || found[9_998].Truncated {
		t.Errorf("found %d; the last one says that there are more: %v", len(found), found[len(found)-1].Truncated)
	}
}

// TestHides shows that nothing that can be printed of a detector holds a value.
func TestHides(t *testing.T) {
	value := random(20)
	d, unsought := New(none{}, append(secrets(value), secrets("hunter2")...))
	var b bytes.Buffer
	fmt.Fprintf(&b, "%+v %#v %v %+v", d.Detect(whole(value)), d.values, unsought, d.Detect(whole(value)).Matches[0].Vault)
	if strings.Contains(b.String(), value) || strings.Contains(b.String(), "hunter2") {
		t.Error("a value can be printed")
	}
}
