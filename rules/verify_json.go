package rules

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
)

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
