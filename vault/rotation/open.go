package rotation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault"
)

// Opening is a value that is to have a successor though no sweep has found it.
type Opening struct {
	vault.Leaked
	Refs   []vault.Ref // what has it
	Reason string
}

// Open opens a record for a value that is to have a successor though no sweep has found it,
// and reopens one that is over. If one is open, it gives that, and changes nothing.
func (t *Tracker) Open(ctx context.Context, project string, l vault.Leaked, reason string, refs []vault.Ref) (*Record, error) {
	all, _, err := t.OpenAll(ctx, project, []Opening{{l, refs, reason}})
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// OpenAll opens records for several values, all of them or none, and gives them, and how many
// of them were not open before.
func (t *Tracker) OpenAll(ctx context.Context, project string, all []Opening) (records []*Record, opened int, err error) {
	for try := 1; ; try++ {
		opened, err = t.openAll(ctx, project, all)
		if _, changed := errors.AsType[*vault.ChangedError](err); !changed || try == attempts {
			break
		}
	}
	if err != nil {
		return nil, 0, err
	}
	known, err := t.byValue(ctx, project)
	if err != nil {
		return nil, 0, err
	}
	for _, o := range all {
		r := known[o.Value.Fingerprint()]
		if r == nil {
			return nil, 0, &vault.NotFoundError{What: "record", Name: o.Name}
		}
		records = append(records, r)
	}
	return records, opened, nil
}

func (t *Tracker) openAll(ctx context.Context, project string, all []Opening) (int, error) {
	known, err := t.byValue(ctx, project)
	if err != nil {
		return 0, err
	}
	var reports []vault.LeakReport
	told := ""
	for _, o := range all {
		r := known[o.Value.Fingerprint()]
		if r != nil && r.State.Open() {
			continue
		}
		report, err := o.report(project, r)
		if err != nil {
			return 0, err
		}
		told = "opened: " + o.Reason
		reports = append(reports, report)
	}
	switch len(reports) {
	case 0:
		return 0, nil
	case 1:
	default:
		told = fmt.Sprintf("%d records opened", len(reports))
	}
	return len(reports), t.vault.Track(ctx, cut(told), reports...)
}

// report gives the event that opens a record; r is the one that is over, nil if there is none.
func (o *Opening) report(project string, r *Record) (vault.LeakReport, error) {
	reason := cut(o.Reason)
	triage := Step{Act: Triage, Way: Rotate, Reason: reason}
	if r == nil {
		none := int64(-1)
		report := vault.LeakReport{Project: project, Leaked: o.Leaked, After: &none}
		report.Kind, report.Refs, report.Reason = vault.Imported, atMost(o.Refs), reason
		var err error
		report.Data, err = json.Marshal([]Step{triage})
		return report, err
	}
	steps := []Step{{Act: Reopen, Reason: reason}}
	if !r.triaged || r.Way != Rotate {
		steps = append(steps, triage)
	}
	report, err := reportOf(r, steps)
	report.Leaked = o.Leaked
	for _, ref := range o.Refs {
		if !slices.Contains(report.Refs, ref) {
			report.Refs = append(slices.Clip(report.Refs), ref)
		}
	}
	report.Refs = atMost(report.Refs)
	return report, err
}

// byValue gives the records of a project by their values.
func (t *Tracker) byValue(ctx context.Context, project string) (map[secret.Fingerprint]*Record, error) {
	all, err := t.Records(ctx, project)
	known := make(map[secret.Fingerprint]*Record)
	for _, r := range all {
		known[r.Value.Fingerprint()] = r
	}
	return known, err
}
