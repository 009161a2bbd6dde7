package report

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner"
)

// collect gives the report of a scan, not by way of JSON.
func collect(t *testing.T, s scan, o Options) *Report {
	t.Helper()
	c := NewCollector(o)
	s.give(t, c, new(bytes.Buffer))
	return c.Report()
}

func TestRoundTrip(t *testing.T) {
	o := Options{Version: "1.2.3"}
	for name, s := range map[string]scan{"full": fullScan(), "clean": cleanScan()} {
		t.Run(name, func(t *testing.T) {
			got, err := Read(bytes.NewReader(s.write(t, "json", o)))
			if err != nil {
				t.Fatal(err)
			}
			// All of it is the same but for the bytes that are not UTF-8.
			want := collect(t, s, o)
			want.rewrite(func(s string) string { return strings.ToValidUTF8(s, "\ufffd") })
			for i := range want.Findings {
				f := &want.Findings[i]
				f.Rule = Rule{strings.ToValidUTF8(f.Rule.ID, "\ufffd"), strings.ToValidUTF8(f.Rule.Description, "\ufffd"), strings.ToValidUTF8(f.Rule.Source, "\ufffd")}
				if p := f.Provider; p != nil {
					p.Name, p.Rotate = strings.ToValidUTF8(p.Name, "\ufffd"), strings.ToValidUTF8(p.Rotate, "\ufffd")
				}
			}
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-written +read):\n%s", diff)
			}
		})
	}
}

// TestComplete checks that each part of a finding is there.
func TestComplete(t *testing.T) {
	s := fullScan()
	r := collect(t, s, Options{})
	if got, want := len(r.Findings), len(s.findings); got != want {
		t.Fatalf("got %d findings, want %d", got, want)
	}
	for i, f := range s.findings {
		got := r.Findings[i]
		since, _ := f.Since()
		if len(got.Places) != len(f.Places) || got.Fingerprint != f.Fingerprint || got.Secret != f.Value.Mask() || got.Live != f.Live() ||
			got.Rule.ID != f.Rule.ID || got.Severity != f.Severity || got.Confidence != f.Confidence || len(got.Parts) != len(f.Parts) {
			t.Errorf("finding %d: got %+v, want what is in %+v", i, got, f)
		}
		if got.Since != nil && !got.Since.Equal(timestamp(since)) {
			t.Errorf("finding %d: since %v, want %v", i, got.Since, since)
		}
	}
	if got := r.Findings[0].Provider.CadenceDays; got != 90 {
		t.Errorf("got a cadence of %d days, want 90", got)
	}
	if got, want := r.Findings[3].Carrier, s.findings[3].Carrier.Mask(); got != want {
		t.Errorf("got carrier %q, want %q", got, want)
	}
	if got := []Status{r.Findings[0].Status, r.Findings[8].Status, r.Findings[9].Status}; !cmp.Equal(got, []Status{StatusNew, StatusLocal, StatusKnown}) {
		t.Errorf("got statuses %q", got)
	}
	if r.Summary.Complete || !collect(t, cleanScan(), Options{}).Summary.Complete {
		t.Errorf("complete is not what the problems make it")
	}
}

// TestCarrierOfShortValue checks that the mask of a carrier shows nothing of a
// value that may not show anything.
func TestCarrierOfShortValue(t *testing.T) {
	s := fullScan()
	f := &s.findings[4]
	f.Carrier = secret.New("Server=db.example.com;Password=" + s.texts[5])
	if !f.Value.Equal(secret.New(s.texts[5])) {
		t.Fatal("the value is not the one that its carrier is made of")
	}
	if got, want := collect(t, s, Options{}).Findings[4].Carrier, "****"; got != want {
		t.Errorf("masked: got %q, want %q", got, want)
	}
	shown := collect(t, s, Options{Show: func(v secret.Value) string { return "shown" }}).Findings[4].Carrier
	if shown != "shown" {
		t.Errorf("shown: got %q", shown)
	}
}

func TestRead(t *testing.T) {
	valid := string(fullScan().write(t, "json", Options{}))
	change := func(old, new string) string {
		t.Helper()
		if !strings.Contains(valid, old) {
			t.Fatalf("the report holds no %s", old)
		}
		return strings.Replace(valid, old, new, 1)
	}
	tests := map[string]struct{ in, err string }{
		"a field more":       {change(`"version": 1,`, `"version": 1, "later": {"x": []},`), ""},
		"empty":              {"", "unexpected end"},
		"not JSON":           {"8 new leaks", "invalid character"},
		"another tool's":     {`[{"RuleID": "x"}]`, "cannot unmarshal array"},
		"no version":         {`{"findings": []}`, "no version"},
		"a later version":    {change(`"version": 1,`, `"version": 2,`), "version 2: only version 1"},
		"version zero":       {`{"version": 0}`, "version 0"},
		"cut off":            {valid[:len(valid)/2], "unexpected end"},
		"more after it":      {valid + "{}", "after top-level value"},
		"unknown status":     {change(`"status": "new"`, `"status": "old"`), `finding 1: unknown status "old"`},
		"unknown severity":   {change(`"severity": "low"`, `"severity": "none"`), `severity "none"`},
		"unknown confidence": {change(`"confidence": "high"`, `"confidence": "firm"`), `confidence "firm"`},
		"broken fingerprint": {change(`"v1:`, `"v2:`), "fingerprint"},
		"no fingerprint":     {change(`"fingerprint"`, `"finger"`), "finding 1: no fingerprint"},
		"no severity":        {change(`"severity"`, `"gravity"`), "finding 1: no severity"},
		"no confidence":      {change(`"confidence"`, `"certainty"`), "finding 1: no confidence"},
		"no rule":            {change(`"rule"`, `"law"`), "finding 1: no rule"},
		"no place":           {change(`"places"`, `"spots"`), "finding 1: no place"},
		"no system":          {change(`"system": "env"`, `"system": ""`), "reference 1: no system"},
		"an unnamed secret":  {change(`"name": "DATABASE_PASSWORD"`, `"name": ""`), "reference 1: no name"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Read(strings.NewReader(test.in))
			switch {
			case test.err == "" && err != nil:
				t.Errorf("got error %v", err)
			case test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)):
				t.Errorf("got error %v, want one with %q", err, test.err)
			case err != nil && got != nil:
				t.Errorf("got a report beside the error")
			}
		})
	}
}

func TestTimestamp(t *testing.T) {
	for name, in := range map[string]time.Time{
		"zero":          {},
		"usual":         time.Date(2021, 3, 4, 9, 30, 0, 0, time.FixedZone("", 2*60*60)),
		"odd zone":      time.Date(2021, 3, 4, 9, 30, 0, 0, time.FixedZone("", 99*60*60)),
		"before Christ": time.Date(-44, 3, 15, 0, 0, 0, 0, time.UTC),
		"far future":    time.Date(292_277_026, 1, 1, 0, 0, 0, 0, time.UTC),
		"by its zone":   time.Date(9999, 12, 31, 23, 0, 0, 0, time.FixedZone("", -2*60*60)),
	} {
		t.Run(name, func(t *testing.T) {
			got := timestamp(in)
			data, err := json.Marshal(got)
			if err != nil {
				t.Fatalf("cannot be written: %v", err)
			}
			var back time.Time
			if err := json.Unmarshal(data, &back); err != nil || !back.Equal(got) {
				t.Errorf("got %v back, error %v, want %v", back, err, got)
			}
			if in.Year() == 2021 && !got.Equal(in) {
				t.Errorf("got %v, want %v", got, in)
			}
		})
	}
}

func TestLinesAreTyped(t *testing.T) {
	s := fullScan()
	lines := strings.Split(strings.TrimSuffix(string(s.write(t, "jsonl", Options{})), "\n"), "\n")
	var types []string
	for i, line := range lines {
		var got struct {
			Type        string
			Fingerprint secret.Fingerprint
			Places      []place.Place
			Version     int
			New         int
		}
		if err := json.Unmarshal([]byte(line), &got); err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
		types = append(types, got.Type)
		switch got.Type {
		case "finding":
			f := s.findings[i-len(s.problems)]
			if got.Fingerprint != f.Fingerprint || len(got.Places) != len(f.Places) {
				t.Errorf("line %d is not finding %d", i+1, i-len(s.problems)+1)
			}
		case "summary":
			if got.Version != Version || got.New != s.summary.New {
				t.Errorf("got summary %s", line)
			}
		}
	}
	want := append(slices.Repeat([]string{"problem"}, len(s.problems)), slices.Repeat([]string{"finding"}, len(s.findings))...)
	want = append(want, slices.Repeat([]string{"reference"}, len(s.references))...)
	if diff := cmp.Diff(append(want, "summary"), types); diff != "" {
		t.Errorf("types (-want +got):\n%s", diff)
	}
}

// FuzzRead checks that what can be read can be written in every format, and that
// reading what was written gives the same report.
func FuzzRead(f *testing.F) {
	// Small seeds: mutating a big one takes the fuzzer's time.
	full := fullScan()
	for i := range full.findings {
		s := scan{problems: full.problems[:1], findings: full.findings[i : i+1], summary: full.summary}
		s.findings[0].Places = s.findings[0].Places[:1]
		f.Add(s.write(f, "json", Options{}))
	}
	f.Add(cleanScan().write(f, "json", Options{}))
	f.Add([]byte(`{"version": 1, "findings": [{"fingerprint": "v1:00112233445566778899aabbccddeeff", "status": "new", "severity": "low",
		"confidence": "low", "rule": {"id": "x"}, "places": [{"kind": "?"}, {"kind": "commit", "end": {"line": -1}}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		for _, format := range Formats() {
			if err := first.Write(format, new(bytes.Buffer), Options{Width: 30}); err != nil {
				t.Fatal(err)
			}
		}
		var saved bytes.Buffer
		if err := first.Write("json", &saved, Options{}); err != nil {
			t.Fatal(err)
		}
		second, err := Read(&saved)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if diff := cmp.Diff(first, second, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("(-first read +second):\n%s", diff)
		}
	})
}

func BenchmarkCollect(b *testing.B) {
	s := fullScan()
	for b.Loop() {
		c := NewCollector(Options{})
		for range 100 {
			for _, f := range s.findings {
				_ = c.Finding(f)
			}
		}
		_ = c.Done(scanner.Summary{})
	}
}

// TestDocumented checks that the documentation names every field.
func TestDocumented(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join("..", "..", "docs", "report.md"))
	if err != nil {
		t.Fatal(err)
	}
	fields := 0
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice:
			walk(typ.Elem())
		case reflect.Struct:
			if !strings.HasPrefix(typ.PkgPath(), "github.com/secretsweep/") {
				return
			}
			for field := range typ.Fields() {
				if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" {
					fields++
					if !bytes.Contains(doc, []byte("`"+name+"`")) {
						t.Errorf("docs/report.md does not name %s of %s", name, typ)
					}
				}
				walk(field.Type)
			}
		}
	}
	walk(reflect.TypeFor[Report]())
	if fields < 60 {
		t.Errorf("looked at %d fields only", fields)
	}
}

// rewrite changes every text of the report that comes from what was scanned.
func (r *Report) rewrite(f func(string) string) {
	do := func(texts ...*string) {
		for _, t := range texts {
			*t = f(*t)
		}
	}
	places := func(all []place.Place) {
		for i := range all {
			p := &all[i]
			do(&p.Root, &p.Path, &p.Member, &p.Ref)
			if l := p.Layer; l != nil {
				do(&l.Command)
			}
			if m := p.Message; m != nil {
				do(&m.Workspace, &m.Channel, &m.User, &m.Link)
			}
			for _, v := range []*place.Version{p.Commit, p.Last} {
				if v != nil {
					do(&v.Name, &v.Email, &v.Title)
				}
			}
		}
	}
	for i := range r.Problems {
		do(&r.Problems[i].What, &r.Problems[i].Why)
	}
	for i := range r.Findings {
		do(&r.Findings[i].Name)
		if a := r.Findings[i].Answer; a != nil {
			do(&a.Why, &a.Host)
		}
		for j := range r.Findings[i].Vault {
			e := &r.Findings[i].Vault[j]
			do(&e.Project, &e.Env, &e.Name, &e.State)
		}
		places(r.Findings[i].Places)
	}
	for i := range r.References {
		do(&r.References[i].Name)
		places(r.References[i].Places)
	}
	for i := range r.Summary.Roots {
		do(&r.Summary.Roots[i])
	}
	for i := range r.Summary.LeftOut {
		do(&r.Summary.LeftOut[i].What)
	}
	for i := range r.Summary.Unused {
		do(&r.Summary.Unused[i].Text)
	}
}
