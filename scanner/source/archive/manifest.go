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

// image is one, by its files.
type image struct {
	config string
	layers []layer // the lowest first
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

// imagesOf reads which images there are, by docker's list or by the OCI's
// (https://github.com/opencontainers/image-spec/blob/main/image-layout.md). One of several
// platforms that is kept elsewhere is left out.
func imagesOf(all files, u *unpacker) ([]image, error) {
	images, err := dockerImages(all)
	if errors.Is(err, errAbsent) {
		images, err = ociImages(all, u)
	}
	if err != nil {
		return nil, err
	}
	for i := range images {
		images[i].nameCommands(all)
	}
	return images, nil
}

func dockerImages(all files) ([]image, error) {
	var list []struct {
		Config string
		Layers []string
	}
	if err := readJSON(all, dockerManifest, &list); err != nil {
		return nil, err
	}
	var images []image
	for _, m := range list {
		i := image{config: path.Clean(m.Config)}
		for _, file := range m.Layers {
			file = path.Clean(file)
			i.layers = append(i.layers, layer{file: file, digest: digestOf(file)})
		}
		images = append(images, i)
	}
	return images, nil
}

// digestOf gives the digest that a file of an image is named after, or that name.
func digestOf(file string) string {
	dir, base := path.Split(file)
	if algorithm, ok := strings.CutPrefix(dir, "blobs/"); ok {
		return strings.TrimSuffix(algorithm, "/") + ":" + base
	}
	return strings.TrimSuffix(file, "/layer.tar")
}

// descriptor says which file something is, in the OCI's documents.
type descriptor struct {
	MediaType string `json:"mediaType"`
	Digest    string `json:"digest"`
}

func (d descriptor) file() string { return "blobs/" + strings.Replace(d.Digest, ":", "/", 1) }

// mostNested bounds lists of images in lists of images.
const mostNested = 4

func ociImages(all files, u *unpacker) ([]image, error) {
	var images []image
	var read func(file string, depth int) error
	read = func(file string, depth int) error {
		var doc struct {
			Manifests []descriptor
			Config    *descriptor
			Layers    []descriptor
		}
		if err := readJSON(all, file, &doc); err != nil {
			return err
		}
		if doc.Config != nil {
			i := image{config: doc.Config.file()}
			for _, d := range doc.Layers {
				elsewhere := strings.Contains(d.MediaType, "foreign") || strings.Contains(d.MediaType, "nondistributable")
				i.layers = append(i.layers, layer{file: d.file(), digest: d.Digest, elsewhere: elsewhere})
			}
			images = append(images, i)
		}
		for _, d := range doc.Manifests {
			err := errors.New("lists of images nested too deep")
			if depth < mostNested {
				err = read(d.file(), depth+1)
			}
			at := all.around(d.file())
			switch {
			case errors.Is(err, errAbsent):
				u.LeftOut(scanner.LeftOut{Reason: scanner.Absent, What: scanner.NameOf(&at.At) + ", image " + d.Digest})
			case err != nil:
				u.problem(&at, fmt.Errorf("image %s: %w", d.Digest, err))
			}
		}
		return nil
	}
	return images, read(ociIndex, 0)
}

// nameCommands says of each layer what made it, where the image's configuration tells.
func (i *image) nameCommands(all files) {
	var config struct {
		History []struct {
			CreatedBy string `json:"created_by"`
			Empty     bool   `json:"empty_layer"`
		}
	}
	if readJSON(all, i.config, &config) != nil {
		return // who reads it as a text says why
	}
	n := 0
	for _, h := range config.History {
		if !h.Empty && n < len(i.layers) {
			i.layers[n].command = clip(strings.Join(strings.Fields(h.CreatedBy), " "))
			n++
		}
	}
}

// clip bounds a command, which may be a script.
func clip(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// mostJSON bounds a document about images.
const mostJSON = 16 << 20

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
