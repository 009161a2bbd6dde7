package archive_test

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestImageModel draws images, and compares what is said of their files with what comes of
// putting the layers on top of each other, one by one.
func TestImageModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "layers")
		var layers [][]string
		for i := range n {
			if i > 0 && rapid.IntRange(0, 9).Draw(t, "again") == 0 {
				layers = append(layers, layers[rapid.IntRange(0, i-1).Draw(t, "which")])
				continue
			}
			layers = append(layers, drawLayer(t, i))
		}
		var image built
		for _, l := range layers {
			image.layers = append(image.layers, layerOf(l...))
		}
		f := rapid.SampledFrom(forms).Draw(t, "form")
		got, err := new(notes).sweep(fromStdin(tarOf(f.form(f.pack, image)...)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(naively(layers), got.layered); diff != "" {
			t.Errorf("layers %q: want (-), got (+):\n%s", layers, diff)
		}
		if len(got.problems) > 0 {
			t.Errorf("problems %q", got.problems)
		}
	})
}

// drawLayer draws lines for layerOf. No path is there twice, and none is both a file and a
// folder.
func drawLayer(t *rapid.T, number int) []string {
	name := rapid.StringMatching(`[ab](/[ab]){0,2}`)
	files := map[string]bool{}
	var lines []string
	for range rapid.IntRange(0, 5).Draw(t, "entries") {
		p := name.Draw(t, "path")
		what := rapid.SampledFrom([]string{"file", "file", "whiteout", "opaque", "link", "folder"}).Draw(t, "what")
		isFolder := slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, p+"/") })
		switch {
		case inFile(files, p):
		case what == "whiteout":
			lines = append(lines, path.Join(path.Dir(p), ".wh."+path.Base(p))+"=")
		case what == "opaque":
			lines = append(lines, path.Join(path.Dir(p), ".wh..wh..opq")+"=")
		case files[p]:
		case what == "folder":
			lines = append(lines, p+"/")
		case isFolder:
		case what == "link":
			files[p] = true
			lines = append(lines, p+" -> x")
		default:
			files[p] = true
			lines = append(lines, fmt.Sprintf("%s=%d", p, number))
		}
	}
	for _, line := range lines {
		for dir := path.Dir(pathIn(line)); dir != "."; dir = path.Dir(dir) {
			lines = append(lines, dir+"/")
		}
	}
	slices.Sort(lines) // so that equal layers are the same file
	return slices.Compact(lines)
}

// pathIn gives the path that a line for layerOf is about.
func pathIn(line string) string {
	name, _, _ := strings.Cut(line, "=")
	name, _, _ = strings.Cut(name, " -> ")
	return strings.TrimSuffix(name, "/")
}

// inFile tells whether a folder of a path is a file.
func inFile(files map[string]bool, p string) bool {
	for dir := path.Dir(p); dir != "."; dir = path.Dir(dir) {
		if files[dir] {
			return true
		}
	}
	return false
}

// naively puts layers on top of each other, and gives what is to be said of each file.
func naively(layers [][]string) []string {
	type file struct {
		at   int // layer
		text string
		gone int
	}
	var all []*file
	now := map[string]*file{} // what is there; nil for a link
	remove := func(layer int, hit func(name string) bool) {
		for name, f := range now {
			if hit(name) {
				if f != nil {
					f.gone = layer
				}
				delete(now, name)
			}
		}
	}
	for i, lines := range layers {
		for _, line := range lines { // whiteouts come first
			name, _, _ := strings.Cut(line, "=")
			dir, base := path.Split(name)
			if base == ".wh..wh..opq" {
				remove(i+1, func(name string) bool { return strings.HasPrefix(name, dir) })
			} else if stem, ok := strings.CutPrefix(base, ".wh."); ok {
				remove(i+1, func(name string) bool { return name == dir+stem || strings.HasPrefix(name, dir+stem+"/") })
			}
		}
		for _, line := range lines {
			name, text, isFile := strings.Cut(line, "=")
			if strings.HasPrefix(path.Base(name), ".wh.") {
				continue
			}
			if folder, ok := strings.CutSuffix(name, "/"); ok {
				remove(i+1, func(name string) bool { return name == folder })
				continue
			}
			name, _, _ = strings.Cut(name, " -> ")
			remove(i+1, func(other string) bool { return other == name || strings.HasPrefix(other, name+"/") })
			if !isFile {
				now[name] = nil
				continue
			}
			f := &file{at: i + 1, text: name + "=" + text}
			now[name] = f
			if !slices.ContainsFunc(layers[i+1:], func(later []string) bool { return slices.Equal(later, lines) }) {
				all = append(all, f) // else it is given for the last layer that is the same
			}
		}
	}
	var want []string
	for _, f := range all {
		s := fmt.Sprintf("%d/%d %s", f.at, len(layers), f.text)
		if f.gone > 0 {
			s += fmt.Sprintf(", gone in %d", f.gone)
		}
		want = append(want, s)
	}
	slices.Sort(want)
	return want
}
