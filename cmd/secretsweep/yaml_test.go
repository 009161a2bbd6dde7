package main

import (
	"os"
	"path/filepath"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestYAML reads what CI systems and pre-commit read of this repository.
func TestYAML(t *testing.T) {
	files := []string{"../../action.yml", "../../.pre-commit-hooks.yaml"}
	examples, err := filepath.Glob("../../docs/ci/*.yml")
	if err != nil || len(examples) == 0 {
		t.Fatalf("no examples for CI: %v", err)
	}
	for _, file := range append(files, examples...) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var got any
			if err := yaml.Unmarshal(data, &got); err != nil {
				t.Fatal(err)
			}
			if got == nil {
				t.Error("nothing in it")
			}
		})
	}
}
