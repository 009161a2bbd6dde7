package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/dir"
	"github.com/secretsweep/secretsweep/scanner/source/git/odb"
)

// Text makes the source of the one text that a place in a repository is in, for
// [scanner.Reread]: of an object, which is looked up alone, or of a file. The name of a ref
// is no text that is kept anywhere else.
//
// Its error may be a *[NoRepositoryError].
func Text(p place.Place) (scanner.Source, error) {
	repo, err := open(p.Root, p.Root)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", p.Root, err)
	}
	if repo == nil {
		return nil, &NoRepositoryError{p.Root}
	}
	if p.Object == "" {
		return dir.Text(repo.file(p.Path), p), nil
	}
	return &text{repository: repo, at: p.Outer()}, nil
}

type text struct {
	scanner.Here
	*repository
	at place.Place
}

func (t *text) Sweep(ctx context.Context, v scanner.Visitor) error {
	id, err := odb.ParseID(t.at.Object)
	if err != nil {
		return fmt.Errorf("object %q: %w", t.at.Object, err)
	}
	s := &sweep{repository: t.repository, options: Options{NoHistory: true}} // few of many objects
	db, err := s.objects(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	n, ok := db.Find(id)
	switch {
	case !ok && t.partial:
		return fmt.Errorf("object %s was left out of this partial clone", id)
	case !ok:
		return fmt.Errorf("object %s is missing: %w", id, scanner.ErrGone)
	}
	var failed error
	err = db.Sweep(ctx, 1, func(i int) bool { return i == n }, func(o odb.Object) { failed = t.give(ctx, v, o) })
	for _, p := range db.Problems() {
		v.Problem(scanner.Problem(p))
	}
	return errors.Join(err, failed)
}

// chunk is that of the text, without it.
func (t *text) chunk() detectors.Chunk {
	c := detectors.Chunk{At: t.at}
	if t.at.Path != "" {
		c.Names = []string{t.at.Path}
	}
	return c
}

// give gives what an object has of the text.
func (t *text) give(ctx context.Context, v scanner.Visitor, o odb.Object) error {
	data := o.Data
	switch o.Type {
	case odb.Blob:
		if o.Reader != nil {
			return scanner.Feed(ctx, v, t.chunk(), o.Reader, o.Size)
		}
	case odb.Commit:
		h, _ := parseCommit(o.Data)
		data = map[string][]byte{fieldMessage: h.message, fieldHeader: h.extra, fieldAuthor: h.author, fieldCommitter: h.committer}[t.at.Field]
	case odb.Tag:
		tagger, message := splitTag(o.Data)
		data = map[string][]byte{fieldMessage: message, fieldTagger: tagger}[t.at.Field]
	}
	scanner.FeedBytes(v, t.chunk(), data)
	return nil
}

// file is where a file lies that is in no object: in the working tree, or in the git folder,
// from which a sweep gives it by its path there or by that from the root on.
func (r *repository) file(path string) string {
	own := strings.TrimPrefix(path, ".git/")
	places := []string{filepath.Join(r.work, filepath.FromSlash(path)), filepath.Join(r.common, filepath.FromSlash(own))}
	if r.work == "" {
		places = places[1:]
	}
	for _, file := range places {
		if _, err := os.Lstat(file); err == nil {
			return file
		}
	}
	return filepath.Join(r.gitDir, filepath.FromSlash(own))
}
