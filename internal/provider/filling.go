package provider

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/secretsweep/secretsweep/rules"
)

// filling fills in the templates of one request.
type filling struct {
	cred  Credential
	id    string
	parts []string // that were used
}

// fill writes a template with what its placeholders stand for, escaped.
func (f *filling) fill(template string, escape func(string) (string, error)) (string, error) {
	return rules.Fill(template, func(name string) (string, error) {
		text, err := f.text(name)
		if err != nil {
			return "", err
		}
		return escape(text)
	})
}

// text gives what a placeholder stands for.
func (f *filling) text(name string) (string, error) {
	text := ""
	switch name {
	case "value":
		text = f.cred.Value.Reveal()
	case "carrier":
		text = f.cred.Carrier.Reveal()
	case "id":
		text = f.id
	default:
		part, ok := strings.CutPrefix(name, "part:")
		if !ok {
			return "", errors.New("the rule asks for what nobody knows")
		}
		return f.part(part)
	}
	if text == "" {
		return "", fmt.Errorf("its %s is not known", name)
	}
	return text, nil
}

// part gives a part. Of two that differ nobody knows which one belongs to the value, and a
// refusal of the wrong one would look like that of the value.
func (f *filling) part(name string) (string, error) {
	text := ""
	for _, p := range f.cred.Parts {
		switch {
		case p.Name != name || p.Value.IsEmpty():
		case text == "":
			text = p.Value.Reveal()
		case text != p.Value.Reveal():
			return "", fmt.Errorf("more than one %s was found near it", name)
		}
	}
	if text == "" {
		return "", fmt.Errorf("no %s was found near it, which is needed to ask", name)
	}
	if !slices.Contains(f.parts, name) {
		f.parts = append(f.parts, name)
	}
	return text, nil
}

// address gives where a request goes, and whether its host was left open by the rule.
func (f *filling) address(r *rules.Request) (u *url.URL, open bool, err error) {
	var text string
	if r.URL == "{value}" || r.URL == "{carrier}" {
		open = true
		if text, err = f.fill(r.URL, plainText); err != nil {
			return nil, open, err
		}
	} else {
		scheme, rest, _ := strings.Cut(r.URL, "://")
		host, path := rest, ""
		if i := strings.IndexAny(rest, "/?"); i >= 0 {
			host, path = rest[:i], rest[i:]
		}
		path, query, asks := strings.Cut(path, "?")
		filled, err := f.fill(host, hostText)
		if err != nil {
			return nil, open, err
		}
		open = filled != host
		if path, err = f.fill(path, segmentText); err != nil {
			return nil, open, err
		}
		if query, err = f.fill(query, queryText); err != nil {
			return nil, open, err
		}
		text = scheme + "://" + filled + path
		if asks {
			text += "?" + query
		}
	}
	u, err = url.Parse(text)
	switch {
	case err != nil || u.Host == "" || strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || c > '~' }):
		return nil, open, errors.New("it is no address") // the parser's error would show it
	case u.User != nil || u.Fragment != "":
		return nil, open, errors.New("its address has a user or a fragment in it")
	case slices.ContainsFunc(strings.Split(u.Path, "/"), isStep):
		return nil, open, errors.New("its address has steps in it that lead elsewhere")
	}
	return u, open, nil
}

// isStep tells whether a segment of a path isn't one, but a way to another.
func isStep(segment string) bool { return segment == "." || segment == ".." }

// userAndPassword are the templates in one of Basic authentication: the user's name ends at
// the first colon outside of a placeholder.
var userAndPassword = regexp.MustCompile(`^((?:\{[^{}]*\}|[^:{}])*):(.*)$`)

func (f *filling) basic(q *question, template string) error {
	both := userAndPassword.FindStringSubmatch(template)
	if both == nil {
		return errors.New("the rule names no user and password")
	}
	user, err := f.fill(both[1], headerText)
	if err != nil {
		return err
	}
	if strings.Contains(user, ":") {
		return errors.New("the user's name has a colon in it")
	}
	password, err := f.fill(both[2], headerText)
	if err != nil {
		return err
	}
	q.header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user+":"+password)))
	return nil
}

func (f *filling) form(q *question, fields []rules.Field) error {
	var pairs []string
	for _, field := range fields {
		text, err := f.fill(field.Text, plainText)
		if err != nil {
			return err
		}
		pairs = append(pairs, url.QueryEscape(field.Name)+"="+url.QueryEscape(text))
	}
	q.header.Set("Content-Type", "application/x-www-form-urlencoded")
	q.body = []byte(strings.Join(pairs, "&"))
	return nil
}

func (f *filling) json(q *question, template string) error {
	text, err := f.fill(template, jsonText)
	if err != nil {
		return err
	}
	q.header.Set("Content-Type", "application/json")
	q.body = []byte(text)
	return nil
}

// The escapes of the places that a value can stand in. What a server might read as another
// text is an error: it would refuse that one, which proves nothing of this one.

var errMisread = errors.New("it has characters that a server might misread")

func plainText(text string) (string, error) {
	if !utf8.ValidString(text) {
		return "", errMisread
	}
	return text, nil
}

func headerText(text string) (string, error) {
	odd := func(c rune) bool { return c < ' ' || c > '~' }
	if strings.ContainsFunc(text, odd) || text != strings.TrimSpace(text) {
		return "", errMisread
	}
	return text, nil
}

func jsonText(text string) (string, error) {
	if !utf8.ValidString(text) {
		return "", errMisread
	}
	quoted, err := json.Marshal(text)
	if err != nil {
		return "", errMisread
	}
	return string(quoted[1 : len(quoted)-1]), nil
}

func queryText(text string) (string, error) { return url.QueryEscape(text), nil }

// segmentText is for a segment of a path. Some servers take an escaped slash for one.
func segmentText(text string) (string, error) {
	odd := func(c rune) bool { return c <= ' ' || c > '~' || c == '/' || c == '\\' || c == '%' }
	if strings.ContainsFunc(text, odd) {
		return "", errMisread
	}
	return url.PathEscape(text), nil
}

// hostText is for (a part of) a host's name, and nothing that could end it.
func hostText(text string) (string, error) {
	name, err := parseHost(text)
	if err != nil || strings.Contains(name, ":") {
		return "", errors.New("what was found near it is no plain name of a host")
	}
	return name, nil
}
