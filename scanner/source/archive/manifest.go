package archive

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/secretsweep/secretsweep/scanner"
)

// image is one, by its files. It has a layer at least.
type image struct {
	config  string
	layers  []layer          // the lowest first
	numbers map[string][]int // of the layers, by their files
}

type layer struct {
	file      string
	digest    string // or what stands for it
	command   string // what made it
	elsewhere bool   // it may be kept by a registry alone
}

// Names of files that say what else there is.
const (
	dockerManifest = "manifest.json" // of "docker save"
	ociIndex       = "index.json"
	ociLayout      = "oci-layout"
)

// Bounds of what is read about images. An index, a manifest or a configuration is longer
// nowhere: registries take no more.
const (
	mostJSON   = 4 << 20
	mostLayers = 100_000 // of all images
	mostNested = 4       // lists of images in lists of images
)

// manifests reads which images there are.
type manifests struct {
	*unpacker
	all    files
	read   map[string]bool // documents, and configurations
	layers int
	images []image
}

// imagesOf reads which images there are, by the OCI's list
// (https://github.com/opencontainers/image-spec/blob/main/image-layout.md) and by docker's;
// newer versions of docker write both. There is one image for each configuration: it is
// what an image is known by. An image that is kept elsewhere, such as that for another
// platform, is left out.
func (u *unpacker) imagesOf(all files) []image {
	m := &manifests{unpacker: u, all: all, read: map[string]bool{}}
	if readJSON(all, ociLayout, &struct{}{}) == nil {
		if err := m.index(ociIndex, 0); err != nil {
			at := all.chunk(ociIndex)
			u.problem(&at, err)
		}
	}
	if err := m.docker(); err != nil {
		at := all.chunk(dockerManifest)
		u.problem(&at, err)
	}
	return m.images
}

// docker reads docker's list of images. Where there is no such list by that name, there
// may be something else.
func (m *manifests) docker() error {
	var list []struct {
		Config string
		Layers []string
	}
	if readJSON(m.all, dockerManifest, &list) != nil {
		return nil
	}
	for _, d := range list {
		var layers []layer
		for _, file := range d.Layers {
			layers = append(layers, layer{file: path.Clean(file), digest: digestOf(path.Clean(file))})
		}
		if err := m.add(path.Clean(d.Config), layers); err != nil {
			return err
		}
	}
	return nil
}

// digestOf gives the digest that a file of an image is named after, or that name.
func digestOf(file string) string {
	dir, base := path.Split(file)
	if algorithm, ok := strings.CutPrefix(dir, "blobs/"); ok {
		return strings.TrimSuffix(algorithm, "/") + ":" + base
	}
	if stem, _, _ := strings.Cut(file, ".tar"); isDigest(stem) {
		return "sha256:" + stem
	}
	return strings.TrimSuffix(file, "/layer.tar")
}

// isDigest tells whether a name is a SHA-256 digest in hexadecimal.
func isDigest(name string) bool {
	return len(name) == 64 && strings.Trim(name, "0123456789abcdef") == ""
}

// descriptor says which file something is, in the OCI's documents.
type descriptor struct {
	MediaType string `json:"mediaType"`
	Digest    string `json:"digest"`
}

func (d descriptor) file() string { return "blobs/" + strings.Replace(d.Digest, ":", "/", 1) }

// isManifest tells whether it is an image's, or a list of these. A build's cache lists
// layers, too.
func (d descriptor) isManifest() bool {
	return d.MediaType == "" || strings.Contains(d.MediaType, "manifest") || strings.Contains(d.MediaType, "index")
}

// isElsewhere tells whether a layer may be one that must not be passed on.
func (d descriptor) isElsewhere() bool {
	return strings.Contains(d.MediaType, "foreign") || strings.Contains(d.MediaType, "nondistributable")
}

// index reads the OCI's list of images, or the manifest of one.
func (m *manifests) index(file string, depth int) error {
	if depth > mostNested {
		return errors.New("lists of images nested too deep")
	}
	if m.read[file] {
		return nil
	}
	m.read[file] = true
	var doc struct {
		Manifests []descriptor
		Config    *descriptor
		Layers    []descriptor
	}
	if err := readJSON(m.all, file, &doc); err != nil {
		return err
	}
	if doc.Config != nil {
		var layers []layer
		for _, d := range doc.Layers {
			layers = append(layers, layer{file: d.file(), digest: d.Digest, elsewhere: d.isElsewhere()})
		}
		if err := m.add(doc.Config.file(), layers); err != nil {
			return err
		}
	}
	for _, d := range doc.Manifests {
		if !d.isManifest() {
			continue
		}
		err := m.index(d.file(), depth+1)
		at := m.all.around(d.file())
		switch {
		case errors.Is(err, errAbsent):
			m.LeftOut(scanner.LeftOut{Reason: scanner.Absent, What: scanner.NameOf(&at.At) + ", image " + d.Digest})
		case err != nil:
			m.problem(&at, fmt.Errorf("image %s: %w", d.Digest, err))
		}
	}
	return nil
}

// add takes an image.
func (m *manifests) add(config string, layers []layer) error {
	config = m.all.target(config)
	if len(layers) == 0 || m.read[config] {
		return nil
	}
	m.read[config] = true
	if m.layers += len(layers); m.layers > mostLayers {
		return fmt.Errorf("images with more than %d layers", mostLayers)
	}
	i := image{config, layers, map[string][]int{}}
	for n := range layers {
		file := m.all.target(layers[n].file)
		layers[n].file = file
		i.numbers[file] = append(i.numbers[file], n+1)
	}
	if err := i.nameCommands(m.all); errors.Is(err, errAbsent) {
		at := m.all.around(config)
		m.problem(&at, fmt.Errorf("configuration of an image: %w", err))
	}
	m.images = append(m.images, i)
	return nil
}

// nameCommands says of each layer what made it, where the image's configuration tells. One
// that can't be understood is given as a text all the same.
func (i *image) nameCommands(all files) error {
	var config struct {
		History []struct {
			CreatedBy string `json:"created_by"`
			Empty     bool   `json:"empty_layer"`
		}
	}
	if err := readJSON(all, i.config, &config); err != nil {
		return err
	}
	n := 0
	for _, h := range config.History {
		if !h.Empty && n < len(i.layers) {
			i.layers[n].command = clip(h.CreatedBy)
			n++
		}
	}
	return nil
}

// clip gives a command's first line, and no more of it than tells what it is. A word is not
// cut: it may be a value that reports hide, which they know as a whole.
func clip(s string) string {
	line, _, more := strings.Cut(strings.TrimSpace(strings.ReplaceAll(s, "\t", " ")), "\n")
	const most = 200
	if len(line) > most {
		line, more = line[:strings.LastIndexByte(line[:most+1], ' ')+1], true
	}
	if more {
		line += "…"
	}
	return line
}

func readJSON(all files, name string, into any) error {
	section, done, err := all.open(name)
	if err != nil {
		return err
	}
	defer done()
	if section.Size() > mostJSON {
		return fmt.Errorf("%s: more than %d bytes", name, mostJSON)
	}
	text, err := io.ReadAll(section)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
