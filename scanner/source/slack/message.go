package slack

import (
	"encoding/json"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/scanner"
)

// give gives a message to the visitor: one text, with all that its readers see.
func (w *workspace) give(v scanner.Visitor, m message) {
	var fields struct {
		Text, User, TS string
		Thread         string `json:"thread_ts"`
	}
	_ = json.Unmarshal(m.raw, &fields)
	at := w.at(m, fields.TS, fields.Thread, fields.User)
	scanner.FeedBytes(v, detectors.Chunk{At: at}, []byte(fields.Text))
}
