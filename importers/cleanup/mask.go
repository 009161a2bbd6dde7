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

func newMasker(p *importers.Plan) masker {
	m := masker{known: make(map[secret.Fingerprint]secret.Value)}
	var values []secret.Value
	add := func(v secret.Value) {
		if key := v.Fingerprint(); !v.IsEmpty() && m.known[key].IsEmpty() {
			m.known[key] = v
			values = append(values, v)
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
	m.hide = secret.Hider(values, secret.Value.Mask)
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
