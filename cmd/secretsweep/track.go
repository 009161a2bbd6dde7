package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/detectors/known"
	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

// newTracker gives the tracker of a vault that is open.
func newTracker(ctx context.Context, d *door, set *rules.Set) (*rotation.Tracker, error) {
	return rotation.New(ctx, d, rotation.Options{
		Rules:     set,
		Checkable: provider.New(provider.Options{Rules: set}).Can,
		Lifetime:  provider.Lifetime,
	})
}

// swept is what a sweep found, for the records of a project.
type swept struct {
	job     job // that swept
	takers  []scanner.Reference
	summary scanner.Summary
}

// tell has the records take in what an import found, which may have been decided and written
// earlier, and gives what that has changed. Who can't read them has reported what is new with
// the import. s may be nil.
func (s *swept) tell(ctx context.Context, sh shell, in *intake, plan *importers.Plan) ([]string, error) {
	if s == nil || !slices.Contains(in.Projects(), in.project) || !in.CanReadLeaks(in.project) {
		return nil, nil
	}
	news, err := s.track(ctx, sh, in.door, in.project, plan.Rows)
	if err != nil || news.Nothing() {
		return nil, err
	}
	return newsText(&news, in.project), nil
}

// track has the records of a project take in those rows of a sweep that leaked.
func (s *swept) track(ctx context.Context, sh shell, d *door, project string, rows []*importers.Row) (rotation.News, error) {
	c, err := loadConfig(sh, "", target{}) // what a folder says has no part in this
	if err != nil {
		return rotation.News{}, err
	}
	t, err := newTracker(ctx, d, c.set)
	if err != nil {
		return rotation.News{}, err
	}
	names := make(rootNames)
	all := rotation.Swept{Project: project, Gone: s.gone(names)}
	for _, row := range rows {
		if row.Finding != nil && row.Tracked() {
			all.Leaks = append(all.Leaks, rotation.Sighting{Leaked: leakedOf(row), Places: names.places(row.Finding.Places)})
		}
	}
	environments := environmentsOf(d, project)
	for _, r := range s.takers {
		all.Takers = append(all.Takers, takersOf(&r, names, project, environments)...)
	}
	return t.Track(ctx, all, names.text(s.job.paths))
}

// leakedOf gives what the vault keeps of a row's finding.
func leakedOf(row *importers.Row) vault.Leaked {
	l := vault.Leaked{Value: row.Value, Name: cut(row.Name())}
	f := row.Finding
	if f == nil {
		return l
	}
	l.Rule, l.Severity, l.Env = f.Rule.ID, string(f.Severity), cut(f.Env)
	if f.Rule.Provider != nil {
		l.Provider = f.Rule.Provider.ID
	}
	if !f.Carrier.Equal(f.Value) && len(f.Carrier.Reveal()) <= maxBeside {
		l.Carrier = f.Carrier
	}
	l.Parts = leakParts(partsOf(f))
	return l
}

// newsText says what a sweep has changed in the records of a project.
func newsText(n *rotation.News, project string) []string {
	const named = 20
	if n.Unread {
		return []string{fmt.Sprintf("%s reported to the maintainers of %s, who can tell which of them are new", report.Plural(n.New, "leak"), project)}
	}
	text := report.Plural(n.New, "new record")
	for _, more := range []struct {
		n    int
		what string
	}{{len(n.Reopened), "reopened"}, {len(n.Spread), "found at more places"}} {
		if more.n > 0 {
			text += fmt.Sprintf(", %s %s", report.Number(more.n), more.what)
		}
	}
	if n.Gone > 0 {
		text += fmt.Sprintf("; %s gone", report.Plural(n.Gone, "place"))
	}
	all := []string{fmt.Sprintf("records of %s: %s", project, text)}
	for i, b := range n.Reopened {
		if i == named {
			return append(all, fmt.Sprintf("reopened: and %s more", report.Number(len(n.Reopened)-i)))
		}
		where := "more places than are kept"
		if len(b.Places) > 0 {
			where = keptAt(&b.Places[0])
			if more := len(b.Places) - 1; more > 0 {
				where += fmt.Sprintf(" and %s", report.Plural(more, "more place"))
			}
		}
		all = append(all, printable.Text(fmt.Sprintf("reopened: %s %s: it lies in %s", b.ID(), b.Title(), where)))
	}
	return all
}

// gone gives what tells of a value, which the sweep didn't find at a place, whether it isn't
// there any more. Nobody can tell after a sweep that wasn't whole. As the rules may be other
// ones than when it was found, and somebody may have silenced it since, the text is read again
// and looked through for the value itself.
func (s *swept) gone(names rootNames) func(context.Context, secret.Value, place.Place) (bool, error) {
	sum := s.summary
	if s.job.source.NoHistory {
		sum.LeftOut = slices.DeleteFunc(slices.Clone(sum.LeftOut), func(l scanner.LeftOut) bool { return l.Reason == scanner.Narrowed })
	}
	if !sum.Thorough() || s.job.isChange() || s.job.source.HistoryOnly {
		return nil
	}
	roots := make(map[string]string) // names → paths
	for _, path := range onDisk(s.job.paths) {
		for _, local := range []bool{false, true} {
			roots[names.name(path, local)] = path
		}
	}
	again := newRereader(&s.job, s.job.paths, nil)
	return func(ctx context.Context, v secret.Value, p place.Place) (bool, error) {
		root, is := roots[p.Root]
		past := p.Commit != nil || p.Head || p.Index // it is in the history, or may be
		if !is || p.Kind == place.Chat || p.Kind == place.Ref || p.Span == (place.Span{}) || past && s.job.source.NoHistory {
			return false, nil
		}
		p.Root = root
		c, err := again.read(ctx, p)
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		if err != nil {
			return errors.Is(err, scanner.ErrGone) || errors.Is(err, fs.ErrNotExist), nil
		}
		return !has(&c, v), nil
	}
}

// has tells whether a value is in a text, in whatever form. Of one that ordinary texts have,
// too, nobody can tell, so it is.
func has(c *detectors.Chunk, v secret.Value) bool {
	looking, unsought := known.New(nothing{}, []known.Secret{{Value: v}})
	return len(unsought) > 0 || len(looking.Detect(c).Matches) > 0
}

// nothing finds nothing.
type nothing struct{}

var _ detectors.Detector = nothing{}

// Detect finds nothing.
func (nothing) Detect(*detectors.Chunk) detectors.Found { return detectors.Found{} }

// rowsOf puts findings together as an import does, without what was decided about them.
func rowsOf(ctx context.Context, findings []scanner.Finding, project string) ([]*importers.Row, error) {
	items, err := importers.Collect(ctx, importers.Findings(findings))
	if err != nil {
		return nil, err
	}
	return importers.NewPlan(items, importers.Options{Project: project}).Rows, nil
}
