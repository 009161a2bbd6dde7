package format

import (
	"slices"
	"strings"
)

// options finds what a command's options and arguments say.
func (r *shellReader) options(name string, args []shellWord) {
	interpreter, interprets := shellInterpreterOf(name)
	runs := slices.Contains(shellRunners, name)
	c := shellCall{name: name, rows: shellByName[name], args: args}
	c.arguments()
	for k, w := range args {
		if runs {
			base := shellCommandName(w.value)
			if _, ok := shellInterpreterOf(base); ok || shellByName[base] != nil {
				r.interpret(args[k:], false)
				return
			}
		}
		runs = runs || w.value == "exec" || w.value == "--" || w.value == "-exec"
		switch {
		case interprets && (interpreter.option == "" || k > 0 && shellIsOption(args[k-1].value, interpreter.option)):
			r.script(w, 0, interpreter.read)
		case len(w.value) > 1 && w.value[0] == '-':
			c.option(k)
		}
	}
	r.found = append(r.found, c.found...)
}

// shellIsOption tells that a word is an option, alone or at the end of others.
func shellIsOption(word, option string) bool {
	word = strings.ToLower(word)
	return word == option || len(option) == 2 && len(word) < 6 && strings.HasPrefix(word, "-") &&
		!strings.HasPrefix(word, "--") && strings.HasSuffix(word, option[1:])
}

// shellCall is a command with its arguments.
type shellCall struct {
	name  string
	rows  []shellRow
	args  []shellWord
	found []Entry
}

func (c *shellCall) add(e Entry) { c.found = append(c.found, e) }

// follows gives where the arguments begin that come after the words that a row asks for.
func (c *shellCall) follows(row shellRow) (k int, ok bool) {
	if row.follow == "" {
		return 0, true
	}
	words := strings.Fields(row.follow)
	for k := 0; k+len(words) <= len(c.args); k++ {
		if slices.EqualFunc(words, c.args[k:k+len(words)], func(s string, w shellWord) bool { return s == w.value }) {
			return k + len(words), true
		}
	}
	return 0, false
}

// arguments reads what isn't an option. Rows whose words don't follow are dropped.
func (c *shellCall) arguments() {
	rows := c.rows
	c.rows = nil
	for _, row := range rows {
		k, ok := c.follows(row)
		if !ok {
			continue
		}
		if row.option != "" && row.form != shellLast {
			c.rows = append(c.rows, row)
			continue
		}
		var plain []shellWord
		given := row.option == ""
		for _, w := range c.args[k:] {
			if !strings.HasPrefix(w.value, "-") {
				plain = append(plain, w)
			} else if !strings.HasPrefix(w.value, "--") && row.option != "" {
				given = given || strings.Contains(w.value, row.option[1:])
			}
		}
		switch {
		case !given || len(plain) == 0:
		case row.form == shellPairs:
			for _, w := range plain {
				c.pair(w, 0, '=')
			}
		case row.form == shellFirst:
			c.add(plain[0].entry(0, c.name, row.name))
		case row.form == shellLast:
			c.add(plain[len(plain)-1].entry(0, c.name, row.name))
		case row.form == shellSecond && len(plain) > 1 && plain[0].value != "" && !strings.Contains(plain[0].value, "="):
			key := plain[0].value
			c.add(plain[1].entry(0, c.name, key[strings.LastIndexByte(key[:len(key)-1], ':')+1:]))
		}
	}
}

// pair reads NAME=value or Name: value.
func (c *shellCall) pair(w shellWord, at int, sign byte) {
	n := strings.IndexByte(w.value[at:], sign)
	if n < 1 || strings.ContainsAny(w.value[at:at+n], " \t\n{") {
		return
	}
	name := w.value[at : at+n]
	if sign == '=' {
		name = name[strings.LastIndexByte(name[:n-1], ':')+1:] // npm's //registry/:_authToken
	}
	for at += n + 1; sign == ':' && at < len(w.value) && w.value[at] == ' '; at++ {
	}
	c.add(w.entry(at, c.name, name))
}

// option reads an option that stands at a place among the arguments.
func (c *shellCall) option(k int) {
	for _, row := range c.rows {
		if w, at, ok := c.argument(k, row); ok {
			c.take(row, w, at)
			return
		}
	}
	w := c.args[k]
	name := strings.TrimLeft(w.value, "-")
	long := len(w.value)-len(name) == 2
	if name == "" {
		return
	}
	if n := strings.IndexAny(name, "=:"); n > 0 {
		at := len(w.value) - len(name) + n + 1
		switch name = name[:n]; {
		case !shellIsLong(name):
		case !long && name[0] == 'D' && w.value[at-1] == '=' && len(name) > 1: // java(1): -Dproperty=value
			c.add(w.entry(at, append([]string{c.name}, shellParts(name[1:])...)...))
		case w.value[at-1] == '=' && long, shellTakesSecret(name):
			c.add(w.entry(at, c.name, name))
		}
		return
	}
	if len(name) > 1 && shellIsLong(name) && shellTakesSecret(name) && k+1 < len(c.args) && !strings.HasPrefix(c.args[k+1].value, "-") {
		c.add(c.args[k+1].entry(0, c.name, name))
	}
}

// argument gives the argument of a row's option if that stands here.
func (c *shellCall) argument(k int, row shellRow) (w shellWord, at int, ok bool) {
	w = c.args[k]
	rest, ok := strings.CutPrefix(w.value, row.option)
	short := len(row.option) == 2
	switch {
	case ok && rest != "" && (short || rest[0] == '='):
		if at = len(row.option); rest[0] == '=' && row.form != shellStuck {
			at++
		}
		return w, at, true
	case row.form == shellStuck:
		return w, 0, false
	case rest == "" && ok, short && len(w.value) < 6 && w.value[1] != '-' && strings.HasSuffix(w.value, row.option[1:]):
		if k+1 < len(c.args) && !strings.HasPrefix(c.args[k+1].value, "-") {
			return c.args[k+1], 0, true
		}
	}
	return w, 0, false
}

// take finds the secret in an option's argument.
func (c *shellCall) take(row shellRow, w shellWord, at int) {
	value := w.value[at:]
	switch row.form {
	case shellPair:
		c.pair(w, at, '=')
		return
	case shellHeader:
		c.pair(w, at, ':')
		return
	case shellColon, shellSign:
		sign := byte(':')
		if row.form == shellSign {
			sign = '%'
		}
		n := strings.IndexByte(value, sign)
		if n < 0 {
			return
		}
		at += n + 1
	case shellPass:
		if !strings.HasPrefix(value, "pass:") {
			return
		}
		at += len("pass:")
	}
	c.add(w.entry(at, c.name, row.name))
}

// shellIsLong tells that an option may be called so.
func shellIsLong(name string) bool {
	for i := range len(name) {
		if !dotenvIsWord(name[i]) && name[i] != '-' && name[i] != '.' {
			return false
		}
	}
	return true
}

// shellParts gives the parts of a dotted name.
func shellParts(name string) []string {
	return strings.FieldsFunc(name, func(c rune) bool { return c == '.' })
}

// shellTakesSecret tells by an option's name that the word that follows it is its
// argument, and not one of the command's.
func shellTakesSecret(name string) bool {
	name = strings.ToLower(name)
	for _, end := range []string{"password", "passwd", "passphrase", "token", "secret", "credential", "credentials", "key"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	switch name[strings.LastIndexAny(name, "-_.")+1:] { // bypass has none
	case "pass", "pwd", "pw", "pat", "auth":
		return true
	}
	return false
}
