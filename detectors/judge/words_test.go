package judge

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// TestWordsAreSorted wants each paragraph of a set to be sorted, and no word twice.
func TestWordsAreSorted(t *testing.T) {
	sets := 0
	for _, file := range []string{"name_words.go", "password_words.go", "placeholder.go"} {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			call, ok := spec.Values[0].(*ast.CallExpr)
			if !ok {
				return true
			}
			if name, ok := call.Fun.(*ast.Ident); !ok || name.Name != "set" {
				return true
			}
			sets++
			text := strings.Trim(call.Args[0].(*ast.BasicLit).Value, "`")
			for part := range strings.SplitSeq(text, "\n\n") {
				if words := strings.Fields(part); !slices.IsSorted(words) {
					t.Errorf("%s: %v are not sorted", spec.Names[0], words)
				}
			}
			if words := strings.Fields(text); len(words) != len(set(text)) {
				t.Errorf("%s: a word stands there twice", spec.Names[0])
			}
			return true
		})
	}
	if sets < 10 {
		t.Errorf("looked at %d sets, want more", sets)
	}
	for _, list := range [][]string{stems, passwordEnds, foreignPasswords, foreignKeys, madeUp, telling} {
		if !slices.IsSorted(list) || len(slices.Compact(slices.Clone(list))) < len(list) {
			t.Errorf("%v are not sorted", list)
		}
	}
}

// TestWordsAreOfUse wants no word in a set that it can't be looked up by.
func TestWordsAreOfUse(t *testing.T) {
	for _, set := range []map[string]bool{
		passOf, passwordWords, passwordWordsElsewhere, keyWords, otherTokens, otherKeys, aboutSecrets, publicWords, publicEndings, asked, acts,
	} {
		for w := range set {
			if got := words(w); len(got) != 1 || got[0] != w {
				t.Errorf("%s: no name has this word, but %q", w, got)
			}
		}
	}
	for _, set := range []map[string]bool{passwordWords, passwordWordsElsewhere, keyWords, otherTokens} {
		for w := range set {
			if !slices.ContainsFunc(Stems(), func(stem string) bool { return strings.Contains(w, stem) }) {
				t.Errorf("%s: has no stem", w)
			}
		}
	}
	for w := range noValues {
		if len(w) < shortestPassword || w != "default" && w != "secret" && isPlaceholder(w) {
			t.Errorf("%s: is none anyway", w)
		}
	}
	for w := range stock {
		if plain := separators.Replace(w); plain != w || stock[unleet.Replace(w)] && unleet.Replace(w) != w {
			t.Errorf("%s: is looked up as %s", w, plain)
		}
	}
}
