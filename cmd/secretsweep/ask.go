package main

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner/report"
)

// askFlags are the flags that say who else may be asked about values.
type askFlags struct {
	hosts []string
	allow []provider.Allowed
}

func (a *askFlags) register(f *pflag.FlagSet) {
	f.StringArrayVar(&a.hosts, "allow-host", nil, "`host`, or host:port, that may be asked, too: one that no built-in rule names, or that isn't public; may be repeated")
}

// check reads the flags.
func (a *askFlags) check() error {
	a.allow = nil
	for _, text := range a.hosts {
		one, err := provider.ParseAllowed(text)
		if err != nil {
			return withHint(err, "write it as --allow-host git.example.com, or 127.0.0.1:8443")
		}
		a.allow = append(a.allow, one)
	}
	return nil
}

// client is who asks, as rules say. It asks nobody of its own accord.
func (a *askFlags) client(set *rules.Set) *provider.Client {
	return provider.New(provider.Options{Rules: set, Allow: a.allow, Version: version()})
}

// sayWhom says who will be asked about how many values, before anybody is, and gives how many
// nobody can be asked about.
func sayWhom(sh shell, c *provider.Client, creds []provider.Credential) (unasked int) {
	if text := whom(c, creds); text != "" {
		sh.say("asking %s", text)
	}
	for _, cred := range creds {
		if _, err := c.Hosts(cred); err != nil {
			unasked++
		}
	}
	return unasked
}

// whom says who would be asked about how many values, by number; "" if nobody would.
func whom(c *provider.Client, creds []provider.Credential) string {
	about := make(map[string]int)
	var hosts []string
	for _, cred := range creds {
		asked, err := c.Hosts(cred)
		if err != nil {
			continue
		}
		for _, host := range asked {
			if about[host]++; about[host] == 1 {
				hosts = append(hosts, host)
			}
		}
	}
	slices.SortFunc(hosts, func(a, b string) int {
		return cmp.Or(cmp.Compare(about[b], about[a]), cmp.Compare(a, b))
	})
	var all []string
	for _, host := range hosts {
		all = append(all, printable.Text(host)+" about "+report.Plural(about[host], "value"))
	}
	return strings.Join(all, ", ")
}

// answers asks about values, and gives what is known of each. It shows how far it has come.
func answers(ctx context.Context, c *provider.Client, creds []provider.Credential, line *progress) []provider.Answer {
	all := make([]provider.Answer, len(creds))
	var done int64
	c.VerifyAll(ctx, creds, func(i int, a provider.Answer) {
		all[i] = a
		done++
		line.show("asking providers", done, int64(len(creds)))
	})
	line.clear()
	return all
}
