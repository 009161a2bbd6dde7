package mess

import (
	"fmt"
	"path/filepath"
	"strings"
)

// Expected is what an import has to come to.
type Expected struct {
	Import    []Secret
	Revoke    []string // the placeholders of what is not imported, but leaked
	Conflicts []Conflict
	Stay      []string // the placeholders of what is no secret
}

// Secret is one that is imported.
type Secret struct {
	Project, Env, Name string
	Aliases            []string
	Value              string
	Template           string // the value with its placeholders
}

// Conflict is one name with two values in one environment.
type Conflict struct {
	Env, Name    string
	Wins, Yields string // placeholders
}

// Expected reads expected.txt, and fills in the values.
func (m Mess) Expected() (Expected, error) {
	data, err := folder()
	if err != nil {
		return Expected{}, err
	}
	path := filepath.Join(data, "expected.txt")
	lines, err := rows(path)
	if err != nil {
		return Expected{}, err
	}
	var e Expected
	section := ""
	for _, line := range lines {
		if strings.HasPrefix(line, "[") {
			section = line
			continue
		}
		if err := e.add(m, section, strings.Fields(line)); err != nil {
			return Expected{}, fmt.Errorf("%s: %q: %w", path, line, err)
		}
	}
	return e, nil
}

func (e *Expected) add(m Mess, section string, fields []string) error {
	want := map[string]int{"[import]": 5, "[revoke]": 1, "[conflicts]": 4, "[stay]": 1}[section]
	if len(fields) != want {
		return fmt.Errorf("%d fields under %s, which has %d", len(fields), section, want)
	}
	switch section {
	case "[import]":
		s := Secret{Project: fields[0], Env: fields[1], Name: fields[2], Template: fields[4]}
		if fields[3] != "-" {
			s.Aliases = strings.Split(fields[3], ",")
		}
		var err error
		if s.Value, err = m.Expand(s.Template); err != nil {
			return err
		}
		e.Import = append(e.Import, s)
	case "[revoke]":
		e.Revoke = append(e.Revoke, fields[0])
	case "[conflicts]":
		e.Conflicts = append(e.Conflicts, Conflict{fields[0], fields[1], fields[2], fields[3]})
	case "[stay]":
		e.Stay = append(e.Stay, fields[0])
	}
	return nil
}
