package cleanup

import (
	"iter"
	"strings"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/format"
	"github.com/secretsweep/secretsweep/internal/secret"
)

// masker masks the values of a plan.
type masker struct {
	known map[secret.Fingerprint]secret.Value
	hide  func(string) string
}

// newMasker takes the values of a plan. show gives their texts.
func newMasker(p *importers.Plan, show func(secret.Value) string) masker {
	m := masker{known: make(map[secret.Fingerprint]secret.Value)}
	var values, lines []secret.Value
	add := func(v secret.Value) {
		key := v.Fingerprint()
		if v.IsEmpty() || !m.known[key].IsEmpty() {
			return
		}
		m.known[key] = v
		values = append(values, v)
		if first, rest, more := strings.Cut(show(v), "\n"); more {
			lines = append(lines, secret.New(strings.TrimSpace(first)))
			for line := range strings.Lines(rest) {
				lines = append(lines, secret.New(strings.TrimSpace(line)))
			}
		}
	}
	for _, row := range p.Rows {
		if !isSecret(row) {
			continue
		}
		add(row.Value)
		for i := range row.Items {
			add(row.Items[i].Value)
		}
		for i := range row.Targets {
			add(row.Targets[i].Value)
		}
	}
	whole := secret.Hider(values, secret.Value.Mask)
	// A key of several lines may be indented, or have its line ends as escapes.
	each := secret.Hider(lines, func(secret.Value) string { return "****" })
	m.hide = func(text string) string { return each(whole(text)) }
	return m
}

// holds tells whether a value is a known one.
func (m *masker) holds(value string) bool {
	return value != "" && !m.known[secret.New(value).Fingerprint()].IsEmpty()
}

// text masks the values in a text: those that are assigned there, as the reader of its
// format tells, whatever they look like; and those that stand there otherwise, unless
// they are so short that they stand in any text.
func (m *masker) text(text []byte, reader format.Reader) string {
	var b strings.Builder
	done := 0
	for e := range reader(text) {
		if v := m.known[secret.New(e.Value).Fingerprint()]; e.Start >= done && e.Value != "" && !v.IsEmpty() {
			b.WriteString(m.hide(string(text[done:e.Start])) + v.Mask())
			done = e.End
		}
	}
	b.WriteString(m.hide(string(text[done:])))
	return b.String()
}

// nothing reads formats in which nothing is assigned.
func nothing([]byte) iter.Seq[format.Entry] { return func(func(format.Entry) bool) {} }
