package format

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// WriteDocker writes a file for docker run --env-file. What stands after the first = of
// a line is the value there, blanks and quotes too, and nothing can be escaped
// (github.com/docker/cli, pkg/kvfile); so that there are values which it can't carry.
func WriteDocker(w io.Writer, vars []Var) ([]Warning, error) {
	return nil, layout{between: "\n", end: "\n", entry: func(v Var) (string, error) {
		line := v.Name + "=" + v.Value
		if err := checkVariable(v); err != nil {
			return "", err
		}
		if err := checkText(v.Value); err != nil {
			return "", fmt.Errorf("%w, and docker run --env-file reads nothing else", err)
		}
		switch {
		case strings.Contains(v.Value, "\n"):
			return "", errors.New("has a line break, which docker run --env-file has no way to write")
		case strings.HasSuffix(v.Value, "\r"):
			return "", errors.New("ends with a carriage return, which docker run --env-file takes away")
		case len(line) >= bufio.MaxScanTokenSize:
			return "", fmt.Errorf("is longer than a line that docker run --env-file reads, %d bytes with its name", bufio.MaxScanTokenSize-1)
		}
		return line, nil
	}}.write(w, vars)
}
