package archive

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Whiteouts are empty files that stand for the removal of what lower layers have
// (https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts).
const (
	whiteout = ".wh."
	opaque   = ".wh..wh..opq" // removes all that lower layers have in its folder
)

func isWhiteout(name string) bool { return strings.HasPrefix(path.Base(name), whiteout) }

// overlay has what layers hide of those below them, whichever images they are in.
type overlay struct {
	hiders map[string][]hider // by the path of what they hide
	size   int                // bytes of memory, roughly
	looked int                // hiders that were looked at, and paths
}

// hider is a layer that hides what is at a path.
type hider struct {
	layer string // its file
	what  hidden
}

type hidden uint8

const (
	itself hidden = 1 << iota // a file that is there
	inside                    // all that is in a folder
)

// mostHiding bounds an overlay. An entry takes about hiderSize bytes and its name.
const (
	mostHiding = 256 << 20
	hiderSize  = 128
)

// mostLooked bounds the time that looking up takes, to half a minute. Only where thousands
// of layers hide the same is there as much to look at.
const mostLooked = 1 << 28

// note takes an entry of a layer: a whiteout, or what takes the place of what is below. Of
// a folder that another one is put over, nothing is hidden but by the entries within.
func (o *overlay) note(layer, name string, folder bool) error {
	dir, base := path.Split(name)
	dir = strings.TrimSuffix(dir, "/")
	removed, isWhiteout := strings.CutPrefix(base, whiteout)
	what := itself | inside
	switch {
	case base == opaque:
		name, what = dir, inside
	case isWhiteout:
		name = path.Join(dir, removed)
	case folder:
		what = itself
	}
	known := o.hiders[name]
	if last := len(known) - 1; last >= 0 && known[last].layer == layer {
		known[last].what |= what
		return nil
	}
	if o.size += len(name) + hiderSize; o.size > mostHiding {
		return fmt.Errorf("too many files in the layers of images: %w", errLimit)
	}
	if o.hiders == nil {
		o.hiders = map[string][]hider{}
	}
	o.hiders[name] = append(known, hider{layer, what})
	return nil
}

// gone gives the number of the layer that first hides a file of one of an image's layers,
// and 0 if none does.
func (o *overlay) gone(name string, i *image, layer int) (first int, err error) {
	look := func(path string, what hidden) {
		o.looked += 1 + len(path)/64 + len(o.hiders[path])
		if o.looked > mostLooked {
			err = fmt.Errorf("too many layers that hide the same: %w", errLimit)
			return
		}
		for _, h := range o.hiders[path] {
			if h.what&what == 0 {
				continue
			}
			if n := i.above(layer, h.layer); n > 0 && (first == 0 || n < first) {
				first = n
			}
		}
	}
	look(name, itself)
	look("", inside)
	for end, c := range name {
		if c == '/' {
			look(name[:end], inside)
		}
	}
	return first, err
}

// above gives the lowest number above another one that a layer has, and 0 if it has none.
func (i *image) above(number int, layer string) int {
	numbers := i.numbers[layer]
	if n, _ := slices.BinarySearch(numbers, number+1); n < len(numbers) {
		return numbers[n]
	}
	return 0
}
