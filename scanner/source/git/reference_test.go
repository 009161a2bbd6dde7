package git

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner"
)

// kept is a sink that keeps references.
type kept struct{ references []string }

func (*kept) Problem(scanner.Problem) error { return nil }
func (*kept) Finding(scanner.Finding) error { return nil }
func (*kept) Done(scanner.Summary) error    { return nil }
func (k *kept) Reference(r scanner.Reference) error {
	for _, p := range r.Places {
		commit := ""
		if p.Commit != nil {
			commit = p.Commit.ID
		}
		k.references = append(k.references, fmt.Sprintf("%s %s %s %s head=%v index=%v", r.System, r.Name, p.Path, commit, p.Head, p.Index))
	}
	return nil
}

// TestPresentReferences wants the references of present versions alone, each with the
// commit that brought it.
func TestPresentReferences(t *testing.T) {
	w := newWork(t)
	w.commit("gone.py", `os.environ["GONE_TOKEN"]`)
	first := w.commit("app.py", `os.environ["API_KEY"] os.environ["OLD_KEY"]`)
	w.commit("app.py", "# new\n"+`os.environ["API_KEY"]`)
	w.commit("gone.py", "")
	w.write("new.js", "process.env.NEW_TOKEN")
	w.git("add", "new.js")
	detector, err := detectors.New(&rules.Set{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(w.dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got kept
	if err := scanner.Scan(t.Context(), []scanner.Source{s}, detector, scanner.Options{}, &got); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"env API_KEY app.py " + first + " head=true index=true",
		"env NEW_TOKEN new.js  head=false index=true",
	}
	if diff := cmp.Diff(want, got.references); diff != "" {
		t.Errorf("references (-want +got):\n%s", diff)
	}
}
