package odb

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/klauspost/compress/zlib"
)

// listLoose lists the loose objects of an objects folder.
func (db *DB) listLoose(folder string, hashSize int) (list, error) {
	var ids []byte
	for lead := range 256 {
		dir := filepath.Join(folder, fmt.Sprintf("%02x", lead))
		files, err := os.ReadDir(dir) // in order
		if isGone(err) {
			continue
		}
		if err != nil {
			db.problem(dir, err)
		}
		for _, f := range files {
			rest, err := hex.DecodeString(f.Name())
			if err != nil || len(rest) != hashSize-1 || hex.EncodeToString(rest) != f.Name() {
				continue // a temporary file
			}
			ids = append(append(ids, byte(lead)), rest...)
		}
	}
	if len(ids) == 0 {
		return list{}, nil
	}
	number, err := db.addSource(&source{path: folder, count: len(ids) / hashSize})
	return list{source: number, ids: ids}, err
}

// loosePath is where an object lies in an objects folder.
func loosePath(folder string, id []byte) string {
	name := hex.EncodeToString(id)
	return filepath.Join(folder, name[:2], name[2:])
}

// openLoose opens a loose object.
func openLoose(path string) (*content, Type, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, Unknown, err
	}
	c, typ, err := readLoose(file)
	if err != nil {
		_ = file.Close()
		return nil, Unknown, err
	}
	c.closer = file
	return c, typ, nil
}

// readLoose reads a loose object's header: its type, its size and a zero byte, at
// the start of the zlib stream.
func readLoose(r io.Reader) (*content, Type, error) {
	z, err := zlib.NewReader(bufio.NewReader(r))
	if err != nil {
		return nil, Unknown, unexpected(err)
	}
	const longest = len("commit ") + 19 + 1
	head := make([]byte, 0, longest)
	for {
		if len(head) == longest {
			return nil, Unknown, errors.New("header is too long")
		}
		if _, err := io.ReadFull(z, head[len(head):len(head)+1]); err != nil {
			return nil, Unknown, fmt.Errorf("header: %w", unexpected(err))
		}
		head = head[:len(head)+1]
		if head[len(head)-1] == 0 {
			break
		}
	}
	name, digits, _ := bytes.Cut(head[:len(head)-1], []byte(" "))
	size, err := strconv.ParseUint(string(digits), 10, 63)
	typ := parseType(name)
	if err != nil || typ == Unknown {
		return nil, Unknown, errors.New("header is not a type and a size")
	}
	return &content{zlib: z, size: int64(size), left: int64(size)}, typ, nil
}
