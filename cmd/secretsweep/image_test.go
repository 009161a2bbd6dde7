package main

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
)

// cmdImage writes a container image as "docker save" did before version 25. Each folder is
// a layer, the lowest first; one that isn't there is listed all the same.
func cmdImage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: image FILE CONFIG FOLDER…")
	}
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	add := func(name, text string) {
		ts.Check(w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text))}))
		_, err := io.WriteString(w, text)
		ts.Check(err)
	}
	var layers []string
	for n, folder := range args[2:] {
		name := "sha256:" + strconv.Itoa(n+1) + "/layer.tar"
		layers = append(layers, name)
		if _, err := os.Stat(ts.MkAbs(folder)); err != nil {
			continue
		}
		var layer bytes.Buffer
		l := tar.NewWriter(&layer)
		ts.Check(l.AddFS(os.DirFS(ts.MkAbs(folder))))
		ts.Check(l.Close())
		add(name, layer.String())
	}
	add("config.json", ts.ReadFile(args[1]))
	list, err := json.Marshal([]any{map[string]any{"Config": "config.json", "RepoTags": []string{"app:latest"}, "Layers": layers}})
	ts.Check(err)
	add("manifest.json", string(list))
	ts.Check(w.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), out.Bytes(), 0o666))
}
