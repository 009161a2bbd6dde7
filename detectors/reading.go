package detectors

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/secretsweep/secretsweep/detectors/judge"
	"github.com/secretsweep/secretsweep/detectors/match"
	"github.com/secretsweep/secretsweep/internal/format"
	"github.com/secretsweep/secretsweep/rules"
)

// reading is one file that is read by its format.
type reading struct {
	*configured
	file
	data    []byte
	secrets map[string]bool // what is a Kubernetes Secret, by document and path
	// Of a pair such as "name: DB_PASSWORD, value: …", the name, and where it stands.
	named, namedAt string
	found          []setting
}

func newReading(c *configured, f file, data []byte) *reading {
	r := &reading{configured: c, file: f, data: data}
	if bytes.Contains(data, []byte("Secret")) && bytes.Contains(data, []byte("kind")) {
		r.secrets = map[string]bool{}
		for e := range f.read(data) {
			if e.Name() == "kind" && e.Value == "Secret" {
				r.secrets[placeOf(&e, len(e.Path)-1)] = true
			}
		}
	}
	return r
}

// placeOf names the first parts of an entry's path, in its document.
func placeOf(e *format.Entry, parts int) string {
	return strconv.Itoa(e.Document) + "\x00" + strings.Join(e.Path[:parts], "\x00")
}

// take judges an entry.
func (r *reading) take(e *format.Entry) {
	if strings.ContainsAny(e.Value, "\n") || isScript(e) {
		r.script(e)
		return
	}
	if r.takeKubernetes(e) {
		return
	}
	r.judge(e, r.nameOf(e), e.Value, e.Start, e.End)
}

// nameOf tells what an entry's value is the value of. Its own name may say no more than
// that it is one.
func (r *reading) nameOf(e *format.Entry) string {
	name, parent := e.Name(), len(e.Path)-1
	switch strings.ToLower(name) {
	case "name", "key", "variable", "parameterkey", "option", "@name", "@key":
		r.named, r.namedAt = e.Value, placeOf(e, parent)
	case "value", "default", "defaultvalue", "parametervalue", "content", "val", "plaintext", "@value", "#text":
		if r.namedAt == placeOf(e, parent) {
			return r.named
		}
		if parent > 0 {
			return e.Path[parent-1]
		}
	}
	if _, err := strconv.Atoi(name); err == nil && parent > 0 {
		return e.Path[parent-1]
	}
	return name
}

// takeKubernetes judges what a Kubernetes Secret holds. It tells whether the entry is
// in one.
func (r *reading) takeKubernetes(e *format.Entry) bool {
	for i, part := range e.Path[:len(e.Path)-1] {
		if part != "data" && part != "stringData" || !r.secrets[placeOf(e, i)] {
			continue
		}
		name, value := e.Name(), e.Value
		if part == "data" {
			plain, err := base64.StdEncoding.DecodeString(value)
			if err != nil || !utf8.Valid(plain) {
				return true // bytes, or a template
			}
			value = strings.TrimRight(string(plain), "\r\n")
		}
		if strings.HasPrefix(name, ".docker") {
			r.registries(e, value)
			return true
		}
		r.judge(e, name, value, e.Start, e.End)
		return true
	}
	return false
}

// registries judges the passwords in a Docker configuration that stands in an entry.
func (r *reading) registries(e *format.Entry, config string) {
	for in := range format.JSON([]byte(config)) {
		value := in.Value
		if in.Name() == "auth" {
			plain, err := base64.StdEncoding.DecodeString(value)
			if err != nil {
				continue
			}
			_, value, _ = strings.Cut(string(plain), ":")
		} else if in.Name() != "password" {
			continue
		}
		r.judge(e, "password", value, e.Start, e.End)
	}
}

// isScript tells whether an entry is commands for a shell.
func isScript(e *format.Entry) bool {
	for _, part := range e.Path {
		switch part {
		case "run", "script", "before_script", "after_script", "command", "commands", "entrypoint", "sh", "install", "postCreateCommand", "args":
			return true
		}
	}
	return false
}

// script judges what commands assign.
func (r *reading) script(e *format.Entry) {
	for in := range format.Shell(r.data[e.Start:e.End]) {
		in.Comment = in.Comment || e.Comment
		in.Path = append([]string{e.Path[0]}, in.Path...)
		r.judge(&in, in.Name(), in.Value, e.Start+in.Start, e.Start+in.End)
	}
}

// judge keeps a value that is a secret, going by its name, its look and the file.
func (r *reading) judge(e *format.Entry, name, value string, start, end int) {
	if text, at, ok := judge.DefaultOf(value); ok && end-start == len(value) {
		value, start = text, start+at
		end = start + len(text)
	}
	meaning := judge.NameOf(name)
	if meaning == judge.Nothing && r.role == keeps && isClientKey(name) {
		meaning = judge.Key
	}
	rule := r.key
	if meaning == judge.Password {
		rule = r.password
	}
	if meaning < judge.Key || rule == nil || e.Tag != "" && e.Tag != "!!str" {
		return
	}
	confidence := r.confidence(e, meaning, name, value)
	if confidence == "" {
		return
	}
	s := setting{
		Found: match.Found{
			Rule: rule.Rule, Start: start, End: end, MatchStart: start, MatchEnd: end,
			NameStart: -1, NameEnd: -1, CarrierStart: -1, CarrierEnd: -1, Literal: structured,
		},
		name: name, value: value, confidence: confidence,
	}
	if start == end || rule.allows.Hold(r.data, &s.Found) {
		return
	}
	s.env = envOf(r.path)
	for _, part := range e.Path {
		if env := envOf(part); env != "" {
			s.env = env
		}
	}
	r.found = append(r.found, s)
}

// structured makes a match by structure more specific than one of the same rank by a
// pattern.
const structured = 1 << 20

// isClientKey tells whether a name means a secret in the files of clients.
func isClientKey(name string) bool {
	switch strings.ToLower(name) {
	case "auth", "_auth", "key", "pass", "oauth_token", "http-basic", "identitytoken":
		return true
	}
	return false
}

// confidence tells how sure it is that a value is a secret that is in use; "" if it is
// none.
func (r *reading) confidence(e *format.Entry, meaning judge.Meaning, name, value string) rules.Confidence {
	quoted := []byte(`"` + value + `"`)
	random := judge.Random(value, judge.Surroundings{Name: name, Text: quoted, Start: 1, End: len(quoted) - 1}) || judge.IsUUID(value)
	choice := judge.PasswordOf(value)
	confidence := rules.Unlikely
	switch {
	case random && meaning == judge.Password && e.Style != format.Bare:
		confidence = rules.Sure
	case random:
		confidence = rules.Likely
	case choice == judge.Chosen && (meaning == judge.Password || len(value) >= 10):
		confidence = rules.Likely
	case choice == judge.Word && r.role == keeps && meaning == judge.Password:
		confidence = rules.Likely
	case choice == judge.None || meaning != judge.Password:
		return ""
	}
	if r.role == exemplifies || e.Comment && !random {
		confidence = lower(confidence)
	}
	return confidence
}
