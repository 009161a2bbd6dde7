package tui

import (
	"slices"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/vault"
)

// suggestRole gives the role that somebody should have in a new environment: the least that a
// developer can work with. Nobody gets more than they have elsewhere in the project, where
// they have something.
func suggestRole(p *Person, env string) vault.Role {
	role := vault.NoRole
	switch detectors.Environment(env) {
	case "dev", "test":
		role = vault.Developer
	case "staging":
		role = vault.Reader
	}
	most := vault.NoRole
	for _, has := range p.Roles {
		most = max(most, has)
	}
	if most > vault.NoRole {
		role = min(role, most)
	}
	return role
}

// offer suggests roles in those of the environments that are made, once for each. What is
// wanted in others isn't wanted any more: they were of an import that has changed.
func (f *flow) offer(envs []string) {
	f.grants = slices.DeleteFunc(slices.Clone(f.grants), func(g Grant) bool { return !slices.Contains(envs, g.Env) })
	for _, env := range envs {
		if f.offered[env] || !f.isNew(env) || !f.canGrant(env) {
			continue
		}
		f.offered[env] = true
		for i := range f.people {
			if p := &f.people[i]; f.canGive(p, env) {
				f.want(p, env, suggestRole(p, env))
			}
		}
	}
}

// canGive tells whether there is a role to give somebody in an environment. Who owns
// something gives to others; what somebody has can't be taken away here.
func (f *flow) canGive(p *Person, env string) bool {
	return !p.Self && !p.Owner && p.Roles[env] < vault.Maintainer && f.canGrant(env)
}

// roleOf gives the role that somebody would then have in an environment.
func (f *flow) roleOf(p *Person, env string) vault.Role {
	if p.Owner {
		return vault.Owner
	}
	if g := f.grant(p, env); g != nil {
		return g.Role
	}
	if p.Self && f.isNew(env) && f.canWrite(env) {
		return vault.Owner
	}
	return p.Roles[env]
}

// grant gives the grant that is wanted for somebody in an environment; nil for none.
func (f *flow) grant(p *Person, env string) *Grant {
	for i := range f.grants {
		if g := &f.grants[i]; g.Person == p.Name && g.Env == env {
			return g
		}
	}
	return nil
}

// want wants a role for somebody in an environment. One that they have is none to be granted.
func (f *flow) want(p *Person, env string, role vault.Role) {
	f.grants = slices.DeleteFunc(slices.Clone(f.grants), func(g Grant) bool { return g.Person == p.Name && g.Env == env })
	if role > p.Roles[env] {
		f.grants = append(f.grants, Grant{p.Name, env, role})
	}
}

// nextRole gives the role after one, beginning again at what somebody has.
func nextRole(role, has vault.Role) vault.Role {
	if role >= vault.Maintainer {
		return has
	}
	return role + 1
}

// readable gives what somebody could then read of what is imported.
func (f *flow) readable(p *Person, b *importers.Batch) []importers.Ref {
	var all []importers.Ref
	for i := range b.Secrets {
		if ref := b.Secrets[i].Ref; f.roleOf(p, ref.Env) >= vault.Reader {
			all = append(all, ref)
		}
	}
	return all
}
