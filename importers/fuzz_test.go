package importers

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzFormats reads a text as each format. What it gives has to be whole, at its places,
// and the same again; an error begins with a line that there is.
func FuzzFormats(f *testing.F) {
	folder, paths := fixtures(f)
	for _, p := range paths {
		text, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(p)))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	for _, text := range []string{"", "[]", "{}", "null", "a: b\r\nc: d\r\n", "\ufeffA=é\n", "name;value\na;b", "- a: b\n  c: [d, {e: f}]\n", "data: {a: 'b''c'}"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		const most = 1 << 16
		if len(text) > most {
			return
		}
		for _, format := range Formats() {
			path := filepath.Join(folder, format.Name, "fuzzed")
			format.Accepts(path, text)
			items, err := format.Read(path, text)
			again, errAgain := format.Read(path, text)
			if (err == nil) != (errAgain == nil) || err != nil && err.Error() != errAgain.Error() {
				t.Fatalf("%s: %v, then %v", format.Name, err, errAgain)
			}
			if err != nil {
				var line int
				number, _, ok := strings.Cut(err.Error(), ": ")
				for _, c := range number {
					line = line*10 + int(c-'0')
				}
				if !ok || line < 1 || line > 1+strings.Count(string(text), "\n") || items != nil {
					t.Fatalf("%s: error %v, %d items", format.Name, err, len(items))
				}
				continue
			}
			checkItems(t, path, text, items, format)
			if diff := cmp.Diff(show(items), show(again)); diff != "" {
				t.Fatalf("%s, read twice:\n%s", format.Name, diff)
			}
		}
	})
}

func show(items []Item) []string {
	var all []string
	for i := range items {
		all = append(all, shown(&items[i]))
	}
	return all
}
