package rules_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// folderOf gives where a page lies.
func folderOf(name string) string {
	if name == "README.md" {
		return ".."
	}
	return "../docs"
}

// anchors gives those by which links lead to a page's headings, as GitHub makes them.
func anchors(page []byte) []string {
	var all []string
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllSubmatch(page, -1) {
		text := strings.ToLower(string(m[1]))
		text = regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(text, "")
		all = append(all, strings.ReplaceAll(text, " ", "-"))
	}
	return all
}

// TestPagesLinks wants that what a page links to in this repository is there.
func TestPagesLinks(t *testing.T) {
	all := pages(t)
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	seen := 0
	for name, page := range all {
		for _, m := range link.FindAllSubmatch(page, -1) {
			to := string(m[1])
			if strings.Contains(to, "://") {
				continue
			}
			seen++
			file, anchor, _ := strings.Cut(to, "#")
			target := name
			if file != "" {
				target = filepath.Base(file)
				if _, err := os.Stat(filepath.Join(folderOf(name), filepath.FromSlash(file))); err != nil {
					t.Errorf("%s links to %s, which isn't there", name, to)
					continue
				}
			}
			if anchor != "" && !slices.Contains(anchors(all[target]), anchor) {
				t.Errorf("%s links to %s, and there is no such heading", name, to)
			}
		}
	}
	if seen < 80 {
		t.Errorf("saw %d links, want more", seen)
	}
}

// TestPagesTests wants that the tests are there that a page says try what it claims.
func TestPagesTests(t *testing.T) {
	named := regexp.MustCompile(`go test \./([a-z/]+) -run '?([A-Za-z|]+)`)
	seen := 0
	for name, page := range pages(t) {
		for _, m := range named.FindAllSubmatch(page, -1) {
			files, err := filepath.Glob(filepath.Join("..", filepath.FromSlash(string(m[1])), "*_test.go"))
			if err != nil {
				t.Fatal(err)
			}
			var code []byte
			for _, file := range files {
				data, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				code = append(code, data...)
			}
			for _, test := range strings.Split(string(m[2]), "|") {
				if test == "xxx" { // none, but benchmarks
					continue
				}
				seen++
				if !regexp.MustCompile(`(?m)^func (?:Test|Fuzz)\w*` + strings.TrimPrefix(test, "Test")).Match(code) {
					t.Errorf("%s: ./%s has no test %s", name, m[1], test)
				}
			}
		}
	}
	if seen < 10 {
		t.Errorf("saw %d tests named, want more", seen)
	}
}

// TestPagesPictures wants that each picture is well-formed, and shown by a page with words
// that say what is on it.
func TestPagesPictures(t *testing.T) {
	shown := make(map[string]bool)
	for name, page := range pages(t) {
		for _, m := range regexp.MustCompile(`!\[([^\]]*)\]\(([^)]+\.svg)\)`).FindAllSubmatch(page, -1) {
			if len(m[1]) < 10 {
				t.Errorf("%s shows %s without words", name, m[2])
			}
			shown[filepath.Join(folderOf(name), filepath.FromSlash(string(m[2])))] = true
		}
	}
	var pictures []string
	for _, glob := range []string{"../docs/*.svg", "../docs/screens/*.svg"} {
		some, err := filepath.Glob(glob)
		if err != nil {
			t.Fatal(err)
		}
		pictures = append(pictures, some...)
	}
	for _, path := range pictures {
		if !shown[filepath.Clean(path)] {
			t.Errorf("no page shows %s", path)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(bytes.NewReader(data))
		for err == nil {
			_, err = d.Token()
		}
		if !errors.Is(err, io.EOF) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if len(pictures) < 6 {
		t.Errorf("saw %d pictures, want more", len(pictures))
	}
}
