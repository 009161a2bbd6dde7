package vault

import (
	"crypto/hmac"
	"errors"
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
				n.scopes[sc.ID] = sc.scopeLabel
			}
			n.machine.Name = label.Name
			n.machine.Scopes = append(n.machine.Scopes, label.Scopes...)
			n.machine.Secrets = append(n.machine.Secrets, label.Secrets...)
		}
		return n, nil
	}
	label := func(b box, of ID) ([]byte, error) {
		all := st.roster.keys[membersKeyID]
		if b.Generation < 1 || b.Generation > len(all) {
			return nil, errNoName
		}
		key, err := s.sharedKey(r, membersKeyID, b.Generation)
		if err != nil {
			return nil, err
		}
		if !hmac.Equal(s.vault.commitment(membersKeyID, b.Generation, key), all[b.Generation-1].Commitment) {
			return nil, errNoName
		}
		return open(key, b.Sealed, s.vault.id[:], []byte("label"), of[:])
	}
	for id, p := range st.roster.principals {
		text, err := label(p.label, id)
		if err != nil {
			return nil, &IntegrityError{"the name of a principal", err}
		}
		n.principals[id] = string(text)
	}
	for id, sc := range st.roster.scopes {
		text, err := label(sc.label, id)
		if err != nil {
			return nil, &IntegrityError{"the name of an environment", err}
		}
		var l scopeLabel
		if err := decodeJSON(text, &l); err != nil {
			return nil, &IntegrityError{"the name of an environment", err}
		}
		n.scopes[id] = l
	}
	return n, nil
}
