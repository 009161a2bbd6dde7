package archive

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/scanner"
)

// FuzzUnpack reads archives as files and as streams, which must give the same.
func FuzzUnpack(f *testing.F) {
	for _, p := range packedFiles(f) {
		if len(p.data) < 16<<10 {
			f.Add(p.data)
		}
	}
	f.Add(zipsInZips(3, 2))
	f.Add(overlapping(3, make([]byte, 1000)))
	f.Add(zstdWindow(1 << 30))
	f.Add(sparseTar("holes", 1<<40, 1<<39, "text"))
	options := Options{Limits: low}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 64<<10 {
			t.Skip("long inputs find no more")
		}
		file, streamed := newNoted(), newNoted()
		openTo(t, file, data, options)
		if err := Unpacking(stream{r: bytes.NewReader(data)}, options).Sweep(t.Context(), streamed); err != nil {
			t.Fatal(err)
		}
		for _, n := range []*noted{file, streamed} {
			if most := low.Size + 2*scanner.MaxChunk; n.bytes > most {
				t.Errorf("gave %d bytes, most are %d", n.bytes, most)
			}
			if n.counts[scanner.Members] > int64(low.Members)+1 {
				t.Errorf("gave %d files", n.counts[scanner.Members])
			}
			for name := range n.texts {
				if len(name) > low.Depth*(mostName+len("!/"))+len("x") {
					t.Errorf("a name has %d bytes", len(name))
				}
			}
		}
		if len(file.problems)+len(streamed.problems) > 0 {
			return // of a stream it is not known how long it is, so limits strike elsewhere
		}
		if diff := cmp.Diff(file.texts, streamed.texts); diff != "" {
			t.Errorf("texts: of a file (-), of a stream (+):\n%s", diff)
		}
	})
}

// TestDrawn packs drawn files in drawn ways.
func TestDrawn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data, want := drawArchive(t, 3)
		got := newNoted()
		if err := Unpacking(inMemory{data: data}, Options{}).Sweep(t.Context(), got); err != nil {
			t.Fatal(err)
		}
		all := map[string]string{}
		for member, text := range want {
			all["x!/"+member] = text
		}
		if diff := cmp.Diff(all, got.texts); diff != "" {
			t.Errorf("texts: want (-), got (+):\n%s", diff)
		}
		if len(got.problems)+len(got.leftOut) > 0 {
			t.Errorf("problems %q, left out %q", got.problems, got.leftOut)
		}
	})
}

// drawArchive draws an archive, and which texts it gives by their members.
func drawArchive(t *rapid.T, depth int) ([]byte, map[string]string) {
	want := map[string]string{}
	var files []file
	for i := range rapid.IntRange(0, 4).Draw(t, "files") {
		name := fmt.Sprintf("%s%d", rapid.SampledFrom([]string{"", "d/", "d/e/", "ü/"}).Draw(t, "folder"), i)
		if depth > 0 && rapid.IntRange(0, 2).Draw(t, "packed") == 0 {
			data, within := drawArchive(t, depth-1)
			files = append(files, file{name, string(data)})
			for member, text := range within {
				want[name+"!/"+member] = text
			}
			continue
		}
		text := drawText(t)
		files = append(files, file{name, text})
		want[name] = text
	}
	maps.DeleteFunc(want, func(_, text string) bool { return text == "" })

	var data []byte
	switch kind := rapid.SampledFrom([]string{"zip", "stored zip", "tar", "tgz", "tar.zst", "gz", "zst"}).Draw(t, "kind"); kind {
	case "zip":
		data = zipOf(zip.Deflate, files...)
	case "stored zip":
		data = zipOf(zip.Store, files...)
	default:
		data = tarOf(rapid.SampledFrom([]tar.Format{tar.FormatPAX, tar.FormatGNU}).Draw(t, "format"), files...)
		switch {
		case len(files) == 0: // no tar archive is told by how it begins
			data = gzipOf(data)
			want = map[string]string{"unpacked": strings.Repeat("\x00", 1024)}
		case kind == "tgz":
			data = gzipOf(data)
		case kind == "tar.zst":
			data = zstdOf(data)
		case kind == "tar":
		default:
			text := drawText(t)
			data, want = gzipOf([]byte(text)), map[string]string{}
			if kind == "zst" {
				data = zstdOf([]byte(text))
			}
			if text != "" {
				want["unpacked"] = text
			}
		}
	}
	return data, want
}

// drawText draws a text, of some length at times.
func drawText(t *rapid.T) string {
	text := rapid.StringMatching(`[a-z=.é \n]{0,60}`).Draw(t, "text")
	return strings.Repeat(text, rapid.SampledFrom([]int{1, 1, 1, 300}).Draw(t, "times"))
}
