package rules

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/secretsweep/secretsweep/rules/sample"
)

// MaxBody is how much of an answer's body is looked at. A longer one fits no answer.
const MaxBody = 64 << 10

// Answer gives the answer that a provider's response is, the first that fits; none if
// nobody knows what it means.
func (v *Verify) Answer(status int, header http.Header, body []byte) (*Answer, bool) {
	return firstThatFits(v.Answers, status, header, body)
}

// Answer gives the answer by which a provider says that the secret is revoked; none if it
// says anything else.
func (r *Revoke) Answer(status int, header http.Header, body []byte) (*Answer, bool) {
	return firstThatFits(r.Done, status, header, body)
}

func firstThatFits(answers []Answer, status int, header http.Header, body []byte) (*Answer, bool) {
	if len(body) > MaxBody {
		return nil, false
	}
	read, isJSON := readJSON(body)
	i := slices.IndexFunc(answers, func(a Answer) bool {
		return slices.Contains(a.Status, status) &&
			a.fitsHeader(header) &&
			(isJSON && a.fitsJSON(read) || len(a.JSON) == 0) &&
			!slices.ContainsFunc(a.Contains, func(text string) bool { return !bytes.Contains(body, []byte(text)) })
	})
	if i < 0 {
		return nil, false
	}
	return &answers[i], true
}

func (a *Answer) fitsHeader(header http.Header) bool {
	for _, want := range a.Headers {
		has := func(text string) bool {
			return strings.Contains(strings.ToLower(text), strings.ToLower(want.Text))
		}
		if !slices.ContainsFunc(header.Values(want.Name), has) {
			return false
		}
	}
	return true
}

func (a *Answer) fitsJSON(body any) bool {
	for _, want := range a.JSON {
		found, there := at(body, want.Name)
		if !there || want.Text != "" && scalar(found) != want.Text {
			return false
		}
	}
	return true
}

// FindID gives what the provider calls the secret, as the body of a response says that the
// answer fits; none if it doesn't say.
func (a *Answer) FindID(body []byte) (string, bool) {
	read, isJSON := readJSON(body)
	if !isJSON || a.ID == "" {
		return "", false
	}
	found, _ := at(read, a.ID)
	switch found.(type) {
	case string, json.Number:
		return scalar(found), scalar(found) != ""
	}
	return "", false
}

// at gives what is at a path: names of members and numbers of elements, joined by dots. A
// null is as if it weren't there.
func at(value any, path string) (any, bool) {
	for name := range strings.SplitSeq(path, ".") {
		switch in := value.(type) {
		case map[string]any:
			value = in[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(in) {
				return nil, false
			}
			value = in[i]
		default:
			return nil, false
		}
	}
	return value, value != nil
}

// scalar gives the text of a string, number or truth value, and "" for all else.
func scalar(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// readJSON reads a text that is JSON and nothing else. One that readers may understand
// differently, because a name is there twice, is none.
func readJSON(text []byte) (any, bool) {
	if len(text) > MaxBody || !json.Valid(text) {
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	value, err := readValue(d, 0)
	return value, err == nil
}

// readValue reads the next value of valid JSON.
func readValue(d *json.Decoder, depth int) (any, error) {
	const maxDepth = 100
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	if depth > maxDepth {
		return nil, errors.New("too deep")
	}
	switch token {
	case json.Delim('{'):
		object := map[string]any{}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			if _, twice := object[name.(string)]; twice {
				return nil, errors.New("a name is there twice")
			}
			if object[name.(string)], err = readValue(d, depth+1); err != nil {
				return nil, err
			}
		}
		_, err := d.Token()
		return object, err
	case json.Delim('['):
		list := []any{}
		for d.More() {
			value, err := readValue(d, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		_, err := d.Token()
		return list, err
	}
	return token, nil
}

// Sample makes the response that the answer's Example is.
func (a *Answer) Sample(rng *rand.Rand) (status int, header http.Header, body []byte, err error) {
	text := strings.ReplaceAll(strings.TrimSpace(a.Example), "\r\n", "\n")
	if text, err = sample.Expand(literalBraces(text), rng, nil); err != nil {
		return 0, nil, nil, fmt.Errorf("example: %w", err)
	}
	head, content, _ := strings.Cut(text, "\n\n")
	response, err := http.ReadResponse(bufio.NewReader(strings.NewReader(head+"\n\n")), nil)
	if err != nil {
		return 0, nil, nil, fmt.Errorf("example: want a status line, headers, an empty line and the body: %w", err)
	}
	response.Body.Close()
	return response.StatusCode, response.Header, []byte(content), nil
}

// literalBraces escapes the braces of an example that begin no placeholder: those of JSON.
func literalBraces(text string) string {
	var escaped strings.Builder
	for i, char := range []byte(text) {
		escaped.WriteByte(char)
		if char == '{' && !placeholderStart.MatchString(text[i:min(i+2, len(text))]) {
			escaped.WriteByte('{')
		}
	}
	return escaped.String()
}
