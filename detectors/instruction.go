package detectors

import (
	"bytes"
	"encoding/json"
	"regexp"

	"github.com/secretsweep/secretsweep/internal/format"
)

// What the configuration of a container image calls the instruction that made a layer, and
// those that are left to who builds upon the image
// (https://github.com/opencontainers/image-spec/blob/main/config.md#properties).
const (
	builtBy = "created_by"
	onBuild = "OnBuild"
)

// isInstruction tells whether an entry is an instruction of a Dockerfile.
func isInstruction(e *format.Entry) bool {
	return e.Name() == builtBy || len(e.Path) > 1 && e.Path[len(e.Path)-2] == onBuild
}

// instruction judges what an instruction assigns. Many of its signs are escaped in JSON, so
// it is read as it is meant, and each value is said to be where it is written.
func (r *reading) instruction(e *format.Entry) {
	text := []byte(e.Value)
	places := written(r.data[e.Start:e.End])
	for in := range asDocker(text)(text) {
		at := span{e.Start, e.End}
		if len(places) == len(text)+1 {
			at = span{places[in.Start], places[in.End]}.shifted(e.Start)
		}
		r.assigned(e, &in, at)
	}
}

// Docker has words of its own in an image's history.
var (
	noShell  = regexp.MustCompile(`^(?:/bin/sh -c )?#\(nop\)\s+`)
	ofArgs   = regexp.MustCompile(`^(?:RUN )?\|\d+ `)
	ofShell  = regexp.MustCompile(`/bin/\w*sh (?:-\w+ (?:\w+ )?)*?-\w*c `)
	ofHealth = regexp.MustCompile(`^\s*HEALTHCHECK (&\{\["CMD(-SHELL)?" )`)
)

// asDocker gives what reads an instruction, and puts other words into the place of those
// that docker has put there, which take as much room:
//
//	/bin/sh -c #(nop)  ENV A=b                   ENV A=b
//	RUN |1 A=b /bin/sh -c make                   A=b ; make, for a shell
//	HEALTHCHECK &{["CMD-SHELL" "ping"] "30s"}    HEALTHCHECK ["sh" "-c" "ping"] "30s"}
func asDocker(text []byte) format.Reader {
	if m := noShell.Find(text); m != nil {
		blank(m)
	} else if m := ofArgs.Find(text); m != nil {
		blank(m)
		if m := ofShell.Find(text); m != nil {
			blank(m)
			m[0] = ';'
		}
		return format.Shell
	} else if m := ofShell.FindIndex(text); m != nil && len(bytes.TrimPrefix(text[:m[0]], []byte("RUN "))) == 0 {
		blank(text[:m[1]])
		return format.Shell
	}
	if m := ofHealth.FindSubmatchIndex(text); m != nil {
		words := "["
		if m[4] >= 0 {
			words = `["sh" "-c" `
		}
		blank(text[m[2]:m[3]])
		copy(text[m[3]-len(words):], words)
	}
	return format.Dockerfile
}

func blank(text []byte) { copy(text, bytes.Repeat([]byte{' '}, len(text))) }

// written gives the place at which each byte of what a JSON string stands for is written in
// it, and then its end.
func written(text []byte) []int {
	var places []int
	for i := 0; i < len(text); {
		size, n := 1, 1
		if m := jsonEscape.Find(text[i:]); m != nil {
			var s string
			if json.Unmarshal(append(append([]byte{'"'}, m...), '"'), &s) == nil {
				size, n = len(m), len(s)
			}
		}
		for range n {
			places = append(places, i)
		}
		i += size
	}
	return append(places, len(text))
}

// jsonEscape finds an escape at the beginning of a text; one for two halves of a character.
var jsonEscape = regexp.MustCompile(`^\\(?:u[dD][89abAB][[:xdigit:]]{2}\\u[dD][c-fC-F][[:xdigit:]]{2}|u[[:xdigit:]]{4}|[^u])`)
