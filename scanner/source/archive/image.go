package archive

import (
	"archive/tar"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner"
)

// files are those of a container image: in a tar archive, or in a folder.
type files interface {
	// list gives the names of all, in order.
	list() []string
	// open gives one of them, and must be told when it is done. Its error is
	// [errAbsent] if there is no such file.
	open(name string) (*io.SectionReader, func(), error)
	// around is the chunk of the archive in which the files of a layer lie, without text.
	around(layer string) detectors.Chunk
	// chunk is that of a file as a text of its own, without it.
	chunk(name string) detectors.Chunk
}

var errAbsent = errors.New("it is not there")

// images gives what images consist of, layer by layer, with what is in no layer. A file
// that a later layer removes is in the image all the same.
func (u *unpacker) images(all files) error {
	list, err := imagesOf(all, u)
	if err != nil {
		return err
	}
	given := map[string]bool{}
	configs := map[string]bool{}
	for _, i := range list {
		configs[i.config] = true
		if err := u.layers(all, i, given); err != nil {
			return err
		}
	}
	for _, name := range all.list() {
		if given[name] {
			continue
		}
		c := all.chunk(name)
		if configs[name] {
			c.At.Field = "configuration"
			for n := range c.Names {
				c.Names[n] = strings.TrimSuffix(c.Names[n], ".json") + ".json" // a blob has no ending
			}
		}
		if err := u.file(all, name, c); err != nil {
			return err
		}
	}
	return nil
}

// file gives a file of an image as a text of its own.
func (u *unpacker) file(all files, name string, c detectors.Chunk) error {
	section, done, err := all.open(name)
	if err != nil {
		u.problem(&c, err)
		return u.ctx.Err()
	}
	defer done()
	if err := u.budget.member(); err != nil {
		return err
	}
	return u.feed(c, section, section.Size())
}

// layers gives an image's layers that weren't given before, the last one first: so it is
// known of each file which layer above hides it.
func (u *unpacker) layers(all files, i image, given map[string]bool) error {
	above := overlay{}
	for n := len(i.layers) - 1; n >= 0; n-- {
		l := i.layers[n]
		if given[l.file] {
			continue
		}
		given[l.file] = true
		c := all.around(l.file)
		c.At.Layer = &place.Layer{Number: n + 1, Of: len(i.layers), Digest: l.digest, Command: l.command}
		err := u.layer(all, l, &c, above)
		switch {
		case errors.Is(err, errLimit), u.ctx.Err() != nil:
			return err
		case errors.Is(err, errNoLayer): // a signature, or a statement about how it was built
			given[l.file] = false
		case errors.Is(err, errAbsent) && l.elsewhere:
			u.LeftOut(scanner.LeftOut{Reason: scanner.Absent, What: scanner.NameOf(&c.At) + ", layer " + l.digest})
		case err != nil:
			u.problem(&c, fmt.Errorf("layer %d of %d: %w", n+1, len(i.layers), err))
		}
	}
	return nil
}

var errNoLayer = errors.New("no tar archive")

// layer gives the files of one layer.
func (u *unpacker) layer(all files, l layer, c *detectors.Chunk, above overlay) error {
	section, done, err := all.open(l.file)
	if err != nil {
		return err
	}
	defer done()
	head := make([]byte, 512)
	n, _ := section.ReadAt(head, 0)
	r := io.Reader(section)
	if k, open := kindOf(head[:n]); k == compressed {
		plain, err := open(section)
		if err != nil {
			return fmt.Errorf("decompress: %w", cutOff(err))
		}
		defer plain.Close()
		r = plain
	}
	text := bufio.NewReader(u.metered(r))
	if head, _ := text.Peek(512); !isTar(head) && !isBlank(head) {
		return errNoLayer
	}
	here := overlay{}
	err = u.eachTarred(text, func(h *tar.Header, r io.Reader) error {
		name, _ := cleanName(h.Name)
		if here.note(name, c.At.Layer.Number); isWhiteout(name) {
			return nil
		}
		in := *c
		if gone := above.hides(name); gone > 0 {
			hidden := *c.At.Layer
			hidden.Gone = gone
			in.At.Layer = &hidden
		}
		return u.tarred(&in, h, r)
	})
	for name, n := range here {
		above[name] = n
	}
	return err
}

// isBlank tells whether a block of a tar archive is its end.
func isBlank(head []byte) bool { return len(bytes.Trim(head, "\x00")) == 0 }

// Whiteouts are empty files that stand for the removal of what lower layers have
// (https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts).
const (
	whiteout = ".wh."
	opaque   = ".wh..wh..opq" // removes all that lower layers have in its folder
)

func isWhiteout(name string) bool { return strings.HasPrefix(path.Base(name), whiteout) }

// overlay has the numbers of layers by what they hide of the layers below: files and
// folders with all that is in them.
type overlay map[string]int

// note adds what a layer's entry hides. What a folder hides is in the entries within.
func (o overlay) note(name string, layer int) {
	folder, base := path.Split(name)
	switch {
	case base == opaque:
		o[folder] = layer
	case strings.HasPrefix(base, whiteout):
		o[folder+strings.TrimPrefix(base, whiteout)] = layer
		o[folder+strings.TrimPrefix(base, whiteout)+"/"] = layer
	default:
		o[name] = layer
	}
}

// hides gives the number of the layer that hides a file; 0 if none does.
func (o overlay) hides(name string) int {
	if n := o[name]; n > 0 {
		return n
	}
	for i, c := range name {
		if c == '/' && o[name[:i+1]] > 0 {
			return o[name[:i+1]]
		}
	}
	return 0
}
