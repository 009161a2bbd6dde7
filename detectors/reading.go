package detectors

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/secretsweep/secretsweep/detectors/judge"
	"github.com/secretsweep/secretsweep/internal/format"
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
	meanings       map[string]judge.Meaning // of names
	decoded        []encoded
	denied         []span // of entries that are no secrets, going by their names or forms
}

func newReading(c *configured, f file, data []byte) *reading {
	r := &reading{configured: c, file: f, data: data, meanings: map[string]judge.Meaning{}}
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

// span is a stretch of a text.
type span struct{ start, end int }

func (s span) compare(t span) int {
	return cmp.Or(cmp.Compare(s.start, t.start), cmp.Compare(s.end, t.end))
}

// placeOf names the first parts of an entry's path, in its document.
func placeOf(e *format.Entry, parts int) string {
	return strconv.Itoa(e.Document) + "\x00" + strings.Join(e.Path[:parts], "\x00")
}

// take judges an entry.
func (r *reading) take(e *format.Entry) {
	if n := len(e.Value); n > 2 && e.Value[0] == '`' && e.Value[n-1] == '`' && e.End-e.Start == n { // quotes, in some INI files
		e.Value, e.Start, e.End, e.Style = e.Value[1:n-1], e.Start+1, e.End-1, format.Literal
	}
	if len(e.Value) != e.End-e.Start && strings.Contains(e.Value, "://") {
		r.decoded = append(r.decoded, encoded{span{e.Start, e.End}, e.Value})
	}
	switch {
	case isSealed(e):
		r.deny(e)
	case isScript(e) || strings.ContainsRune(e.Value, '\n') || isAssignment(e):
		r.script(e)
	case r.takeKubernetes(e):
	case strings.HasPrefix(e.Value, "{") && strings.HasSuffix(e.Value, "}") && strings.Contains(e.Value, `"`):
		r.object(e, e.Value)
	default:
		r.judge(e, candidate{r.nameOf(e), e.Value, span{e.Start, e.End}})
	}
}

// deny keeps what looks random in an entry from being reported for that alone.
func (r *reading) deny(e *format.Entry) { r.denied = append(r.denied, span{e.Start, e.End}) }

// isSealed tells whether what leads to an entry says that its value is encrypted.
func isSealed(e *format.Entry) bool {
	for _, part := range e.Path {
		switch part {
		case "encryptedData", "secure", "secretEnv", "sops", "from_secret":
			return true
		}
	}
	return false
}

// isAssignment tells whether an element of a list is an assignment, as a list of
// environment variables has them.
func isAssignment(e *format.Entry) bool {
	name, value, _ := strings.Cut(e.Value, "=")
	if _, err := strconv.Atoi(e.Name()); err != nil && !strings.Contains(strings.ToLower(e.Name()), "env") {
		return false
	}
	return name != "" && strings.Trim(value, "=") != "" && !strings.ContainsAny(name, " \"'${}:/?&")
}

// nameOf tells what an entry's value is the value of. Its own name may say no more than
// that it is one.
func (r *reading) nameOf(e *format.Entry) string {
	name, parent := e.Name(), len(e.Path)-1
	switch strings.ToLower(name) {
	case "name", "key", "variable", "parameterkey", "option", "@name", "@key":
		r.named, r.namedAt = e.Value, placeOf(e, parent)
	case "value", "default", "defaultvalue", "parametervalue", "content", "val", "plaintext", "wert", "valeur", "valor", "valore", "@value", "#text":
		if r.namedAt == placeOf(e, parent) && r.meaning(r.named) != judge.Nothing {
			return r.named
		}
		if parent > 0 {
			name = e.Path[parent-1]
			parent--
		}
	}
	if _, err := strconv.Atoi(name); err == nil && parent > 0 { // an element of a list
		name = strings.TrimSuffix(e.Path[parent-1], "s")
		parent--
	}
	if strings.EqualFold(name, "key") && parent > 0 {
		return e.Path[parent-1] + "_" + name // jwt: {key: …}
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
			r.decoded = append(r.decoded, encoded{span{e.Start, e.End}, value})
		}
		if strings.HasPrefix(value, "{") {
			r.object(e, value)
		} else {
			r.judge(e, candidate{name, value, span{e.Start, e.End}})
		}
		return true
	}
	return false
}

// object judges what a JSON object assigns that stands in an entry.
func (r *reading) object(e *format.Entry, text string) {
	for in := range format.JSON([]byte(text)) {
		name, value := in.Name(), in.Value
		if name == "auth" { // of Docker: user and password
			if _, password, ok := judge.Login(value); ok {
				name, value = "password", password
			}
		}
		r.judge(e, candidate{name, value, span{e.Start, e.End}})
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
	if !r.mayAssign(r.data[e.Start:e.End]) {
		return
	}
	for in := range format.Shell(r.data[e.Start:e.End]) {
		in.Comment = in.Comment || e.Comment
		in.Path = append([]string{e.Path[0]}, in.Path...)
		r.judge(&in, candidate{in.Name(), in.Value, span{e.Start + in.Start, e.Start + in.End}})
	}
}
