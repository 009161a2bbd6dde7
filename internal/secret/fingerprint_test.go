package secret

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Version 1 never changes: baselines and ignore files in other repositories
// depend on it.
var vectors = []struct{ text, want string }{
	{"", "v1:9e6cefff2e045c00e85dfd76da31c62f"},
	{"correct horse battery staple", "v1:540df218770d37f438cbd1fd08cb5f79"},
	{"naïve café", "v1:127e17fccbeffe9463313aac65d395db"},
	{"one\ntwo\n", "v1:051fd289493631a8f12ce342f722ece9"},
	{"\x00\xff", "v1:096ffa830f666b0c7f89bc2eebebabff"},
}

func TestFingerprintVectors(t *testing.T) {
	for _, v := range vectors {
		t.Run(fmt.Sprintf("%q", v.text), func(t *testing.T) {
			if got := New(v.text).Fingerprint().String(); got != v.want {
				t.Errorf("got %s, want %s", got, v.want)
			}
			mac := hmac.New(sha256.New, []byte("secretsweep fingerprint v1"))
			mac.Write([]byte(v.text))
			if want := fmt.Sprintf("v1:%x", mac.Sum(nil)[:16]); want != v.want {
				t.Errorf("by its definition it is %s, not %s", want, v.want)
			}
		})
	}
	var zero Value
	if got, want := zero.Fingerprint(), New("").Fingerprint(); got != want {
		t.Errorf("the zero Value has %s, the empty one %s", got, want)
	}
}

func TestFingerprintIsOfTheValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.String().Draw(t, "a"), rapid.String().Draw(t, "b")
		if got, want := New(a).Fingerprint() == New([]byte(b)).Fingerprint(), a == b; got != want {
			t.Errorf("fingerprints of %q and %q are equal: got %t, want %t", a, b, got, want)
		}
	})
}

func TestParseFingerprintErrors(t *testing.T) {
	good := New("word").Fingerprint().String()
	tests := []struct{ name, text string }{
		{"empty", ""},
		{"no version", good[3:]},
		{"another version", "v2:" + good[3:]},
		{"short", good[:len(good)-1]},
		{"long", good + "0"},
		{"upper case", strings.ToUpper(good)},
		{"upper-case digits", "v1:" + strings.Repeat("A", 32)},
		{"no digits", "v1:" + strings.Repeat("g", 32)},
		{"space", " " + good},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if f, err := ParseFingerprint(tt.text); err == nil {
				t.Errorf("got %s, want an error", f)
			}
			f := New("before").Fingerprint()
			if err := f.UnmarshalText([]byte(tt.text)); err == nil || f != New("before").Fingerprint() {
				t.Errorf("got %s and error %v, want an error and no change", f, err)
			}
		})
	}
}

// What parses is exactly what it prints.
func FuzzParseFingerprint(f *testing.F) {
	for _, v := range vectors {
		f.Add(v.want)
	}
	f.Add("v1:")
	f.Add("v1:" + strings.Repeat("ab", 15) + "zz")
	f.Add("V1:" + strings.Repeat("0", 32))
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseFingerprint(text)
		if err == nil && got.String() != text {
			t.Errorf("%q parses as %s", text, got)
		}
		if err != nil && got != (Fingerprint{}) {
			t.Errorf("%q: got %s besides error %v", text, got, err)
		}
	})
}

func TestFingerprintJSON(t *testing.T) {
	want := map[Fingerprint][]Fingerprint{New("a").Fingerprint(): {New("b").Fingerprint(), {}}}
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got map[Fingerprint][]Fingerprint
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestFingerprintCompare(t *testing.T) {
	any := rapid.Custom(func(t *rapid.T) (f Fingerprint) {
		copy(f[:], rapid.SliceOfN(rapid.ByteRange(0, 2), 16, 16).Draw(t, "bytes"))
		return f
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := any.Draw(t, "a"), any.Draw(t, "b")
		if got, want := a.Compare(b), bytes.Compare(a[:], b[:]); got != want {
			t.Errorf("%s and %s: got %d, want %d", a, b, got, want)
		}
		if got, want := a.Compare(b), strings.Compare(a.String(), b.String()); got != want {
			t.Errorf("%s and %s: got %d, want the order of their texts, %d", a, b, got, want)
		}
	})
}
