package tui

import (
	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"github.com/secretsweep/secretsweep/rules"
)

// theme is how things look. Nothing is told by colour alone: what is chosen has a mark, and
// severities are words.
type theme struct {
	title, dim, bold, chosen, marked lipgloss.Style
	good, warn, bad                  lipgloss.Style
	added, removed                   lipgloss.Style
	cursor                           lipgloss.Style // of a text that is typed
}

// newTheme makes a theme: for a light or a dark background, or without colour.
func newTheme(r *lipgloss.Renderer, o Options) theme {
	if o.NoColor {
		r.SetColorProfile(termenv.Ascii)
	}
	cursor := r.NewStyle()
	switch {
	case r.ColorProfile() == termenv.Ascii:
		r.SetHasDarkBackground(true) // so that the terminal isn't asked for what makes no difference
		cursor = cursor.Transform(underlined)
	case o.Background != nil:
		r.SetHasDarkBackground(*o.Background == Dark)
	default:
		r.HasDarkBackground() // asks the terminal now: later its answer would be taken for keys
	}
	color := func(light, dark string) lipgloss.Style {
		return r.NewStyle().Foreground(lipgloss.AdaptiveColor{Light: light, Dark: dark})
	}
	return theme{
		title:   color("25", "117").Bold(true),
		dim:     color("243", "246"),
		bold:    r.NewStyle().Bold(true),
		chosen:  color("0", "15").Background(lipgloss.AdaptiveColor{Light: "153", Dark: "24"}),
		marked:  color("90", "183"),
		good:    color("22", "114"),
		warn:    color("94", "221"),
		bad:     color("124", "210"),
		added:   color("22", "114"),
		removed: color("124", "210"),
		cursor:  cursor,
	}
}

// underlined marks a character where a terminal has no styles.
func underlined(text string) string {
	if text == " " {
		return "_"
	}
	return text + "\u0332"
}

// severity is how a severity looks.
func (t *theme) severity(s rules.Severity) lipgloss.Style {
	switch s {
	case rules.Critical, rules.High:
		return t.bad
	case rules.Medium:
		return t.warn
	}
	return t.dim
}
