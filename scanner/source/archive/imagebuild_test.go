package archive_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/archive"
	"github.com/secretsweep/secretsweep/scanner/source/dir"
)

// entry is one of a tar archive; a file, if it is of no other type.
type entry struct {
	name, text string
	kind       byte
	link       string
}

func tarOf(entries ...entry) []byte {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Typeflag: e.kind, Linkname: e.link, Size: int64(len(e.text)), Mode: 0o644}
		if err := w.WriteHeader(h); err != nil {
			panic(err)
		}
		if _, err := io.WriteString(w, e.text); err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// layerOf makes a layer of lines such as "etc/passwd=text", "etc/" for a folder,
// "bin -> usr/bin" for a symbolic link and "b == a" for a hard one.
func layerOf(lines ...string) []byte {
	var entries []entry
	for _, line := range lines {
		e := entry{name: line}
		if name, target, ok := strings.Cut(line, " -> "); ok {
			e = entry{name: name, kind: tar.TypeSymlink, link: target}
		} else if name, target, ok := strings.Cut(line, " == "); ok {
			e = entry{name: name, kind: tar.TypeLink, link: target}
		} else if name, text, ok := strings.Cut(line, "="); ok {
			e = entry{name: name, text: text}
		} else if strings.HasSuffix(line, "/") {
			e.kind = tar.TypeDir
		}
		entries = append(entries, e)
	}
	return tarOf(entries...)
}

func plain(text []byte) []byte { return text }

func gzipped(text []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(text)
	_ = w.Close()
	return out.Bytes()
}

func zstandard(text []byte) []byte {
	w, err := zstd.NewWriter(nil)
	if err != nil {
		panic(err)
	}
	return w.EncodeAll(text, nil)
}

func inZip(name string, text []byte) []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	w, err := z.Create(name)
	if err != nil {
		panic(err)
	}
	_, _ = w.Write(text)
	_ = z.Close()
	return out.Bytes()
}

func hexOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func jsonOf(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

type object map[string]any

// built is an image to be written in some form.
type built struct {
	layers   [][]byte
	commands []string // what made the layers; of what made none, it begins with "#"
	tags     []string
}

func (b built) config() string {
	var history []object
	for _, c := range b.commands {
		history = append(history, object{"created_by": c, "empty_layer": strings.HasPrefix(c, "#")})
	}
	var ids []string
	for _, l := range b.layers {
		ids = append(ids, "sha256:"+hexOf(l))
	}
	return jsonOf(object{"os": "linux", "history": history, "rootfs": object{"type": "layers", "diff_ids": ids}})
}

// writer collects the files of an archive of images, each once.
type writer struct {
	entries []entry
	known   map[string]bool
}

func (w *writer) add(e entry) {
	if w.known == nil {
		w.known = map[string]bool{}
	}
	if !w.known[e.name] {
		w.known[e.name] = true
		w.entries = append(w.entries, e)
	}
}

func (w *writer) blob(text []byte) object {
	w.add(entry{name: "blobs/sha256/" + hexOf(text), text: string(text)})
	return object{"digest": "sha256:" + hexOf(text), "size": len(text)}
}

// form is how a program writes images, with layers that are packed.
type form func(pack func([]byte) []byte, images ...built) []entry

// oldDocker is "docker save" before version 25: a folder for each layer.
func oldDocker(_ func([]byte) []byte, images ...built) []entry {
	var w writer
	var list []object
	for n, b := range images {
		var files []string
		where := map[string]string{}
		for i, l := range b.layers {
			id := hexOf(fmt.Append(nil, n, i))
			w.add(entry{name: id + "/", kind: tar.TypeDir})
			w.add(entry{name: id + "/VERSION", text: "1.0"})
			w.add(entry{name: id + "/json", text: jsonOf(object{"id": id})})
			if first, again := where[hexOf(l)]; again {
				w.add(entry{name: id + "/layer.tar", kind: tar.TypeSymlink, link: "../" + first + "/layer.tar"})
			} else {
				w.add(entry{name: id + "/layer.tar", text: string(l)})
				where[hexOf(l)] = id
			}
			files = append(files, id+"/layer.tar")
		}
		config := hexOf([]byte(b.config())) + ".json"
		w.add(entry{name: config, text: b.config()})
		list = append(list, object{"Config": config, "RepoTags": b.tags, "Layers": files})
	}
	w.add(entry{name: "manifest.json", text: jsonOf(list)})
	w.add(entry{name: "repositories", text: "{}"})
	return w.entries
}

// podman is "podman save" in docker's form: layers by their digests, and links to them.
func podman(_ func([]byte) []byte, images ...built) []entry {
	var w writer
	var list []object
	for n, b := range images {
		var files []string
		for i, l := range b.layers {
			id := hexOf(fmt.Append(nil, n, i))
			w.add(entry{name: hexOf(l) + ".tar", text: string(l)})
			w.add(entry{name: id + "/VERSION", text: "1.0"})
			w.add(entry{name: id + "/layer.tar", kind: tar.TypeSymlink, link: "../" + hexOf(l) + ".tar"})
			files = append(files, hexOf(l)+".tar")
		}
		config := hexOf([]byte(b.config())) + ".json"
		w.add(entry{name: config, text: b.config()})
		list = append(list, object{"Config": config, "RepoTags": b.tags, "Layers": files})
	}
	w.add(entry{name: "manifest.json", text: jsonOf(list)})
	return w.entries
}

// crane is what crane, kaniko and their kin write: packed layers, and no folders.
func crane(pack func([]byte) []byte, images ...built) []entry {
	var w writer
	var list []object
	for _, b := range images {
		config := "sha256:" + hexOf([]byte(b.config()))
		w.add(entry{name: config, text: b.config()})
		var files []string
		for _, l := range b.layers {
			packed := pack(l)
			w.add(entry{name: hexOf(packed) + ".tar.gz", text: string(packed)})
			files = append(files, hexOf(packed)+".tar.gz")
		}
		list = append(list, object{"Config": config, "RepoTags": b.tags, "Layers": files})
	}
	w.add(entry{name: "manifest.json", text: jsonOf(list)})
	return w.entries
}

// oci is an OCI archive, of skopeo, buildx or podman.
func oci(pack func([]byte) []byte, images ...built) []entry {
	w := writer{}
	var list []object
	for _, b := range images {
		var layers []object
		for _, l := range b.layers {
			layers = append(layers, w.blob(pack(l)))
		}
		manifest := w.blob([]byte(jsonOf(object{"schemaVersion": 2, "config": w.blob([]byte(b.config())), "layers": layers})))
		manifest["mediaType"] = "application/vnd.oci.image.manifest.v1+json"
		for range max(1, len(b.tags)) {
			list = append(list, manifest)
		}
	}
	w.add(entry{name: "index.json", text: jsonOf(object{"schemaVersion": 2, "manifests": list})})
	w.add(entry{name: "oci-layout", text: `{"imageLayoutVersion":"1.0.0"}`})
	return w.entries
}

// newDocker is "docker save" since version 25: an OCI archive with docker's list.
func newDocker(pack func([]byte) []byte, images ...built) []entry {
	w := writer{entries: []entry{{name: "blobs/", kind: tar.TypeDir}, {name: "blobs/sha256/", kind: tar.TypeDir}}}
	for _, e := range oci(pack, images...) {
		w.add(e)
	}
	var list []object
	for _, b := range images {
		var files []string
		for _, l := range b.layers {
			files = append(files, "blobs/sha256/"+hexOf(pack(l)))
		}
		list = append(list, object{"Config": "blobs/sha256/" + hexOf([]byte(b.config())), "RepoTags": b.tags, "Layers": files})
	}
	w.add(entry{name: "manifest.json", text: jsonOf(list)})
	return w.entries
}

// notes keeps what a source gives.
type notes struct {
	mu       sync.Mutex
	layered  []string // texts in layers: "1/2 path=text", and what else is known of them
	digests  []string
	others   map[string]string // further texts, by member or path
	fields   map[string]string
	problems []string
	leftOut  []string
	names    []string
}

func (n *notes) Chunk(c *detectors.Chunk) {
	n.mu.Lock()
	defer n.mu.Unlock()
	name := c.At.Member
	if name == "" {
		name = c.At.Path
	}
	text := string(c.Data)
	n.names = append(n.names, c.Names...)
	l := c.At.Layer
	if l == nil {
		if _, twice := n.others[name]; twice && c.From == 0 {
			name += " again"
		}
		n.others[name] += text
		n.fields[name] = c.At.Field
		return
	}
	s := fmt.Sprintf("%d/%d %s=%s", l.Number, l.Of, name, text)
	if l.Gone > 0 {
		s += fmt.Sprintf(", gone in %d", l.Gone)
	}
	if l.Command != "" {
		s += ", by " + l.Command
	}
	n.layered = append(n.layered, s)
	n.digests = append(n.digests, l.Digest)
}

func (n *notes) Unpack(scanner.PackedText) bool { return false }

func (n *notes) Problem(p scanner.Problem) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.problems = append(n.problems, filepath.Base(p.What)+": "+p.Err.Error())
}

func (n *notes) LeftOut(l scanner.LeftOut) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.leftOut = append(n.leftOut, string(l.Reason)+": "+path.Base(l.What))
}

func (n *notes) Source(string, scanner.Source) { panic("a source in an image") }
func (n *notes) Count(scanner.Counter, int64)  {}
func (n *notes) Progress(string, int64, int64) {}
func (n *notes) sweep(s scanner.Source) (_ *notes, err error) {
	n.others, n.fields = map[string]string{}, map[string]string{}
	err = s.Sweep(context.Background(), n)
	slices.Sort(n.layered)
	slices.Sort(n.problems)
	slices.Sort(n.leftOut)
	return n, err
}

func sweep(t testing.TB, s scanner.Source) *notes {
	t.Helper()
	n, err := new(notes).sweep(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// onlyReader can't be read from anywhere.
type onlyReader struct{ io.Reader }

// fromStdin is an archive that comes as a stream.
func fromStdin(text []byte) scanner.Source {
	return archive.Unpacking(dir.Stdin(onlyReader{bytes.NewReader(text)}), archive.Options{})
}

// fromFile is an archive on disk.
func fromFile(t testing.TB, text []byte, o archive.Options) scanner.Source {
	t.Helper()
	name := filepath.Join(t.TempDir(), "image.tar")
	if err := os.WriteFile(name, text, 0o666); err != nil {
		t.Fatal(err)
	}
	return archive.Unpacking(dir.New(dir.Options{Root: name}), o)
}

// writeFolder unpacks files into a new folder.
func writeFolder(t testing.TB, entries []entry) string {
	t.Helper()
	root := t.TempDir()
	for _, e := range entries {
		name := filepath.Join(root, filepath.FromSlash(e.name))
		if e.kind == tar.TypeDir {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(e.text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return root
}
