package slack

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner"
)

// acme is a workspace for tests.
var acme = &workspace{name: "acme", domain: "acme", names: map[string]string{"U123ABC456": "Ann", "W012A3CDE": "Bob", "C123ABC456": "general"}}

// textOf gives the text of a message.
func textOf(t *testing.T, raw string) string {
	t.Helper()
	var n noted
	acme.give(&n, message{root: "export", path: "general/2024-04-05.json", channel: &channel{id: "C123ABC456", name: "#general"}, raw: json.RawMessage(raw)})
	for _, p := range n.problems {
		t.Errorf("problem: %s: %v", p.What, p.Err)
	}
	switch len(n.chunks) {
	case 0:
		return ""
	case 1:
		return string(n.chunks[0].Data)
	}
	t.Fatalf("got %d texts, want one", len(n.chunks))
	return ""
}

// TestText has what readers see of a message. Messages, blocks and attachments are
// as docs.slack.dev describes them.
func TestText(t *testing.T) {
	tests := []struct{ name, message, want string }{
		{"plain", `{"type": "message", "user": "U123ABC456", "text": "Hello world", "ts": "1355517523.000005"}`, "Hello world\n"},
		{"no text", `{"type": "message", "user": "U123ABC456", "ts": "1355517523.000005"}`, ""},
		{"lines", `{"text": "one\n  two\n\nthree"}`, "one\n  two\n\nthree\n"},
		{"escapes", `{"text": "a &lt; b &amp;&amp; c &gt; d &amp;lt; &quot;"}`, "a < b && c > d &lt; &quot;\n"},
		{"quotes that curl", `{"text": "password=“x” user=‘y’ it’s"}`, "password=\"x\" user='y' it's\n"},
		{"spaces and characters without width", `{"text": "a\u00a0=\u202fb\u200bc\ufeffd"}`, "a = bcd\n"},
		{"bold, italic, struck", `{"text": "*one* _two three_ ~four~, (*five*) 2*3*4 a_b_c __init__ * six * _seven\n_"}`,
			"one two three four, (five) 2*3*4 a_b_c __init__ * six * _seven\n_\n"},
		{"no marks in code", "{\"text\": \"`*one*` ```\\n_two_\\n``` *three*\"}", "`*one*` ```\n_two_\n``` three\n"},
		{"a backtick in code", "{\"text\": \"```a ` _b_``` _c_ `_d_`\"}", "```a ` _b_``` c `_d_`\n"},

		{"link", `{"text": "see <https://example.com/a?b=1&amp;c=2>."}`, "see https://example.com/a?b=1&c=2.\n"},
		{"link with its own label", `{"text": "see <http://example.com|example.com>/more"}`, "see example.com/more\n"},
		{"link with another label", `{"text": "see <https://example.com/a|the page>, now"}`, "see the page, now\nhttps://example.com/a\n"},
		{"mail address in a URL", `{"text": "db://ann:pw<mailto:x@db.example.com|x@db.example.com>/main"}`, "db://ann:pwx@db.example.com/main\n"},
		{"mentions", `{"text": "<@U123ABC456> <@U0|zoe> <@U9> <#C024BE7LR|general> <#C024BE7LR> <!here> <!subteam^SAZ94GDB8|@ops> <!subteam^SAZ94GDB8>"}`,
			"@Ann @zoe @U9 #general #C024BE7LR @here @ops @SAZ94GDB8\n"},
		{"marks in links", `{"text": "_at_ <https://example.com/?_a_&amp;t=~b~|the *page*> <db://ann:_pw_@h>"}`, "at the page db://ann:_pw_@h\nhttps://example.com/?_a_&t=~b~\n"},
		{"date", `{"text": "<!date^1392734382^Posted {date_num}^https://example.com/|Posted 2014-02-18>"}`, "Posted 2014-02-18\nhttps://example.com/\n"},
		{"not markup", `{"text": "<b>x</b> <> < <!-- y --> a<b"}`, "<b>x</b> <> < <!-- y --> a<b\n"},

		{"blocks that repeat the text", `{"text": "*Hel*lo <@U123ABC456>\n• one\n1. two\n` + "```let x```" + `", "blocks": [{"type": "rich_text", "block_id": "a", "elements": [
			{"type": "rich_text_section", "elements": [{"type": "text", "text": "Hel", "style": {"bold": true}}, {"type": "text", "text": "lo "}, {"type": "user", "user_id": "U123ABC456"}]},
			{"type": "rich_text_list", "style": "bullet", "indent": 0, "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]}]},
			{"type": "rich_text_list", "style": "ordered", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "two"}]}]},
			{"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "let x"}], "border": 0}
		]}]}`, "Hello @Ann\none\n1. two\nlet x\n"},
		{"mentions that blocks repeat", `{"text": "<#C123ABC456|old-name> <#C123ABC456> <!subteam^S1> :wave::skin-tone-2: x", "blocks": [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [
			{"type": "channel", "channel_id": "C123ABC456"}, {"type": "text", "text": " "}, {"type": "channel", "channel_id": "C123ABC456"}, {"type": "text", "text": " "},
			{"type": "usergroup", "usergroup_id": "S1"}, {"type": "text", "text": " "}, {"type": "emoji", "name": "wave", "skin_tone": 2}, {"type": "text", "text": " x"}]}]}]}`,
			"#general #general @S1 :wave::skin-tone-2: x\n"},
		{"blocks that say more", `{"text": "fallback", "blocks": [
			{"type": "header", "text": {"type": "plain_text", "text": "*Head*", "emoji": true}},
			{"type": "section", "text": {"type": "mrkdwn", "text": "*some* text"}, "fields": [{"type": "mrkdwn", "text": "f1"}, {"type": "plain_text", "text": "f2"}],
				"accessory": {"type": "button", "text": {"type": "plain_text", "text": "Push"}, "url": "https://example.com/push", "value": "v1", "action_id": "b"}},
			{"type": "divider"},
			{"type": "context", "elements": [{"type": "image", "image_url": "https://example.com/i.png", "alt_text": "a picture"}, {"type": "mrkdwn", "text": "ctx"}]}
		]}`, "*Head*\nsome text\nf1\nf2\nPush\nv1\nhttps://example.com/push\na picture\nhttps://example.com/i.png\nctx\nfallback\n"},
		{"rich text", `{"blocks": [{"elements": [{"elements": [
			{"type": "text", "text": "to"}, {"type": "text", "text": "ken", "style": {"bold": true}}, {"type": "link", "url": "http://x.y", "text": "x.y"},
			{"type": "link", "url": "https://example.com/"}, {"type": "link", "url": "https://example.com/b", "text": " label"},
			{"type": "channel", "channel_id": "C1"}, {"type": "usergroup", "usergroup_id": "S1"}, {"type": "broadcast", "range": "here"},
			{"type": "emoji", "name": "wave", "unicode": "1f44b"}, {"type": "color", "value": "#fff"}, {"type": "date", "timestamp": 1720710212, "format": "{date}", "fallback": "then"}
		], "type": "rich_text_section"}, {"type": "rich_text_quote", "elements": [{"type": "text", "text": "quoted"}]}], "type": "rich_text"}]}`,
			"tokenx.yhttps://example.com/ label#C1@S1@here:wave:#fffthen\nquoted\nhttps://example.com/b\n"},
		{"lines of code", `{"blocks": [{"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "a:\n  b\n\n  c"}]}]}]}`, "a:\n  b\n\n  c\n"},

		{"unknown block", `{"text": "x", "blocks": [{"type": "hologram", "beam": {"text": "inner"}, "voice": "spoken", "id": "B1"}, {"type": "section", "text": {"type": "mrkdwn", "text": "next"}}]}`,
			"inner\nvoice: spoken\nnext\nx\n"},
		{"unknown element", `{"blocks": [{"type": "rich_text", "elements": [
			{"type": "rich_text_section", "elements": [{"type": "text", "text": "a"}, {"type": "sticker", "text": "b", "caption": "c", "more": ["d"]}]},
			{"type": "rich_text_poem", "elements": [{"type": "text", "text": "e"}], "verse": "f"}, 7, "g"]}]}`, "ab\ne\ncaption: c\nmore: d\nverse: f\ng\n"},
		{"malformed parts", `{"text": {"odd": "one"}, "blocks": "two", "attachments": {"text": "three"}, "files": [null, "four", {"name": ["five"]}], "ts": 3,
			"user": {}, "thread_ts": [], "username": 1}`, "two\nodd: one\nthree\nfour\nfive\n"},
		{"malformed rich text", `{"blocks": [{"type": "rich_text", "elements": "one"}, {"type": "rich_text_section", "elements": [{"type": "text", "text": {"a": "two"}}, "three"]}, "four"]}`,
			"one\na: two\nthree\nfour\n"},
		{"no object", `["one", {"text": "two"}]`, "one\ntwo\n"},

		{"attachment", `{"attachments": [{"mrkdwn_in": ["text"], "color": "#36a64f", "pretext": "pre", "author_name": "author", "author_icon": "https://placeimg.com/16/16/people",
			"title": "title", "title_link": "https://api.slack.com/", "text": "text &amp; more", "fields": [{"title": "password", "value": "x", "short": false}, {"title": "two", "value": "a\nb"}, {"value": "alone"}],
			"thumb_url": "http://placekitten.com/g/200/200", "footer": "foot", "from_url": "https://example.com/f", "ts": 123456789, "fallback": "title"}]}`,
			"pre\nauthor\ntitle\ntext & more\npassword: x\ntwo\na\nb\nalone\nhttps://api.slack.com/\nhttps://example.com/f\nfoot\n"},
		{"field whose value was said", `{"text": "x", "attachments": [{"fields": [{"title": "password", "value": "x"}, {"title": "alone", "value": ""}]}]}`, "x\npassword: x\nalone: \n"},
		{"nothing but a fallback", `{"attachments": [{"fallback": "only this", "id": 1}]}`, "only this\n"},
		{"blocks of an attachment", `{"attachments": [{"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "in there"}}], "fallback": "[no preview available]"}]}`, "in there\n[no preview available]\n"},
		{"what was shared", `{"attachments": [{"message_blocks": [{"team": "T1", "channel": "C1", "ts": "1.2", "message": {"blocks": [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "forwarded"}]}]}]}}],
			"text": "forwarded"}]}`, "forwarded\n"},

		{"file", `{"subtype": "file_share", "text": "", "files": [{"id": "F0A12BCDE", "name": "notes.txt", "title": "notes", "mimetype": "text/plain", "mode": "snippet", "user": "U123ABC456",
			"url_private": "https://files.slack.com/files-pri/T1-F1/notes.txt?t=e1", "url_private_download": "https://files.slack.com/files-pri/T1-F1/download/notes.txt?t=e1",
			"thumb_64": "https://files.slack.com/thumb", "permalink": "https://acme.slack.com/files/U1/F1/notes.txt", "preview": "line 1\nline 2", "preview_highlight": "<div>line 1</div>", "plain_text": "line 1\nline 2\nline 3",
			"initial_comment": {"id": "Fc1", "comment": "first"}}]}`,
			"notes\nnotes.txt\nline 1\nline 2\nline 3\nfirst\nhttps://files.slack.com/files-pri/T1-F1/notes.txt?t=e1\n" +
				"https://files.slack.com/files-pri/T1-F1/download/notes.txt?t=e1\nhttps://acme.slack.com/files/U1/F1/notes.txt\n"},
		{"file that looks like markup", `{"files": [{"preview": "<ns:key>a</ns:key>", "plain_text": "<ns:key>a</ns:key>\n<a:b|c> *d*"}], "blocks": [{"type": "header", "text": {"type": "plain_text", "text": "<ns:key>"}}]}`,
			"<ns:key>\n<ns:key>a</ns:key>\n<a:b|c> *d*\n"},
		{"mail", `{"files": [{"subject": "sub", "from": [{"address": "a@example.com", "name": "A"}], "headers": {"in_reply_to": "<1@example.com>"}}]}`,
			"sub\nA\naddress: a@example.com\nin_reply_to: <1@example.com>\n"},
		{"comment on a file", `{"subtype": "file_comment", "text": "commented", "file": {"name": "f"}, "comment": {"comment": "said", "user": "U1"}}`, "commented\nf\nsaid\n"},
		{"topic", `{"subtype": "channel_topic", "topic": "hello", "text": "<@U123ABC456> has set the channel topic: hello"}`, "@Ann has set the channel topic: hello\n"},
		{"purpose", `{"subtype": "channel_purpose", "purpose": "work", "text": "set"}`, "set\nwork\n"},
		{"name", `{"subtype": "channel_name", "name": "new", "old_name": "old", "text": ""}`, "new\nold\n"},
		{"bot", `{"subtype": "bot_message", "bot_id": "B1", "username": "deploys", "text": "done", "icons": {"emoji": ":x:"}}`, "done\ndeploys\n"},
		{"huddle", `{"subtype": "huddle_thread", "text": "", "room": {"id": "R1", "name": "standup", "created_by": "U1", "participants": ["U1"]}}`, "standup\n"},
		{"metadata", `{"text": "x", "metadata": {"event_type": "task", "event_payload": {"id": "1", "key": "v", "list": ["w"]}}}`, "x\nid: 1\nkey: v\nlist: w\nevent_type: task\n"},
		{"named value that was said", `{"text": "use xyz", "metadata": {"event_payload": {"password": "xyz"}}, "secret": "xyz"}`, "use xyz\npassword: xyz\nsecret: xyz\n"},
		{"edit", `{"subtype": "message_changed", "hidden": true, "ts": "1358878755.000001", "message": {"text": "now", "ts": "1355517523.000005"}, "previous_message": {"text": "before", "ts": "1355517523.000005"}}`, "now\nbefore\n"},
		{"deletion", `{"subtype": "message_deleted", "deleted_ts": "1355517523.000005", "ts": "1358878755.000001", "previous_message": {"text": "gone", "ts": "1355517523.000005"}}`, "gone\n"},
		{"unknown subtype", `{"subtype": "telepathy", "text": "x", "thought": "y", "reactions": [{"name": "wave", "users": ["U1"]}]}`, "x\nthought: y\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, textOf(t, tt.message)); diff != "" {
				t.Errorf("want (-), got (+):\n%s", diff)
			}
		})
	}
}

// TestSplitAnywhere has a value in any number of elements of rich text, each with its own
// style, or made a link.
func TestSplitAnywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.StringMatching(`[A-Za-z0-9][A-Za-z0-9_/+.-]{0,7}`), 1, 6).Draw(t, "parts")
		var elements []any
		for _, part := range parts {
			switch rapid.SampledFrom([]string{"text", "bold", "link", "unknown"}).Draw(t, "as") {
			case "text":
				elements = append(elements, map[string]any{"type": "text", "text": part})
			case "bold":
				elements = append(elements, map[string]any{"type": "text", "text": part, "style": map[string]any{"bold": true}})
			case "link":
				elements = append(elements, map[string]any{"type": "link", "url": "http://" + part, "text": part})
			case "unknown":
				elements = append(elements, map[string]any{"type": "sticker", "text": part})
			}
		}
		section := map[string]any{"type": "rich_text_section", "elements": elements}
		raw, err := json.Marshal(map[string]any{"blocks": []any{map[string]any{"type": "rich_text", "elements": []any{section}}}})
		if err != nil {
			t.Fatal(err)
		}
		var n noted
		acme.give(&n, message{channel: &channel{"C1", "#general"}, raw: raw})
		if len(n.chunks) != 1 || !strings.HasPrefix(string(n.chunks[0].Data), strings.Join(parts, "")+"\n") {
			t.Errorf("%s: got %+v, want %q whole", raw, n.chunks, parts)
		}
	})
}

func TestPlaceOfAMessage(t *testing.T) {
	const link = "https://acme.slack.com/archives/C123ABC456/p1355517523000005"
	posted := time.Unix(1355517523, 0).UTC()
	at := place.Message{Workspace: "acme", Channel: "#general", ChannelID: "C123ABC456", User: "Ann", UserID: "U123ABC456", Time: posted, ID: "1355517523.000005", Link: link}
	tests := []struct {
		name, message string
		want          func(m *place.Message)
	}{
		{"message", `{"text": "x", "user": "U123ABC456", "ts": "1355517523.000005"}`, func(*place.Message) {}},
		{"timestamp that is a number", `{"text": "x", "user": "U123ABC456", "ts": 1355517523.000005}`, func(*place.Message) {}},
		{"beginning of a thread", `{"text": "x", "user": "U123ABC456", "ts": "1355517523.000005", "thread_ts": "1355517523.000005"}`, func(*place.Message) {}},
		{"reply", `{"text": "x", "user": "U123ABC456", "ts": "1355517523.000005", "thread_ts": "1355431123.000100"}`, func(m *place.Message) {
			m.Thread, m.Link = "1355431123.000100", link+"?thread_ts=1355431123.000100&cid=C123ABC456"
		}},
		{"edit", `{"subtype": "message_changed", "ts": "1.2", "message": {"text": "x", "user": "U123ABC456", "ts": "1355517523.000005"}}`, func(*place.Message) {}},
		{"deletion", `{"subtype": "message_deleted", "ts": "1.2", "previous_message": {"text": "x", "user": "U123ABC456", "ts": "1355517523.000005"}}`, func(*place.Message) {}},
		{"bot", `{"text": "x", "bot_id": "B1", "username": "deploys", "ts": "1355517523.000005"}`, func(m *place.Message) { m.User, m.UserID = "deploys", "B1" }},
		{"stranger", `{"text": "x", "user": "U7", "user_profile": {"display_name": "Zoe"}, "ts": "1355517523.000005"}`, func(m *place.Message) { m.User, m.UserID = "Zoe", "U7" }},
		{"timestamp that is not Slack's", `{"text": "x", "user": "U123ABC456", "ts": "1355517523/../x"}`, func(m *place.Message) {
			m.ID, m.Link, m.Time = "1355517523/../x", "", time.Time{}
		}},
		{"reply to what is no message", `{"text": "x", "user": "U123ABC456", "ts": "1355517523.000005", "thread_ts": "1&x"}`, func(m *place.Message) { m.Thread = "1&x" }},
		{"no timestamp", `{"text": "x", "user": "U123ABC456"}`, func(m *place.Message) { m.ID, m.Link, m.Time = "", "", time.Time{} }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var n noted
			acme.give(&n, message{root: "e.zip", path: "general/2012-12-14.json", channel: &channel{"C123ABC456", "#general"}, raw: json.RawMessage(tt.message)})
			if len(n.chunks) != 1 {
				t.Fatalf("got %d texts, want 1", len(n.chunks))
			}
			m := at
			tt.want(&m)
			want := place.Place{Kind: place.Chat, Root: "e.zip", Path: "general/2012-12-14.json", Message: &m}
			want.Start = place.Position{Line: 1, Column: 1}
			if diff := cmp.Diff(want, n.chunks[0].At); diff != "" {
				t.Errorf("want (-), got (+):\n%s", diff)
			}
		})
	}
}

func TestNoMessage(t *testing.T) {
	var n noted
	acme.give(&n, message{path: "general/1.json", channel: &channel{"C1", "#general"}, raw: json.RawMessage(`{"text": `)})
	if len(n.chunks) != 0 || len(n.problems) != 1 || n.problems[0].What != "general/1.json" {
		t.Errorf("got %d texts and problems %v, want one problem with the file", len(n.chunks), n.problems)
	}
}

// TestManyParts has a message that takes too long if each part is looked for in all
// the others.
func TestManyParts(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"attachments": ["x"`)
	for range 100_000 {
		b.WriteString(`,{"title":"` + strings.Repeat("y", b.Len()%17) + `z"}`)
	}
	for i := range 20_000 {
		b.WriteString(`,"` + strings.Repeat("a*", i%400) + `"`)
	}
	b.WriteString(`]}`)
	begin := time.Now()
	if text := textOf(t, b.String()); !strings.HasPrefix(text, "x\n") {
		t.Errorf("got a text of %d bytes, which begins otherwise", len(text))
	}
	if took := time.Since(begin); took > time.Minute {
		t.Errorf("took %v", took)
	}
}

// FuzzMessage looks for the text of a message in what is given of it, whatever else is
// in the message.
func FuzzMessage(f *testing.F) {
	f.Add("Hello world", `"blocks": [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "Hello"}]}]}]`)
	f.Add("a *b* _c_ <https://example.com|d>", `"attachments": [{"text": "e", "fields": [{"title": "f", "value": "g"}]}]`)
	f.Add("x", `"blocks": [{"type": "new", "z": 1}], "files": [{"name": "n"}]`)
	f.Add("<@U1> `code` “q”", `"message": {"ts": "1.2"}, "ts": 7`)
	f.Fuzz(func(t *testing.T, text, more string) {
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		raw := `{"text": ` + string(quoted) + `}`
		if with := `{` + more + `, "text": ` + string(quoted) + `}`; json.Valid([]byte(with)) {
			raw = with
		}
		var n noted
		acme.give(&n, message{channel: &channel{"C1", "#general"}, raw: json.RawMessage(raw)})
		var got string
		for _, c := range n.chunks {
			got += string(c.Data)
		}
		var decoded string
		_ = json.Unmarshal(quoted, &decoded) // which has no invalid UTF-8
		want := gistOf((&prose{workspace: acme}).read(decoded, true).text)
		if !strings.Contains(" "+gistOf(got)+" ", " "+want+" ") && want != "" {
			t.Errorf("%q: the text %q is not in %q", raw, want, got)
		}
	})
}

// noted is a visitor that keeps what it is told.
type noted struct {
	mu       sync.Mutex
	chunks   []detectors.Chunk
	problems []scanner.Problem
	leftOut  []scanner.LeftOut
	progress []string
	counts   map[scanner.Counter]int64
}

func (n *noted) Chunk(c *detectors.Chunk) {
	n.mu.Lock()
	defer n.mu.Unlock()
	kept := *c
	kept.Data = append([]byte(nil), c.Data...)
	n.chunks = append(n.chunks, kept)
}

func (n *noted) Problem(p scanner.Problem) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.problems = append(n.problems, p)
}

func (n *noted) LeftOut(l scanner.LeftOut) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.leftOut = append(n.leftOut, l)
}

func (n *noted) Count(what scanner.Counter, count int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.counts == nil {
		n.counts = make(map[scanner.Counter]int64)
	}
	n.counts[what] += count
}

func (n *noted) Progress(what string, _, _ int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.progress = append(n.progress, what)
}

func (n *noted) Source(path string, _ scanner.Source) {
	n.Problem(scanner.Problem{What: path})
}
func (*noted) Unpack(scanner.PackedText) bool { return false }
