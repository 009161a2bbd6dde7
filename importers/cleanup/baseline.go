package cleanup

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/baseline"
)

// baseline makes what is decided known, so that only new leaks fail.
func (w *work) baseline(context.Context) (Step, error) {
	s := Step{
		Kind:  Baseline,
		Title: "Let checks fail on new leaks only",
		About: "What is decided goes to the baseline, by its fingerprint. What nobody has decided on stays out, and goes on failing.",
	}
	var n notes
	for _, top := range w.tops {
		if repositoryOf(top) == "" {
			continue
		}
		path := filepath.Join(top, baseline.File)
		f, err := readOrNew(path)
		if err != nil {
			n.add("%s stays as it is: %v", w.shown(path), err)
			continue
		}
		old, err := baseline.Read(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			n.add("%s stays as it is: %v", w.shown(path), err)
			continue
		}
		now, changed := w.known(top, old)
		if !changed {
			continue
		}
		var out bytes.Buffer
		if err := now.Write(&out); err != nil {
			return s, err
		}
		s.Edits = append(s.Edits, w.edit(f, out.Bytes(), nothing))
	}
	accepted := func(row *importers.Row) bool { return row.Finding != nil && row.Choice == importers.Accept }
	if len(s.Edits) > 0 && slices.ContainsFunc(w.Plan.Rows, accepted) {
		n.add("What is accepted until a day stays in the baseline after it, unless somebody takes it out then.")
	}
	s.Text = n.String()
	return s, nil
}

// known gives a repository's baseline with what is decided added to it, if anything is.
func (w *work) known(top string, old *baseline.Baseline) (now *baseline.Baseline, changed bool) {
	var decided []scanner.Finding
	reasons := make(map[secret.Fingerprint]string)
	for _, row := range w.Plan.Rows {
		if row.Finding == nil || row.Choice == importers.Leave {
			continue
		}
		f := *row.Finding
		f.Places = slices.DeleteFunc(slices.Clone(f.Places), func(p place.Place) bool { return w.folder(p.Root) != top })
		decided = append(decided, f)
		switch row.Choice {
		case importers.Accept:
			reasons[f.Fingerprint] = "accepted until " + row.Until.UTC().Format(time.DateOnly) + ": " + w.mask.hide(row.Reason)
		case importers.False:
			reasons[f.Fingerprint] = w.mask.hide(row.Reason)
		}
	}
	// Entries that are there stay as they are: only the fingerprint counts.
	var entries []baseline.Entry
	if old != nil {
		entries = old.Entries()
	}
	for _, e := range baseline.From(decided, nil).Entries() {
		if old == nil || !old.Has(e.Fingerprint) {
			entries = append(entries, e)
			changed = true
		}
	}
	for i := range entries {
		if why := reasons[entries[i].Fingerprint]; why != "" && why != entries[i].Reason {
			entries[i].Reason = why
			changed = true
		}
	}
	return baseline.Of(entries), changed
}
