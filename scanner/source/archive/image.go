package archive

import (
	"archive/tar"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner"
)

// files are those of container images: in a tar archive, or in a folder.
type files interface {
	// list gives the names of all, in order.
	list() []string
	// target gives the name by which a file is listed that links may lead to.
	target(name string) string
	// open gives one of them, and must be told when it is done. Its error is
	// [errAbsent] if there is no such file.
	open(name string) (*io.SectionReader, func(), error)
	// around is the chunk of the archive in which the files of a layer lie, without text.
	around(layer string) detectors.Chunk
	// chunk is that of a file as a text of its own, without it.
	chunk(name string) detectors.Chunk
}

var errAbsent = errors.New("it is not there")

// images gives what images consist of, layer by layer, and then what is in no layer. A
// file that a later layer removes is in the image all the same. Of a layer that several
// images have, what hides its files is that of the first one.
func (u *unpacker) images(all files, list []image) error {
	s := &stack{unpacker: u, all: all, read: map[string]bool{}, upper: map[string]bool{}}
	configs := map[string]bool{}
	for _, i := range list {
		configs[i.config] = true
		for _, l := range i.layers[1:] {
			s.upper[l.file] = true
		}
	}
	for _, i := range list {
		if err := s.layers(&i); err != nil {
			return err
		}
	}
	for _, name := range all.list() {
		if s.read[name] {
			continue
		}
		c := all.chunk(name)
		if configs[name] {
			c.At.Field = "configuration"
			for _, name := range c.Names {
				if path.Ext(name) != ".json" {
					c.Names = append(c.Names, name+".json") // a blob has no ending
				}
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
	if err := u.ctx.Err(); err != nil {
		return err
	}
	if u.options.Filter.Excludes(c.At.Name()) {
		u.LeftOut(scanner.LeftOut{Reason: scanner.Filtered, What: scanner.NameOf(&c.At)})
		return nil
	}
	section, done, err := all.open(name)
	if err != nil {
		u.problem(&c, err)
		return nil
	}
	defer done()
	if err := u.budget.member(); err != nil {
		return err
	}
	return u.feed(c, section, section.Size())
}

// stack reads the layers of images.
type stack struct {
	*unpacker
	all     files
	read    map[string]bool // the files that were tried: false for what is no layer
	upper   map[string]bool // the files of layers that have others below them
	overlay overlay
}

// layers gives an image's layers that weren't given before, the last one first: so it is
// known of each file which layer above hides it.
func (s *stack) layers(i *image) error {
	for n := len(i.layers); n > 0; n-- {
		l := i.layers[n-1]
		if _, tried := s.read[l.file]; tried {
			continue
		}
		s.read[l.file] = true
		c := s.all.around(l.file)
		c.At.Layer = &place.Layer{Number: n, Of: len(i.layers), Digest: l.digest, Command: l.command}
		err := s.layer(i, l, &c)
		if err != nil {
			err = fmt.Errorf("layer %d of %d: %w", n, len(i.layers), err)
		}
		switch {
		case errors.Is(err, errLimit), s.ctx.Err() != nil:
			return err
		case errors.Is(err, errNoLayer): // a signature, or a statement about how it was built
			s.read[l.file] = false
		case errors.Is(err, errAbsent) && l.elsewhere:
			s.LeftOut(scanner.LeftOut{Reason: scanner.Absent, What: scanner.NameOf(&c.At) + ", layer " + l.digest})
		case err != nil:
			s.problem(&c, err)
		}
	}
	return nil
}

var errNoLayer = errors.New("no tar archive")

// layer gives the files of one layer.
func (s *stack) layer(i *image, l layer, c *detectors.Chunk) error {
	section, done, err := s.all.open(l.file)
	if err != nil {
		return err
	}
	defer done()
	head := make([]byte, 512)
	n, _ := section.ReadAt(head, 0)
	r := io.Reader(section)
	if k, open := kindOf(head[:n]); k == compressed {
		plain, err := s.budget.open(open, section)
		if err != nil {
			return fmt.Errorf("decompress: %w", cutOff(err))
		}
		defer plain.Close()
		r = plain
	}
	text := bufio.NewReader(s.metered(r))
	if head, err := text.Peek(512); len(head) == 0 && !errors.Is(err, io.EOF) {
		return err
	} else if !isTar(head) && !isBlank(head) {
		return errNoLayer
	}
	return s.eachTarred(text, func(h *tar.Header, r io.Reader) error {
		name, _ := cleanName(h.Name)
		if len(name) > mostName {
			return s.tarred(c, h, r) // nothing is looked up for it
		}
		if s.upper[l.file] {
			if err := s.overlay.note(l.file, name, h.Typeflag == tar.TypeDir); err != nil {
				return err
			}
		}
		if isWhiteout(name) && h.Size == 0 {
			return nil
		}
		in := *c
		gone, err := s.overlay.gone(name, i, c.At.Layer.Number)
		if err != nil {
			return err
		}
		if gone > 0 {
			hidden := *c.At.Layer
			hidden.Gone = gone
			in.At.Layer = &hidden
		}
		return s.tarred(&in, h, r)
	})
}

// isBlank tells whether a block of a tar archive is its end.
func isBlank(head []byte) bool { return len(bytes.Trim(head, "\x00")) == 0 }
