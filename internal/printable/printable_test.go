package printable

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestText(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"plain":           {"café 日本 🔑", "café 日本 🔑"},
		"empty":           {"", ""},
		"quotes":          {`"'` + "`\\", `"'` + "`\\"},
		"line ends":       {"a\r\n\tb", `a\r\n\tb`},
		"escape sequence": {"\x1b[31mred", `\x1b[31mred`},
		"8-bit control":   {"\u009b31m", `\u009b31m`},
		"bidi":            {"a\u202eb\u2066c", `a\u202eb\u2066c`},
		"hidden":          {"a\u200bb\ufeffc\u00add", `a\u200bb\ufeffc\u00add`},
		"other space":     {"a\u00a0b", `a\u00a0b`},
		"tag characters":  {"\U000e0041", `\U000e0041`},
		"not UTF-8":       {"a\xff\xc3", `a\xff\xc3`},
		"replacement":     {"\ufffd", "\ufffd"},
		"delete":          {"\x7f", `\x7f`},
		"noncharacter":    {"\uffff", `\uffff`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := Text(test.in); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func FuzzText(f *testing.F) {
	f.Add("=\x1b[2J\u202egnp.exe\n]]><b>'\"`{0}[x](y)\xff\u009b&%41")
	f.Add("plain")
	f.Fuzz(func(t *testing.T, s string) {
		got := Text(s)
		for _, r := range got {
			if !unicode.IsPrint(r) {
				t.Fatalf("Text(%q) = %q holds %U", s, got, r)
			}
		}
		if !utf8.ValidString(got) {
			t.Fatalf("Text(%q) = %q is not UTF-8", s, got)
		}
		if again := Text(got); again != got {
			t.Fatalf("Text(%q) = %q, and of that %q", s, got, again)
		}
	})
}

func FuzzJSON(f *testing.F) {
	f.Add("plain")
	f.Add("a\u202eb\n\u009b\U000e0041\x7f")
	f.Fuzz(func(t *testing.T, want string) {
		if !utf8.ValidString(want) {
			want = strings.ToValidUTF8(want, "\ufffd")
		}
		data, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		shown := JSON(append(data, '\n'))
		for _, r := range string(shown) {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Fatalf("JSON of %q holds %U", want, r)
			}
		}
		var got string
		if err := json.Unmarshal(shown, &got); err != nil || got != want {
			t.Fatalf("%q reads back as %q, %v", want, got, err)
		}
	})
}
