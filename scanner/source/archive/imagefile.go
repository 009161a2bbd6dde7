package archive

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/scanner"
)

// mayBeImage tells by how a tar archive begins whether it may be one of images: docker,
// podman, buildx, skopeo and crane begin with a file that is named after a digest, or with
// one of those that say what there is. There may be folders before it.
func mayBeImage(head []byte) bool {
	for t := tar.NewReader(bytes.NewReader(head)); ; {
		h, err := t.Next()
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return false
		}
		if name, _ := cleanName(h.Name); isNamedAsImage(name) {
			return true
		}
		if h.Typeflag != tar.TypeDir {
			return false
		}
	}
}

// imageHead is how much of a tar archive tells whether it may be one of images.
const imageHead = 4 << 10

func isNamedAsImage(name string) bool {
	for _, known := range []string{"blobs/", "sha256:", dockerManifest, ociIndex, ociLayout, "repositories"} {
		if strings.HasPrefix(name, known) {
			return true
		}
	}
	const digest = 64
	return len(name) >= digest && isDigest(name[:digest])
}

// tarFiles are the files of images in a tar archive.
type tarFiles struct {
	archive *detectors.Chunk
	text    io.ReaderAt
	names   []string
	spans   map[string]span
	links   map[string]string
}

// span is where a file lies in a tar archive.
type span struct{ start, size int64 }

// mostNamed bounds the memory that the names of an image's own files take, in bytes.
const mostNamed = 64 << 20

// filesIn gives the files of a tar archive; nil if it isn't one of images, or not such that
// each file can be told by its name: then it is read as any other.
func (u *unpacker) filesIn(archive *detectors.Chunk, text io.ReaderAt, size int64) (*tarFiles, error) {
	r := io.NewSectionReader(text, 0, size)
	all := &tarFiles{archive: archive, text: text, spans: map[string]span{}, links: map[string]string{}}
	named := 0
	for t := tar.NewReader(r); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			if u.blank(r) != nil {
				return nil, nil
			}
			return all, nil
		}
		if err := u.ctx.Err(); err != nil {
			return nil, err
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return nil, nil
		}
		name, inside := cleanName(h.Name)
		if named += len(name) + len(h.Linkname); named > mostNamed || len(all.names)+len(all.links) == u.budget.Members {
			return nil, fmt.Errorf("too many files for images: %w", errLimit)
		}
		_, isFile := all.spans[name]
		_, isLink := all.links[name]
		switch {
		case h.Typeflag == tar.TypeDir:
		case isFile, isLink:
			return nil, nil
		case h.Typeflag == tar.TypeSymlink:
			all.links[name] = path.Join(path.Dir(name), h.Linkname)
		case h.Typeflag == tar.TypeLink:
			all.links[name], _ = cleanName(h.Linkname)
		case !inside, len(name) > mostName, h.Typeflag != tar.TypeReg, isSparse(h):
			return nil, nil
		default:
			start, err := r.Seek(0, io.SeekCurrent)
			if err != nil {
				return nil, err
			}
			all.names = append(all.names, name)
			all.spans[name] = span{start, h.Size}
		}
	}
}

// isSparse tells whether a file has holes, so that it doesn't lie there as it is.
func isSparse(h *tar.Header) bool {
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return false
}

func (t *tarFiles) list() []string { return t.names }

// mostLinks is how many links may lead from one to the next. Those of docker and podman
// stand for a layer that is there by another name, and lead to it.
const mostLinks = 4

func (t *tarFiles) target(name string) string {
	for range mostLinks {
		to, ok := t.links[name]
		if !ok {
			break
		}
		name = to
	}
	return name
}

// leaveOutLinks tells of the links that lead nowhere.
func (t *tarFiles) leaveOutLinks(v scanner.Visitor) {
	for name := range t.links {
		if _, ok := t.spans[t.target(name)]; !ok {
			c := t.chunk(name)
			v.LeftOut(scanner.LeftOut{Reason: scanner.Special, What: scanner.NameOf(&c.At)})
		}
	}
}

func (t *tarFiles) open(name string) (*io.SectionReader, func(), error) {
	s, ok := t.spans[t.target(name)]
	if !ok {
		return nil, nil, fmt.Errorf("%s: %w", name, errAbsent)
	}
	return io.NewSectionReader(t.text, s.start, s.size), func() {}, nil
}

func (t *tarFiles) around(string) detectors.Chunk { return *t.archive }

func (t *tarFiles) chunk(name string) detectors.Chunk { return within(t.archive, name) }
