package vault

import (
	"crypto/hmac"
	"errors"
	"fmt"
	"maps"

	"github.com/secretsweep/secretsweep/vault/store"
)

var errNoName = errors.New("a name that can't be read")

// names are the names that stand behind IDs, as far as the session may know them.
type names struct {
	principals map[ID]string
	scopes     map[ID]scopeLabel
	machine    *machineLabel // nil for people
}

func newNames() *names {
	return &names{principals: make(map[ID]string), scopes: make(map[ID]scopeLabel)}
}

// with gives names that have one more environment.
func (n *names) with(id ID, l scopeLabel) *names {
	more := *n
	more.scopes = maps.Clone(n.scopes)
	more.scopes[id] = l
	return &more
}

func (n *names) principal(id ID) string {
	if name := n.principals[id]; name != "" {
		return name
	}
	return "someone (" + id.String()[:8] + ")"
}

func (n *names) scope(id ID) string {
	if l, ok := n.scopes[id]; ok {
		return l.Project + "/" + l.Environment
	}
	return "an environment (" + id.String()[:8] + ")"
}

// readNames opens the labels of a roster. A machine reads those of its own grants.
func (s *Session) readNames(r store.Reader, st *state) (*names, error) {
	n := newNames()
	if st.roster.principals[st.self].kind == Machine {
		n.machine = &machineLabel{}
		for _, g := range st.roster.grants {
			if g.Principal != st.self || g.to != always || len(g.Machine) == 0 {
				continue
			}
			plain, err := s.identity.Unwrap(g.Machine)
			if err != nil {
				return nil, &IntegrityError{"a grant", err}
			}
			var label machineLabel
			if err := decodeJSON(plain, &label); err != nil {
				return nil, &IntegrityError{"a grant", err}
			}
			n.principals[st.self] = label.Name
			for _, sc := range label.Scopes {
				if of := st.roster.scopes[sc.ID]; of != nil && g.reaches(of) {
					n.scopes[sc.ID] = sc.scopeLabel
				}
			}
			n.machine.Name = label.Name
			n.machine.Scopes = append(n.machine.Scopes, label.Scopes...)
			n.machine.Secrets = append(n.machine.Secrets, label.Secrets...)
		}
		return n, nil
	}
	keys := make(map[int][]byte) // the members', by generation
	for i, made := range st.roster.keys[membersKeyID] {
		key, err := s.sharedKey(r, membersKeyID, i+1)
		if err == nil && !hmac.Equal(s.vault.commitment(membersKeyID, i+1, key), made.Commitment) {
			delete(s.keys, keyRef{membersKeyID, i + 1})
			err = errors.New("it is another than its owners made")
		}
		if err != nil {
			return nil, &IntegrityError{"the key of names", err}
		}
		keys[i+1] = key
	}
	open := func(b box, of ID) ([]byte, error) {
		key := keys[b.Generation]
		if key == nil {
			return nil, errNoName
		}
		text, err := open(key, b.Sealed, s.vault.id[:], []byte("label"), of[:])
		if err != nil {
			return nil, errNoName
		}
		return text, nil
	}
	// With the right key a name opens for everyone or for nobody: then it is who made it that
	// saw to that, and what they made has no name.
	for _, p := range st.roster.principalsInOrder() {
		text, err := open(p.label, p.ID)
		if err == nil {
			err = n.callPrincipal(st.roster, p, string(text))
		}
		if err != nil {
			st.problems = append(st.problems, Problem{"the name of a principal", err})
		}
	}
	for _, sc := range st.roster.scopesInOrder() {
		text, err := open(sc.label, sc.ID)
		var l scopeLabel
		if err == nil {
			err = decodeJSON(text, &l)
		}
		if err == nil {
			err = n.callScope(st.roster, sc, l)
		}
		if err != nil {
			st.problems = append(st.problems, Problem{"the name of an environment", err})
		}
	}
	return n, nil
}

// callPrincipal names a principal, unless somebody was there who has the name: whoever
// may add a machine could else have it taken for them.
func (n *names) callPrincipal(r *roster, p *principal, name string) error {
	if err := CheckLabel(name); err != nil {
		return err
	}
	for id, other := range n.principals {
		if other == name && r.principals[id].to >= p.from {
			return fmt.Errorf("somebody (%s) was given that of somebody else", p.ID.String()[:8])
		}
	}
	n.principals[p.ID] = name
	return nil
}

// callScope names an environment, unless its name belongs to another one, or its project
// has another name elsewhere: whoever owns a project could else have an environment of it
// taken for someone else's.
func (n *names) callScope(r *roster, sc *scope, l scopeLabel) error {
	if err := errors.Join(CheckLabel(l.Project), CheckLabel(l.Environment)); err != nil {
		return err
	}
	for id, other := range n.scopes {
		of := r.scopes[id]
		if (of.project == sc.project) != (other.Project == l.Project) || (of.environment == sc.environment) != (other.Environment == l.Environment) || other == l {
			return fmt.Errorf("an environment (%s) was given that of something else", sc.ID.String()[:8])
		}
	}
	n.scopes[sc.ID] = l
	return nil
}
