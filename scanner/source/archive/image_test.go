package archive_test

import (
	"archive/tar"
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/archive"
)

// twoLayers is an image whose second layer removes a file of the first.
var twoLayers = built{
	layers: [][]byte{
		layerOf("etc/", "etc/token=one", "etc/hosts=two"),
		layerOf("etc/.wh.token=", "srv/app=three"),
	},
	commands: []string{"# ENV A=b", "COPY . /", "# CMD run", "RUN rm /etc/token"},
	tags:     []string{"app:1", "app:latest"},
}

var inTwoLayers = []string{
	"1/2 etc/hosts=two, by COPY . /",
	"1/2 etc/token=one, gone in 2, by COPY . /",
	"2/2 srv/app=three, by RUN rm /etc/token",
}

var forms = []struct {
	name string
	form form
	pack func([]byte) []byte
}{
	{"old docker", oldDocker, plain},
	{"new docker", newDocker, plain},
	{"podman", podman, plain},
	{"crane", crane, gzipped},
	{"OCI, plain", oci, plain},
	{"OCI, gzip", oci, gzipped},
	{"OCI, zstd", oci, zstandard},
}

func TestImageForms(t *testing.T) {
	for _, f := range forms {
		entries := f.form(f.pack, twoLayers)
		image := tarOf(entries...)
		var dotted []entry
		for _, e := range entries {
			e.name = "./" + e.name
			dotted = append(dotted, e)
		}
		unpacked := tarOf(append([]entry{{name: "./", kind: tar.TypeDir}}, dotted...)...)
		ways := []struct {
			name, in string
			source   func(t *testing.T) scanner.Source
		}{
			{"file", "", func(t *testing.T) scanner.Source { return fromFile(t, image, archive.Options{}) }},
			{"standard input", "", func(*testing.T) scanner.Source { return fromStdin(image) }},
			{"gzip on standard input", "", func(*testing.T) scanner.Source { return fromStdin(gzipped(image)) }},
			{"gzip", "", func(t *testing.T) scanner.Source { return fromFile(t, gzipped(image), archive.Options{}) }},
			{"ZIP", "a.tar!/", func(t *testing.T) scanner.Source { return fromFile(t, inZip("a.tar", image), archive.Options{}) }},
			{"packed by hand", "", func(t *testing.T) scanner.Source { return fromFile(t, unpacked, archive.Options{}) }},
		}
		for _, way := range ways {
			t.Run(f.name+" "+way.name, func(t *testing.T) {
				got := sweep(t, way.source(t))
				var want []string
				for _, s := range inTwoLayers {
					want = append(want, strings.Replace(s, " ", " "+way.in, 1))
				}
				if diff := cmp.Diff(want, got.layered); diff != "" {
					t.Errorf("want (-), got (+):\n%s", diff)
				}
				if len(got.problems)+len(got.leftOut) > 0 {
					t.Errorf("problems %q, left out %q", got.problems, got.leftOut)
				}
				configs := 0
				for name, text := range got.others {
					if strings.HasSuffix(name, " again") {
						t.Errorf("%s is given twice", name)
					}
					if got.fields[name] == "configuration" {
						configs++
						if text != twoLayers.config() {
							t.Errorf("%s is said to be the configuration", name)
						}
					}
				}
				if configs != 1 {
					t.Errorf("%d configurations, want 1", configs)
				}
			})
		}
	}
}

func TestImageFolder(t *testing.T) {
	for _, f := range forms[4:] {
		t.Run(f.name, func(t *testing.T) {
			root := writeFolder(t, f.form(f.pack, twoLayers))
			if !archive.IsLayout(root) {
				t.Fatal("is said to be no layout")
			}
			got := sweep(t, archive.Layout(root, archive.Options{}))
			if diff := cmp.Diff(inTwoLayers, got.layered); diff != "" {
				t.Errorf("want (-), got (+):\n%s", diff)
			}
			if len(got.problems)+len(got.leftOut) > 0 {
				t.Errorf("problems %q, left out %q", got.problems, got.leftOut)
			}
		})
	}
}

func TestLayersAreNamed(t *testing.T) {
	l := twoLayers.layers[0]
	tests := map[string]string{
		"old docker": hexOf(fmt.Append(nil, 0, 0)),
		"new docker": "sha256:" + hexOf(l),
		"podman":     "sha256:" + hexOf(l),
		"crane":      "sha256:" + hexOf(gzipped(l)),
		"OCI, plain": "sha256:" + hexOf(l),
		"OCI, gzip":  "sha256:" + hexOf(gzipped(l)),
		"OCI, zstd":  "sha256:" + hexOf(zstandard(l)),
	}
	for _, f := range forms {
		t.Run(f.name, func(t *testing.T) {
			got := sweep(t, fromStdin(tarOf(f.form(f.pack, twoLayers)...)))
			if !slices.Contains(got.digests, tests[f.name]) {
				t.Errorf("digests are %q, want %q among them", got.digests, tests[f.name])
			}
		})
	}
}

// TestWhatLayersHide tries what layers do to the files of those below
// (https://github.com/opencontainers/image-spec/blob/main/layer.md).
func TestWhatLayersHide(t *testing.T) {
	tests := []struct {
		name   string
		layers [][]byte
		want   []string
	}{
		{"file is removed", [][]byte{layerOf("a=x"), layerOf(".wh.a=")}, []string{"1/2 a=x, gone in 2"}},
		{"file is put over", [][]byte{layerOf("d/a=x"), layerOf("d/a=y")}, []string{"1/2 d/a=x, gone in 2", "2/2 d/a=y"}},
		{"folder is removed", [][]byte{layerOf("d/e/a=x", "dd/a=x"), layerOf(".wh.d=")}, []string{"1/2 d/e/a=x, gone in 2", "1/2 dd/a=x"}},
		{"folder is emptied", [][]byte{layerOf("d/e/a=x", "a=x"), layerOf("d/", "d/.wh..wh..opq=", "d/b=y")}, []string{"1/2 a=x", "1/2 d/e/a=x, gone in 2", "2/2 d/b=y"}},
		{"marker comes last", [][]byte{layerOf("d/e/a=x"), layerOf("d/e/b=y", "d/.wh..wh..opq=")}, []string{"1/2 d/e/a=x, gone in 2", "2/2 d/e/b=y"}},
		{"all is removed", [][]byte{layerOf("a=x", "d/a=x"), layerOf(".wh..wh..opq=", "b=y")}, []string{"1/2 a=x, gone in 2", "1/2 d/a=x, gone in 2", "2/2 b=y"}},
		{"removed and added in one layer", [][]byte{layerOf("a=x"), layerOf(".wh.a=", "a=y")}, []string{"1/2 a=x, gone in 2", "2/2 a=y"}},
		{"removed and added again", [][]byte{layerOf("a=x"), layerOf(".wh.a="), layerOf("a=y")}, []string{"1/3 a=x, gone in 2", "3/3 a=y"}},
		{"removed twice", [][]byte{layerOf("d/a=x"), layerOf("d/.wh.a="), layerOf("d/a=y"), layerOf(".wh.d=")}, []string{"1/4 d/a=x, gone in 2", "3/4 d/a=y, gone in 4"}},
		{"folder goes before the file is put over", [][]byte{layerOf("d/a=x"), layerOf(".wh.d="), layerOf("d/a=y")}, []string{"1/3 d/a=x, gone in 2", "3/3 d/a=y"}},
		{"lower layer has the marker", [][]byte{layerOf(".wh.a="), layerOf("a=x")}, []string{"2/2 a=x"}},
		{"folder is put over a folder", [][]byte{layerOf("d/", "d/a=x"), layerOf("d/", "d/b=y")}, []string{"1/2 d/a=x", "2/2 d/b=y"}},
		{"folder is put over a file", [][]byte{layerOf("d=x"), layerOf("d/", "d/b=y")}, []string{"1/2 d=x, gone in 2", "2/2 d/b=y"}},
		{"file is put over a folder", [][]byte{layerOf("d/", "d/a=x"), layerOf("d=y")}, []string{"1/2 d/a=x, gone in 2", "2/2 d=y"}},
		{"link is put over a folder", [][]byte{layerOf("d/a=x"), layerOf("d -> e")}, []string{"1/2 d/a=x, gone in 2"}},
		{"links", [][]byte{layerOf("a=x"), layerOf("b -> a", "c == a")}, []string{"1/2 a=x"}},
		{"hard link is put over a file", [][]byte{layerOf("a=x", "b=y"), layerOf("a == b")}, []string{"1/2 a=x, gone in 2", "1/2 b=y"}},
		{"other ways to write names", [][]byte{layerOf("./a=x", "/b=x"), layerOf("/.wh.a=", "./.wh.b=")}, []string{"1/2 a=x, gone in 2", "1/2 b=x, gone in 2"}},
		{"marker that holds something", [][]byte{layerOf("a=x"), layerOf(".wh.a=y")}, []string{"1/2 a=x, gone in 2", "2/2 .wh.a=y"}},
		{"layer comes twice", [][]byte{layerOf("a=x"), layerOf(".wh.a="), layerOf("a=x")}, []string{"3/3 a=x"}},
		{"layer that removes comes twice", [][]byte{layerOf("a=x"), layerOf(".wh.a="), layerOf("a=y"), layerOf(".wh.a=")}, []string{"1/4 a=x, gone in 2", "3/4 a=y, gone in 4"}},
		{"empty layer", [][]byte{layerOf("a=x"), layerOf(), nil}, []string{"1/3 a=x"}},
	}
	for _, test := range tests {
		for _, f := range forms {
			t.Run(test.name+" "+f.name, func(t *testing.T) {
				got := sweep(t, fromStdin(tarOf(f.form(f.pack, built{layers: test.layers})...)))
				if diff := cmp.Diff(test.want, got.layered); diff != "" {
					t.Errorf("want (-), got (+):\n%s", diff)
				}
				if len(got.problems) > 0 {
					t.Errorf("problems %q", got.problems)
				}
			})
		}
	}
}

func TestLinksInLayersAreLeftOut(t *testing.T) {
	got := sweep(t, fromStdin(tarOf(oci(plain, built{layers: [][]byte{layerOf("a=x", "b -> a", "c == a")}})...)))
	want := []string{"links, devices and other special files: b", "links, devices and other special files: c"}
	if diff := cmp.Diff(want, got.leftOut); diff != "" {
		t.Errorf("left out: want (-), got (+):\n%s", diff)
	}
}

// TestLinksToNothingAreLeftOut looks at the links of an archive itself: those that lead to
// what is given leave out nothing.
func TestLinksToNothingAreLeftOut(t *testing.T) {
	entries := append(podman(plain, twoLayers), entry{name: "lost", kind: tar.TypeSymlink, link: "none"})
	got := sweep(t, fromStdin(tarOf(entries...)))
	if diff := cmp.Diff([]string{"links, devices and other special files: lost"}, got.leftOut); diff != "" {
		t.Errorf("left out: want (-), got (+):\n%s", diff)
	}
}

func TestImagesShareLayers(t *testing.T) {
	base, app := layerOf("etc/token=one", "etc/key=two"), layerOf("srv/app=three", "etc/.wh.token=")
	first := built{layers: [][]byte{base, app}, commands: []string{"base", "app"}, tags: []string{"a:1"}}
	tests := []struct {
		name   string
		second built
		want   []string
	}{
		{"the lower one", built{layers: [][]byte{base, layerOf("srv/other=four")}}, []string{
			"1/2 etc/key=two, by base", "1/2 etc/token=one, gone in 2, by base", "2/2 srv/app=three, by app", "2/2 srv/other=four",
		}},
		{"the upper one", built{layers: [][]byte{layerOf("etc/token=five", "b=six"), app}}, []string{
			"1/2 b=six", "1/2 etc/key=two, by base", "1/2 etc/token=five, gone in 2", "1/2 etc/token=one, gone in 2, by base", "2/2 srv/app=three, by app",
		}},
		{"all", first, []string{
			"1/2 etc/key=two, by base", "1/2 etc/token=one, gone in 2, by base", "2/2 srv/app=three, by app",
		}},
		{"what is upper there is lower here", built{layers: [][]byte{app, layerOf("srv/app=four", "etc/token=seven")}}, []string{
			"1/2 etc/key=two, by base", "1/2 etc/token=one, gone in 2, by base", "2/2 etc/token=seven", "2/2 srv/app=four", "2/2 srv/app=three, by app",
		}},
	}
	for _, test := range tests {
		for _, f := range forms {
			if f.name == "old docker" {
				continue // which has a folder of its own for each image's layers
			}
			t.Run(test.name+" "+f.name, func(t *testing.T) {
				got := sweep(t, fromStdin(tarOf(f.form(f.pack, first, test.second)...)))
				if diff := cmp.Diff(test.want, got.layered); diff != "" {
					t.Errorf("want (-), got (+):\n%s", diff)
				}
				if len(got.problems)+len(got.leftOut) > 0 {
					t.Errorf("problems %q, left out %q", got.problems, got.leftOut)
				}
			})
		}
	}
}

// TestWhatIsNoLayer tries what else an OCI archive may have: each text is given once.
func TestWhatIsNoLayer(t *testing.T) {
	const statement = `{"_type":"https://in-toto.io/Statement/v1"}`
	const manifestType, indexType = "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json"
	l := layerOf("a=x")
	entries := func(index func(w *writer, image object) []object) []entry {
		w := &writer{}
		image := w.blob([]byte(jsonOf(object{"config": w.blob([]byte("{}")), "layers": []object{w.blob(l)}})))
		image["mediaType"] = manifestType
		w.add(entry{name: "index.json", text: jsonOf(object{"manifests": index(w, image)})})
		w.add(entry{name: "oci-layout", text: "{}"})
		return w.entries
	}
	missing := object{"digest": "sha256:" + strings.Repeat("0", 64), "mediaType": manifestType}
	tests := []struct {
		name    string
		entries []entry
		others  []string // that must be given as they are
		leftOut []string
		layered []string
	}{
		{name: "attestation", entries: entries(func(w *writer, image object) []object {
			attestation := w.blob([]byte(jsonOf(object{"config": w.blob([]byte(`{"rootfs":{}}`)), "layers": []object{w.blob([]byte(statement))}})))
			attestation["mediaType"] = manifestType
			return []object{image, attestation}
		}), others: []string{statement}},
		{name: "compressed statement", entries: entries(func(w *writer, image object) []object {
			attestation := w.blob([]byte(jsonOf(object{"config": w.blob([]byte(`{"rootfs":{}}`)), "layers": []object{w.blob(gzipped([]byte(statement)))}})))
			return []object{image, attestation}
		}), others: []string{statement}},
		{name: "nested index", entries: entries(func(w *writer, image object) []object {
			nested := w.blob([]byte(jsonOf(object{"manifests": []object{image}})))
			nested["mediaType"] = indexType
			return []object{nested, image}
		})},
		{name: "other platform is elsewhere", entries: entries(func(w *writer, image object) []object {
			return []object{image, missing}
		}), leftOut: []string{"parts of images that are kept elsewhere: stdin, image " + missing["digest"].(string)}},
		{name: "layer of a cache in the index", entries: entries(func(w *writer, image object) []object {
			cached := w.blob(gzipped(layerOf("b=y")))
			cached["mediaType"] = "application/vnd.oci.image.layer.v1.tar+gzip"
			return []object{image, cached}
		}), others: []string{"y"}},
		{name: "blob that nothing names", entries: entries(func(w *writer, image object) []object {
			w.blob([]byte("forgotten"))
			w.blob(gzipped(layerOf("b=left behind")))
			return []object{image}
		}), others: []string{"forgotten", "left behind"}},
		{name: "foreign layer", entries: entries(func(w *writer, image object) []object {
			foreign := object{"digest": "sha256:" + strings.Repeat("1", 64), "mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"}
			windows := w.blob([]byte(jsonOf(object{"config": w.blob([]byte(`{"os":"windows"}`)), "layers": []object{foreign, w.blob(layerOf("Files/b=y"))}})))
			return []object{image, windows}
		}), leftOut: []string{"parts of images that are kept elsewhere: stdin, layer sha256:" + strings.Repeat("1", 64)}, layered: []string{"1/1 a=x", "2/2 Files/b=y"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := sweep(t, fromStdin(tarOf(test.entries...)))
			want := test.layered
			if want == nil {
				want = []string{"1/1 a=x"}
			}
			if diff := cmp.Diff(want, got.layered); diff != "" {
				t.Errorf("want (-), got (+):\n%s", diff)
			}
			given := map[string]int{}
			for _, text := range got.others {
				given[text]++
			}
			for _, text := range test.others {
				if given[text] != 1 {
					t.Errorf("%q is given %d times, want 1", text, given[text])
				}
			}
			if diff := cmp.Diff(test.leftOut, got.leftOut); diff != "" {
				t.Errorf("left out: want (-), got (+):\n%s", diff)
			}
			if len(got.problems) > 0 {
				t.Errorf("problems %q", got.problems)
			}
		})
	}
}

func TestCommandsAreShortened(t *testing.T) {
	word := strings.Repeat("w", 90)
	tests := []struct{ name, command, want string }{
		{"short", "RUN make", "RUN make"},
		{"continued with tabs", "RUN make \t&& make install", "RUN make  && make install"},
		{"lines", "RUN <<EOF (make)\nmake\nEOF", "RUN <<EOF (make)…"},
		{"long", "RUN " + word + " " + word + " " + word, "RUN " + word + " " + word + " …"},
		{"one long word", strings.Repeat(word, 3), "…"},
		{"as long as may be", strings.Repeat("w", 200), strings.Repeat("w", 200)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			image := built{layers: [][]byte{layerOf("a=x")}, commands: []string{test.command}}
			got := sweep(t, fromStdin(tarOf(oci(plain, image)...)))
			if diff := cmp.Diff([]string{"1/1 a=x, by " + test.want}, got.layered); diff != "" {
				t.Errorf("want (-), got (+):\n%s", diff)
			}
		})
	}
}

// TestImageWithLongHeaders packs images as Python's tarfile and bsdtar may, with an extended
// header before each file.
func TestImageWithLongHeaders(t *testing.T) {
	var packed bytes.Buffer
	w := tar.NewWriter(&packed)
	for _, e := range crane(gzipped, twoLayers) {
		h := &tar.Header{Name: e.name, Size: int64(len(e.text)), Mode: 0o644, PAXRecords: map[string]string{"SCHILY.dev": "1"}}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(e.text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	got := sweep(t, fromStdin(packed.Bytes()))
	if diff := cmp.Diff(inTwoLayers, got.layered); diff != "" {
		t.Errorf("want (-), got (+):\n%s", diff)
	}
}
