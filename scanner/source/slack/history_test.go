package slack

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
)

// TestOddMessages has messages that can't be put in order. They are read all the same.
func TestOddMessages(t *testing.T) {
	f := newFake(t)
	f.rooms = f.rooms[:1]
	f.answer = func(method string, _ url.Values, w http.ResponseWriter) bool {
		if method != "conversations.history" {
			return false
		}
		w.Write([]byte(`{"ok":true,"messages":[{"text":"one"},{"text":"two","ts":5},{"text":"three","ts":"930000000.000200","subtype":{}}]}`))
		return true
	}
	got, _ := f.sweep(f.options())
	if diff := gocmp.Diff([]string{"one", "purpose of general", "three", "topic of general", "two"}, got.sorted()); diff != "" {
		t.Errorf("texts: want (-), got (+):\n%s", diff)
	}
	odd := "#general, when a message was written: a timestamp that is not Slack's"
	if diff := gocmp.Diff([]string{odd, odd}, got.problems); diff != "" {
		t.Errorf("problems: want (-), got (+):\n%s", diff)
	}
}

func TestADeletedThread(t *testing.T) {
	f := newFake(t)
	f.answer = func(method string, form url.Values, w http.ResponseWriter) bool {
		gone := method == "conversations.replies" && form.Get("channel") == "C1"
		if gone {
			refuse(w, "thread_not_found", "")
		}
		return gone
	}
	if got, l := f.sweep(f.options()); len(got.problems) > 0 || len(l.account) > 0 {
		t.Errorf("problems %q, %d conversations to go on with", got.problems, len(l.account))
	}
}

func TestFewerInAPage(t *testing.T) {
	f := newFake(t)
	f.answer = func(method string, form url.Values, w http.ResponseWriter) bool {
		tooMany := form.Get("channel") != "" && form.Get("limit") != "15"
		if tooMany {
			refuse(w, "invalid_limit", "")
		}
		return tooMany
	}
	got, _ := f.sweep(f.options())
	if diff := gocmp.Diff(f.texts(), got.sorted()); diff != "" {
		t.Errorf("texts: want (-), got (+):\n%s", diff)
	}
}

// TestAPlanThatHides has a workspace whose older messages nobody can see.
func TestAPlanThatHides(t *testing.T) {
	f := newFake(t)
	f.rooms = f.rooms[:1]
	f.answer = func(method string, _ url.Values, w http.ResponseWriter) bool {
		if method == "conversations.history" {
			reply(w, map[string]any{"ok": true, "messages": []any{}, "is_limited": true})
		}
		return method == "conversations.history"
	}
	got, _ := f.sweep(f.options())
	want := []string{"1 what the token may not read: #general, messages that the workspace's plan hides"}
	if diff := gocmp.Diff(want, got.leftOut); diff != "" {
		t.Errorf("left out: want (-), got (+):\n%s", diff)
	}
}

// FuzzAnswer gives any answer to a call for messages: it has messages that are JSON, or
// says why not.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		`{"ok":true,"messages":[{"type":"message","user":"U123ABC456","text":"What, if anything, is a word?","ts":"1512085950.000216"}],"has_more":true,"pin_count":0,"response_metadata":{"next_cursor":"bmV4dF90czoxNTEyMDg1ODYxMDAwNTQz"}}`,
		`{"ok":true,"messages":[{"text":"island","thread_ts":"1482960137.003543","reply_count":3,"ts":"1482960137.003543"},{"ts":"1483037603.017503","thread_ts":"1482960137.003543","subtype":"thread_broadcast"}],"has_more":false}`,
		`{"ok":false,"error":"missing_scope","needed":"channels:history","provided":"identify"}`,
		`{"ok":false,"error":"ratelimited"}`,
		`{"ok":true,"messages":[null,1,"x",[]],"response_metadata":null}`,
		`{"ok":true,"has_more":true}`,
		`null`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		p := newPatient(&http.Client{Transport: answering(body)}, nil, nil)
		req := httptest.NewRequest(http.MethodPost, "https://slack.test/api/conversations.history", nil)
		req.RequestURI = ""
		response, err := p.try(req)
		if err != nil {
			if refused, ok := err.(slack.SlackErrorResponse); ok && refused.Err == "" {
				t.Error("a refusal without a reason")
			}
			return
		}
		page, next, err := parsePage(response)
		if err != nil {
			if page.Messages != nil || next != "" {
				t.Errorf("an error and a page: %v", err)
			}
			return
		}
		if !bytes.Contains(bytes.ToLower(body), []byte(`true`)) {
			t.Error("an answer that doesn't say that it is one was taken")
		}
		for _, raw := range page.Messages {
			if !json.Valid(raw) || !bytes.Contains(body, raw) {
				t.Errorf("not a message as it was given: %q", raw)
			}
			if h, at, err := headOf(raw); err == nil && at.String() != h.TS {
				t.Errorf("%q is read as %s", h.TS, at)
			}
		}
	})
}

// answering is a transport that has one answer.
type answering []byte

func (a answering) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: make(http.Header), Body: io.NopCloser(bytes.NewReader(a))}, nil
}

// FuzzState reads any state. What it takes is written again as the same.
func FuzzState(f *testing.F) {
	for _, seed := range []string{
		`{"version":1,"accounts":{"T1/U1":{"C1":{"read":[{"oldest":"0.000001","newest":"1712345678.000200"}],"threads":{"1712345678.000200":"1712345679.000200"}}}}}`,
		`{"version":1,"accounts":{"T1/U1":{"C1":null},"":null}}`,
		`{"version":2}`,
		`null`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		path := t.TempDir() + "/state"
		write(t, path, text)
		s, err := readState(path)
		if err != nil {
			return
		}
		for _, account := range s.Accounts {
			for _, r := range account {
				for _, g := range r.gaps(gap{0, 1 << 52}) {
					r.cover(span{g.after + 1, g.before - 1})
				}
				if left := r.gaps(gap{0, 1 << 52}); len(left) > 0 {
					t.Errorf("left when all gaps were read: %v", left)
				}
			}
		}
		if err := s.write(path); err != nil {
			t.Fatal(err)
		}
		again, err := readState(path)
		if err != nil {
			t.Fatalf("reads what it does not write: %v", err)
		}
		first, _ := json.Marshal(s)
		second, _ := json.Marshal(again)
		if len(s.Accounts) > 0 && !bytes.Equal(first, second) {
			t.Errorf("wrote %s, read %s", first, second)
		}
	})
}
