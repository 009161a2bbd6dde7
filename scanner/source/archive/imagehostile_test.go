package archive_test

import (
	"archive/tar"
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/archive"
	"github.com/secretsweep/secretsweep/scanner/source/sourcetest"
)

func TestLayoutIsASource(t *testing.T) {
	root := writeFolder(t, oci(gzipped, built{layers: [][]byte{layerOf("etc/token=one"), layerOf("etc/.wh.token=", "srv/app="+strings.Repeat("two ", 100))}}))
	var want []sourcetest.Text
	err := filepath.WalkDir(root, func(name string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		w := sourcetest.Text{Path: filepath.ToSlash(rel), Text: string(text)}
		switch {
		case bytes.Equal(text, gzipped(layerOf("etc/token=one"))):
			w = sourcetest.Text{Path: w.Path + "!/etc/token", Text: "one"}
		case bytes.HasPrefix(text, []byte("\x1f\x8b")):
			w = sourcetest.Text{Path: w.Path + "!/srv/app", Text: strings.Repeat("two ", 100)}
		}
		want = append(want, w)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	sourcetest.Run(t, func(*testing.T) (scanner.Source, []sourcetest.Text) {
		return archive.Layout(root, archive.Options{}), slices.Clone(want)
	})
}

// TestBrokenImages wants a problem for what can't be read, and all the rest.
func TestBrokenImages(t *testing.T) {
	good := layerOf("a=x")
	oldWith := func(manifest string) []entry {
		return []entry{{name: hexOf(good) + ".tar", text: string(good)}, {name: "manifest.json", text: manifest}, {name: "c.json", text: "{}"}}
	}
	file := hexOf(good) + ".tar"
	ociWith := func(index string, blobs ...string) []entry {
		entries := []entry{{name: "oci-layout", text: "{}"}, {name: "index.json", text: index}}
		for _, b := range blobs {
			entries = append(entries, entry{name: "blobs/sha256/" + hexOf([]byte(b)), text: b})
		}
		return entries
	}
	descriptor := func(blob string) string { return jsonOf(object{"digest": "sha256:" + hexOf([]byte(blob))}) }
	manifest := `{"config":` + descriptor("{}") + `,"layers":[` + descriptor(string(good)) + `]}`
	deep := manifest
	var deepBlobs []string
	for range 6 {
		deepBlobs = append(deepBlobs, deep)
		deep = `{"manifests":[` + descriptor(deep) + `]}`
	}
	tests := []struct {
		name     string
		entries  []entry
		problems []string
		layered  []string // without what is given otherwise
	}{
		{"layer is not there", oldWith(`[{"Config":"c.json","Layers":["` + file + `","none.tar"]}]`),
			[]string{"stdin: layer 2 of 2: none.tar: it is not there"}, []string{"1/2 a=x"}},
		{"layer is not there, many times", oldWith(`[{"Config":"c.json","Layers":["` + file + `"` + strings.Repeat(`,"none.tar"`, 10_000) + `]}]`),
			[]string{"stdin: layer 10001 of 10001: none.tar: it is not there"}, []string{"1/10001 a=x"}},
		{"one layer, many times", oldWith(`[{"Config":"c.json","Layers":["` + file + `"` + strings.Repeat(`,"`+file+`"`, 9_999) + `]}]`),
			nil, []string{"10000/10000 a=x"}},
		{"one image, many times", oldWith("[" + strings.Repeat(`{"Config":"c.json","Layers":["`+file+`"]},`, 10_000) + `{"Config":"c.json","Layers":["` + file + `"]}]`),
			nil, []string{"1/1 a=x"}},
		{"layer leads out", oldWith(`[{"Config":"c.json","Layers":["../../etc/passwd","` + file + `"]}]`),
			[]string{"stdin: layer 1 of 2: ../../etc/passwd: it is not there"}, []string{"2/2 a=x"}},
		{"configuration is not there", oldWith(`[{"Config":"none.json","Layers":["` + file + `"]}]`),
			[]string{"stdin: configuration of an image: none.json: it is not there"}, []string{"1/1 a=x"}},
		{"configuration is not there, many times", oldWith("[" + strings.Repeat(`{"Config":"none.json","Layers":["`+file+`"]},`, 10_000) + `{"Config":"none.json","Layers":["` + file + `"]}]`),
			[]string{"stdin: configuration of an image: none.json: it is not there"}, []string{"1/1 a=x"}},
		{"more layers than can be", oldWith(`[{"Config":"c.json","Layers":["` + file + `"` + strings.Repeat(`,""`, 200_000) + `]}]`),
			[]string{"manifest.json: images with more than 100000 layers"}, nil},
		{"list is no list", oldWith(`{"manifest_version":3,"name":"an extension"}`), nil, nil},
		{"list is cut off", oldWith(`[{"Config":"c.json","Layers":["` + file), nil, nil},
		{"list is too long", oldWith(`[{"Config":"c.json","Layers":["` + file + `"]}` + strings.Repeat(" ", 5<<20) + "]"), nil, nil},
		{"index is no JSON", ociWith("{", string(good)), []string{"index.json: index.json: unexpected end of JSON input"}, nil},
		{"manifest is no JSON", ociWith(`{"manifests":[`+descriptor("{")+","+descriptor(manifest)+`]}`, "{", manifest, string(good), "{}"),
			[]string{"stdin: image sha256:" + hexOf([]byte("{")) + ": blobs/sha256/" + hexOf([]byte("{")) + ": unexpected end of JSON input"}, []string{"1/1 a=x"}},
		{"index of indexes", ociWith(`{"manifests":[`+descriptor(deep)+`]}`, append(deepBlobs, deep, string(good))...),
			[]string{"stdin: image sha256:" + hexOf([]byte(deepBlobs[2])) + ": lists of images nested too deep"}, nil},
		{"index that is in itself", append(ociWith(`{"manifests":[{"digest":"sha256:self"}]}`, manifest, string(good), "{}"),
			entry{name: "blobs/sha256/self", text: `{"manifests":[{"digest":"sha256:self"},{"digest":"sha256:self"},` + descriptor(manifest) + `]}`}), nil, []string{"1/1 a=x"}},
		{"file comes twice", append(oldWith(`[{"Config":"c.json","Layers":["`+file+`"]}]`), entry{name: "c.json", text: "{}"}), nil, nil},
		{"file is a device", append(oldWith(`[{"Config":"c.json","Layers":["`+file+`"]}]`), entry{name: "tty", kind: tar.TypeChar}), nil, nil},
		{"file's name leads out", append(oldWith(`[{"Config":"c.json","Layers":["`+file+`"]}]`), entry{name: "../x", text: "x"}),
			[]string{"x: its name leads out of the archive"}, nil},
		{"links go round", append(oldWith(`[{"Config":"c.json","Layers":["l","`+file+`"]}]`), entry{name: "l", kind: tar.TypeSymlink, link: "l"}),
			[]string{"stdin: layer 1 of 2: l: it is not there"}, []string{"2/2 a=x"}},
		{"link leads out", append(oldWith(`[{"Config":"c.json","Layers":["l","`+file+`"]}]`), entry{name: "l", kind: tar.TypeSymlink, link: "/etc/passwd"}),
			[]string{"stdin: layer 1 of 2: etc/passwd: it is not there"}, []string{"2/2 a=x"}},
		{"hard link to a layer", append(oldWith(`[{"Config":"c.json","Layers":["l"]}]`), entry{name: "l", kind: tar.TypeLink, link: file}), nil, []string{"1/1 a=x"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := sweep(t, fromStdin(tarOf(test.entries...)))
			if diff := cmp.Diff(test.problems, got.problems); diff != "" {
				t.Errorf("problems: want (-), got (+):\n%s", diff)
			}
			if diff := cmp.Diff(test.layered, got.layered); diff != "" {
				t.Errorf("layers: want (-), got (+):\n%s", diff)
			}
			if len(test.layered) == 0 && !slices.Contains(slices.Collect(maps.Values(got.others)), "x") {
				t.Error("what is in the layer isn't given")
			}
		})
	}
}

// TestBrokenLayers wants a problem that names the layer, what it has before that, and all
// of the others.
func TestBrokenLayers(t *testing.T) {
	random := make([]byte, 200<<10) // so that it doesn't shrink
	_, _ = rand.NewChaCha8([32]byte{1}).Read(random)
	long := layerOf("first=y", "b="+string(random), "c=z")
	cut := func(text []byte) []byte { return text[:len(text)/4*3] }
	zeros := make([]byte, 64<<20)
	tests := []struct {
		name  string
		layer []byte
		want  []string // "2/3 first=y", in short
		why   string
	}{
		{"cut off", cut(long), []string{"1/3 a=x", "2/3 first=y", "3/3 d=w"}, "layer 2 of 3: it is cut off"},
		{"gzip that is cut off", cut(gzipped(long)), []string{"1/3 a=x", "2/3 first=y", "3/3 d=w"}, "layer 2 of 3: it is cut off"},
		{"zstd that is cut off", cut(zstandard(long)), []string{"1/3 a=x", "2/3 first=y", "3/3 d=w"}, "layer 2 of 3: it is cut off"},
		{"gzip of nothing", gzipped(long)[:10], []string{"1/3 a=x", "3/3 d=w"}, "layer 2 of 3: it is cut off"},
		{"gzip without a header", gzipped(long)[:3], []string{"1/3 a=x", "3/3 d=w"}, "layer 2 of 3: decompress: it is cut off"},
		{"gzip that is damaged", append(slices.Clone(cut(gzipped(long))), random...), []string{"1/3 a=x", "2/3 first=y", "3/3 d=w"}, "layer 2 of 3: "},
		{"bomb", gzipped(layerOf("first=y", "b="+string(zeros))), []string{"2/3 first=y", "3/3 d=w"}, "layer 2 of 3: more than 500 times its size: unpacked no further"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := &writer{}
			layers := []object{w.blob(layerOf("a=x")), w.blob(test.layer), w.blob(layerOf("d=w"))}
			manifest := w.blob([]byte(jsonOf(object{"config": w.blob([]byte("{}")), "layers": layers})))
			w.add(entry{name: "index.json", text: jsonOf(object{"manifests": []object{manifest}})})
			w.add(entry{name: "oci-layout", text: "{}"})
			root := writeFolder(t, w.entries)
			got := sweep(t, archive.Layout(root, archive.Options{Limits: archive.Limits{Floor: 1 << 20}}))
			var short []string
			for _, s := range got.layered {
				if len(s) < 100 {
					short = append(short, s)
				}
			}
			if diff := cmp.Diff(test.want, short); diff != "" {
				t.Errorf("layers: want (-), got (+):\n%s", diff)
			}
			if !slices.ContainsFunc(got.problems, func(p string) bool { return strings.Contains(p, test.why) }) {
				t.Errorf("problems %q, want one that says %q", got.problems, test.why)
			}
		})
	}
}

// TestWhatFollowsAnImage joins archives: what is behind the end is no part of an image.
func TestWhatFollowsAnImage(t *testing.T) {
	got := sweep(t, fromStdin(append(tarOf(oci(plain, twoLayers)...), "and more"...)))
	if diff := cmp.Diff([]string{"stdin: something follows its end, which was not read"}, got.problems); diff != "" {
		t.Errorf("problems: want (-), got (+):\n%s", diff)
	}
	if !slices.Contains(slices.Collect(maps.Values(got.others)), "one") {
		t.Error("what is in a layer isn't given")
	}
}

func TestManyProblemsOfLayout(t *testing.T) {
	var layers []object
	for n := range 250 {
		layers = append(layers, object{"digest": fmt.Sprint("sha256:", n)})
	}
	w := &writer{}
	manifest := w.blob([]byte(jsonOf(object{"config": w.blob([]byte("{}")), "layers": layers})))
	w.add(entry{name: "index.json", text: jsonOf(object{"manifests": []object{manifest}})})
	w.add(entry{name: "oci-layout", text: "{}"})
	got := sweep(t, archive.Layout(writeFolder(t, w.entries), archive.Options{}))
	if len(got.problems) != 101 || !slices.ContainsFunc(got.problems, func(p string) bool { return strings.HasSuffix(p, ": 150 more problems") }) {
		t.Errorf("%d problems, want 100 and one that says how many more", len(got.problems))
	}
}

func TestFolderIsNotLeft(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "outside")
	secret := layerOf("a=what is elsewhere")
	if err := os.WriteFile(outside, secret, 0o666); err != nil {
		t.Fatal(err)
	}
	good := built{layers: [][]byte{layerOf("a=x"), secret}}
	root := writeFolder(t, oci(plain, good))
	link := filepath.Join(root, "blobs", "sha256", hexOf(secret))
	if err := os.Remove(link); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, link); err != nil {
		t.Skip("no links here:", err)
	}
	got := sweep(t, archive.Layout(root, archive.Options{}))
	if diff := cmp.Diff([]string{"1/2 a=x"}, got.layered); diff != "" {
		t.Errorf("layers: want (-), got (+):\n%s", diff)
	}
	blob := "blobs/sha256/" + hexOf(secret)
	if diff := cmp.Diff([]string{hexOf(secret) + ": layer 2 of 2: " + blob + ": it is not there"}, got.problems); diff != "" {
		t.Errorf("problems: want (-), got (+):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"links, devices and other special files: " + hexOf(secret)}, got.leftOut); diff != "" {
		t.Errorf("left out: want (-), got (+):\n%s", diff)
	}

	rel, err := filepath.Rel(root, outside)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.ToSlash(filepath.Join("..", "..", rel)) // from blobs/sha256
	root = writeFolder(t, []entry{
		{name: "oci-layout", text: "{}"},
		{name: "index.json", text: `{"manifests":[{"digest":"sha256:m"}]}`},
		{name: "blobs/sha256/m", text: jsonOf(object{"config": object{"digest": "sha256:" + name}, "layers": []object{{"digest": "sha256:" + name}}})},
	})
	got = sweep(t, archive.Layout(root, archive.Options{}))
	there := func(problem string) bool { return !strings.HasSuffix(problem, "it is not there") }
	if len(got.layered)+len(got.others) != 3 || len(got.problems) != 2 || slices.ContainsFunc(got.problems, there) {
		t.Errorf("layers %q, others %q, problems %q: want what the folder has, and that the rest isn't there", got.layered, got.others, got.problems)
	}
}

func TestRepositoryIsNoLayout(t *testing.T) {
	root := writeFolder(t, append(oci(plain, twoLayers), entry{name: ".git/HEAD", text: "ref: refs/heads/main"}))
	if archive.IsLayout(root) {
		t.Error("a folder with a git repository is said to be a layout")
	}
}

func TestLinkIsNoLayout(t *testing.T) {
	root := writeFolder(t, oci(plain, twoLayers))
	index := filepath.Join(root, "index.json")
	if err := os.Rename(index, index+".old"); err != nil {
		t.Fatal(err)
	}
	if archive.IsLayout(root) {
		t.Error("a folder without an index is said to be a layout")
	}
	if err := os.Symlink("index.json.old", index); err != nil {
		t.Skip("no links here:", err)
	}
	if archive.IsLayout(root) {
		t.Error("a folder whose index is a link is said to be a layout")
	}
	// A link to the folder itself is what the user names, and followed.
	root = writeFolder(t, oci(plain, twoLayers))
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(root, link); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(inTwoLayers, sweep(t, archive.Layout(link, archive.Options{})).layered); diff != "" {
		t.Errorf("want (-), got (+):\n%s", diff)
	}
}

func TestImagePolicies(t *testing.T) {
	image := built{layers: [][]byte{layerOf("a/key=x", "srv/node_modules/m/index.js=y", "big="+strings.Repeat("z", 1000))}}
	root := writeFolder(t, oci(plain, image))
	filter, err := scanner.NewFilter(nil, []string{"a", "index.json"})
	if err != nil {
		t.Fatal(err)
	}
	got := sweep(t, archive.Layout(root, archive.Options{Filter: filter, MaxFileSize: 500}))
	want := []string{
		"dependencies and build output: index.js",
		"left out by a filter: index.json",
		"left out by a filter: key",
		"over the size limit: big",
	}
	if diff := cmp.Diff(want, got.leftOut); diff != "" {
		t.Errorf("left out: want (-), got (+):\n%s", diff)
	}
	if len(got.layered) > 0 {
		t.Errorf("layers %q, want none", got.layered)
	}
	if got := sweep(t, archive.Layout(root, archive.Options{AllFiles: true})); len(got.layered) != 3 {
		t.Errorf("with all files: layers %q, want 3", got.layered)
	}
}

// TestImagesTakeLittleMemory reads what would take much if all of it were kept. All that is
// ever allocated is more than what is kept at once.
func TestImagesTakeLittleMemory(t *testing.T) {
	image := []entry{{name: "l.tar", text: string(layerOf("a=x"))}, {name: "manifest.json", text: `[{"Config":"c.json","Layers":["l.tar"]}]`}}
	folder := func(index string) []entry {
		return []entry{{name: "oci-layout", text: "{}"}, {name: "index.json", text: `{"manifests":[` + index + `]}`}}
	}
	tests := []struct {
		name    string
		entries []entry
		most    uint64 // bytes
	}{
		{"long configuration", append([]entry{{name: hexOf(nil)}, {name: "c.json", text: `{"history":[]` + strings.Repeat(" ", 128<<20) + "}"}}, image...), 64 << 20},
		{"index that is too long", folder(strings.Repeat(`{"digest":"sha256:0"},`, 5_000_000) + `{}`), 64 << 20},
		{"index as long as can be", folder(strings.Repeat(`{},`, 1_390_000) + `{}`), 300 << 20},
		{"layers as many as can be", []entry{{name: "manifest.json", text: `[{"Config":"c","Layers":["l.tar"` + strings.Repeat(`,""`, 1_390_000) + `]}]`}}, 600 << 20},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			source := fromFile(t, tarOf(test.entries...), archive.Options{})
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			v := &counter{}
			if err := source.Sweep(t.Context(), v); err != nil {
				t.Fatal(err)
			}
			runtime.ReadMemStats(&after)
			if v.bytes == 0 {
				t.Error("nothing is given")
			}
			if took := after.TotalAlloc - before.TotalAlloc; took > test.most {
				t.Errorf("took %d MiB, want %d at most", took>>20, test.most>>20)
			}
		})
	}
}

// counter keeps nothing of what a source gives.
type counter struct {
	notes
	bytes int
}

func (c *counter) Chunk(d *detectors.Chunk) { c.bytes += len(d.Data) }
func (c *counter) LeftOut(scanner.LeftOut)  {}

// TestManyLinksInImages has more links than an archive may have files.
func TestManyLinksInImages(t *testing.T) {
	entries := oci(plain, twoLayers)
	for n := range 100 {
		entries = append(entries, entry{name: fmt.Sprint(n), kind: tar.TypeSymlink, link: "a"})
	}
	got := sweep(t, fromFile(t, tarOf(entries...), archive.Options{Limits: archive.Limits{Members: 50}}))
	if want := []string{"image.tar: too many files for images: unpacked no further"}; !slices.Equal(got.problems, want) {
		t.Errorf("problems %q, want %q", got.problems, want)
	}
}

// TestFilesThatLinksHide has files of an archive of images that have a link's name: their texts are given, whatever unpacking would leave of them.
func TestFilesThatLinksHide(t *testing.T) {
	file, link := entry{name: "n", text: "own"}, entry{name: "n", kind: tar.TypeSymlink, link: "oci-layout"}
	tests := []struct {
		name    string
		entries []entry
	}{
		{"file and link", []entry{file, link}},
		{"link and file", []entry{link, file}},
		{"links and file", []entry{link, link, file}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := sweep(t, fromStdin(tarOf(append(oci(plain, twoLayers), test.entries...)...)))
			if got.others["n"] != "own" {
				t.Errorf("got %q, want the file's own text", got.others["n"])
			}
			if len(got.problems) > 0 {
				t.Errorf("problems %q", got.problems)
			}
		})
	}
}

// TestImageThatIsCutOff wants what comes before, as of any other archive.
func TestImageThatIsCutOff(t *testing.T) {
	random := make([]byte, 20<<20) // more than is kept in memory
	_, _ = rand.NewChaCha8([32]byte{1}).Read(random)
	for _, size := range []int{1 << 10, len(random)} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			packed := gzipped(tarOf(oci(plain, built{layers: [][]byte{layerOf("a=x"), layerOf("b=" + string(random[:size]))}})...))
			got := sweep(t, fromStdin(packed[:len(packed)-size/2]))
			if !slices.Contains(slices.Collect(maps.Values(got.others)), "x") {
				t.Error("what comes before isn't given")
			}
			if !slices.Contains(got.problems, "stdin: it is cut off") {
				t.Errorf("problems %q, want one that says that it is cut off", got.problems)
			}
		})
	}
}

// TestDeepNamesInLayers has names of very many folders, which take as long as others.
func TestDeepNamesInLayers(t *testing.T) {
	var lower, upper []string
	for n := range 20 {
		lower = append(lower, strings.Repeat("d/", 400_000)+fmt.Sprint(n, "=x"))
		upper = append(upper, fmt.Sprint(n, "=y"))
	}
	start := time.Now()
	got := sweep(t, fromStdin(tarOf(oci(plain, built{layers: [][]byte{layerOf(lower...), layerOf(upper...)}})...)))
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
	if len(got.problems) != len(lower) || len(got.layered) != len(upper) {
		t.Errorf("%d problems, %d files; want %d of each", len(got.problems), len(got.layered), len(lower))
	}
}
