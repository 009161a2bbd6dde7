package slack

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// moment is a timestamp of Slack's, such as "1712345678.000200", in microseconds. It is
// what tells a message from its channel's others, and it orders them.
type moment int64

func parseMoment(s string) (moment, error) {
	seconds, micro, _ := strings.Cut(s, ".")
	n, err := strconv.ParseUint(seconds+micro, 10, 53)
	if m := moment(n); err == nil && m > 0 && m.String() == s {
		return m, nil
	}
	return 0, errors.New("a timestamp that is not Slack's")
}

func momentOf(t time.Time) moment { return moment(t.UnixMicro()) }

func (m moment) String() string { return fmt.Sprintf("%d.%06d", m/1e6, m%1e6) }

func (m moment) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

func (m *moment) UnmarshalText(text []byte) (err error) {
	*m, err = parseMoment(string(text))
	return err
}

// day says for people when it was.
func (m moment) day() string { return time.UnixMicro(int64(m)).UTC().Format("2006-01-02 15:04 MST") }

// span is a stretch of time of which all messages were read, both ends too.
type span struct {
	Oldest moment `json:"oldest"`
	Newest moment `json:"newest"`
}

// gap is a stretch of time between two moments, without them.
type gap struct{ after, before moment }

// reach is how far a conversation was read. Threads count with the message that begins
// them: what is answered there once it was read is new to the next sweep only.
type reach struct {
	Read    []span            `json:"read,omitempty"`    // newest first, with gaps between them
	Threads map[moment]moment `json:"threads,omitempty"` // begun and not read to their end: → the last reply that was read
}

// gaps gives what is not read between two moments, newest first.
func (r *reach) gaps(within gap) []gap {
	var all []gap
	add := func(after moment) {
		if g := (gap{max(after, within.after), within.before}); g.before-g.after > 1 {
			all = append(all, g)
		}
	}
	for _, s := range r.Read {
		add(s.Newest)
		within.before = min(within.before, s.Oldest)
	}
	add(within.after)
	return all
}

// cover notes that a stretch was read.
func (r *reach) cover(s span) {
	if s.Oldest > s.Newest {
		return
	}
	var apart []span
	for _, other := range r.Read {
		if other.Newest+1 < s.Oldest || s.Newest+1 < other.Oldest {
			apart = append(apart, other)
		} else {
			s = span{min(s.Oldest, other.Oldest), max(s.Newest, other.Newest)}
		}
	}
	r.Read = append(apart, s)
	slices.SortFunc(r.Read, func(a, b span) int { return cmp.Compare(b.Newest, a.Newest) })
}

// stateVersion is that of the file's format. Files of another one are not read.
const stateVersion = 1

// state is what a state file has: how far which account has read. It has no text of a
// message, no name, and no token.
type state struct {
	Version  int                `json:"version"`
	Accounts map[string]account `json:"accounts"` // by the ids of the workspace and of whose token it is
}

// account has how far conversations were read, by their ids.
type account map[string]*reach

// check finds what no sweep writes.
func (a account) check() error {
	for id, r := range a {
		if r == nil || slices.ContainsFunc(r.Read, func(s span) bool { return s.Oldest < 1 || s.Oldest > s.Newest }) {
			return fmt.Errorf("conversation %q: not how far one is read", id)
		}
	}
	return nil
}

// readState reads a state file. Without a file, nothing was read yet.
func readState(path string) (state, error) {
	none := state{stateVersion, make(map[string]account)}
	if path == "" {
		return none, nil
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return none, nil
	}
	var s state
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err == nil && s.Version != stateVersion {
		err = fmt.Errorf("%s is of version %d, not %d", path, s.Version, stateVersion)
	}
	for _, a := range s.Accounts {
		err = cmp.Or(err, a.check())
	}
	if err != nil {
		return state{}, fmt.Errorf("read how far the last scan came: %w", err)
	}
	if s.Accounts == nil {
		return none, nil
	}
	return s, nil
}

// write replaces a state file. If there is nothing to tell, there is no file.
func (s state) write(path string) error {
	if len(s.Accounts) == 0 {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	text, err := json.MarshalIndent(s, "", "\t")
	if err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp") // for nobody else to read
	if err != nil {
		return err
	}
	_, err = temp.Write(append(text, '\n'))
	if err == nil {
		err = temp.Sync()
	}
	err = errors.Join(err, temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp.Name()))
	}
	return nil
}
