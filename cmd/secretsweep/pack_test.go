package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/testscript"
)

func cmdPack(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: pack ARCHIVE FILE…")
	}
	var out bytes.Buffer
	switch ext := filepath.Ext(args[0]); ext {
	case ".zip":
		w := zip.NewWriter(&out)
		for _, name := range args[1:] {
			member, err := w.Create(name)
			ts.Check(err)
			_, err = io.WriteString(member, ts.ReadFile(name))
			ts.Check(err)
		}
		ts.Check(w.Close())
	case ".tar", ".tgz":
		compressed := gzip.NewWriter(&out)
		to := io.Writer(&out)
		if ext == ".tgz" {
			to = compressed
		}
		w := tar.NewWriter(to)
		for _, name := range args[1:] {
			text := ts.ReadFile(name)
			ts.Check(w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(text))}))
			_, err := io.WriteString(w, text)
			ts.Check(err)
		}
		ts.Check(w.Close())
		if ext == ".tgz" {
			ts.Check(compressed.Close())
		}
	default:
		ts.Fatalf("pack %s: not a .zip, .tar or .tgz", args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), out.Bytes(), 0o666))
}
