package dir

import "strings"

// glob is what a pattern has from its first special character on. It is matched
// in time that is bounded by the lengths of both, whatever they are.
type glob []token

// token is one step of a glob.
type token struct {
	kind kind
	char byte
	set  *set
}

type kind byte

const (
	literal kind = iota // the byte char
	oneOf               // a byte of set, which has no slash
	star                // "*": any bytes but slashes
	deep                // "**": any bytes
	folders             // "**/": nothing, or any bytes and a slash
)

// parseGlob parses a glob; one that can't match anything is not ok. Fold: the
// paths to be matched are in lower case.
func parseGlob(s string, fold bool) (g glob, ok bool) {
	for i := 0; i < len(s); {
		switch c := s[i]; c {
		case '\\':
			if i+1 == len(s) {
				return nil, false
			}
			g = append(g, token{kind: literal, char: s[i+1]}) // git folds no escaped letter
			i += 2
		case '?':
			g = append(g, token{kind: oneOf, set: notSlash})
			i++
		case '[':
			set, n := parseSet(s[i:], fold)
			if n == 0 {
				return nil, false
			}
			g = append(g, token{kind: oneOf, set: set})
			i += n
		case '*':
			rest := strings.TrimLeft(s[i:], "*")
			stars := len(s) - len(rest) - i
			// Git looks at the glob alone: in "a**/b", the stars stand after
			// nothing and so cross slashes.
			open := i == 0 || s[i-1] == '/'
			i += stars
			switch {
			case stars == 1 || !open:
				g = append(g, token{kind: star})
			case strings.HasPrefix(rest, "/"):
				g = append(g, token{kind: folders})
				i++
			case rest == "" || strings.HasPrefix(rest, `\/`):
				g = append(g, token{kind: deep})
			default:
				g = append(g, token{kind: star})
			}
		default:
			if fold {
				c = toLower(c)
			}
			g = append(g, token{kind: literal, char: c})
			i++
		}
	}
	return g, true
}

// matches tells whether all of s is matched. A mismatch is mended by giving the
// last star one byte more, and if that may not have it, by giving the last deep
// or folders more: what comes before them need not be tried again, since a star
// can't get past the slash that follows it, and the others get to every place
// that the ones before them could lead to.
func (g glob) matches(s string) bool {
	type mark struct{ step, at int } // where to go on; step 0 is none
	var shallow, far mark
	step, at := 0, 0
	for {
		if step < len(g) {
			switch t := &g[step]; t.kind {
			case star:
				step++
				shallow = mark{step, at}
				continue
			case deep, folders:
				step++
				shallow, far = mark{}, mark{step, at}
				continue
			case literal:
				if at < len(s) && s[at] == t.char {
					step, at = step+1, at+1
					continue
				}
			case oneOf:
				if at < len(s) && t.set.has(s[at]) {
					step, at = step+1, at+1
					continue
				}
			}
		} else if at == len(s) {
			return true
		}
		switch {
		case shallow.step > 0 && shallow.at < len(s) && s[shallow.at] != '/':
			shallow.at++
			step, at = shallow.step, shallow.at
		case far.step > 0 && far.at < len(s):
			ahead := 1
			if g[far.step-1].kind == folders {
				if ahead += strings.IndexByte(s[far.at:], '/'); ahead == 0 {
					return false
				}
			}
			far.at += ahead
			shallow = mark{}
			step, at = far.step, far.at
		default:
			return false
		}
	}
}

// set is a set of bytes.
type set [256 / 64]uint64

func (s *set) has(c byte) bool { return s[c/64]>>(c%64)&1 != 0 }

func (s *set) add(c byte) { s[c/64] |= 1 << (c % 64) }

func (s *set) remove(c byte) { s[c/64] &^= 1 << (c % 64) }

func (s *set) addWhere(f func(byte) bool) {
	for c := range 256 {
		if f(byte(c)) {
			s.add(byte(c))
		}
	}
}

// negate leaves those out that were in it.
func (s *set) negate() {
	for i := range s {
		s[i] = ^s[i]
	}
}

var notSlash = func() *set {
	var s set
	s.negate()
	s.remove('/')
	return &s
}()

// parseSet parses a bracket expression that s begins with, as git's wildmatch
// does, and gives its length: 0 if it has no end or names no class, so that the
// pattern matches nothing.
func parseSet(s string, fold bool) (*set, int) {
	var in set
	i := 1
	negated := i < len(s) && (s[i] == '!' || s[i] == '^')
	if negated {
		i++
	}
	const none = -1
	before := none // what a range may begin with
	for first := true; ; first = false {
		if i >= len(s) {
			return nil, 0
		}
		c := s[i]
		if c == ']' && !first {
			break
		}
		switch {
		case c == '\\':
			if i+1 >= len(s) {
				return nil, 0
			}
			in.add(s[i+1])
			before = int(s[i+1])
			i += 2
		case c == '-' && before != none && i+1 < len(s) && s[i+1] != ']':
			i++
			if s[i] == '\\' {
				if i++; i >= len(s) {
					return nil, 0
				}
			}
			from, to := byte(before), s[i]
			in.addWhere(func(c byte) bool {
				return from <= c && c <= to || fold && isLower(c) && from <= c-'a'+'A' && c-'a'+'A' <= to
			})
			before = none
			i++
		case strings.HasPrefix(s[i:], "[:"):
			name, _, ok := strings.Cut(s[i+2:], "]")
			if !ok {
				return nil, 0
			}
			if class, ok := strings.CutSuffix(name, ":"); ok {
				isIn := classes(class, fold)
				if isIn == nil {
					return nil, 0
				}
				in.addWhere(isIn)
				before = none
				i += 2 + len(name) + 1
				continue
			}
			fallthrough
		default:
			in.add(c)
			before = int(c)
			i++
		}
	}
	if negated {
		in.negate()
	}
	in.remove('/')
	return &in, i + 1
}

// classes gives the class of that name, nil if there is none. They are ASCII's;
// git's idea of a space has neither vertical tabs nor form feeds.
func classes(name string, fold bool) func(byte) bool {
	switch name {
	case "alnum":
		return isAlnum
	case "alpha":
		return isAlpha
	case "blank":
		return func(c byte) bool { return c == ' ' || c == '\t' }
	case "cntrl":
		return func(c byte) bool { return c < ' ' || c == 0x7f }
	case "digit":
		return isDigit
	case "graph":
		return isGraph
	case "lower":
		return isLower
	case "print":
		return func(c byte) bool { return c == ' ' || isGraph(c) }
	case "punct":
		return func(c byte) bool { return isGraph(c) && !isAlnum(c) }
	case "space":
		return func(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
	case "upper":
		return func(c byte) bool { return isUpper(c) || fold && isLower(c) }
	case "xdigit":
		return func(c byte) bool { return isDigit(c) || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F' }
	}
	return nil
}

func toLower(c byte) byte {
	if isUpper(c) {
		c += 'a' - 'A'
	}
	return c
}

func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }
func isLower(c byte) bool { return 'a' <= c && c <= 'z' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isAlpha(c byte) bool { return isUpper(c) || isLower(c) }
func isAlnum(c byte) bool { return isAlpha(c) || isDigit(c) }
func isGraph(c byte) bool { return '!' <= c && c <= '~' }
