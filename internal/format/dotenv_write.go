package format

import (
	"io"
	"strings"
	"unicode/utf8"
)

// The programs that read .env files.
const (
	readerCompose = "docker compose"
	readerGo      = "godotenv"
	readerNode    = "node --env-file"
	readerNodeEnv = "dotenv for Node"
	readerPython  = "python-dotenv"
	readerRuby    = "dotenv for Ruby"
)

// WriteDotenv writes a .env file that a POSIX shell can be told to source, and that the
// programs which read such files read alike, as far as there is a form that they do:
// those that don't are in the warnings. See [QuoteDotenv].
func WriteDotenv(w io.Writer, vars []Var) ([]Warning, error) {
	err := layout{between: "\n", end: "\n", entry: func(v Var) (string, error) {
		if err := checkVariable(v); err != nil {
			return "", err
		}
		quoted, err := QuoteDotenv(v.Value)
		return v.Name + "=" + quoted, err
	}}.write(w, vars)
	if err != nil {
		return nil, err
	}
	var warnings []Warning
	for _, v := range vars {
		if readers := DotenvMisreaders(v.Value); len(readers) > 0 {
			warnings = append(warnings, Warning{v.Name, readers})
		}
	}
	return warnings, nil
}

// QuoteDotenv gives what stands for a value after NAME= in a .env file. A POSIX shell
// always reads it right, and so does this package's [Dotenv]. With what has to be undone
// between quotes the others have ways of their own, so that the form which needs least
// of it is taken:
//
//	value                               written    misread by
//	letters, digits, _ . / : @ % + , -  value
//	has no ' and no \ at its end        'value'
//	- and has \\                                   python-dotenv
//	all else                            "value"
//	- and has \ or " or $ or `                     dotenv for Node, node --env-file
//	- and has $ or `                               python-dotenv
//	- and has `                                    docker compose
//	- and has $(                                   dotenv for Ruby
//	- and has " at its end                         godotenv
//	- and has \ at its end                         godotenv, python-dotenv, dotenv for Ruby
//	has ${                              (as above) python-dotenv
//	has a carriage return                          dotenv for Node, node --env-file, python-dotenv, dotenv for Ruby
//	- with a newline after it                      godotenv
//	isn't UTF-8                                    dotenv for Node, node --env-file, python-dotenv, dotenv for Ruby
//
// The last column is from the programs' sources, and tried: compose-go 2.16, godotenv 1.5,
// python-dotenv 1.2, dotenv 18 for Node, dotenv 3 for Ruby, Node 20 and 24 (which
// drops the carriage returns that 20 keeps); see also
// docs.docker.com/compose/how-tos/environment-variables/variable-interpolation and
// POSIX.1-2024, 2.2 Quoting. [DotenvMisreaders] gives it for a value.
//
// A value with a NUL byte is an error.
func QuoteDotenv(value string) (string, error) {
	if err := checkNUL(value); err != nil {
		return "", err
	}
	switch {
	case dotenvIsPlain(value):
		return value, nil
	case dotenvIsDouble(value):
		return `"` + dotenvEscapes.Replace(value) + `"`, nil
	}
	return "'" + value + "'", nil
}

var dotenvEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`, "`", "\\`")

// dotenvIsPlain tells that a value needs no quotes. An empty one has them, so that no reader
// goes on to the next line for it.
func dotenvIsPlain(value string) bool {
	for i := range len(value) {
		if c := value[i]; !dotenvIsWord(c) && strings.IndexByte("./:@%+,-", c) < 0 {
			return false
		}
	}
	return value != ""
}

// dotenvIsDouble tells that a value can't stand in single quotes: a shell has no escapes
// between them, and the others take a \ before the last one for one.
func dotenvIsDouble(value string) bool {
	return strings.Contains(value, "'") || strings.HasSuffix(value, `\`)
}

// DotenvMisreaders gives the programs that misread what [QuoteDotenv] gives for a value.
func DotenvMisreaders(value string) []string {
	var (
		double    = dotenvIsDouble(value)
		dollar    = double && strings.ContainsAny(value, "$`")
		escaped   = double && strings.ContainsAny(value, "\\\"$`")
		backslash = strings.HasSuffix(value, `\`)
		// What happens before quotes are seen: line ends are made alike, and text is decoded.
		decoded = strings.Contains(value, "\r") || !utf8.ValidString(value)
	)
	var readers []string
	for _, r := range []struct {
		name     string
		misreads bool
	}{
		{readerCompose, double && strings.Contains(value, "`")},
		{readerGo, backslash || double && strings.HasSuffix(value, `"`) || strings.Contains(value, "\r\n")},
		{readerNodeEnv, decoded || escaped},
		{readerNode, decoded || escaped},
		{readerPython, decoded || backslash || dollar || !double && strings.Contains(value, `\\`) || strings.Contains(value, "${")},
		{readerRuby, decoded || backslash || double && strings.Contains(value, "$(")},
	} {
		if r.misreads {
			readers = append(readers, r.name)
		}
	}
	return readers
}
