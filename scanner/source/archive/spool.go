package archive

import (
	"bytes"
	"io"
	"os"
)

// mostInMemory is how long a text may be that is kept in memory to be read from anywhere.
// A longer one is kept in a temporary file, which nobody else may read.
const mostInMemory = 16 << 20

// spool reads all of a stream, so that it can be read from anywhere. The caller calls
// drop once it is done.
func spool(r io.Reader) (at io.ReaderAt, size int64, drop func(), err error) {
	var start bytes.Buffer
	n, err := io.CopyN(&start, r, mostInMemory+1)
	if err == io.EOF {
		return bytes.NewReader(start.Bytes()), n, func() {}, nil
	}
	if err != nil {
		return nil, 0, nil, err
	}
	f, err := os.CreateTemp("", "secretsweep-*")
	if err != nil {
		return nil, 0, nil, err
	}
	drop = func() {
		_ = f.Close()
		_ = os.Remove(f.Name()) // where an open file can't be removed
	}
	_ = os.Remove(f.Name()) // where it can: then nothing is left behind, whatever happens
	size, err = io.Copy(f, io.MultiReader(&start, r))
	if err != nil {
		drop()
		return nil, 0, nil, err
	}
	return f, size, drop, nil
}
