package importers

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"os"
)

// Format is a kind of file that secrets are imported from.
type Format struct {
	Name  string // as it is asked for, and Item.From
	About string // what it is, for people
	// Accepts tells from its path and its text whether a file is of that format. Of several
	// formats that accept a file, the first of [Formats] is taken.
	Accepts func(path string, text []byte) bool
	// Read gives the items. An error says what is wrong, and begins with the line.
	Read func(path string, text []byte) ([]Item, error)
}

// Formats gives all formats, the more particular ones first.
func Formats() []Format {
	return []Format{
		dotenv(),
		ci(),
		gitleaks(), trufflehog(), detectSecrets(),
		doppler(), infisical(), keyValue(), secretsManager(), parameterStore(),
		github(), gitlab(),
		kubernetes(),
		genericJSON(), genericYAML(), genericTOML(), table(),
	}
}

// File is a file that items are read from.
type File struct {
	path   string
	text   []byte
	format Format
}

var _ Importer = (*File)(nil)

// maxFile is the size in bytes beyond which a file is no list of secrets.
const maxFile = 64 << 20

// Open reads a file. Its format is told from it, unless one is named.
func Open(path, format string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return Read(path, f, format)
}

// Read is [Open] for a file that is open already.
func Read(path string, r io.Reader, format string) (*File, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", path, err)
	case len(text) > maxFile:
		return nil, fmt.Errorf("%s: it is larger than %d MB", path, maxFile>>20)
	case bytes.HasPrefix(text, []byte("\xff\xfe")), bytes.HasPrefix(text, []byte("\xfe\xff")):
		return nil, fmt.Errorf("%s:1: it is UTF-16: save it as UTF-8", path)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	for _, f := range Formats() {
		if f.Name == format || format == "" && f.Accepts(path, text) {
			return &File{path, text, f}, nil
		}
	}
	if format != "" {
		return nil, &UnknownFormatError{Name: format}
	}
	return nil, &UnknownFormatError{Path: path}
}

// UnknownFormatError says that there is no such format, or that a file is of none.
type UnknownFormatError struct{ Name, Path string }

func (e *UnknownFormatError) Error() string {
	if e.Name != "" {
		return fmt.Sprintf("there is no format %q", e.Name)
	}
	return fmt.Sprintf("%s: nothing tells what format it has", e.Path)
}

// Format gives the name of the file's format.
func (f *File) Format() string { return f.format.Name }

// Items gives the items in the order of the file.
func (f *File) Items(context.Context) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		items, err := f.format.Read(f.path, f.text)
		if err != nil {
			yield(Item{}, fmt.Errorf("%s:%w", f.path, err))
			return
		}
		for _, item := range items {
			item.From = f.format.Name
			if !yield(item, nil) {
				return
			}
		}
	}
}
