package format

import (
	"slices"
	"strconv"
	"strings"
)

// shellKeywords may stand before a command: POSIX's reserved words, prompts, and what
// fish's history says before a command.
var shellKeywords = []string{"if", "then", "else", "elif", "do", "while", "until", "!", "{", "}", "in", "fi", "done",
	"begin", "and", "or", "not", "$", "%", "-", "cmd:", "@", "?"}

// shellWrappers are commands that run another, and their options that take an argument.
var shellWrappers = map[string]string{"sudo": "ugphCDRT", "doas": "uC", "env": "uCS", "command": "", "builtin": "", "exec": "a",
	"nohup": "", "time": "fo", "nice": "n", "ionice": "cn", "stdbuf": "ioe", "setsid": "", "noglob": "", "coproc": ""}

// shellRunners are commands with arguments of their own before the command that they run.
var shellRunners = []string{"xargs", "timeout", "chroot", "ssh", "find", "flock", "retry", "runuser", "su"}

// interpret finds what a command's words assign.
func (r *shellReader) interpret(words []shellWord, comment bool) {
	if r.running == maxShellDepth {
		return
	}
	r.running++
	defer func() { r.running-- }()
	first := len(r.found)
	for len(words) > 0 {
		w := words[0]
		if path, at, ok := shellAssignment(w.value); ok {
			r.found = append(r.found, w.entry(at, path...))
			words = words[1:]
		} else if slices.Contains(shellKeywords, w.value) {
			words = words[1:]
		} else if letters, ok := shellWrappers[w.value]; ok {
			words = shellSkipOptions(words[1:], letters)
		} else {
			break
		}
	}
	if len(words) > 0 {
		comment = r.run(words) || comment
	}
	for i := range r.found[first:] {
		r.found[first+i].Comment = r.found[first+i].Comment || comment
	}
}

// shellSkipOptions passes over a command's options, of which some take an argument.
func shellSkipOptions(words []shellWord, letters string) []shellWord {
	for len(words) > 0 && strings.HasPrefix(words[0].value, "-") {
		v := words[0].value
		words = words[1:]
		if len(v) == 2 && strings.Contains(letters, v[1:]) && len(words) > 0 {
			words = words[1:]
		}
	}
	return words
}

// run finds what a command assigns, whose name comes first, and tells whether that is a
// comment.
func (r *shellReader) run(words []shellWord) (comment bool) {
	name, args := shellCommandName(words[0].value), words[1:]
	switch name {
	case "export", "declare", "typeset", "local", "readonly", "alias":
		for _, w := range args {
			if path, at, ok := shellAssignment(w.value); ok {
				if name == "alias" {
					r.script(w, at, shellRead)
				} else {
					r.found = append(r.found, w.entry(at, path...))
				}
			}
		}
	case "set":
		r.set(args)
	case "setenv", "setx": // csh(1), and Windows' setx NAME value
		if len(args) > 1 && shellIsName(args[0].value) {
			r.found = append(r.found, args[1].entry(0, args[0].value))
		}
	case "rem", "::": // cmd's comments
		r.interpret(args, true)
		return true
	default:
		if path, at, ok := shellVariable(words); ok {
			value := words[0]
			if at == 0 {
				value = args[1]
			}
			if e := value.entry(at, path); e.Style != Bare && !strings.HasPrefix(e.Value, "@") {
				r.found = append(r.found, e)
			} else if at == 0 {
				r.interpret(args[1:], false)
			}
			return false
		}
		if name == "" {
			name = words[0].value
		}
		if name != "" {
			r.options(name, args)
		}
	}
	return false
}

// shellCommandName gives what a command is called without its folder.
func shellCommandName(word string) string {
	word = word[strings.LastIndexAny(word, `/\`)+1:]
	return strings.TrimSuffix(strings.TrimPrefix(strings.ToLower(word), "@"), ".exe")
}

func shellIsName(s string) bool {
	for i := range len(s) {
		if !dotenvIsWord(s[i]) || i == 0 && s[0] >= '0' && s[0] <= '9' {
			return false
		}
	}
	return s != ""
}

// shellAssignment tells where the value of NAME=value begins, NAME[key]=value and
// NAME+=value.
func shellAssignment(word string) (path []string, at int, ok bool) {
	at = strings.IndexByte(word, '=')
	if at < 1 {
		return nil, 0, false
	}
	name, key, indexed := strings.Cut(strings.TrimSuffix(word[:at], "+"), "[")
	if !shellIsName(name) {
		return nil, 0, false
	}
	if path = []string{name}; indexed {
		if key = strings.TrimSuffix(key, "]"); key == "" {
			return nil, 0, false
		}
		path = append(path, key)
	}
	return path, at + 1, true
}

// shellKey tells where the value of an associative array's [key]=value begins.
func shellKey(word string) (key string, at int, ok bool) {
	at = strings.Index(word, "]=")
	if at < 2 || word[0] != '[' {
		return "", 0, false
	}
	return word[1:at], at + 2, true
}

// shellVariable reads PowerShell's $name = value, in one word or more; at is 0 if the
// value begins with the third one.
func shellVariable(words []shellWord) (name string, at int, ok bool) {
	word, ok := strings.CutPrefix(words[0].value, "$")
	if !ok {
		return "", 0, false
	}
	name, value, inside := strings.Cut(word, "=")
	if i := strings.IndexByte(name, ':'); i > 0 { // $env:NAME, $script:name
		name = name[i+1:]
	}
	if !shellIsName(name) {
		return "", 0, false
	}
	if inside && value != "" {
		return name, len(words[0].value) - len(value), true
	}
	return name, 0, len(words) > 2 && !inside && words[1].value == "="
}

// set reads cmd's set NAME=value, where value goes to the end of the line, fish's set -x
// NAME value, and csh's set name = value.
func (r *shellReader) set(args []shellWord) {
	var options string
	for len(args) > 0 && (strings.HasPrefix(args[0].value, "-") || strings.HasPrefix(args[0].value, "/")) {
		switch option := strings.ToLower(args[0].value); option {
		case "--", "/p", "/a":
			return // sh sets $1, $2 …, cmd asks and computes
		default:
			if !strings.HasPrefix(option, "--") && strings.Contains(option, "o") {
				return // sh has options of its own
			}
			options += option
		}
		args = args[1:]
	}
	if len(args) == 0 {
		return
	}
	if path, at, ok := shellAssignment(args[0].value); ok {
		e := args[0].entry(at, path...)
		if end := args[len(args)-1].end; e.Style == Bare && e.Start < end {
			e.Value, e.End = string(r.text[e.Start:end]), end
		}
		r.found = append(r.found, e)
		return
	}
	name, values := args[0].value, args[1:]
	if len(values) > 0 && values[0].value == "=" {
		values = values[1:]
	} else if options == "" && name != strings.ToUpper(name) {
		return // prose
	}
	if !shellIsName(name) {
		return
	}
	for i, w := range values {
		if len(values) == 1 {
			r.found = append(r.found, w.entry(0, name))
		} else {
			r.found = append(r.found, w.entry(0, name, strconv.Itoa(i)))
		}
	}
}

// script reads a program that is a word's value from a place on.
func (r *shellReader) script(w shellWord, at int, read shellScript) {
	if r.depth == maxShellDepth || !strings.ContainsAny(w.value[at:], "= ") {
		return
	}
	for e := range read([]byte(w.value[at:]), r.depth+1) {
		e.Start, e.End, _ = w.span(at+e.Start, at+e.End)
		r.found = append(r.found, e)
	}
}
