package git

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/scanner"
)

func TestParseCommit(t *testing.T) {
	data := strings.Join([]string{
		"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904",
		"parent 1111111111111111111111111111111111111111",
		"parent 2222222222222222222222222222222222222222",
		"author A <a> B <a@example.com> 1700000000 +0100",
		"committer C <c@example.com> 1700000001 -0330",
		"encoding ISO-8859-1",
		"gpgsig -----BEGIN PGP SIGNATURE-----",
		" not text",
		" -----END PGP SIGNATURE-----",
		"custom one",
		" two",
		"",
		"title",
		"",
		"body",
	}, "\n")
	h, ok := parseCommit([]byte(data))
	if !ok {
		t.Fatal("not well-formed")
	}
	for _, test := range []struct{ what, got, want string }{
		{"tree", string(h.tree), "4b825dc642cb6eb9a060e54bf8d69288fbee4904"},
		{"parents", string(bytes.Join(h.parents, []byte(" "))), strings.Repeat("1", 40) + " " + strings.Repeat("2", 40)},
		{"author", string(h.author), "A <a> B <a@example.com>"},
		{"committer", string(h.committer), "C <c@example.com>"},
		{"time", fmt.Sprint(h.time), "1700000001"},
		{"extra", string(h.extra), "custom one\n two\n"},
		{"message", string(h.message), "title\n\nbody"},
	} {
		if test.got != test.want {
			t.Errorf("%s: got %q, want %q", test.what, test.got, test.want)
		}
	}
}

func FuzzParseCommit(f *testing.F) {
	f.Add([]byte("tree 00\nauthor A <a> 1 +0000\n\nmessage"))
	f.Add([]byte("tree 00\ngpgsig x\n y\n\nm"))
	f.Add([]byte("tree 00\nauthor"))
	f.Add([]byte(" \n \n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		h, ok := parseCommit(data)
		if !ok {
			return
		}
		if !bytes.HasSuffix(data, h.message) {
			t.Errorf("message %q is not the end of %q", h.message, data)
		}
		for _, part := range append(h.parents, h.tree, h.author, h.committer) {
			if !bytes.Contains(data, part) || bytes.ContainsRune(part, '\n') && !bytes.Contains(data, []byte("\n ")) {
				t.Errorf("%q is not a header of %q", part, data)
			}
		}
	})
}

func FuzzParseEntry(f *testing.F) {
	id := strings.Repeat("i", 20)
	f.Add([]byte("100644 a\x00" + id + "40000 b\x00" + id))
	f.Add([]byte("100644 a\x00short"))
	f.Add([]byte(" \x00" + id))
	f.Fuzz(func(t *testing.T, data []byte) {
		for rest := data; len(rest) > 0; {
			mode, name, id, end := parseEntry(rest, 20)
			if end == 0 {
				break
			}
			if got := string(mode) + " " + string(name) + "\x00" + string(id); got != string(rest[:end]) {
				t.Errorf("entry %q: parts make %q", rest[:end], got)
			}
			rest = rest[end:]
		}
	})
}

func FuzzSplitTag(f *testing.F) {
	f.Add([]byte("object 00\ntype commit\ntag v1\ntagger A <a@example.com> 1 +0000\n\nmessage\n"))
	f.Add([]byte("tagger \n\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		tagger, message := splitTag(data)
		if !bytes.HasSuffix(data, message) {
			t.Errorf("message %q is not the end of %q", message, data)
		}
		if bytes.ContainsRune(tagger, '\n') {
			t.Errorf("tagger %q has a line end", tagger)
		}
	})
}

// A tree of trees that each hold the same tree ten times has 10¹⁰ paths and a
// dozen objects.
func TestTreesThatMultiplyArePaths(t *testing.T) {
	w := newWork(t)
	w.write("x", "KEY-bomb\n")
	id := w.git("hash-object", "-w", "x")
	line := "100644 blob " + id + "\tx\n"
	for range 10 {
		cmd := exec.Command("git", "mktree")
		cmd.Dir, cmd.Stdin = w.dir, strings.NewReader(line)
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		line = ""
		for n := range 10 {
			line += fmt.Sprintf("040000 tree %s\td%d\n", strings.TrimSpace(string(out)), n)
		}
		id = strings.TrimSpace(string(out))
	}
	w.git("update-ref", "refs/heads/main", w.git("commit-tree", "-m", "bomb", id))
	if err := os.Remove(w.dir + "/x"); err != nil {
		t.Fatal(err)
	}
	r := scan(t, w.dir, Options{})
	if len(r.places["KEY-bomb"]) == 0 {
		t.Error("the key was not found")
	}
	if len(r.problems) != 1 || !strings.Contains(r.problems[0].Err.Error(), "paths") {
		t.Errorf("problems: got %v, want one about the paths", r.problems)
	}
}

func TestLeftOut(t *testing.T) {
	w := newWork(t)
	w.commit("large", strings.Repeat("x", 2000)+" KEY-large\n")
	w.commit("vendor/lib", "KEY-vendor\n")
	w.commit("pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
	w.commit("picture.png", "\x89PNG\r\n\x1a\nKEY-picture")
	w.commit("app", "KEY-app\n")
	filter, err := scanner.NewFilter(nil, []string{"vendor"})
	if err != nil {
		t.Fatal(err)
	}
	r := scan(t, w.dir, Options{HistoryOnly: true, Filter: filter, MaxFileSize: 1000})
	noProblems(t, r)
	if got := values(r); len(got) != 1 || got[0] != "KEY-app" {
		t.Errorf("values: got %q, want KEY-app", got)
	}
	for _, reason := range []scanner.Reason{scanner.TooLarge, scanner.Filtered, scanner.LFS, scanner.Packed} {
		if r.leftOut[reason] != 1 {
			t.Errorf("left out as %s: got %d, want 1", reason, r.leftOut[reason])
		}
	}
}
