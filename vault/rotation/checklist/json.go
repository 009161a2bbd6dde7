package checklist

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/secretsweep/secretsweep/internal/printable"
)

// writeJSON writes all of a list.
func writeJSON(w io.Writer, l List) error {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(l); err != nil {
		return err
	}
	_, err := w.Write(printable.JSON(buf.Bytes()))
	return err
}
