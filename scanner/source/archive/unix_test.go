//go:build !windows

package archive_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/scanner/source/archive"
)

// TestLayerWithoutPermission wants a problem that names the layer's file once.
func TestLayerWithoutPermission(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may read everything")
	}
	root := writeFolder(t, oci(plain, twoLayers))
	first := hexOf(twoLayers.layers[0])
	if err := os.Chmod(filepath.Join(root, "blobs", "sha256", first), 0); err != nil {
		t.Fatal(err)
	}
	got := sweep(t, archive.Layout(root, archive.Options{}))
	if diff := cmp.Diff([]string{first + ": layer 1 of 2: permission denied"}, got.problems); diff != "" {
		t.Errorf("problems: want (-), got (+):\n%s", diff)
	}
	if diff := cmp.Diff(inTwoLayers[2:], got.layered); diff != "" {
		t.Errorf("layers: want (-), got (+):\n%s", diff)
	}
}
