package tui

import (
	"cmp"
	"fmt"
	"time"

	"github.com/secretsweep/secretsweep/internal/place"
)

// placeName says in few words what a place is in.
func placeName(p *place.Place) string {
	if m := p.Message; m != nil && m.Channel != "" {
		return "#" + m.Channel
	}
	return cmp.Or(p.Name(), p.Ref, string(p.Kind))
}

// spot says where in it a place is.
func spot(p *place.Place) string {
	if p.Message != nil {
		return placeName(p)
	}
	return fmt.Sprintf("%s:%d", placeName(p), p.Start.Line)
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
