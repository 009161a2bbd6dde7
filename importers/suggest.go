package importers

import (
	"cmp"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/secretsweep/secretsweep/detectors"
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
	at   time.Time
}

// claim is a target that an item asks for.
type claim struct {
	Target
	row     *Row
	given   bool   // its name is the source's, not made up
	bare    string // the name without the environment's word; "" if it has none
	bareEnv string // the environment that the word names
	project string // the folder that it is from, for telling two of one name apart
}

// claimOf suggests where an item goes.
func (p *Plan) claimOf(item *Item, row *Row) claim {
	c := claim{row: row, given: item.Name != ""}
	c.rank, c.at, c.Value = rankOf(&item.At), dated(&item.At), item.Value
	c.Project = p.Project
	if item.Name != "" {
		c.Name = nameOf(item.Parent, item.Name)
		c.bare, c.bareEnv = withoutEnvironment(c.Name)
	} else if item.Finding != nil {
		c.Name = screaming(item.Finding.Rule.ID)
	}
	c.Env, c.Why = p.environmentOf(item, c.bareEnv)
	c.project = screaming(path.Base(path.Dir(item.At.Path)))
	return c
}

// environmentOf suggests an environment: that which the name says, else the file or the
// section, else the value's own kind. What programs read on a developer's machine is dev.
// All else is for the environment that the fewest may read.
func (p *Plan) environmentOf(item *Item, named string) (env, why string) {
	if p.force != "" {
		return p.force, "as you said"
	}
	switch {
	case named != "":
		return p.own(named), "its name"
	case item.Env != "":
		return p.own(canonical(item.Env)), cmp.Or(item.At.Path, "its source")
	}
	if said := canonical(detectors.Environment(item.At.Path)); said != "" {
		return p.own(said), item.At.Path
	}
	if kind := kindOf(item); kind != "" {
		return p.own(kind), item.Finding.Rule.Description
	}
	if isEnvironmentFile(item.At.Path) || isCompose(item.At.Path) {
		return p.own("dev"), "what " + path.Base(item.At.Path) + " is for"
	}
	return p.own("prod"), "nothing says where it is used, so the fewest get it"
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

// canonical gives the environment that a word stands for; the word itself if it is no
// usual one.
func canonical(word string) string {
	switch env := detectors.Environment(word); env {
	case "":
		return strings.ToLower(word)
	case "test":
		return "dev"
	default:
		return env
	}
}

// own gives the project's own name for a usual environment.
func (p *Plan) own(env string) string {
	if slices.Contains(p.environments, env) {
		return env
	}
	for _, own := range p.environments {
		if canonical(own) == env {
			return own
		}
	}
	return env
}

// vague names say that something is a secret, and not which.
var vague = setOf("KEY", "TOKEN", "SECRET", "PASSWORD", "PASS", "PASSWD", "PWD", "VALUE", "URL", "URI", "DSN", "USER", "USERNAME", "ID", "API_KEY", "APIKEY", "AUTH", "CREDENTIALS", "DATA", "CODE", "HASH")

// containers are what names stand in, and say nothing of them.
var containers = setOf("ENV", "ENVIRONMENT", "VARIABLES", "VARS", "DATA", "STRING_DATA", "CONFIG", "SETTINGS", "SECRETS", "SECRET", "VALUES", "DEFAULT", "WITH", "ARGS", "SPEC", "ROOT", "GLOBAL", "COMMON", "PARAMETERS", "PROPERTIES", "CREDENTIALS", "KEYS")

// nameOf makes a name as environment variables have it. What leads to the name counts if the
// name alone says nothing.
func nameOf(parent, name string) string {
	own := screaming(name)
	if !vague[own] || parent == "" {
		return own
	}
	before := screaming(parent)
	if before == "" || containers[before] || detectors.Environment(parent) != "" {
		return own
	}
	return before + "_" + own
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

// withoutEnvironment cuts an environment's word off the beginning or the end of a name.
func withoutEnvironment(name string) (bare, env string) {
	if word, rest, ok := strings.Cut(name, "_"); ok && rest != "" {
		if env := detectors.Environment(word); env != "" {
			return rest, canonical(word)
		}
	}
	if i := strings.LastIndexByte(name, '_'); i > 0 {
		if env := detectors.Environment(name[i+1:]); env != "" {
			return name[:i], canonical(name[i+1:])
		}
	}
	return "", ""
}
