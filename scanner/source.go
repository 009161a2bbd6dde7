// Package scanner is the pipe: sources give chunks, detectors find matches in
// them, matches are grouped by value, and sinks get one finding per value, in an
// order that depends on the input alone.
//
// What changes the result is a [Sink] around a Sink. They stand in this order:
// package ignore drops what nobody wants to hear of, package baseline marks what
// is known, and package report writes the rest.
package scanner

import (
	"context"
	"io"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
)

// Source is where bytes come from.
type Source interface {
	// Sweep gives everything there is to the visitor. It returns an error only
	// if it could not go on at all (or ctx ended); a part that it could not read
	// is a Problem, and the sweep goes on.
	Sweep(ctx context.Context, v Visitor) error

	// Locate says where the hits of a finished Sweep lie. It calls found any
	// number of times for each hit (by its number), from one goroutine; a hit
	// that has no place of its own (because it continues another one's) gets
	// none. Sources whose chunks are where they say they are embed Here.
	Locate(ctx context.Context, hits []Hit, found func(hit int, p place.Place)) error
}

// Visitor takes what a source gives. Its methods may be called from many
// goroutines at once.
type Visitor interface {
	// Chunk takes a text. Its Data may be reused after the call.
	Chunk(c *detectors.Chunk)
	// Unpack takes a text that is packed, before any of it is given as a chunk. It
	// returns false, and has read nothing, if it doesn't unpack such texts.
	Unpack(p PackedText) (taken bool)
	// Problem takes a part that was meant to be read and could not be.
	Problem(p Problem)
	// LeftOut takes a part that was not read by policy, by a flag or by the
	// source's own choice.
	LeftOut(l LeftOut)
	// Source takes a source that this one came upon, such as a repository in a
	// folder. It is swept and located by itself, once this one is done with. If
	// it can't be swept, that is a Problem of the path's.
	Source(path string, s Source)
	// Count adds to the figures of what was read.
	Count(what Counter, n int64)
	// Progress says what is being read, and how far: done of total in units
	// that the source chooses; total is 0 where it is not known.
	Progress(what string, done, total int64)
}

// PackedText is a text that is an archive, or compressed.
type PackedText struct {
	detectors.Chunk           // where it lies, and its names; without Data
	Head            []byte    // how it begins
	Reader          io.Reader // all of it; valid during the call
	// ReaderAt reads the same from anywhere. It is nil where that can't be done.
	ReaderAt io.ReaderAt
	Size     int64 // bytes; -1 if that isn't known
}

// Counter names a figure of what was read.
type Counter string

const (
	Files    Counter = "files"
	Bytes    Counter = "bytes"
	Commits  Counter = "commits"  // commits that refs reach
	Objects  Counter = "objects"  // unique git objects read
	Members  Counter = "members"  // files in archives
	Messages Counter = "messages" // of a chat
)

// Hit is one value in one chunk (or in all parts of one text).
type Hit struct {
	At    place.Place // the chunk's place, with the value's span and the further ones
	Value secret.Fingerprint
}

// Here locates the hits of sources whose chunks are where they say they are.
type Here struct{}

// Locate gives each hit's own place.
func (Here) Locate(_ context.Context, hits []Hit, found func(int, place.Place)) error {
	for i, h := range hits {
		found(i, h.At)
	}
	return nil
}

// Problem is a part that was meant to be read and could not be. It makes the
// exit status 2.
type Problem struct {
	What string // what was not read: a path, an object, a pack
	Err  error  // why; never nil
}

// LeftOut is a part that was not read, by choice. It leaves the exit status alone.
type LeftOut struct {
	Reason Reason
	What   string // a path or a description; "" where only the number counts
	Count  int64  // how many; 0 counts as 1
}

// Reason says why something was left out.
type Reason string

const (
	Ignored    Reason = "ignored by git"                // and nothing about it looks like secrets
	Dependency Reason = "dependencies and build output" // a folder such as node_modules
	TooLarge   Reason = "over the size limit"
	Packed     Reason = "images, archives and other packed data"
	Absent     Reason = "parts of images that are kept elsewhere"
	Archived   Reason = "archives in git history (--archives unpacks them)"
	Filtered   Reason = "left out by a filter" // --include, --exclude, path: lines, a subfolder of a repository
	Shallow    Reason = "beyond the shallow boundary"
	Submodule  Reason = "submodules that are not checked out"
	LFS        Reason = "Git LFS content"
	Special    Reason = "links, devices and other special files"
	WorkTrees  Reason = "files of other worktrees"
	NoAccess   Reason = "what the token may not read"
	Continued  Reason = "read by an earlier scan, which was interrupted"
	Narrowed   Reason = "left out by --staged, --since, --range, --no-history or --history-only"
)
