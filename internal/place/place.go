// Package place says where something lies: in a file, in a version of a file in
// git, in a commit message, in a ref's name, in an archive, in a chat. It has no idea
// what lies there.
package place

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Kind is the sort of thing that a place is in.
type Kind string

const (
	File   Kind = "file"    // a file on disk, or in git (then Commit is set once it is committed)
	Object Kind = "object"  // a git blob that no path leads to
	Commit Kind = "commit"  // a commit's message, author or committer; Field says which
	Tag    Kind = "tag"     // an annotated tag's message or tagger; Field says which
	Ref    Kind = "ref"     // the name of a git ref
	Note   Kind = "note"    // a git note; Ref is the notes ref, Annotated the object that it is on
	Stdin  Kind = "stdin"   // standard input
	Chat   Kind = "message" // what somebody wrote in a chat, or what is said of a channel; Message says where
)

// Position is a spot in a text. Lines and columns count from 1; columns count
// Unicode code points, an invalid byte as one.
type Position struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// After gives the position of what follows text, where text begins at p.
// Stretches may be counted one by one if none ends within a character.
func (p Position) After(text []byte) Position {
	if last := bytes.LastIndexByte(text, '\n'); last >= 0 {
		p.Line += bytes.Count(text, []byte{'\n'})
		p.Column = 1
		text = text[last+1:]
	}
	p.Column += utf8.RuneCount(text)
	return p
}

// Offset gives where in a text that begins at p the character at q begins: the inverse of
// After. It is false if the text has none there.
func (p Position) Offset(text []byte, q Position) (offset int, ok bool) {
	if q.Line < p.Line {
		return 0, false
	}
	for ; p.Line < q.Line; p = (Position{p.Line + 1, 1}) {
		end := bytes.IndexByte(text[offset:], '\n')
		if end < 0 {
			return len(text), false
		}
		offset += end + 1
	}
	for ; p.Column < q.Column; p.Column++ {
		if offset == len(text) || text[offset] == '\n' {
			return offset, false
		}
		_, size := utf8.DecodeRune(text[offset:])
		offset += size
	}
	return offset, p.Column == q.Column && offset < len(text)
}

// Span is a stretch of text; End is the position of its last character.
type Span struct {
	Start Position `json:"start"`
	End   Position `json:"end"`
}

// Version names a commit, as far as a reader needs it.
type Version struct {
	ID    string    `json:"id"`
	Name  string    `json:"author"`
	Email string    `json:"email"`
	Date  time.Time `json:"date"`            // the committer's time
	Title string    `json:"title,omitempty"` // the message's first line
}

// Layer is one of a container image's, as far as a reader needs it.
type Layer struct {
	Number  int    `json:"number"`            // from 1, the lowest
	Of      int    `json:"of"`                // how many the image has
	Digest  string `json:"digest,omitempty"`  // such as "sha256:…"
	Command string `json:"command,omitempty"` // what made it, as the image's history says
	Gone    int    `json:"gone_in,omitempty"` // number of the layer that removes the file or puts another in its place; 0: none does
}

// Message names one in a chat, as far as a reader needs it. What a channel says of
// itself, such as its topic, has no user and no time.
type Message struct {
	Workspace string    `json:"workspace,omitempty"` // its name or domain
	Channel   string    `json:"channel,omitempty"`   // its name; of a direct message, who takes part
	ChannelID string    `json:"channel_id,omitempty"`
	User      string    `json:"user,omitempty"` // the name that others see
	UserID    string    `json:"user_id,omitempty"`
	Time      time.Time `json:"time,omitzero"`
	ID        string    `json:"id,omitempty"`     // what tells it from the channel's others: Slack's timestamp
	Thread    string    `json:"thread,omitempty"` // the ID of the message that it answers to
	Link      string    `json:"permalink,omitempty"`
}

// Place is where a value lies. In git it is one path and one unbroken run of
// versions of it that hold the value.
//
// Paths have forward slashes and are relative to Root. All strings may be
// hostile; who shows them escapes them.
type Place struct {
	Kind Kind   `json:"kind"`
	Root string `json:"root,omitempty"` // the scanned path, as it was given; for a repository inside it, that one's path
	Path string `json:"path,omitempty"`
	// Member is the way within the archive that Path is: a path there, and after "!/"
	// one within an archive that lies there.
	Member string `json:"member,omitempty"`
	Span
	// Also are further spots of the same value in the same version.
	Also []Span `json:"also,omitempty"`

	// Commit is the one that brought the value: its tree has it, no parent's
	// has; of several the oldest by committer time, then id. It is nil outside
	// git and for what is not committed.
	Commit *Version `json:"commit,omitempty"`
	// Last is the newest commit that has it, of those that refs reach if one does.
	Last      *Version `json:"last,omitempty"`
	Object    string   `json:"object,omitempty"`    // the git object that holds it
	Ref       string   `json:"ref,omitempty"`       // the ref, for Ref and Note
	Annotated string   `json:"annotated,omitempty"` // the object that a note is on
	Field     string   `json:"field,omitempty"`     // the part of a commit or tag: message, author, committer, tagger, header; of a channel: topic, purpose, …; configuration of an image

	Layer   *Layer   `json:"layer,omitempty"`   // of the image that Path is, or Member
	Message *Message `json:"message,omitempty"` // for Chat

	Head     bool `json:"head"`     // still in the commit that is checked out
	Index    bool `json:"index"`    // in git's index (staged)
	WorkTree bool `json:"worktree"` // in a file on disk
	// Local marks what lies on this machine alone: untracked and ignored
	// files, stashes, reflogs, objects that no other ref reaches.
	Local bool `json:"local"`
}

// Text identifies the text that a place is in: two places with the same one are
// in the same version of the same thing.
func (p *Place) Text() string {
	commit := ""
	if p.Commit != nil {
		commit = p.Commit.ID
	}
	var layer, message string
	if p.Layer != nil {
		layer = p.Layer.Digest
	}
	if p.Message != nil {
		message = p.Message.ChannelID + "/" + p.Message.ID
	}
	return strings.Join([]string{string(p.Kind), p.Root, p.Path, p.Member, layer, message, commit, p.Object, p.Ref, p.Field}, "\x00")
}

// Name is the path with the way within the archive that it leads to.
func (p *Place) Name() string {
	if p.Member == "" {
		return p.Path
	}
	return p.Path + "!/" + p.Member
}

// Outer is where the text lies that a place is in, without the value's spans; for what is
// in an archive, where the archive lies.
func (p *Place) Outer() Place {
	outer := *p
	outer.Span, outer.Also = Span{}, nil
	if p.Member != "" {
		outer.Member, outer.Layer, outer.Field = "", nil, ""
	}
	return outer
}

// Live tells whether the value is still there for anyone who looks, without
// digging in history.
func (p *Place) Live() bool {
	return p.Head || p.Index || p.WorkTree || p.Commit == nil && (p.Kind == Stdin || p.Kind == Chat)
}

// Keep drops the spans that keep refuses. If it refuses all of them, Keep leaves
// the place as it is and returns false.
func (p *Place) Keep(keep func(Span) bool) bool {
	var kept []Span
	for _, span := range slices.Concat([]Span{p.Span}, p.Also) {
		if keep(span) {
			kept = append(kept, span)
		}
	}
	if len(kept) == 0 {
		return false
	}
	p.Span, p.Also = kept[0], kept[1:]
	return true
}

// Compare orders places: those that others have too first, and of these the ones
// in the present; then by root, path and kind, by the commit that brought the
// value, and by position. It gives 0 for equal places only.
func Compare(a, b Place) int {
	return cmp.Or(
		compareBool(a.Local, b.Local),
		-compareBool(a.Live(), b.Live()),
		cmp.Compare(a.Root, b.Root),
		cmp.Compare(a.Path, b.Path),
		cmp.Compare(a.Member, b.Member),
		compareLayers(a.Layer, b.Layer),
		compareMessages(a.Message, b.Message),
		cmp.Compare(a.Kind, b.Kind),
		compareVersions(a.Commit, b.Commit),
		CompareSpans(a.Span, b.Span),
		cmp.Compare(a.Field, b.Field),
		cmp.Compare(a.Ref, b.Ref),
		cmp.Compare(a.Object, b.Object),
		cmp.Compare(a.Annotated, b.Annotated),
		compareVersions(a.Last, b.Last),
		compareBool(a.Head, b.Head),
		compareBool(a.Index, b.Index),
		compareBool(a.WorkTree, b.WorkTree),
		slices.CompareFunc(a.Also, b.Also, CompareSpans),
	)
}

// Compare orders positions as they follow each other in a text.
func (p Position) Compare(q Position) int {
	return cmp.Or(cmp.Compare(p.Line, q.Line), cmp.Compare(p.Column, q.Column))
}

// CompareSpans orders spans by where they start, then by where they end.
func CompareSpans(a, b Span) int {
	return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End))
}

func compareVersions(a, b *Version) int {
	if a == nil || b == nil {
		return compareBool(a != nil, b != nil)
	}
	return cmp.Or(
		a.Date.Compare(b.Date),
		cmp.Compare(a.ID, b.ID),
		cmp.Compare(a.Name, b.Name),
		cmp.Compare(a.Email, b.Email),
		cmp.Compare(a.Title, b.Title),
	)
}

func compareLayers(a, b *Layer) int {
	if a == nil || b == nil {
		return compareBool(a != nil, b != nil)
	}
	return cmp.Or(
		cmp.Compare(a.Number, b.Number),
		cmp.Compare(a.Of, b.Of),
		cmp.Compare(a.Digest, b.Digest),
		cmp.Compare(a.Command, b.Command),
		cmp.Compare(a.Gone, b.Gone),
	)
}

func compareMessages(a, b *Message) int {
	if a == nil || b == nil {
		return compareBool(a != nil, b != nil)
	}
	return cmp.Or(
		cmp.Compare(a.Workspace, b.Workspace),
		cmp.Compare(a.Channel, b.Channel),
		cmp.Compare(a.ChannelID, b.ChannelID),
		a.Time.Compare(b.Time),
		cmp.Compare(a.ID, b.ID),
		cmp.Compare(a.Thread, b.Thread),
		cmp.Compare(a.User, b.User),
		cmp.Compare(a.UserID, b.UserID),
		cmp.Compare(a.Link, b.Link),
	)
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
