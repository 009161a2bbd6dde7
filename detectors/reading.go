package detectors

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"regexp"
	"slices"
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
		r.judge(e, r.nameOf(e), e.Value, e.Start, e.End)
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
	case "value", "default", "defaultvalue", "parametervalue", "content", "val", "plaintext", "@value", "#text":
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
			r.judge(e, name, value, e.Start, e.End)
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
		r.judge(e, name, value, e.Start, e.End)
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
		r.judge(&in, in.Name(), in.Value, e.Start+in.Start, e.Start+in.End)
	}
}

// judge keeps a value that is a secret, going by its name, its look and the file.
func (r *reading) judge(e *format.Entry, name, value string, start, end int) {
	if user, password, ok := strings.Cut(value, ":"); ok && !strings.ContainsAny(user, " /$-+") && end-start == len(value) && isLogin(name) {
		name, value, start = "password", password, end-len(password)
	}
	if scheme, rest, ok := strings.Cut(value, " "); ok && slices.Contains(schemes, strings.ToLower(scheme)) && end-start == len(value) {
		value, start = rest, start+len(scheme)+1
		if r.meaning(name) == judge.Nothing {
			name = "authorization"
		}
		if user, password, ok := judge.Login(rest); ok && user != "" {
			name, value = "password", password
		}
	}
	meaning := r.meaning(name)
	if user, password, ok := strings.Cut(value, ":"); ok && meaning == judge.Nothing && r.role == keeps && !strings.ContainsAny(user, " /") &&
		judge.PasswordOf(password) == judge.Chosen && end-start == len(value) {
		meaning, value, start = judge.Password, password, end-len(password)
	}
	if meaning == judge.Nothing {
		return
	}
	if text, at, ok := judge.DefaultOf(value); ok && end-start == len(value) {
		value, start = text, start+at
		end = start + len(text)
	}
	if lower := strings.ToLower(name); meaning == judge.Public && (strings.HasSuffix(lower, "_key") || strings.HasSuffix(lower, "_salt")) && strong(value) {
		meaning = judge.Key // what WordPress mixes with its nonces
	}
	rule := r.key
	if meaning == judge.Password {
		rule = r.password
	}
	if _, refers := judge.Refers(value); refers || meaning == judge.Public || e.Tag != "" && e.Tag != "!!str" {
		r.deny(e)
		return
	}
	if rule == nil {
		return
	}
	env := envOf(r.path)
	for _, part := range e.Path {
		env = cmp.Or(envOf(part), env)
	}
	confidence := r.confidence(e, env, meaning, name, value)
	if confidence == "" {
		return
	}
	s := setting{
		Found: match.Found{
			Rule: rule.Rule, Start: start, End: end, MatchStart: start, MatchEnd: end,
			NameStart: -1, NameEnd: -1, CarrierStart: -1, CarrierEnd: -1, Literal: structured,
		},
		name: name, env: env, value: value, confidence: confidence,
	}
	if start == end || rule.allows.Hold(r.data, &s.Found) {
		return
	}
	r.found = append(r.found, s)
}

// meaning is judge.NameOf, with what a name means in the files of clients.
func (r *reading) meaning(name string) judge.Meaning {
	meaning, known := r.meanings[name]
	if !known {
		if meaning = judge.NameOf(name); meaning == judge.Nothing && r.role == keeps && isClientKey(name) {
			meaning = judge.Key
		}
		r.meanings[strings.Clone(name)] = meaning
	}
	return meaning
}

// structured makes a match by structure more specific than one of the same rank by a
// pattern.
const structured = 1 << 20

// schemes are those of Authorization headers (RFC 9110).
var schemes = []string{"basic", "bearer", "token", "apikey", "api-key", "bot", "key"}

var loginMarks = strings.NewReplacer("_", "", "-", "")

// isLogin tells whether a name means user:password.
func isLogin(name string) bool {
	lower := strings.ToLower(loginMarks.Replace(name))
	for _, end := range [...]string{"auth", "login", "credentials", "creds", "userpwd", "userpass", "userpassword", "authident"} {
		if strings.HasSuffix(lower, end) {
			return true
		}
	}
	return false
}

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
func (r *reading) confidence(e *format.Entry, env string, meaning judge.Meaning, name, value string) rules.Confidence {
	quoted := []byte(`"` + value + `"`)
	random := judge.Random(value, judge.Surroundings{Name: name, Text: quoted, Start: 1, End: len(quoted) - 1}) || judge.IsUUID(value)
	choice := judge.PasswordOf(value)
	if plain, ok := judge.PlainText(value); ok && choice != judge.None {
		choice = judge.PasswordOf(strings.TrimSpace(plain))
	}
	confidence := rules.Unlikely
	switch {
	case choice == judge.Stock:
		if meaning != judge.Password {
			return ""
		}
	case strong(value) && !judge.IsDerived(value):
		confidence = rules.Likely
	case random && meaning == judge.Password && e.Style != format.Bare:
		confidence = rules.Sure
	case random:
		confidence = rules.Likely
	case choice == judge.Chosen && (meaning == judge.Password || len(value) >= 10):
		confidence = rules.Likely
	case choice == judge.Word && meaning == judge.Password && len(value) >= 8 && judge.EndsAsPassword(name) && !pipeline.MatchString(r.path):
		confidence = rules.Likely
	case choice == judge.Word && meaning == judge.Password && (r.role == keeps || env == "prod" || env == "staging"):
		confidence = rules.Likely
	case choice == judge.None || meaning != judge.Password:
		return ""
	}
	if e.Comment && !random {
		confidence = lower(confidence)
	}
	return confidence
}

// pipeline matches files of CI systems, whose services have passwords that are thrown away
// with them.
var pipeline = regexp.MustCompile(`(?i)(?:^|/)\.(?:github|gitlab|circleci|travis|drone|woodpecker|buildkite|semaphore)|(?:pipelines?|cloudbuild|buildspec|codemagic|bitrise|appveyor|jenkinsfile)[\w.-]*$|docker-compose[\w.-]*$|(?:^|/)compose\.ya?ml$`)

// strong tells whether a value is so long and varied that its characters, be they those
// of a template or of code, are there by chance: the salts of WordPress.
func strong(value string) bool {
	return len(value) >= 32 && !strings.ContainsAny(value, " \t") && judge.Entropy(value) > 4.5 && strings.ContainsAny(value, "!#$%^&*(){}[]|;<>?")
}
