package rules_test

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/rules"
)

var update = flag.Bool("update", false, "write the list of providers in docs/verification.md anew")

// TestPagesProviders wants that the page on verification lists whom the built-in rules ask,
// and what can revoke itself.
func TestPagesProviders(t *testing.T) {
	const path, begin, end = "../docs/verification.md", "-update -->\n", "<!-- end of the list -->"
	page := pages(t)["verification.md"]
	head, rest, there := bytes.Cut(page, []byte(begin))
	list, tail, closed := bytes.Cut(rest, []byte(end))
	if !there || !closed {
		t.Fatal("the page has no place for the list")
	}
	want := providersList(t, builtin(t))
	if *update {
		all := slices.Concat(head, []byte(begin), want, []byte(end), tail)
		if err := os.WriteFile(path, all, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := gocmp.Diff(string(want), string(list)); diff != "" {
		t.Errorf("the list is of other rules (-want +got):\n%s", diff)
	}
}

// providersList writes the list of who is asked about which secrets.
func providersList(t *testing.T, set *rules.Set) []byte {
	t.Helper()
	type row struct{ provider, kinds, asked, ends string }
	var rows []row
	providers, kinds, ending := make(map[string]bool), 0, 0
	for _, v := range set.Verifies {
		var what []string
		provider := ""
		for _, id := range v.Rules {
			rule, is := set.Rule(id)
			if !is || rule.Provider == nil {
				t.Fatalf("%s has no provider", id)
			}
			provider = rule.Provider.Name
			what = append(what, rule.Description)
		}
		providers[provider] = true
		kinds += len(v.Rules)
		r := row{provider, strings.Join(what, "; "), fmt.Sprintf("[`%s`](%s)", strings.Join(askedHosts(t, v), "`, `"), v.Source), "–"}
		if v.Revoke != nil {
			ending++
			r.ends = fmt.Sprintf("[%s](%s)", v.Revoke.Kills, v.Revoke.Source)
		}
		rows = append(rows, r)
	}
	slices.SortStableFunc(rows, func(a, b row) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.provider), strings.ToLower(b.provider)), strings.Compare(a.kinds, b.kinds))
	})
	var b bytes.Buffer
	fmt.Fprintf(&b, "\n%d kinds of secrets of %d providers. The host leads to the vendor's page that says how it is asked, and what ends, where a secret can revoke itself (%d can), to the one that says how.\n\n", kinds, len(providers), ending)
	b.WriteString("| provider | secrets | asked at | revoking itself ends |\n|---|---|---|---|\n")
	for _, r := range rows {
		for _, text := range []string{r.provider, r.kinds, r.asked, r.ends} {
			if strings.ContainsAny(text, "|\n") {
				t.Fatalf("%q would break the table", text)
			}
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", r.provider, r.kinds, r.asked, r.ends)
	}
	b.WriteString("\n")
	return b.Bytes()
}

// askedHosts gives the hosts of a check: those that its addresses name, or that they may have
// where it leaves them open.
func askedHosts(t *testing.T, v *rules.Verify) []string {
	t.Helper()
	if len(v.Hosts) > 0 {
		return v.Hosts
	}
	all := []rules.Request{v.Request}
	var hosts []string
	for _, r := range append(all, v.Elsewhere...) {
		u, err := url.Parse(r.URL)
		if err != nil || u.Host == "" {
			t.Fatalf("%s: no host in %s", v.Rules[0], r.URL)
		}
		if !slices.Contains(hosts, u.Host) {
			hosts = append(hosts, u.Host)
		}
	}
	return hosts
}
