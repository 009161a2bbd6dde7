package archive_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/scanner/source/archive"
	"github.com/secretsweep/secretsweep/scanner/source/dir"
)

// FuzzImage reads anything as an image, from a stream and from disk: both give the same,
// and no more than the limits let pass.
func FuzzImage(f *testing.F) {
	for _, form := range forms {
		f.Add(tarOf(form.form(form.pack, twoLayers, built{layers: [][]byte{layerOf("etc/hosts=four", "b -> a")}})...))
	}
	f.Add(gzipped(tarOf(newDocker(plain, twoLayers)...)))
	f.Add(tarOf(entry{name: "manifest.json", text: `[{"Config":"../c","Layers":["/etc/passwd",""]}]`}))
	f.Add(tarOf(entry{name: "oci-layout", text: "{}"}, entry{name: "index.json", text: `{"manifests":[{"digest":"../index.json"}]}`}))
	f.Fuzz(func(t *testing.T, text []byte) {
		o := archive.Options{Limits: archive.Limits{Depth: 4, Members: 100, Size: 8 << 20, Floor: 1 << 20}}
		stream := sweep(t, archive.Unpacking(dir.Stdin(onlyReader{bytes.NewReader(text)}), o))
		file := sweep(t, fromFile(t, text, o))
		if diff := cmp.Diff(stream.layered, file.layered); diff != "" {
			t.Errorf("layers: stream (-), file (+):\n%s", diff)
		}
		given := 0
		for _, s := range slices.Concat(stream.layered, file.layered) {
			given += len(s)
			if number, _, ok := strings.Cut(s, "/"); !ok || number == "0" {
				t.Errorf("a text of layer %s", number)
			}
		}
		if given > 4*8<<20 {
			t.Errorf("%d bytes are given", given)
		}
	})
}
