package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/store"
)

// inspection is what a check of a vault has found, or of its log.
type inspection struct {
	vault.Report
	witness  *vault.Witness // the checkpoint that it was compared with
	lost     *span
	accepted bool
}

// span is entries of the log, the last one included.
type span struct {
	First int64 `json:"first"`
	Last  int64 `json:"last"`
}

func (s span) String() string {
	if s.First == s.Last {
		return fmt.Sprintf("entry %d", s.First)
	}
	return fmt.Sprintf("entries %d to %d", s.First, s.Last)
}

// checker is [vault.Vault.Check] or [vault.Vault.VerifyLog].
type checker func(*vault.Vault, context.Context, *identity.Identity, vault.Options, audit.Head) (vault.Report, error)

// inspect checks a vault, and compares it with the checkpoint in a file, "" for none.
func inspect(ctx context.Context, v *vault.Vault, me who, o vault.Options, against string, check checker) (inspection, error) {
	var found inspection
	var head audit.Head
	if against != "" {
		text, err := readCheckpoint(against)
		if err != nil {
			return found, err
		}
		w, err := v.ReadCheckpoint(ctx, me.Identity, o, text)
		if err != nil {
			return found, fmt.Errorf("%q: %w", against, err)
		}
		found.witness, head = &w, w.Head
	}
	var err error
	found.Report, err = check(v, ctx, me.Identity, o, head)
	for _, p := range found.Problems {
		if back, ok := errors.AsType[*audit.RolledBackError](p.Err); ok {
			if found.lost == nil || back.Old.Size > found.lost.Last+1 {
				found.lost = &span{back.Now.Size, back.Old.Size - 1}
			}
		}
	}
	return found, err
}

func readCheckpoint(path string) ([]byte, error) {
	const most = 64 << 10
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	return text, nil
}

// otherState tells whether a problem is that the vault isn't the one that was seen before.
func otherState(p vault.Problem) bool {
	_, back := errors.AsType[*audit.RolledBackError](p.Err)
	_, fork := errors.AsType[*audit.ForkedError](p.Err)
	return back || fork
}

// isDamage tells whether an error is that a vault isn't what was written.
func isDamage(err error) bool {
	_, damaged := errors.AsType[*vault.IntegrityError](err)
	_, corrupt := errors.AsType[*store.CorruptError](err)
	return damaged || corrupt
}

// bad tells whether something is wrong that wasn't accepted.
func (i inspection) bad() bool {
	for _, p := range i.Problems {
		if !i.accepted || !otherState(p) {
			return true
		}
	}
	return false
}

// writeLog writes what was found of the log.
func (i inspection) writeLog(w io.Writer) {
	fmt.Fprintf(w, "log:      %d entries signed, and in their places\n", i.Entries)
	fmt.Fprintf(w, "head:     %d %s\n", i.Head.Size, rootText(i.Head))
	if i.witness == nil {
		return
	}
	left := ""
	if i.witness.Gone {
		left = ", who has left since"
	}
	fmt.Fprintf(w, "against:  a checkpoint of %d entries by %s%s\n", i.witness.Head.Size, printable.Text(i.witness.Signer), left)
}

// writeProblems writes what is wrong, and what is lost.
func (i inspection) writeProblems(w io.Writer) {
	for _, p := range i.Problems {
		fmt.Fprintf(w, "problem:  %s\n", printable.Text(p.What+": "+p.Err.Error()))
	}
	if i.lost != nil {
		fmt.Fprintf(w, "lost:     %s of the log, and what was done by that\n", i.lost)
	}
	if i.accepted {
		fmt.Fprintf(w, "accepted: the vault as it is, with %d entries\n", i.Head.Size)
	}
}

func (i inspection) verdict() string {
	switch {
	case i.bad():
		return report.Plural(len(i.Problems), "problem")
	case len(i.Problems) > 0:
		return "nothing else is wrong"
	case i.witness != nil:
		return "nothing is wrong, and nothing that the checkpoint vouches for was removed or changed"
	}
	return "nothing is wrong"
}

func rootText(h audit.Head) string { return base64.StdEncoding.EncodeToString(h.Root[:]) }

// inspectionView is the JSON form of an inspection.
type inspectionView struct {
	Entries    int64           `json:"log_entries"` // that are right
	Head       headView        `json:"head"`
	Checkpoint *checkpointView `json:"checkpoint,omitempty"`
	Records    int             `json:"records,omitempty"`
	Secrets    int             `json:"secrets,omitempty"`
	Values     int             `json:"values,omitempty"`
	Leaks      int             `json:"leaks,omitempty"`
	Unopened   int             `json:"unopened_environments,omitempty"`
	Problems   []problemView   `json:"problems"`
	Lost       *span           `json:"lost_entries,omitempty"`
	Accepted   bool            `json:"accepted,omitempty"`
}

type headView struct {
	Size int64  `json:"size"`
	Root string `json:"root"` // base64
}

type checkpointView struct {
	headView
	Signer string `json:"signer"`
	Gone   bool   `json:"gone"` // the signer has left since
}

func (i inspection) json() inspectionView {
	v := inspectionView{
		Entries: i.Entries, Head: headView{i.Head.Size, rootText(i.Head)}, Records: i.Records, Secrets: i.Secrets, Values: i.Values, Leaks: i.Leaks,
		Unopened: i.Unopened, Problems: problemsOf(i.Problems), Lost: i.lost, Accepted: i.accepted,
	}
	if i.witness != nil {
		v.Checkpoint = &checkpointView{headView{i.witness.Head.Size, rootText(i.witness.Head)}, i.witness.Signer, i.witness.Gone}
	}
	return v
}
