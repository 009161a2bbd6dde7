package vault

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault/audit"
)

// Intake is what a sweep brings into a vault: secrets, and what has happened to leaks.
type Intake struct {
	// Environments are made first, with their projects, those that aren't there.
	Environments []Pattern
	// Changes are as those of [Session.SetAll], but a value that is the current one already
	// makes no new version, whatever was expected to be there.
	Changes []Change
	Leaks   []LeakReport // one for a leak
	Source  string       // where it comes from, for the log; without a value
}

// Import takes all of an intake in, or nothing, and gives the versions that its secrets
// have then. It takes a developer of the environments that secrets go to, and for leaks what
// [LeakKind] says, and an owner to make environments; who may not gets a [DeniedError]. A value must be as for [Session.Set]. The
// log has an entry for each secret; one for leaks may be for many.
func (s *Session) Import(ctx context.Context, in Intake) ([]int, error) {
	if err := checkChanges(in.Changes); err != nil {
		return nil, err
	}
	if len(in.Source) > MaxText {
		return nil, fmt.Errorf("import: the source has %d bytes, more than %d", len(in.Source), MaxText)
	}
	changes := slices.Clone(in.Changes)
	for i := range changes {
		changes[i].unlessSame = true
	}
	var versions []int
	err := s.act(ctx, func(t *turn) (err error) {
		detail := "import"
		if in.Source != "" {
			detail = "import from " + in.Source
		}
		if err := t.createAll(in.Environments, detail); err != nil {
			return err
		}
		if versions, err = t.setAll(changes, detail); err != nil {
			return err
		}
		for _, project := range projectsOf(in.Leaks) {
			counted := func(n int) string { return fmt.Sprintf("%s, %d of them", detail, n) }
			if err := t.report(project, in.Leaks, verbReport, counted); err != nil {
				return fmt.Errorf("leaks of %s: %w", project, err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return versions, nil
}

// Track takes in what happened to leaks in the course of their rotation, all of it or
// nothing. It takes what [LeakKind] says. The log has an entry for each project, with detail,
// which says what was done, without a value.
func (s *Session) Track(ctx context.Context, detail string, reports ...LeakReport) error {
	if len(detail) > MaxText {
		return fmt.Errorf("rotate: what was done has %d bytes, more than %d", len(detail), MaxText)
	}
	return s.act(ctx, func(t *turn) error {
		for _, project := range projectsOf(reports) {
			if err := t.report(project, reports, verbRotate, func(int) string { return detail }); err != nil {
				return fmt.Errorf("leaks of %s: %w", project, err)
			}
		}
		return nil
	})
}

// createAll makes the environments that aren't there, for what is written next.
func (t *turn) createAll(all []Pattern, detail string) error {
	for _, p := range all {
		if _, err := t.scope(p.Project, p.Environment); err == nil {
			continue
		}
		if err := t.createEnvironment(scopeLabel(p), detail); err != nil {
			return err
		}
	}
	t.roster = t.next
	return nil
}

// projectsOf gives the projects that reports are for, in the order in which they come.
func projectsOf(reports []LeakReport) (all []string) {
	seen := make(map[string]bool)
	for _, r := range reports {
		if !seen[r.Project] {
			seen[r.Project] = true
			all = append(all, r.Project)
		}
	}
	return all
}

// keyLeaks makes the key of a project's leaks, if there is none yet.
func (t *turn) keyLeaks(project ID) error {
	key := leaksKeyID(project)
	if t.next.generation(key) > 0 {
		return nil
	}
	made, err := t.newGeneration(key, t.next.holders(key))
	clear(made)
	return err
}

// needIn refuses an act on a project to whoever has a lesser role in each of its
// environments; for what takes a maintainer, to whoever isn't one of all of it. Of an act
// that is allowed it gives the entry for the log.
func (v *view) needIn(least Role, verb string, project ID, name string) (audit.Act, error) {
	on := target{project: project}
	if least < Maintainer {
		_, on = v.roster.roleIn(v.self, project, always, v.now)
	}
	return v.decide(least, on, "leaks of "+name, audit.Act{Verb: verb, Project: name})
}

// report stores the events that are for a project, with the entries that vouch for them.
// detail says what an entry for a number of them is to say.
func (t *turn) report(name string, reports []LeakReport, verb string, detail func(int) string) error {
	project, err := t.project(name)
	if err != nil {
		return err
	}
	least := Reader
	for _, r := range reports {
		if r.Project == name {
			role, err := r.least()
			if err != nil {
				return err
			}
			least = max(least, role)
		}
	}
	act, err := t.needIn(least, verb, project, name)
	if err != nil {
		return err
	}
	if err := t.unchanged(project, name, reports); err != nil {
		return err
	}
	sealer, err := t.leakSealer(project)
	if err != nil {
		return err
	}
	defer clear(sealer.key)
	seen := make(map[ID]bool)
	enter := func() error {
		act.Detail = detail(len(t.writes))
		return t.enter(act)
	}
	for i, r := range reports {
		if r.Project != name {
			continue
		}
		id := t.s.leakID(project, r.Value)
		if seen[id] {
			return fmt.Errorf("report %d is of a leak that another one is of", i)
		}
		seen[id] = true
		if err := t.putLeak(sealer, id, r); err != nil {
			return fmt.Errorf("report %d: %w", i, err)
		}
		if len(t.writes) >= entryWrites {
			if err := enter(); err != nil {
				return err
			}
		}
	}
	if len(t.writes) == 0 {
		return nil
	}
	return enter()
}

// unchanged refuses reports on leaks of a project whose newest events are others than they
// expect.
func (t *turn) unchanged(project ID, name string, reports []LeakReport) error {
	var newest map[ID]int64
	for i, r := range reports {
		if r.Project != name || r.After == nil {
			continue
		}
		if newest == nil {
			var err error
			if newest, err = t.newestEvents(project); err != nil {
				return err
			}
		}
		seq, there := newest[t.s.leakID(project, r.Value)]
		if !there {
			seq = -1
		}
		if seq != *r.After {
			return fmt.Errorf("report %d: %w", i, &ChangedError{"the leak"})
		}
	}
	return nil
}

// leakSealer seals the events of one act.
type leakSealer struct {
	project    ID
	generation int
	key        []byte
	wrapped    []byte // the key
}

func (t *turn) leakSealer(project ID) (leakSealer, error) {
	all := t.roster.keys[leaksKeyID(project)]
	if len(all) == 0 {
		return leakSealer{}, errors.New("there is no key for them, which an owner makes with the next environment of the project")
	}
	s := leakSealer{project: project, generation: len(all), key: newKey()}
	var err error
	s.wrapped, err = all[len(all)-1].Recipient.Wrap(s.key)
	return s, err
}

// putLeak stores an event.
func (t *turn) putLeak(by leakSealer, leak ID, r LeakReport) error {
	rec := r.record(t.now)
	if rec.elsewhere(r.Project) {
		return errors.New("it goes to another project")
	}
	plain, err := rec.encode()
	if err != nil {
		return err
	}
	defer clear(plain)
	place := leakKey(by.project, leak, t.seq)
	sealed := record{seq: t.seq, generation: by.generation}
	header := sealed.encode()
	sealed.body = binary.BigEndian.AppendUint16(nil, uint16(len(by.wrapped)))
	sealed.body = append(sealed.body, by.wrapped...)
	sealed.body = append(sealed.body, seal(by.key, plain, t.s.vault.id[:], place, header)...)
	return t.putRaw(place, sealed)
}

// Shown writes down that somebody looked at a value which a sweep for a project has found,
// and which needn't be in the vault. where says where they looked, without the value. It
// takes a reader of something in the project, or a person where there is no such project
// yet. If the value is imported later, it is among what they saw.
func (s *Session) Shown(ctx context.Context, project string, value secret.Value, where string) error {
	if err := CheckLabel(project); err != nil {
		return fmt.Errorf("show: project: %w", err)
	}
	if len(where) > MaxText {
		return fmt.Errorf("show: where that is has %d bytes, more than %d", len(where), MaxText)
	}
	return s.act(ctx, func(t *turn) error {
		act, err := t.needShow(project)
		if err != nil {
			return err
		}
		act.Tag, act.Detail = t.s.tagOf(value), where
		return t.enter(act)
	})
}

func (v *view) needShow(project string) (audit.Act, error) {
	id, err := v.project(project)
	if _, missing := errors.AsType[*NotFoundError](err); missing && v.roster.principals[v.self].kind != Machine {
		return audit.Act{Verb: verbShow, Project: project, Allowed: true, Rule: "no such project yet"}, nil
	}
	if err != nil {
		return audit.Act{}, err
	}
	return v.needIn(Reader, verbShow, id, project)
}
