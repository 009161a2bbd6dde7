package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/slack"
)

// slackPath stands for the workspace that a token opens, where else a path stands.
const slackPath = "slack://"

// Variables of the environment that say how to get at Slack.
const (
	slackTokenName = "SECRETSWEEP_SLACK_TOKEN"
	slackAPIName   = "SECRETSWEEP_SLACK_API"
)

// slackFlags are those for exports of Slack and for the workspace itself.
type slackFlags struct {
	workspace string
	channels  []string
}

func (s *slackFlags) register(f *pflag.FlagSet) {
	f.StringVar(&s.workspace, "slack-workspace", "", "the `name` before .slack.com, for links to the messages of an export")
	f.StringArrayVar(&s.channels, "channel", nil, "read this `channel` of slack:// only, by name or id; may be repeated")
}

// check refuses what makes no sense for the paths, and gives the time from which on
// messages are read. --since is a revision for a repository, and a time for slack://.
func (s *slackFlags) check(n *narrowing, paths []string, now time.Time) (since time.Time, err error) {
	live := 0
	for _, path := range paths {
		switch {
		case path == slackPath:
			live++
		case strings.HasPrefix(path, slackPath):
			return since, misuse(fmt.Sprintf("%q: the token says which workspace it is", path), "give "+slackPath+" alone, and --channel for a part of it")
		}
	}
	switch {
	case live == 0 && len(s.channels) > 0:
		return since, misuse("--channel is for "+slackPath, "add "+slackPath+", or leave it out")
	case live == 0 || n.since == "":
		return since, nil
	case live < len(paths):
		return since, misuse("--since is a revision for a repository and a time for "+slackPath, "scan one after the other")
	}
	since, ok := parseSince(n.since, now)
	if !ok {
		return since, misuse(fmt.Sprintf("--since %q is no time", n.since), "write a day such as 2026-01-31, or how long ago it is: 90d, 12h")
	}
	n.since = "" // it means no revision
	return since, nil
}

// parseSince reads a day, a time, or how long ago it is.
func parseSince(text string, now time.Time) (time.Time, bool) {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	hours := text
	if days, ok := strings.CutSuffix(text, "d"); ok {
		d, err := time.ParseDuration(days + "h")
		return now.Add(-24 * d), err == nil && d > 0
	}
	d, err := time.ParseDuration(hours)
	return now.Add(-d), err == nil && d > 0
}

// liveSlack makes the source of the workspace that the token opens. Stop ends it without
// losing what it has read.
func (j *job) liveSlack(sh shell, stop <-chan struct{}) (*slack.Live, error) {
	token, err := slackToken(sh)
	if err != nil {
		return nil, err
	}
	api := sh.getenv(slackAPIName)
	if err := checkAPI(api); err != nil {
		return nil, withHint(fmt.Errorf("%s: %w", slackAPIName, err), "leave it unset, unless your workspace is on GovSlack: https://slack-gov.com/api/")
	}
	state := ""
	if dir, err := os.UserCacheDir(); err == nil { // else a scan that is interrupted begins anew
		state = filepath.Join(dir, "secretsweep", "slack.json")
		if err := os.MkdirAll(filepath.Dir(state), 0o700); err != nil {
			return nil, fmt.Errorf("make a place to note how far the scan came: %w", err)
		}
	}
	return slack.NewLive(slack.LiveOptions{
		Token: token, Channels: j.slack.channels, Since: j.since, State: state, Stop: stop, API: api,
	}), nil
}

// slackToken takes the token from the environment, or asks for it.
func slackToken(sh shell) (secret.Value, error) {
	if token := sh.getenv(slackTokenName); token != "" {
		return secret.New(token), nil
	}
	const hint = "set " + slackTokenName + "; docs/slack.md says how to get a token"
	f, ok := sh.stdin.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) || sh.getenv("CI") != "" {
		return secret.Value{}, withHint(errors.New("no token for Slack"), hint)
	}
	fmt.Fprint(sh.stderr, "Token for Slack (not shown): ")
	text, err := term.ReadPassword(int(f.Fd()))
	fmt.Fprintln(sh.stderr)
	if err != nil {
		return secret.Value{}, fmt.Errorf("ask for a token: %w", err)
	}
	token := strings.TrimSpace(string(text))
	if token == "" {
		return secret.Value{}, withHint(errors.New("no token for Slack"), hint)
	}
	return secret.New(token), nil
}

// checkAPI keeps the token from going over the network in the clear.
func checkAPI(api string) error {
	if api == "" {
		return nil
	}
	u, err := url.Parse(api)
	switch {
	case err != nil || u.Host == "":
		return errors.New("it is no address")
	case u.User != nil:
		return errors.New("an address with a login in it")
	case u.Scheme == "https":
		return nil
	}
	if ip := net.ParseIP(u.Hostname()); u.Scheme == "http" && ip != nil && ip.IsLoopback() {
		return nil
	}
	return errors.New("it is not https")
}

// unhurried is a context that ends when its second interrupt does, not at the first:
// that one closes stop, which ends the reading of a workspace without losing anything.
func unhurried(ctx context.Context) (_ context.Context, stop chan struct{}) {
	stop = make(chan struct{})
	context.AfterFunc(ctx, func() { close(stop) })
	return context.WithoutCancel(ctx), stop
}

// hurried is a source beside such a workspace: the first interrupt ends it.
type hurried struct {
	scanner.Source
	ctx context.Context
}

func (h hurried) Sweep(_ context.Context, v scanner.Visitor) error { return h.Source.Sweep(h.ctx, v) }
