package slack

import "github.com/secretsweep/secretsweep/scanner"

// give gives a message to the visitor: one text, with all that its readers see.
func (w *workspace) give(v scanner.Visitor, m message) {
	panic("slack: not written yet")
}
