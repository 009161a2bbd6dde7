package report

import (
	"cmp"
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner"
)

// The words for people, which the text, JUnit, SARIF and GitLab formats share.
// All of them are printable.

// title says what kind of secret it is, and whose.
func (f *Finding) title() string {
	title := printable.Text(cmp.Or(f.Rule.Description, f.Rule.ID))
	if f.Provider == nil || f.Provider.Name == "" {
		return title
	}
	name := printable.Text(f.Provider.Name)
	if strings.Contains(strings.ToLower(title), strings.ToLower(name)) {
		return title
	}
	return name + ": " + title
}

// state says how present it still is, in two or three words.
func (f *Finding) state() string {
	var head, index, disk, stdin, chat, shared bool
	for _, p := range f.Places {
		head = head || p.Head
		index = index || p.Index
		disk = disk || p.WorkTree
		stdin = stdin || p.Kind == place.Stdin
		chat = chat || p.Kind == place.Chat
		shared = shared || !p.Local
	}
	switch {
	case head:
		return "still at HEAD"
	case index:
		return "staged"
	case disk && shared:
		return "in a file on disk"
	case !shared:
		return "on this machine only"
	case stdin:
		return "in the input"
	case chat:
		return "in a chat"
	}
	return "history only"
}

// Where says where a place is, as exactly as a person needs to go there. It is
// printable.
func (r *Report) Where(p *place.Place) string {
	field := printable.Text(cmp.Or(p.Field, "message"))
	switch p.Kind {
	case place.Object:
		return "git object " + short(p.Object) + memberOf(p) + lineOf(p)
	case place.Commit:
		id := p.Object
		if p.Commit != nil {
			id = p.Commit.ID
		}
		return field + " of commit " + short(id) + lineOf(p)
	case place.Tag:
		return field + " of tag " + printable.Text(cmp.Or(strings.TrimPrefix(p.Ref, "refs/tags/"), short(p.Object))) + lineOf(p)
	case place.Ref:
		return "name of ref " + printable.Text(p.Ref)
	case place.Note:
		return "note on " + short(p.Annotated) + " in " + printable.Text(p.Ref) + lineOf(p)
	case place.Stdin:
		return "standard input" + memberOf(p) + lineOf(p)
	case place.Chat:
		return inChat(p)
	}
	s := printable.Text(r.path(p))
	if p.Start.Line > 0 {
		s += fmt.Sprintf(":%d:%d", p.Start.Line, p.Start.Column)
	}
	return s + ofImage(p)
}

// inChat says who wrote it where and when, and what leads there; of what a channel says
// of itself, which part that is.
func inChat(p *place.Place) string {
	m := p.Message
	if m == nil {
		m = &place.Message{}
	}
	channel := clip(printable.Text(cmp.Or(m.Channel, m.ChannelID)), maxName)
	if p.Field != "" {
		return printable.Text(p.Field) + " of " + channel
	}
	s := channel
	if by := cmp.Or(m.User, m.UserID); by != "" {
		s += ", " + clip(printable.Text(by), maxName)
	}
	if !m.Time.IsZero() {
		s += ", " + m.Time.UTC().Format("2006-01-02 15:04")
	}
	if m.Link != "" {
		s += "  " + printable.Text(m.Link)
	}
	return s
}

// ofImage says whether it is an image's configuration, or which layer has the file and
// whether a later one hides it.
func ofImage(p *place.Place) string {
	s := ""
	if p.Field != "" {
		s = ", " + printable.Text(p.Field)
	}
	if l := p.Layer; l != nil {
		s += fmt.Sprintf(", layer %d of %d", l.Number, l.Of)
		if l.Gone > 0 {
			s += fmt.Sprintf(", gone in layer %d", l.Gone)
		}
	}
	return s
}

// memberOf is the way within an archive that has no path itself.
func memberOf(p *place.Place) string {
	if p.Member == "" {
		return ""
	}
	return "!/" + printable.Text(p.Member) + ofImage(p)
}

func lineOf(p *place.Place) string {
	if p.Start.Line < 1 {
		return ""
	}
	return ", line " + strconv.Itoa(p.Start.Line)
}

// history says since when and by whom; of what is past, until when. It is ""
// where there is no history.
func (r *Report) history(f *Finding) string {
	var first, last *place.Version
	for i := range f.Places {
		p := &f.Places[i]
		if p.Commit != nil && (first == nil || p.Commit.Date.Before(first.Date)) {
			first = p.Commit
		}
		if p.Last != nil && (last == nil || p.Last.Date.After(last.Date)) {
			last = p.Last
		}
	}
	switch {
	case first == nil && r.Summary.Counts[scanner.Objects] == 0:
		return ""
	case first == nil:
		return "not in any commit"
	}
	s := "since " + day(first.Date)
	switch {
	case last == nil || f.Live:
	case day(last.Date) == day(first.Date):
		s = "on " + day(first.Date)
	default:
		s += ", until " + day(last.Date)
	}
	if by := cmp.Or(first.Name, first.Email); by != "" {
		s += ", by " + clip(printable.Text(by), maxName)
	}
	return s + " in " + short(first.ID)
}

// vault says that a vault has it, and as what; "" if that isn't known.
func (f *Finding) vault() string {
	if len(f.Vault) == 0 {
		return ""
	}
	return "vault: " + f.entries()
}

// verdict says whether it still works, who says so, and how that is known; "" if nobody was
// asked.
func (f *Finding) verdict() string {
	if f.Answer == nil {
		return ""
	}
	s := "verdict: " + string(f.Answer.Verdict)
	switch by := printable.Text(f.Answer.Host); {
	case by == "":
	case f.Answer.Verdict == scanner.Unknown:
		s += ", asked " + by
	default:
		s += ", says " + by
	}
	return s + " (" + printable.Text(f.Answer.Why) + ")"
}

// entries says which secrets of a vault it is, in which versions.
func (f *Finding) entries() string {
	const named = 3
	var parts []string
	for i, e := range f.Vault {
		if i == named && len(f.Vault) > named+1 {
			parts = append(parts, fmt.Sprintf("and %d more", len(f.Vault)-i))
			break
		}
		parts = append(parts, printable.Text(detectors.Entry(e).String()))
	}
	return strings.Join(parts, ", ")
}

// identity is what one needs to ignore it.
func (f *Finding) identity() string {
	s := f.Fingerprint.String() + " " + printable.Text(f.Rule.ID)
	if f.Confidence == rules.Unlikely {
		s += " (low confidence)"
	}
	return s
}

// path gives a place's path, slash-separated: relative to what was scanned if
// that was one folder, else with the folder in front. What is not in a file
// has the path of the git object or ref that it is in. It may be hostile.
func (r *Report) path(p *place.Place) string {
	name := p.Name()
	switch {
	case p.Kind == place.Stdin && p.Member != "":
		return "stdin" + name
	case p.Kind == place.Stdin:
		return "stdin"
	case p.Kind == place.Commit && p.Commit != nil:
		name = objectPath(p.Commit.ID)
	case (p.Kind == place.Ref || p.Kind == place.Note) && p.Ref != "":
		name = ".git/" + p.Ref
	case name == "" && p.Object != "":
		name = objectPath(p.Object)
	}
	root := p.Root
	if len(r.Summary.Roots) == 1 {
		if rest, ok := strings.CutPrefix(root+"/", strings.TrimSuffix(r.Summary.Roots[0], "/")+"/"); ok {
			root = rest
		}
	}
	return cmp.Or(path.Join(root, name), p.Root)
}

func objectPath(id string) string {
	if len(id) < 3 {
		return ".git/objects/" + id
	}
	return ".git/objects/" + id[:2] + "/" + id[2:]
}

func short(id string) string { return printable.Text(id[:min(len(id), 12)]) }

func day(t time.Time) string { return t.Format(time.DateOnly) }

// Plural counts things: "1 file", "2,000 files".
func Plural[N int | int64](n N, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return Number(n) + " " + thing
}

// Number writes a number with its thousands apart.
func Number[N int | int64](n N) string {
	s := strconv.FormatInt(int64(n), 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// size writes a number of bytes.
func size(n int64) string {
	if n < 1000 {
		return Plural(n, "byte")
	}
	f, unit := float64(n)/1000, 0
	for f >= 999.95 && unit < 4 {
		f, unit = f/1000, unit+1
	}
	return fmt.Sprintf("%.1f %cB", f, "kMGTP"[unit])
}
