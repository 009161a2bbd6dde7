package scanner

import (
	"errors"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
)

// hide replaces the values of all findings in the texts that stand beside them, and in
// references.
// A branch may be named after a token, and a file after the password in it.
func hide(findings []Finding, references []Reference, problems []Problem, s *Summary, show func(secret.Value) string) {
	var values []secret.Value
	for i := range findings {
		f := &findings[i]
		values = append(values, f.Value, f.Carrier)
		for _, p := range f.Parts {
			values = append(values, p.Value)
		}
	}
	h := hider{secret.Hider(values, show), make(map[string]string), make(map[*place.Version]*place.Version)}
	for i := range findings {
		f := &findings[i]
		f.Name, f.Why = h.text(f.Name), h.text(f.Why)
		for j := range f.Vault {
			e := &f.Vault[j]
			e.Project, e.Env, e.Name = h.text(e.Project), h.text(e.Env), h.text(e.Name)
		}
		for j := range f.Places {
			h.place(&f.Places[j])
			n := &f.Namings[j]
			n.Name, n.Parent = h.text(n.Name), h.text(n.Parent)
			for k := range n.Also {
				n.Also[k].Name, n.Also[k].Parent = h.text(n.Also[k].Name), h.text(n.Also[k].Parent)
			}
		}
	}
	for i := range references {
		r := &references[i]
		r.Name = h.text(r.Name)
		for j := range r.Places {
			h.place(&r.Places[j])
		}
	}
	for i := range problems {
		p := &problems[i]
		p.What = h.text(p.What)
		if why := p.Err.Error(); h.text(why) != why {
			p.Err = errors.New(h.text(why))
		}
	}
	for i := range s.Roots {
		s.Roots[i] = h.text(s.Roots[i])
	}
	for i := range s.LeftOut {
		s.LeftOut[i].What = h.text(s.LeftOut[i].What)
	}
}

// hider hides values in texts, of which most occur many times.
type hider struct {
	replace  func(string) string
	texts    map[string]string
	versions map[*place.Version]*place.Version
}

func (h *hider) text(s string) string {
	hidden, done := h.texts[s]
	if !done {
		hidden = h.replace(s)
		h.texts[s] = hidden
	}
	return hidden
}

func (h *hider) place(p *place.Place) {
	p.Root, p.Path, p.Member, p.Ref = h.text(p.Root), h.text(p.Path), h.text(p.Member), h.text(p.Ref)
	p.Commit, p.Last = h.version(p.Commit), h.version(p.Last)
	if p.Layer != nil {
		l := *p.Layer
		l.Digest, l.Command = h.text(l.Digest), h.text(l.Command)
		p.Layer = &l
	}
	if p.Message != nil {
		m := *p.Message
		for _, text := range []*string{&m.Workspace, &m.Channel, &m.ChannelID, &m.User, &m.UserID, &m.ID, &m.Thread, &m.Link} {
			*text = h.text(*text)
		}
		p.Message = &m
	}
}

// version leaves the version itself as it is, since it is the source's.
func (h *hider) version(v *place.Version) *place.Version {
	if v == nil {
		return nil
	}
	hidden, done := h.versions[v]
	if !done {
		w := *v
		w.Name, w.Email, w.Title = h.text(v.Name), h.text(v.Email), h.text(v.Title)
		hidden = &w
		h.versions[v] = hidden
	}
	return hidden
}
