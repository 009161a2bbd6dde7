// Package format reads and writes the files that configure programs. It reads what they
// assign, under which name, and exactly where.
//
// There is one reader for each format, in a file of its own. A reader never fails.
// What it can't make sense of it passes over, and goes on with the next line: a file
// that is broken, cut off or a template still says most of what it has to say. On a
// file without faults it gives what the format's specification says, which the tests
// hold against a parser of that format.
//
// A reader has a cursor (cursor.go): the text, where it is in that, and who gets the
// entries. clients.go and properties.go show how small one can be; those of documents
// whose values lie in tables and lists have a tree (outline.go), as json.go does. The
// shell's, Source, YAML, Dotenv and CSV still hold the text in ways of their own. A new
// one is added to the table of reader_test.go, which tries it on its own texts and on all
// that is nasty.
//
// Writers go the other way: from variables to a file of which a program's own reader
// makes the same variables. A writer does fail, if there is a value that its format has no
// way to write. Each is in a file of its own beside the reader, as dotenv_write.go.
//
// Readers do no I/O, take time and memory proportional to the text, and may run at the
// same time.
package format

import "iter"

// Reader gives what a text assigns, in the text's order.
type Reader func(text []byte) iter.Seq[Entry]

// Entry is a value, and what it is assigned to.
type Entry struct {
	// Path has the names that lead to the value from the document's root, its own
	// last: "services", "db", "environment", "DB_PASSWORD". An element of a list
	// has its number as its name: "0". It has at least one name and at most maxDepth,
	// and is the reader's own: it is valid until the next entry, and not to be changed.
	Path []string
	// Value is what a program gets to see, with escapes undone. References to
	// variables are left as they are.
	Value string
	// Start and End are where the value lies in the text, without quotes; the text
	// there is Value as long as nothing had to be undone. A block of lines begins at
	// the first one's first character past the indentation.
	Start, End int
	Style      Style
	Tag        string // a YAML tag, such as "!vault"; else ""
	Document   int    // which of a stream's documents, from 0
	Comment    bool   // it is commented out
}

// Name is what the value is assigned to: the last part of the path.
func (e *Entry) Name() string { return e.Path[len(e.Path)-1] }

// Style is how a value is written.
type Style uint8

const (
	Bare    Style = iota // without quotes
	Quoted               // in quotes between which references to variables may stand
	Literal              // in quotes between which all stands for itself
	Block                // lines that belong together: a here document, a YAML block
)

// maxDepth is how many levels of nesting are told apart. What lies deeper is read as if
// it lay there.
const maxDepth = 100
