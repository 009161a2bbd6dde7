package rules

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// placeholderStart is a brace that begins a placeholder: one with a letter behind it. A
// brace of JSON has a quote, a space or another brace there.
var placeholderStart = regexp.MustCompile(`\{[A-Za-z]`)

// Fill fills in a template of a [Request]: with gives what stands for a placeholder, which
// is the text between its braces ("value", "part:NAME"). An error of with ends it, and is
// given as it is.
func Fill(template string, with func(placeholder string) (string, error)) (string, error) {
	var filled strings.Builder
	for {
		at := placeholderStart.FindStringIndex(template)
		if at == nil {
			filled.WriteString(template)
			return filled.String(), nil
		}
		filled.WriteString(template[:at[0]])
		name, rest, closed := strings.Cut(template[at[0]+1:], "}")
		if !closed {
			return "", errors.New("a placeholder is not closed")
		}
		text, err := with(name)
		if err != nil {
			return "", err
		}
		filled.WriteString(text)
		template = rest
	}
}

// placeholders gives the names of those in a template.
func placeholders(template string) (names []string, err error) {
	_, err = Fill(template, func(name string) (string, error) {
		names = append(names, name)
		return "", nil
	})
	return names, err
}

// fillWith fills in a template that can be, with one text for all placeholders.
func fillWith(text, template string) string {
	filled, _ := Fill(template, func(string) (string, error) { return text, nil })
	return filled
}

// texts are the templates of a request.
func (r *Request) texts() []string {
	all := []string{r.URL, r.Basic, r.JSON}
	for _, f := range r.Headers {
		all = append(all, f.Text)
	}
	for _, f := range r.Form {
		all = append(all, f.Text)
	}
	return all
}

// placeholders gives the names of all that are in a request, some of them more than once.
func (r *Request) placeholders() ([]string, error) {
	var all []string
	for _, text := range r.texts() {
		names, err := placeholders(text)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", text, err)
		}
		all = append(all, names...)
	}
	if r.Sign != "" {
		all = append(all, "value", partPrefix+SignKeyID)
	}
	return all, nil
}

// partPrefix begins the placeholders that stand for a part.
const partPrefix = "part:"
