package format

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxSourceParts is how many parts of a name are read.
const maxSourceParts = 8

// name gives the parts of the name whose last token is so many before, and the number
// of the token before it. It reads
//
//	a.b->c::d  $x['name']["b"]  $ENV{NAME}  getenv("NAME")  "name"  :name
func (r *sourceReader) name(n int) (path []string, before int) {
	if r.back(n).is("?", "!") { // TypeScript's name?: and name!:
		n++
	}
	for len(path) < maxSourceParts && n < sourceBack {
		t, inner, open := r.back(n), r.back(n+1), r.back(n+2)
		switch {
		case t.kind == sourceWord:
			word := strings.Trim(t.text, "$@%")
			if word == "" || word[0] >= '0' && word[0] <= '9' {
				return nil, n
			}
			path = append(path, word)
			n++
		case t.kind == sourceString && len(path) == 0:
			return sourceKey(t), n + 1
		case t.is("]") && inner.is("["):
			n += 2
			continue
		case t.is("}") && inner.is(";") && len(path) == 0: // C#: string Name { get; set; } = "v"
			for n++; n < sourceBack && !r.back(n).is("{"); n++ {
			}
			n++
			continue
		case t.is("]") && open.is("["), t.is("}") && open.is("{"):
			if inner.kind == sourceString {
				path = append(path, inner.value())
			} else if inner.kind != sourceWord {
				return nil, n
			} else if c := inner.text[0]; c < '0' || c > '9' {
				path = append(path, strings.Trim(inner.text, "$@%"))
			}
			n += 3
			if r.back(n).kind == sourceWord || r.back(n).is("]", "}") {
				continue
			}
		case t.is(")") && inner.kind == sourceString && open.is("(") && len(path) == 0:
			return sourceKey(inner), n + 3
		default:
			return r.finish(path), n
		}
		if !r.back(n).is(".", "->", "::", "?.", "&.") {
			break
		}
		n++
	}
	return r.finish(path), n
}

// finish turns parts that were read backward.
func (r *sourceReader) finish(path []string) []string {
	slices.Reverse(path)
	return sourceOwn(path)
}

// sourceOwn leaves out what only says that a name is the object's own.
func sourceOwn(path []string) []string {
	if len(path) > 1 && (path[0] == "this" || path[0] == "self" || path[0] == "cls") {
		return path[1:]
	}
	return path
}

// sourceKey gives the name that a string is.
func sourceKey(t *sourceToken) []string {
	key := strings.TrimLeft(t.value(), "-")
	if key == "" || len(key) > 128 || strings.ContainsAny(key, "\r\n") {
		return nil
	}
	return []string{key}
}

// declared gives what stands before an equals sign, where a type may come between.
func (r *sourceReader) declared(n int) []string {
	depth := 0
	for k := n; k < n+16 && !r.back(k).first; k++ {
		switch t := r.back(k); {
		case t.is(":") && k > n && depth == 0:
			name := k + 1
			if r.back(name).is("?") {
				name++
			}
			if w := r.back(name); w.kind == sourceWord && !sourceIsKeyword(w.text) && !r.back(name+1).is(sourceConditions...) {
				path, _ := r.name(name)
				return path
			}
			k = n + 16
		case t.is(">", "]"):
			depth++
		case t.is("<", "["):
			depth--
		case t.is(">>"):
			depth += 2
		case t.kind == sourceWord, t.is(".", "::", "|", "&", "?", "*", "'"), depth > 0:
		default:
			k = n + 16
		}
	}
	if t := r.back(n + 1); r.back(n).is("string") && t.kind == sourceWord && !sourceIsKeyword(t.text) {
		n++ // Go: var name string = "v"
	}
	path, _ := r.name(n)
	if len(path) == 1 && slices.Contains([]string{"default", "defaultValue", "default_value", "fallback"}, path[0]) {
		if asked := r.asked(n + 1); asked != nil {
			return asked
		}
	}
	return path
}

// sourceConditions may stand before an expression that a colon ends.
var sourceConditions = []string{"?", "if", "elif", "while", "in", "not", "and", "or", "is", "case", "when", "for", "with", "class", "lambda"}

// asked gives the string that is a call's first argument: config("NAME", default="v").
func (r *sourceReader) asked(n int) []string {
	for ; n < sourceBack && n < len(r.recent); n++ {
		if t := r.back(n); t.is("(") {
			if first := r.back(n - 1); first.kind == sourceString {
				return sourceKey(first)
			}
			return nil
		} else if t.is(")", "{", "}", ";") {
			return nil
		}
	}
	return nil
}

// key gives what stands before a colon, unless that is the other half of a condition.
func (r *sourceReader) key(n int) []string {
	if t := r.back(n); t.kind != sourceString && (t.kind != sourceWord && !t.is("?") || sourceIsKeyword(t.text)) {
		return nil
	}
	path, before := r.name(n)
	if t := r.back(before); t.is("?", "case") {
		return nil
	}
	return path
}

// second gives the first of a call's arguments if a string is the second one.
func (r *sourceReader) second(n int, t *sourceToken) []string {
	name, open, call := r.back(n+1), r.back(n+2), r.back(n+3)
	if name.kind != sourceString || !open.is("(") || call.kind != sourceWord || name.text == "" {
		return nil
	}
	for i := range len(name.text) {
		if c := name.text[i]; !dotenvIsWord(c) && strings.IndexByte(".-:/", c) < 0 {
			return nil
		}
	}
	for _, verb := range []string{"replace", "assert", "sub", "gsub", "print", "log", "expect", "concat", "join", "compare"} {
		if strings.HasPrefix(strings.ToLower(call.text), verb) {
			return nil
		}
	}
	return sourceKey(name)
}

// sourceWrappers are calls that give their argument as another type.
var sourceWrappers = []string{"string", "str", "bytes", "byte", "from", "some", "of", "ptr", "unicode", "text", "nsstring", "qstring", "wstring",
	"securestring", "secretstring", "secretstr", "secret", "stringptr", "tostring", "ref", "new", "literal", "password"}

// sourceQuestions begin the names of methods that set nothing.
var sourceQuestions = []string{"get", "find", "has", "is", "contains", "starts", "ends", "index", "match", "log", "print", "warn", "error", "info",
	"debug", "require", "resolve", "parse", "read", "open", "query", "exec", "env", "fetch", "remove", "delete", "join", "split", "replace"}

// argument gives what the only argument of a call is for.
func (r *sourceReader) argument(n int, t *sourceToken) []string {
	call := r.back(n + 1)
	if call.kind != sourceWord {
		return r.target(n+1, t) // = ("v")
	}
	if call.is("equals", "equalsIgnoreCase", "eq", "compareTo") && r.back(n+2).is(".") {
		path, _ := r.name(n + 3)
		return path
	}
	lower := strings.ToLower(call.text)
	if slices.Contains(sourceWrappers, lower) {
		k := n + 2
		for r.back(k).is(".", "::", "[", "]", "new", "&", "*", "$") || r.back(k).kind == sourceWord && r.back(k-1).is(".", "::") {
			k++
		}
		if r.back(k).is("=", ":=", ":", "=>", "(", ",") {
			if path := r.target(k, t); path != nil {
				return path
			}
		}
		if lower == "password" { // MySQL's PASSWORD('v')
			return []string{call.text}
		}
		return nil
	}
	if t.after >= len(r.text) || r.text[t.after] != ')' {
		return nil
	}
	for _, setter := range []string{"set", "with"} {
		if name, ok := strings.CutPrefix(call.text, setter); ok && strings.Trim(name, "_") != "" && !unicode.IsLower(rune(name[0])) {
			return []string{sourceProperty(name)}
		}
	}
	if r.back(n+2).is(".", "->", "::", "?.") && !slices.ContainsFunc(sourceQuestions, func(q string) bool { return strings.HasPrefix(lower, q) }) {
		return []string{call.text}
	}
	if t := r.back(n + 2); t.kind == sourceWord && strings.HasSuffix(strings.ToLower(t.text), "string") {
		return []string{call.text} // C++: std::string name("v")
	}
	return nil
}

// sourceProperty gives the property that a setter sets, as the JavaBeans say (8.8).
func sourceProperty(name string) string {
	name = strings.TrimLeft(name, "_")
	first, n := utf8.DecodeRuneInString(name)
	second, _ := utf8.DecodeRuneInString(name[n:])
	if unicode.IsUpper(second) {
		return name
	}
	return string(unicode.ToLower(first)) + name[n:]
}

// beside gives the word that a string stands beside if that says what it is: a C macro,
// a password in SQL, or a call without parentheses.
func (r *sourceReader) beside(n int, t *sourceToken) []string {
	word := r.back(n)
	switch lower := strings.ToLower(word.text); {
	case r.back(n + 1).is("#define"):
		return []string{word.text}
	case lower == "by":
		for k := n + 1; k < n+6; k++ {
			if strings.EqualFold(r.back(k).text, "identified") {
				return []string{"password"}
			}
		}
	case lower == "password":
		return []string{word.text}
	case word.first && !r.comment && !sourceIsKeyword(lower):
		rest := strings.TrimLeft(r.text[t.after:min(len(r.text), t.after+64)], " \t\r")
		if rest == "" || strings.IndexByte("\n;}", rest[0]) >= 0 {
			path, _ := r.name(n)
			return path
		}
	}
	return nil
}

// sourceIsKeyword tells that a word is no name.
func sourceIsKeyword(word string) bool {
	switch word {
	case "if", "elif", "elsif", "else", "while", "until", "for", "in", "not", "and", "or", "is", "case", "default", "when", "with", "class", "try",
		"finally", "lambda", "return", "import", "from", "require", "include", "echo", "print", "puts", "throw", "raise", "yield", "use", "package",
		"assert", "await", "new", "typeof", "export", "var", "const", "let", "val", "static", "final", "public", "private", "protected", "internal",
		"readonly", "mut", "unless", "goto", "break", "continue", "do", "sh", "bat", "require_relative", "load", "extern", "module":
		return true
	}
	return false
}
