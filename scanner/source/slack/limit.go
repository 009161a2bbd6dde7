package slack

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/slack-go/slack"
)

const (
	maxPage = 64 << 20 // bytes of an answer
	tries   = 5        // of a call that Slack doesn't answer, waits between them growing
	pause   = time.Minute
)

// patient is the HTTP client under all calls to the Web API. It waits where Slack wants
// to be asked later, asks again where there was no answer, and gives answers only that
// say "ok": what else Slack says is an error. It follows no redirect, so that nothing
// but the API is ever asked.
type patient struct {
	http *http.Client
	stop <-chan struct{}
	tell func(waits string)
	down bool // the last call had no answer, however often it was tried
}

// errStopped ends a sweep that was asked to.
var errStopped = errors.New("stopped")

// unavailable is why there was no answer. The same call may have one later.
type unavailable struct{ error }

func newPatient(client *http.Client, stop <-chan struct{}, tell func(string)) *patient {
	if client == nil {
		client = &http.Client{Timeout: 2 * time.Minute}
	}
	c := *client
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &patient{http: &c, stop: stop, tell: tell}
}

// Do makes a call. Once one had no answer in all its tries, the next ones have one try
// each: without a network, a workspace of a thousand channels is not to take hours.
func (p *patient) Do(req *http.Request) (*http.Response, error) {
	left := tries
	if p.down {
		left = 1
	}
	for wait := time.Second; ; {
		select {
		case <-p.stop:
			return nil, errStopped
		default:
		}
		response, err := p.try(req)
		if limit, ok := errors.AsType[*slack.RateLimitedError](err); ok {
			if err := p.wait(req.Context(), limit.RetryAfter, "as Slack asks"); err != nil {
				return nil, err
			}
			continue
		}
		if _, ok := errors.AsType[unavailable](err); !ok {
			p.down = false
			return response, err
		}
		if left--; left == 0 {
			p.down = true
			return nil, err
		}
		if err := p.wait(req.Context(), wait, "as there was no answer"); err != nil {
			return nil, err
		}
		wait *= 4
	}
}

func (p *patient) wait(ctx context.Context, d time.Duration, why string) error {
	p.tell(fmt.Sprintf("waiting %s, %s", d, why))
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-p.stop:
		return errStopped
	case <-timer.C:
		return nil
	}
}

// try makes a call once. All of the answer is read, so that a connection that breaks
// within it is no answer.
func (p *patient) try(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	again := req.Clone(ctx)
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		again.Body = body
	}
	response, err := p.http.Do(again)
	if err != nil {
		// The cause is all that is told: the address is the same for all calls.
		return nil, cmp.Or(ctx.Err(), error(unavailable{errors.Unwrap(err)}))
	}
	defer response.Body.Close()
	switch {
	case response.StatusCode == http.StatusTooManyRequests:
		return nil, &slack.RateLimitedError{RetryAfter: retryAfter(response)}
	case response.StatusCode >= 500:
		return nil, unavailable{fmt.Errorf("status %d", response.StatusCode)}
	case response.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("status %d", response.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxPage+1))
	switch {
	case err != nil:
		return nil, cmp.Or(ctx.Err(), error(unavailable{err}))
	case len(body) > maxPage:
		return nil, fmt.Errorf("an answer of more than %d MiB", maxPage>>20)
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, refusal(body, response)
}

// refusal reads what an answer says of the call: nil if it went well.
func refusal(body []byte, response *http.Response) error {
	var answer struct {
		OK     bool
		Error  string
		Needed string
	}
	if json.Unmarshal(body, &answer) != nil {
		return errBroken
	}
	if answer.OK {
		return nil
	}
	switch answer.Error {
	case "ratelimited":
		return &slack.RateLimitedError{RetryAfter: retryAfter(response)}
	case "fatal_error", "internal_error", "request_timeout", "service_unavailable":
		return unavailable{errors.New(answer.Error)}
	case "":
		return errBroken
	}
	return slack.SlackErrorResponse{Err: answer.Error, Needed: answer.Needed}
}

// errBroken is an answer that is none. What it has instead is not shown.
var errBroken = errors.New("an answer that is not the Web API's")

// retryAfter is how long Slack wants to be left alone, which is never less than a second.
func retryAfter(r *http.Response) time.Duration {
	seconds, err := strconv.ParseUint(r.Header.Get("Retry-After"), 10, 31)
	if err != nil {
		return pause
	}
	return max(time.Duration(seconds)*time.Second, time.Second)
}
