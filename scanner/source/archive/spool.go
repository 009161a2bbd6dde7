package archive

import (
	"bytes"
	"io"
	"os"
)

// mostInMemory is how long a text may be that is kept in memory to be read from anywhere.
// A longer one is kept in a temporary file, which nobody else may read.
const mostInMemory = 16 << 20

// spool reads all of a stream, so that it can be read from anywhere. With an error comes
// what could be kept until then. The caller calls drop once it is done.
func spool(r io.Reader) (at io.ReaderAt, size int64, drop func(), err error) {
	var start bytes.Buffer
	n, err := io.CopyN(&start, r, mostInMemory+1)
	kept := bytes.NewReader(start.Bytes())
	if err == io.EOF {
		return kept, n, func() {}, nil
	}
	var f *os.File
	if err == nil {
		f, err = os.CreateTemp("", "secretsweep-*")
	}
	if err != nil {
		return kept, n, func() {}, err
	}
	drop = func() {
		_ = f.Close()
		_ = os.Remove(f.Name()) // where an open file can't be removed
	}
	_ = os.Remove(f.Name()) // where it can: then nothing is left behind, whatever happens
	size, err = io.Copy(f, io.MultiReader(&start, r))
	return f, size, drop, err
}
