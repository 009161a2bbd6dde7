package format

import (
	"io"
	"strings"
)

// WriteShell writes commands that export variables, for sh, bash and zsh to source or
// eval. It takes no more than POSIX has: export, and single quotes.
func WriteShell(w io.Writer, vars []Var) ([]Warning, error) {
	return nil, layout{between: "\n", end: "\n", entry: func(v Var) (string, error) {
		if err := checkVariable(v); err != nil {
			return "", err
		}
		quoted, err := QuoteShell(v.Value)
		return "export " + v.Name + "=" + quoted, err
	}}.write(w, vars)
}

// QuoteShell gives the word that a POSIX shell reads as a value. A value with a NUL byte
// is an error.
func QuoteShell(value string) (string, error) {
	return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'", checkNUL(value)
}
