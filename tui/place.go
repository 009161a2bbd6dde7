package tui

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/place"
)

// placeName says in few words what a place is in.
func placeName(p *place.Place) string {
	if m := p.Message; m != nil && m.Channel != "" {
		return "#" + strings.TrimPrefix(m.Channel, "#")
	}
	return cmp.Or(p.Name(), p.Ref, p.Object, string(p.Kind))
}

// spot says where in it a place is.
func spot(p *place.Place) string {
	if p.Message != nil || p.Start.Line < 1 {
		return placeName(p)
	}
	return fmt.Sprintf("%s:%d", placeName(p), p.Start.Line)
}

// from says for people where an item is from, and since when it is there.
func (f *flow) from(item *importers.Item) string {
	if item.At.Kind == "" {
		return safe(item.From)
	}
	return f.where(&item.At) + ", " + day(&item.At)
}

// day says when a place got what is there.
func day(p *place.Place) string {
	switch {
	case p.Message != nil && !p.Message.Time.IsZero():
		return p.Message.Time.Format(time.DateOnly)
	case p.Commit != nil:
		return p.Commit.Date.Format(time.DateOnly)
	}
	return "not committed"
}
