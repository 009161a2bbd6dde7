package rules

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
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
	if a.ID == "" {
		return "", false
	}
	read, isJSON := readJSON(body)
	if !isJSON {
		return "", false
	}
	found, _ := at(read, a.ID)
	switch found.(type) {
	case string, json.Number:
		return scalar(found), scalar(found) != ""
	}
	return "", false
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
