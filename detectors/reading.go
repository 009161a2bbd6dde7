package detectors

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"iter"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/secretsweep/secretsweep/detectors/judge"
	"github.com/secretsweep/secretsweep/internal/format"
)

// reading is one file that is read by its format.
type reading struct {
	*configured
	file
	settings // so far
	data     []byte
	secrets  map[string]bool          // what is a Kubernetes Secret, by document and path
	labels   map[string]string        // the names of what is in Kubernetes, likewise
	jobs     map[string]string        // the environments of a CI system's jobs, likewise
	meanings map[string]judge.Meaning // of names
	// Of a pair such as "name: DB_PASSWORD, value: …", the name, and where it stands.
	named, namedAt string
}

func newReading(c *configured, f file, data []byte) *reading {
	return &reading{configured: c, file: f, data: data, meanings: map[string]judge.Meaning{}}
}

// entries gives what there is to take.
func (r *reading) entries() iter.Seq[format.Entry] {
	secrets, jobs := mayHoldSecrets(r.data), isPipeline(r.path) && bytes.Contains(r.data, []byte("environment"))
	if secrets || jobs {
		r.secrets, r.labels, r.jobs = map[string]bool{}, map[string]string{}, map[string]string{}
		for e := range r.read(r.data) {
			if secrets {
				r.noteManifest(&e)
			}
			if jobs {
				r.noteJob(&e)
			}
		}
	}
	return r.read(r.data)
}

// noteManifest keeps what an entry says of a manifest of Kubernetes.
func (r *reading) noteManifest(e *format.Entry) {
	n := len(e.Path)
	switch {
	case e.Name() == "kind" && e.Value == "Secret":
		r.secrets[placeOf(e, n-1)] = true
	case e.Name() == "name" && n > 1 && e.Path[n-2] == "metadata":
		r.labels[placeOf(e, n-2)] = e.Value
	}
}

// mayHoldSecrets tells whether something in a text may be of the kind Secret, of
// Kubernetes.
func mayHoldSecrets(text []byte) bool {
	const kind = "Secret"
	for {
		i := bytes.Index(text, []byte(kind))
		if i < 0 {
			return false
		}
		if bytes.HasSuffix(bytes.TrimRight(text[:i], " \t\r\n\"':="), []byte("kind")) {
			return true
		}
		text = text[i+len(kind):]
	}
}

// span is a stretch of a text.
type span struct{ start, end int }

func (s span) shifted(by int) span { return span{s.start + by, s.end + by} }

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
	if len(e.Value) != e.End-e.Start && mayHoldPassword(e.Value) {
		r.nest(e, e.Value)
	}
	switch {
	case isSealed(e):
		r.deny(e)
	case r.takeFile(e):
	case isScript(e) || strings.ContainsRune(e.Value, '\n') || isAssignment(e):
		r.script(e)
	case r.takeKubernetes(e):
	case isJSON(e.Value):
		r.object(e)
	case r.takeEncoded(e):
	default:
		r.judge(e, candidate{r.nameOf(e), e.Value, span{e.Start, e.End}})
	}
}

// mayHoldPassword tells whether a value has the form of an address or of a list of
// settings, which patterns know.
func mayHoldPassword(value string) bool {
	return strings.Contains(value, "://") || strings.Contains(value, "assword=") || strings.Contains(value, "wd=")
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
	name, value, ok := strings.Cut(e.Value, "=")
	if !ok || !isIndex(e.Name()) && !strings.Contains(strings.ToLower(e.Name()), "env") {
		return false
	}
	return name != "" && strings.Trim(value, "=") != "" && !strings.ContainsAny(name, " \"'${}<>:/?&")
}

// isIndex tells whether a part of a path is the place of an element in a list.
func isIndex(part string) bool { return part != "" && strings.Trim(part, "0123456789") == "" }

// nameOf tells what an entry's value is the value of. Its own name may say no more than
// that it is one.
func (r *reading) nameOf(e *format.Entry) string {
	name, parent := e.Name(), len(e.Path)-1
	switch strings.ToLower(name) {
	case "name", "key", "variable", "parameterkey", "option", "@name", "@key", "param-name", "env-entry-name":
		r.named, r.namedAt = e.Value, placeOf(e, parent)
	case "value", "default", "defaultvalue", "parametervalue", "content", "val", "plaintext", "wert", "valeur", "valor", "valore", "@value", "#text", "param-value", "env-entry-value":
		if r.namedAt == placeOf(e, parent) && r.meaning(r.named) != judge.Nothing {
			return r.named
		}
		if parent > 0 {
			name = e.Path[parent-1]
			parent--
		}
	}
	if isIndex(name) && parent > 0 {
		name = strings.TrimSuffix(e.Path[parent-1], "s")
		parent--
	}
	if strings.Contains(name, ".") && parent > 0 && r.meaning(name) == judge.Nothing && r.meaning(e.Path[parent-1]) != judge.Nothing {
		return e.Path[parent-1] // bearer: {host: …}
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
			r.nest(e, value)
		}
		switch {
		case !isJSON(value):
			r.judge(e, candidate{name, value, span{e.Start, e.End}})
		case part == "stringData":
			r.object(e)
		}
		return true
	}
	return false
}

// nest leaves a text that an entry's value stands for to be searched as one of its own.
func (r *reading) nest(e *format.Entry, text string) {
	r.decoded = append(r.decoded, newEncoded(span{e.Start, e.End}, text))
}

// takeEncoded judges what an entry says itself that it is encoded. It tells whether it
// is.
func (r *reading) takeEncoded(e *format.Entry) bool {
	name := r.nameOf(e)
	of, plain, ok := decodedBy(name, e.Value)
	if ok {
		r.nest(e, plain)
		r.judge(e, candidate{of, strings.TrimSpace(plain), span{e.Start, e.End}})
	}
	return ok
}

// decodedBy decodes a value whose name ends in that of an encoding, and gives the name
// without that.
func decodedBy(name, value string) (of, plain string, ok bool) {
	for _, in := range [...]struct {
		ending string
		decode func(run string, at int) (plain string, from int, ok bool)
	}{{"base64", decodeBase64}, {"b64", decodeBase64}, {"hex", decodeHex}} {
		stem := len(name) - len(in.ending)
		if stem >= 0 && strings.EqualFold(name[stem:], in.ending) {
			plain, _, ok = in.decode(value, 0)
			return strings.TrimRight(name[:stem], "_-."), plain, ok && isText(plain)
		}
	}
	return "", "", false
}

// isText tells whether what was decoded can be read.
func isText(s string) bool {
	return s != "" && utf8.ValidString(s) && !strings.ContainsFunc(s, func(c rune) bool { return !unicode.IsPrint(c) && !unicode.IsSpace(c) })
}

// isJSON tells whether a value is an object or a list in JSON.
func isJSON(value string) bool {
	return strings.Contains(value, `"`) &&
		(strings.HasPrefix(value, "{") && strings.HasSuffix(value, "}") || strings.HasPrefix(value, "[") && strings.HasSuffix(value, "]"))
}

// object takes what JSON assigns that stands in an entry: at the place where it stands
// there, unless it had to be decoded.
func (r *reading) object(e *format.Entry) {
	if len(e.Value) != e.End-e.Start {
		r.nest(e, e.Value)
		return
	}
	for in := range format.JSON([]byte(e.Value)) {
		in.Path = slices.Concat(e.Path, in.Path)
		in.Start, in.End, in.Comment = in.Start+e.Start, in.End+e.Start, e.Comment
		r.take(&in)
	}
}

// takeFile takes what a file assigns that stands in a block of lines, as in a ConfigMap
// of Kubernetes. It tells whether the entry is one.
func (r *reading) takeFile(e *format.Entry) bool {
	if e.Style != format.Block || isScript(e) {
		return false
	}
	read, role := readerOf("", cmp.Or(path.Ext(strings.ToLower(e.Name())), looksLike(e.Value)))
	if read == nil || role == configures && !r.mayAssign(r.data[e.Start:e.End]) {
		return false
	}
	start := bytes.LastIndexByte(r.data[:e.Start], '\n') + 1 // with the first line's indentation
	for in := range read(r.data[start:e.End]) {
		in.Path = slices.Concat(e.Path, in.Path)
		in.Start, in.End, in.Comment = in.Start+start, in.End+start, in.Comment || e.Comment
		r.take(&in)
	}
	return true
}

// isScript tells whether an entry is commands for a shell.
func isScript(e *format.Entry) bool {
	for _, part := range e.Path {
		switch part {
		case "run", "script", "before_script", "after_script", "command", "commands", "entrypoint", "sh", "install", "postCreateCommand", "args", builtBy, onBuild:
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
	if e.Style != format.Block && len(e.Value) != e.End-e.Start {
		r.nest(e, e.Value)
	}
	if isInstruction(e) {
		r.instruction(e)
		return
	}
	for in := range format.Shell(r.data[e.Start:e.End]) {
		r.assigned(e, &in, span{in.Start, in.End}.shifted(e.Start))
	}
}

// assigned judges what an entry assigns in its turn.
func (r *reading) assigned(e, in *format.Entry, at span) {
	in.Comment = in.Comment || e.Comment
	in.Path = append([]string{e.Path[0]}, in.Path...)
	r.judge(in, candidate{in.Name(), in.Value, at})
}
