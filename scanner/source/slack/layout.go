package slack

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// layout is what an export has where, as its lists say.
//
// An export has a folder per conversation, with a file of messages per day. Its lists
// are in the folder around them: who there is, and which conversations of each kind.
// That of an Enterprise Grid has folders of that kind below teams, too, one for each
// workspace.
type layout struct {
	sweep *sweep
	named map[string]string // see workspace
	teams map[string]*team  // by name; that around all is ""
	kept  int               // bytes of names and ids
}

// team is a workspace of an export.
type team struct {
	workspace
	folders map[string]*channel // by the folder's name: its name, or its id
	former  map[string]*channel // by the names that they had before
}

// userLists and conversationLists are the files that are read before all others, in
// this order.
var (
	userLists         = []string{"users.json", "org_users.json"}
	conversationLists = []string{"channels.json", "groups.json", "mpims.json", "dms.json"}
)

// maxNames bounds the memory that names and ids take, in bytes. A user beyond it has an
// id alone, a conversation the name of its folder.
const maxNames = 64 << 20

// newLayout reads the lists. It gives what they say of conversations to the visitor; the
// users are left to be read as files.
func newLayout(s *sweep, members []member) *layout {
	l := &layout{sweep: s, named: make(map[string]string), teams: make(map[string]*team)}
	for _, list := range slices.Concat(userLists, conversationLists) {
		for _, m := range members {
			if t, name := l.split(m.path); name == list {
				if slices.Contains(userLists, list) {
					l.readUsers(m)
				} else {
					l.readConversations(t, m)
				}
			}
		}
	}
	return l
}

// split gives the team that a path belongs to, and the path from there.
func (l *layout) split(p string) (*team, string) {
	p = strings.TrimPrefix(p, l.sweep.base)
	if rest, ok := strings.CutPrefix(p, "teams/"); ok {
		if name, rest, ok := strings.Cut(rest, "/"); ok {
			return l.team(name), rest
		}
	}
	return l.team(""), p
}

// team gives a workspace by the name that its folder has, or the one around all.
func (l *layout) team(name string) *team {
	t := l.teams[name]
	if t == nil {
		domain := l.sweep.Domain
		t = &team{
			workspace: workspace{name: cmp.Or(name, domain), domain: domain, names: l.named},
			folders:   make(map[string]*channel),
			former:    make(map[string]*channel),
		}
		l.teams[name] = t
	}
	return t
}

// findBase tells whether files are an export, and in which folder it begins: at the
// root, or in the only folder there is, which is how some systems unpack a ZIP.
func findBase(files fs.FS) (string, bool) {
	if _, err := fs.Stat(files, ".git"); err == nil {
		return "", false
	}
	if beginsExport(files, "") {
		return "", true
	}
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return "", false
	}
	only := ""
	for _, e := range entries {
		switch {
		case strings.HasPrefix(e.Name(), ".") || e.Name() == macFolder:
		case only != "" || !e.IsDir():
			return "", false
		default:
			only = e.Name() + "/"
		}
	}
	return only, only != "" && beginsExport(files, only)
}

// beginsExport tells whether the lists of an export are in a folder: that of users, who
// have ids, and one of conversations, or workspaces that have some.
func beginsExport(files fs.FS, base string) bool {
	has := func(lists []string, orEmpty bool) bool {
		return slices.ContainsFunc(lists, func(name string) bool { return hasIDs(files, base+name, orEmpty) })
	}
	if !has(userLists, false) {
		return false
	}
	teams, err := fs.Stat(files, base+"teams")
	return has(conversationLists, true) || err == nil && teams.IsDir()
}

// hasIDs tells whether a file is a list whose first element has an id. It may be empty,
// if that is allowed.
func hasIDs(files fs.FS, name string, orEmpty bool) bool {
	if info, err := fs.Stat(files, name); err != nil || !info.Mode().IsRegular() {
		return false
	}
	f, err := files.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	e, isList, err := newElements(io.LimitReader(f, maxElement))
	if err != nil || !isList {
		return false
	}
	raw, err := e.next()
	if err != nil {
		return orEmpty && errors.Is(err, io.EOF)
	}
	var first struct{ ID string }
	return json.Unmarshal(raw, &first) == nil && slackID.MatchString(first.ID)
}

// slackID is the form of ids of users and conversations.
var slackID = regexp.MustCompile(`^[A-Z][A-Z0-9]{2,}$`)

// readUsers reads the names of users. What else the file has is read with it, as a file.
func (l *layout) readUsers(m member) {
	l.sweep.elements(m, false, func(raw []byte) {
		var user struct {
			ID      string `json:"id"`
			Name    string `json:"name"`
			Real    string `json:"real_name"`
			Profile struct {
				Display string `json:"display_name"`
				Real    string `json:"real_name"`
			} `json:"profile"`
		}
		// What doesn't fit has no name here, and is still read as a part of the file.
		_ = json.Unmarshal(raw, &user)
		if name := cmp.Or(user.Profile.Display, user.Profile.Real, user.Real, user.Name); user.ID != "" && l.keep(user.ID, name) {
			l.named[user.ID] = name
		}
	})
}

// readConversations reads which conversations there are, and gives what they say of
// themselves.
func (l *layout) readConversations(t *team, m member) {
	admitted := l.sweep.admits(m)
	var why error
	n := 0
	isList := l.sweep.elements(m, admitted, func(raw []byte) {
		n++
		value, err := decode(raw)
		fields, ok := value.(map[string]any)
		switch {
		case err != nil:
			why = fmt.Errorf("read conversation %d: %w", n, err)
		case value == nil:
		case !ok:
			why = fmt.Errorf("read conversation %d: not an object", n)
		default:
			c := t.channel(fields, path.Base(m.path))
			former := stringsOf(fields["previous_names"])
			if l.keep(append(former, c.id, c.name)...) {
				t.add(c, stringOf(fields["name"]), former)
			}
			if admitted {
				l.describe(t, c, m, fields)
			}
		}
	})
	if why != nil {
		l.sweep.problem(m.path, why)
	}
	if !isList && admitted {
		l.sweep.file(m)
	}
}

// keep tells whether names may be kept.
func (l *layout) keep(names ...string) bool {
	for _, name := range names {
		l.kept += len(name)
	}
	return l.kept <= maxNames
}

// channel gives the conversation of an entry in a list.
func (t *team) channel(fields map[string]any, list string) *channel {
	id, name := stringOf(fields["id"]), stringOf(fields["name"])
	if list == "dms.json" || list == "mpims.json" {
		return &channel{id: id, name: cmp.Or(t.people(fields["members"]), name, id)}
	}
	return &channel{id: id, name: "#" + cmp.Or(name, id)}
}

// add makes a conversation known by its id, and by the names that its folder may have.
func (t *team) add(c *channel, name string, former []string) {
	t.names[c.id] = name
	for _, folder := range []string{name, c.id} {
		if t.folders[folder] == nil {
			t.folders[folder] = c
		}
	}
	for _, folder := range former {
		if t.former[folder] == nil {
			t.former[folder] = c
		}
	}
}

// people gives the names of users, by their ids.
func (t *team) people(ids any) string {
	names := stringsOf(ids)
	for i, id := range names {
		names[i] = cmp.Or(t.names[id], id)
	}
	return strings.Join(names, ", ")
}

// stringsOf gives the strings of a list.
func stringsOf(v any) []string {
	list, _ := v.([]any)
	var all []string
	for _, e := range list {
		if s := stringOf(e); s != "" {
			all = append(all, s)
		}
	}
	return all
}

// describe gives what a conversation says of itself: its topic, its purpose, the names
// that it had, and whatever else its entry in the list has to read.
func (l *layout) describe(t *team, c *channel, m member, fields map[string]any) {
	say := func(field string, tell func(p *prose)) {
		t.about(l.sweep.visitor, message{root: l.sweep.root, path: m.path, channel: c}, field, tell)
	}
	for _, key := range []string{"topic", "purpose"} {
		if of, ok := fields[key].(map[string]any); ok {
			say(key, func(p *prose) { p.tell(key, of["value"]) })
			delete(fields, key)
		}
	}
	say("former name", func(p *prose) { p.tell("name", fields["previous_names"]) })
	for _, key := range []string{"name", "name_normalized", "previous_names", "creator", "pins"} {
		delete(fields, key)
	}
	say("channel", func(p *prose) { p.tellFields(fields) })
}

// channelOf gives the conversation whose messages are in a folder. One that no list has
// is called as the folder is.
func (l *layout) channelOf(t *team, folder string) *channel {
	all := l.team("")
	for _, known := range []map[string]*channel{t.folders, all.folders, t.former, all.former} {
		if c := known[folder]; c != nil {
			return c
		}
	}
	c := &channel{name: folder}
	if conversationID.MatchString(folder) {
		c.id = folder
	}
	return c
}

// conversationID is the form of ids of conversations, which no name has: names are in
// lower case.
var conversationID = regexp.MustCompile(`^[CDG][A-Z0-9]{6,}$`)

// isDay tells whether a file has messages, by its path below the folder of a workspace:
// those of a folder that is a conversation's, and any that is called as a day is.
func (l *layout) isDay(t *team, name string) bool {
	folder, file := path.Split(name)
	folder = strings.TrimSuffix(folder, "/")
	if folder == "" || strings.Contains(folder, "/") || path.Ext(file) != ".json" {
		return false
	}
	return dayName.MatchString(file) || l.channelOf(t, folder).id != ""
}

var dayName = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}\b`)
