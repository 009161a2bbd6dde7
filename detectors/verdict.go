package detectors

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/detectors/judge"
	"github.com/secretsweep/secretsweep/detectors/match"
	"github.com/secretsweep/secretsweep/internal/format"
	"github.com/secretsweep/secretsweep/rules"
)

// candidate is a value that may be a secret, under the name that it has, and where it
// lies.
type candidate struct {
	name, value string
	span
}

// verbatim tells whether the value stands in the text as it is, so that a part of it
// has a place of its own.
func (c *candidate) verbatim() bool { return c.end-c.start == len(c.value) }

// last makes the value's end the value.
func (c *candidate) last(text string) { c.value, c.start = text, c.end-len(text) }

// judge keeps a value that is a secret, going by its name, its look and the file.
func (r *reading) judge(e *format.Entry, c candidate) {
	r.unwrap(&c)
	meaning := r.meaning(c.name)
	if meaning == judge.Nothing {
		return
	}
	if meaning == judge.Public && judge.NamesSalt(c.name) && judge.IsStrong(c.value) {
		meaning = judge.Key
	}
	rule := r.key
	if meaning == judge.Password {
		rule = r.password
	}
	_, refers := judge.Refers(c.value)
	switch {
	case meaning == judge.Public, refers, e.Tag != "" && e.Tag != "!!str" && e.Tag != "!!binary":
		r.deny(e)
		return
	case rule == nil || c.start == c.end:
		return
	}
	s := setting{
		Found: match.Found{
			Rule: rule.Rule, Start: c.start, End: c.end, MatchStart: c.start, MatchEnd: c.end,
			NameStart: -1, NameEnd: -1, CarrierStart: -1, CarrierEnd: -1, Literal: structured,
		},
		naming: naming{c.name, r.parentOf(e, c.name), r.envOf(e)}, value: c.value,
	}
	if s.confidence = r.confidence(e, &s, meaning); s.confidence == "" || rule.allows.Hold(r.data, &s.Found) {
		return
	}
	if n := len(r.found); n == match.MaxFound {
		r.found[n-1].Truncated = true
		return
	}
	s.why = r.why(e, c.name, c.value)
	if isExample(e) {
		s.confidence = rules.Unlikely
		s.why += "; lowered, because it stands in an example"
		r.deny(e)
	}
	r.found = append(r.found, s)
}

// isExample tells whether what leads to an entry says that it shows what may stand there,
// as in descriptions of interfaces (OpenAPI).
func isExample(e *format.Entry) bool {
	return slices.ContainsFunc(e.Path, func(part string) bool {
		return part == "example" || part == "examples" || part == "x-example"
	})
}

// structured makes a match by structure more specific than one of the same rank by a
// pattern.
const structured = 1 << 20

// unwrap takes off what stands around a value: a user before the password, the scheme of
// an Authorization header, the variable of which it is the default.
func (r *reading) unwrap(c *candidate) {
	if !c.verbatim() {
		return
	}
	scheme, credentials, ok := strings.Cut(c.value, " ")
	if ok && judge.IsScheme(scheme) && r.meaning(c.name) != judge.Password {
		c.last(credentials)
		if r.meaning(c.name) == judge.Nothing {
			c.name = "authorization"
		}
		if user, password, ok := judge.Login(credentials); ok && user != "" {
			c.name, c.value = "password", password
		}
	}
	if word, login, ok := strings.Cut(c.value, " "); ok && judge.NamesLogin(word) && !strings.Contains(login, " ") { // auth user:password
		c.name = word
		c.last(login)
	}
	if user, password, ok := judge.Login(c.value); ok && user != "" && judge.NamesLogin(c.name) {
		c.name, c.value = "password", password
	}
	if user, password, ok := strings.Cut(c.value, ":"); ok && !strings.ContainsAny(user, " /$-+") && !judge.IsDerived(c.value) && c.verbatim() {
		chosen := r.role == keeps && r.meaning(c.name) == judge.Nothing && judge.PasswordOf(password) == judge.Chosen
		if chosen || judge.NamesLogin(c.name) {
			c.name = "password"
			c.last(password)
		}
	}
	if text, ok := strings.CutPrefix(c.value, "{noop}"); ok && c.verbatim() { // of Spring: not hashed
		c.last(text)
	}
	if text, at, ok := judge.DefaultOf(c.value); ok && c.verbatim() {
		c.value, c.start = text, c.start+at
		c.end = c.start + len(text)
	}
}

// meaning is judge.NameOf, with what a name means in the files of clients.
func (r *reading) meaning(name string) judge.Meaning {
	meaning, known := r.meanings[name]
	if !known {
		if meaning = judge.NameOf(name); meaning == judge.Nothing && r.role == keeps && judge.NamesClientKey(name) {
			meaning = judge.Key
		}
		r.meanings[strings.Clone(name)] = meaning
	}
	return meaning
}

// confidence tells how sure it is that a value is a secret that is in use; "" if it is
// none.
func (r *reading) confidence(e *format.Entry, s *setting, meaning judge.Meaning) rules.Confidence {
	name, value := s.name, s.value
	quoted := []byte(`"` + value + `"`)
	if secretly := strings.ToLower(name); strings.Contains(secretly, "secret") || strings.Contains(secretly, "private") {
		value = strings.TrimPrefix(value, "0x") // and no address on a blockchain
	}
	random := judge.Random(value, judge.Surroundings{Name: name, Text: quoted, Start: 1, End: len(quoted) - 1}) || judge.IsUUID(value)
	choice := judge.PasswordOf(value)
	if plain, ok := judge.PlainText(value); ok && choice != judge.None {
		choice = judge.PasswordOf(strings.TrimSpace(plain))
	}
	password := meaning == judge.Password
	confidence := rules.Likely
	switch {
	case choice == judge.Stock && password:
		confidence = rules.Unlikely
	case choice == judge.Stock, password && r.isDump() && judge.IsDigest(value),
		r.role == tells && !random && !(password && isTold(e, choice)):
		return ""
	case random && password && e.Style != format.Bare:
		confidence = rules.Sure
	case random, judge.IsStrong(value) && !judge.IsDerived(value):
	case choice == judge.Chosen && (password || len(value) >= longKey && !judge.IsName(value)):
	case choice == judge.Word && password && r.trustsWord(s):
	case choice == judge.Phrase && password && r.trustsPhrase(s):
	case choice == judge.None, choice == judge.Phrase, !password:
		return ""
	default:
		confidence = rules.Unlikely
	}
	if e.Comment && !random {
		confidence = lower(confidence)
	}
	return confidence
}

// isDump tells whether a file is a table, or has some.
func (r *reading) isDump() bool {
	switch strings.ToLower(path.Ext(r.path)) {
	case ".sql", ".pgsql", ".mysql", ".dump", ".csv", ".tsv":
		return true
	}
	return false
}

// isTold tells whether a value in a text for people is a password, and not one of the
// text's words.
func isTold(e *format.Entry, choice judge.Choice) bool {
	return choice == judge.Chosen && (e.Style != format.Bare || judge.StandsOut(e.Value))
}

// longKey is how long a key has to be that does not look random.
const longKey = 10

// trustsWord tells whether a word is a password rather than text: by the file, by the
// environment that it is for, or because nothing in the name speaks against it.
func (r *reading) trustsWord(s *setting) bool {
	const long = 8
	env := cmp.Or(s.env, Environment(r.path))
	return r.role == keeps || env == "prod" || env == "staging" ||
		len(s.value) >= long && judge.EndsAsPassword(s.name) && !isPipeline(r.path) && !r.isDump()
}

// trustsPhrase tells whether a few words are a password rather than a sentence.
func (r *reading) trustsPhrase(s *setting) bool {
	if strings.Contains(s.value, " ") {
		return r.role == keeps || cmp.Or(s.env, Environment(r.path)) == "prod" || strings.HasSuffix(strings.ToLower(s.name), "passphrase")
	}
	return r.trustsWord(s)
}
