package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner"
)

// TestReread has files of all kinds, with the token of %s, in a folder.
func TestReread(t *testing.T) {
	token, err := newSecret("github-personal-access-token")
	if err != nil {
		t.Fatal(err)
	}
	other, err := newSecret("github-personal-access-token")
	if err != nil {
		t.Fatal(err)
	}
	mask, otherMask := secret.New(token).Mask(), secret.New(other).Mask()
	long := strings.Repeat("x", 1000)
	config := "one\ntwo\nthree\ntoken = " + token + "\nfive\nsix\nseven\n"
	around := " 3 three\n>4 token = " + mask + "\n 5 five\n"
	tests := []struct {
		name, file, text string
		then             func(file string) error // what becomes of the file before it is read again
		want             string                  // lines, or the end of an error
	}{
		{"a file", "app.conf", config, nil, around},
		{"line ends of Windows", "app.conf", strings.ReplaceAll(config, "\n", "\r\n"), nil, around},
		{"UTF-16", "app.conf", utf16Of(config), nil, around},
		{"the only line", "app.conf", "token = " + token, nil, ">1 token = " + mask + "\n"},
		{"hostile text", "app.conf", "\x1b[31mred\ntoken = " + token + " \u202e\x07\n\tlast\n", nil,
			" 1 \\x1b[31mred\n>2 token = " + mask + " \\u202e\\a\n 3     last\n"},
		{"another value beside it", "app.conf", "old = " + other + "\ntoken = " + token + "\n", nil,
			" 1 old = " + otherMask + "\n>2 token = " + mask + "\n"},
		{"a long line", "app.conf", long + " token = " + token + " " + long + "\n", nil,
			">1 …" + strings.Repeat("x", widest/2-9) + " token = " + mask + " " + strings.Repeat("x", widest/2-len(mask)-1) + "…\n"},
		{"long lines around it", "app.conf", long + "\ntoken = " + token + "\n" + long, nil,
			" 1 " + long[:widest] + "…\n>2 token = " + mask + "\n 3 " + long[:widest] + "…\n"},
		{"binary", "app.bin", "\x00\x01\ntoken = " + token + "\n", nil, " 1 \\x00\\x01\n>2 token = " + mask + "\n"},
		{"an archive in an archive", "backup.zip", zipOf(t, "inner.tar", tarOf(t, "etc/app.conf", config)), nil, around},
		{"changed", "app.conf", config, rewrite("one\ntwo\nthree\nnothing\nfive\nsix\n"),
			" 0 it has changed since the sweep\n 3 three\n 4 nothing\n 5 five\n"},
		{"another value", "app.conf", config, rewrite("one\ntwo\nthree\ntoken = " + other + "\nfive\n"),
			" 0 it has changed since the sweep\n 3 three\n 4 token = " + otherMask + "\n 5 five\n"},
		{"shorter", "app.conf", config, rewrite("one\ntwo\n"), " 0 it has changed since the sweep\n 2 two\n"},
		{"empty", "app.conf", config, rewrite(""), "read %s again: it is not there any more"},
		{"gone", "app.conf", config, os.Remove, "read %s again: no such file or directory"},
		{"a folder", "app.conf", config, func(file string) error {
			return errors.Join(os.Remove(file), os.Mkdir(file, 0o777))
		}, "read %s again: it is not there any more"},
		{"a value in its name", token + ".conf", config, nil, "a value is part of its name, by which it can't be found again"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, tt.file)
			if err := os.WriteFile(file, []byte(tt.text), 0o666); err != nil {
				t.Fatal(err)
			}
			findings, r := sweepTo(t, gathering{}, dir)
			i := slices.IndexFunc(findings, func(f scanner.Finding) bool { return f.Value.Equal(secret.New(token)) })
			if i < 0 {
				t.Fatal("it isn't found")
			}
			if tt.then != nil {
				if err := tt.then(file); err != nil {
					t.Fatal(err)
				}
			}
			lines, err := r.context(t.Context(), findings[i].Places[0], 1)
			got := textOf(lines)
			if err != nil {
				got, tt.want = err.Error(), strings.ReplaceAll(tt.want, "%s", filepath.ToSlash(file))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" && !strings.Contains(got, token) {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
			if strings.Contains(got, token) || strings.Contains(got, other) {
				t.Error("a value is shown")
			}
		})
	}
}

func rewrite(text string) func(string) error {
	return func(file string) error { return os.WriteFile(file, []byte(text), 0o666) }
}

func utf16Of(text string) string {
	data := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(text)) {
		data = append(data, byte(unit), byte(unit>>8))
	}
	return string(data)
}

func zipOf(t *testing.T, name, text string) string {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	w, err := z.Create(name)
	if err == nil {
		_, err = w.Write([]byte(text))
	}
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// tarOf makes an archive of names and texts in turn.
func tarOf(t *testing.T, files ...string) string {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for f := range slices.Chunk(files, 2) {
		err := w.WriteHeader(&tar.Header{Name: f[0], Mode: 0o644, Size: int64(len(f[1]))})
		if err == nil {
			_, err = w.Write([]byte(f[1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestRereadKey shows of a key on many lines where it begins and ends.
func TestRereadKey(t *testing.T) {
	key, err := newSecret("private-key")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "id"), []byte("before\n"+key+"\nafter\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	findings, r := sweepTo(t, gathering{}, dir)
	if len(findings) != 1 {
		t.Fatalf("%d findings", len(findings))
	}
	p := findings[0].Places[0]
	lines, err := r.context(t.Context(), p, 1)
	if err != nil {
		t.Fatal(err)
	}
	got := textOf(lines)
	if !strings.HasPrefix(got, " 1 before\n>2 ") || !strings.HasSuffix(got, fmt.Sprintf("\n %d after\n", p.End.Line+1)) || len(lines) != 4 {
		t.Errorf("%d lines, want those before and after the key, and its first and last", len(lines))
	}
	for line := range strings.Lines(key) {
		if line = strings.TrimSpace(line); strings.Contains(got, line) {
			t.Error("a line of the key is shown")
		}
	}
}

// TestRereadHides hides values that nothing but the plan tells to be any, as those of files
// that were imported: wherever they stand and however long the lines are.
func TestRereadHides(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.env")
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfNDistinct(rapid.StringMatching(`[b-y]{6,40}`), 1, 3, rapid.ID).Draw(t, "values")
		value := rapid.SampledFrom(append(values, "a&b c", "one\ntwo\nthree")).Draw(t, "value")
		values = append(values, value)
		words := []string{"\n", "\t", "é", "\x00", strings.Repeat("z", 149), strings.Repeat("z", 299), "\r\n", "= "}
		for _, v := range values {
			words = append(words, v, url.QueryEscape(v), base64.StdEncoding.EncodeToString([]byte("a"+v+"zz")))
		}
		some := rapid.Custom(func(t *rapid.T) string {
			return strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 9).Draw(t, "words"), "")
		})
		before, after := "#"+some.Draw(t, "before")+"|", "|"+some.Draw(t, "after")
		if err := os.WriteFile(file, []byte(before+value+after), 0o666); err != nil {
			t.Fatal(err)
		}
		var all []secret.Value
		for _, v := range values {
			all = append(all, secret.New(v))
		}
		start := place.Position{Line: 1, Column: 1}.After([]byte(before))
		last := start.After([]byte(value[:len(value)-1])) // ASCII
		p := place.Place{Kind: place.File, Root: dir, Path: "a.env", Span: place.Span{Start: start, End: last}}
		lines, err := newRereader(&job{}, []string{dir}, all).context(context.Background(), p, 2)
		if err != nil {
			t.Fatal(err)
		}
		text, marked := "", 0
		for _, l := range lines {
			text += l.Text + "\n"
			if n := utf8.RuneCountInString(l.Text); n > widest+2 {
				t.Errorf("line %d has %d characters", l.Number, n)
			}
			if l.Marked {
				marked++
			}
		}
		if want := min(2, strings.Count(value, "\n")+1); marked != want {
			t.Errorf("%d lines are marked, want %d", marked, want)
		}
		for _, v := range values {
			digits := base64.RawStdEncoding.EncodeToString([]byte("a" + v))
			for _, form := range []string{v, url.QueryEscape(v), digits[2 : len(digits)-1]} {
				if len(v) >= 6 && strings.Contains(text, form) {
					t.Errorf("a value of %d bytes is shown in %d lines", len(v), len(lines))
				}
			}
		}
		if strings.Contains(text, "|"+value+"|") {
			t.Error("the value itself is shown")
		}
	})
}
