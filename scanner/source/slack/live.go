package slack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner"
)

// LiveOptions say which workspace to sweep, and how much of it.
type LiveOptions struct {
	Token    secret.Value // of a user, or of a bot
	Channels []string     // names, with or without "#", or ids; none means all
	Since    time.Time    // messages before it are left out, with all that was answered to them

	// State is the path of a file that says how far a sweep came that was interrupted.
	// Without one, each sweep begins anew.
	State string
	// Stop ends the sweep before the next call when it is closed. What was read until then
	// counts.
	Stop <-chan struct{}

	API  string       // where the Web API is; "" is Slack's
	HTTP *http.Client // nil is one of its own
}

// Live is the source of the messages of a workspace, as a token sees them. They are
// read one call after the other: Slack's limits are lower than what one connection can
// do.
type Live struct {
	scanner.Here
	LiveOptions
	user    string  // who the last sweep read for
	account account // how far it came with what it did not read to the end; nil if it did not begin
}

var _ scanner.Source = (*Live)(nil)

// NewLive makes the source of a workspace. Places have the workspace's address as Root,
// and the conversation's name as Path.
func NewLive(o LiveOptions) *Live {
	o.API = strings.TrimSuffix(cmp.Or(o.API, slack.APIURL), "/") + "/"
	return &Live{LiveOptions: o}
}

// Sweep reads what no earlier sweep has committed. Its error is that of the token, of
// the state file, or of ctx; a token that is revoked later on is a Problem.
func (l *Live) Sweep(ctx context.Context, v scanner.Visitor) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w := newVisit(l.LiveOptions, v)
	defer w.client.http.CloseIdleConnections()
	err := w.signIn(ctx)
	if err == nil {
		l.user, l.account = w.user, w.account
		err = w.readAll(ctx)
	} else if !errors.Is(err, errStopped) {
		return err
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errStopped) && l.State != "":
		err = fmt.Errorf("%w: the same command goes on from there", err)
	}
	if err != nil {
		v.Problem(scanner.Problem{What: w.root, Err: err})
	}
	return nil
}

// Commit notes in the state file what the last sweep has read, for the next one to go on
// from there. It is to be called once the findings are where they are meant to be: what
// is noted is not read again. Of conversations that were read as far as they go, there
// is nothing to note.
func (l *Live) Commit() error {
	if l.State == "" || l.account == nil {
		return nil
	}
	s, err := readState(l.State)
	if err != nil {
		return err
	}
	s.Accounts[l.user] = l.account
	if len(l.account) == 0 {
		delete(s.Accounts, l.user)
	}
	if err := s.write(l.State); err != nil {
		return fmt.Errorf("note how far the scan came: %w", err)
	}
	return nil
}

// visit is one Sweep of a workspace.
type visit struct {
	LiveOptions
	visitor   scanner.Visitor
	client    *patient
	slack     *slack.Client
	workspace workspace
	root      string
	bot       bool
	user      string
	account   account
	within    gap // messages that are asked for
	closed    map[kind]slack.SlackErrorResponse
	unread    bool // something that was meant to be read was not
	perPage   int

	now         string // what is being read
	done, total int64  // conversations
}

func newVisit(o LiveOptions, v scanner.Visitor) *visit {
	w := &visit{
		LiveOptions: o,
		visitor:     v,
		workspace:   workspace{names: make(map[string]string)},
		root:        "slack",
		closed:      make(map[kind]slack.SlackErrorResponse),
		// Slack's clock is not this one's. What is written from now on may be read or not.
		within:  gap{before: momentOf(time.Now().Add(24 * time.Hour))},
		perPage: perPage,
		now:     "slack",
	}
	if !o.Since.IsZero() {
		w.within.after = max(momentOf(o.Since)-1, 0)
	}
	w.client = newPatient(o.HTTP, o.Stop, func(waits string) { v.Progress(w.now+": "+waits, w.done, w.total) })
	w.slack = slack.New(o.Token.Reveal(), slack.OptionAPIURL(o.API), slack.OptionHTTPClient(w.client))
	return w
}

// signIn asks whose token it is, and looks up how far an earlier sweep came with it.
func (w *visit) signIn(ctx context.Context) error {
	who, err := w.slack.AuthTestContext(ctx)
	if err != nil {
		return fmt.Errorf("sign in to Slack: %w", err)
	}
	w.root, w.workspace.name, w.bot = who.TeamID, who.Team, who.BotID != ""
	if u, err := url.Parse(who.URL); err == nil && u.Host != "" {
		w.root = u.Host
		if name, ok := strings.CutSuffix(u.Host, ".slack.com"); ok {
			w.workspace.domain = name
		}
	}
	s, err := readState(w.State)
	if err != nil {
		return err
	}
	w.user = who.TeamID + "/" + who.UserID
	if w.account = s.Accounts[w.user]; w.account == nil {
		w.account = make(account)
	} else {
		w.visitor.LeftOut(scanner.LeftOut{Reason: scanner.Continued, What: w.root})
	}
	return nil
}

// readAll reads all conversations. An error is the end of the sweep.
func (w *visit) readAll(ctx context.Context) error {
	if err := w.readUsers(ctx); err != nil {
		return err
	}
	all, err := w.conversations(ctx)
	if err != nil {
		return err
	}
	if !w.Since.IsZero() {
		w.visitor.LeftOut(scanner.LeftOut{Reason: scanner.Narrowed, What: w.root + ": messages before " + w.Since.UTC().Format(time.DateOnly) + ", and their threads"})
	}
	w.total = int64(len(all))
	for _, c := range all {
		w.now = c.name
		w.visitor.Progress(w.now, w.done, w.total)
		if err := w.read(ctx, c); err != nil {
			return err
		}
		w.done++
	}
	if !w.unread {
		w.forget(all)
	}
	return nil
}

// forget takes out of the account what was read to the end: some conversations, or all
// that there are, with those that the token doesn't see any more.
func (w *visit) forget(read []*conversation) {
	if len(w.Channels) == 0 {
		clear(w.account)
	}
	for _, c := range read {
		delete(w.account, c.id)
	}
}

// ends tells whether nothing more can be read after an error.
func (w *visit) ends(err error) bool {
	return errors.Is(err, errStopped) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || IsRefusal(err)
}

// IsRefusal tells whether an error says that Slack takes the token for none.
func IsRefusal(err error) bool {
	refused, _ := errors.AsType[slack.SlackErrorResponse](err)
	return slices.Contains(revoked, refused.Err)
}

// revoked are the errors that say that a token is good for nothing.
var revoked = []string{"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"}
