package importers

import (
	"cmp"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
)

// Ref names a secret in a vault.
type Ref struct {
	Project string
	Env     string
	Name    string
}

// String gives it for people: "web/prod DATABASE_URL".
func (r Ref) String() string { return r.Project + "/" + r.Env + " " + r.Name }

// Compare orders refs by project, environment and name.
func (r Ref) Compare(s Ref) int {
	return cmp.Or(cmp.Compare(r.Project, s.Project), cmp.Compare(r.Env, s.Env), cmp.Compare(r.Name, s.Name))
}

// Target is where a value is to go.
type Target struct {
	Ref
	Aliases []string // other names that programs ask for it by
	Value   secret.Value
	Why     string // what the suggestion is made from, for people
	// Lost: another value has the name, see [Plan.Conflicts].
	Lost bool

	rank rank
	at   time.Time // when the place that it is from got the value
	// overrides is more for .env.local than for .env; 0 for other files.
	overrides int
}

// claimOf suggests where an item goes.
func (p *Plan) claimOf(item *Item, row *Row) *claim {
	name := item.At.Name()
	c := &claim{row: row, place: &item.At, depth: strings.Count(name, "/"), parent: item.Parent, value: item.fingerprint()}
	c.Project, c.Value, c.rank, c.at = p.Project, item.Value, rankOf(item), dated(&item.At)
	if c.rank == inEnvironmentFile {
		c.overrides = len(path.Base(name))
	}
	c.Name = nameOf(item.Parent, item.Name)
	c.given = c.Name != ""
	c.vague = isVague(c.Name) && c.Name != item.Name && c.rank > ofNoSecret && c.rank <= inConfiguration
	c.asked = c.given && !c.vague && (c.rank >= inDeployment || c.Name == item.Name)
	if c.Name == "" && item.Finding != nil {
		c.Name = screaming(item.Finding.Rule.ID)
	}
	c.Name = cmp.Or(c.Name, "SECRET")
	var word string
	if c.given {
		c.bare, word = withoutEnvironment(c.Name)
	}
	c.Env, c.Why, c.told = p.environmentOf(item, word)
	return c
}

// environmentOf suggests an environment: that which the name says, as a word of it, else
// the source or the file's path, else the value's own kind. What programs read on a
// developer's machine is dev. All else is for the environment that the fewest may read,
// and then nothing told it.
func (p *Plan) environmentOf(item *Item, word string) (env, why string, told bool) {
	if p.force != "" {
		return p.force, "as you said", true
	}
	at := &item.At
	for _, said := range []struct{ word, why string }{
		{word, "its name"},
		{item.Env, cmp.Or(at.Name(), "its source")},
		{environmentOfPath(at), at.Name()},
		{kindOf(item), "the kind of the key"},
	} {
		if env := p.own(said.word); env != "" {
			return env, said.why, true
		}
	}
	if name := at.Name(); at.Kind == place.File && (isEnvironmentFile(name) || isCompose(name)) {
		return p.own("dev"), "what " + path.Base(name) + " is for", true
	}
	return p.own("prod"), "nothing says where it is used, so the fewest get it", false
}

// environmentOfPath gives the environment that a file's path says. Of one that begins at
// the system's root only the file and its folder count: the rest is where somebody keeps
// all projects, such as /home/ann/dev.
func environmentOfPath(p *place.Place) string {
	name := p.Name()
	if p.Kind != place.File {
		return ""
	}
	if p.Root == "" && (path.IsAbs(name) || strings.Contains(name, ":/")) {
		name = path.Join(path.Base(path.Dir(name)), path.Base(name))
	}
	return detectors.Environment(name)
}

// kindOf gives the environment that a provider made a value for, as far as its rule says.
func kindOf(item *Item) string {
	if item.Finding == nil {
		return ""
	}
	for word := range strings.SplitSeq(item.Finding.Rule.ID, "-") {
		switch word {
		case "test", "sandbox":
			return "dev"
		case "live":
			return "prod"
		}
	}
	return ""
}

// canonical gives the environment that a word stands for; "" if it is no usual one.
func canonical(word string) string {
	if env := detectors.Environment(word); env != "test" {
		return env
	}
	return "dev"
}

// own gives the project's environment for a word: one of that name, else one that means
// the same. A word that means none of them is an environment of its own, in the usual
// spelling if it has one; "" if none can be called so.
func (p *Plan) own(word string) string {
	parts := strings.FieldsFunc(strings.ToLower(word), func(c rune) bool { return !isNameRune(c) && !strings.ContainsRune("_.@", c) })
	word = strings.Join(parts, "-")
	if word == "" || len(word) > maxLabel {
		return ""
	}
	for _, means := range []func(string) string{strings.ToLower, detectors.Environment, canonical} {
		for _, own := range p.environments {
			if meaning := means(word); meaning != "" && means(own) == meaning {
				return own
			}
		}
	}
	return cmp.Or(canonical(word), word)
}

// What a vault allows, in characters.
const (
	maxName  = 256 // of a secret
	maxLabel = 64  // of an environment
)

// vague words say that something is a secret, and not which.
var vague = setOf(
	"KEY", "TOKEN", "SECRET", "PASSWORD", "PASS", "PASSWD", "PWD", "PASSPHRASE", "VALUE", "URL", "URI", "DSN", "USER", "USERNAME", "LOGIN", "ID", "API", "APIKEY",
	"ACCESS", "AUTH", "PRIVATE", "PUBLIC", "CLIENT", "BEARER", "CREDENTIAL", "CREDENTIALS", "CONNECTION", "STRING", "DATA", "CODE", "HASH", "TXT", "TEXT",
)

// isVague tells whether a name has vague words alone.
func isVague(name string) bool {
	for word := range strings.SplitSeq(name, "_") {
		if !vague[word] {
			return false
		}
	}
	return true
}

// containers are what names stand in, and say nothing of them.
var containers = setOf("ENV", "ENVIRONMENT", "VARIABLES", "VARS", "DATA", "STRING_DATA", "CONFIG", "SETTINGS", "SECRETS", "SECRET", "VALUES", "DEFAULT", "WITH", "ARGS", "SPEC", "ROOT", "GLOBAL", "COMMON", "PARAMETERS", "PROPERTIES", "CREDENTIALS", "KEYS", "JOBS", "STEPS", "SERVICES", "SCRIPT", "RUN")

// nameOf makes a name as environment variables have it. What leads to the name counts if the
// name alone says nothing, and isn't that of a variable already. It is "" if no name can be
// made of it.
func nameOf(parent, name string) string {
	own, before := screaming(name), screaming(parent)
	if isVague(own) && own != name && before != "" && before != own && !containers[before] && detectors.Environment(parent) == "" {
		own = before + "_" + own
	}
	if len(own) > maxName || strings.Trim(own, "_0123456789") == "" {
		return ""
	}
	return own
}

// screaming gives a name in capital letters, with a low line between its words.
func screaming(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, c := range runes {
		switch {
		case !isNameRune(c):
			if b.Len() > 0 && !strings.HasSuffix(b.String(), "_") {
				b.WriteByte('_')
			}
			continue
		case unicode.IsUpper(c) && i > 0:
			before := runes[i-1]
			beginsWord := unicode.IsLower(before) || unicode.IsDigit(before) && i+1 < len(runes) && unicode.IsLower(runes[i+1]) ||
				unicode.IsUpper(before) && i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if beginsWord && !strings.HasSuffix(b.String(), "_") {
				b.WriteByte('_')
			}
		}
		b.WriteRune(unicode.ToUpper(c))
	}
	return strings.Trim(b.String(), "_")
}

func isNameRune(c rune) bool {
	return c < unicode.MaxASCII && (unicode.IsLetter(c) || unicode.IsDigit(c))
}

// withoutEnvironment cuts an environment's word off the beginning or the end of a name. It
// gives "" for a name that has none there.
func withoutEnvironment(name string) (bare, word string) {
	words := strings.Split(name, "_")
	n := len(words)
	cut := func(from, to int) (string, string) {
		return strings.Join(slices.Concat(words[:from], words[to:]), "_"), strings.Join(words[from:to], "_")
	}
	switch {
	case n > 2 && words[0] == "PRE" && words[1] == "PROD":
		return cut(0, 2)
	case n > 2 && words[n-2] == "PRE" && words[n-1] == "PROD":
		return cut(n-2, n)
	case n > 1 && detectors.Environment(words[0]) != "":
		return cut(0, 1)
	case n > 1 && detectors.Environment(words[n-1]) != "":
		return cut(n-1, n)
	}
	return "", ""
}
