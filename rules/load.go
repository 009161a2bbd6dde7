package rules

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/secretsweep/secretsweep/rules/check"
)

//go:embed *.toml
var builtin embed.FS

// Builtin loads the embedded rules. The set is new with every call.
func Builtin() (*Set, error) { return load(builtin) }

// load reads every *.toml at the top of a file system.
func load(files fs.FS) (*Set, error) {
	names, err := fs.Glob(files, "*.toml")
	if err != nil {
		return nil, err
	}
	// Each is decoded by itself: compiling their patterns is most of a hook's time.
	read := make([]struct {
		data    []byte
		content file
		err     error
	}, len(names))
	var decoding sync.WaitGroup
	for i, name := range names {
		decoding.Go(func() {
			r := &read[i]
			if r.data, r.err = fs.ReadFile(files, name); r.err != nil {
				r.err = fmt.Errorf("read rules: %w", r.err)
				return
			}
			r.err = decode(name, r.data, &r.content)
		})
	}
	decoding.Wait()
	set := &Set{}
	for i, name := range names {
		if read[i].err != nil {
			return nil, read[i].err
		}
		if err := set.addFile(name, read[i].data, read[i].content); err != nil {
			return nil, err
		}
	}
	set.sort()
	// Who tries a rule of their own with a made-up value wants it found.
	ids := make([]string, len(set.Rules))
	for i, rule := range set.Rules {
		ids[i] = rule.ID
	}
	for i := range set.Allow {
		set.Allow[i].Rules = ids
	}
	return set, nil
}

// file is a built-in file: one provider, its rules, and what no built-in rule
// reports, because the provider publishes it.
type file struct {
	Provider providerSpec `toml:"provider"`
	Rules    []ruleSpec   `toml:"rule"`
	Allow    []allowSpec  `toml:"allow"`
	Verifies []verifySpec `toml:"verify"`
}

// addFile adds what a file says. Its text is for the lines in messages.
func (s *Set) addFile(name string, data []byte, f file) error {
	provider, err := f.Provider.provider()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if id := strings.TrimSuffix(path.Base(name), ".toml"); id != provider.ID {
		return fmt.Errorf("%s: provider %q: the file must be named after it", name, provider.ID)
	}
	s.Providers = append(s.Providers, provider)
	lines := tableLines(data, "rule")
	for i, spec := range f.Rules {
		where := fmt.Sprintf("%s:%d: rule %q", name, lines.at(i), spec.ID)
		rule, err := spec.rule()
		if err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
		if _, taken := s.Rule(rule.ID); taken {
			return fmt.Errorf("%s: the id is taken", where)
		}
		if len(rule.Match) == 0 {
			return fmt.Errorf("%s: no sample under match", where)
		}
		rule.Provider = provider
		s.Rules = append(s.Rules, rule)
	}
	if len(f.Rules) == 0 {
		return fmt.Errorf("%s: no [[rule]]", name)
	}
	for i, spec := range f.Allow {
		allow, err := spec.allow()
		if err != nil {
			return fmt.Errorf("%s:%d: %w", name, tableLines(data, "allow").at(i), err)
		}
		s.Allow = append(s.Allow, allow)
	}
	verifies, err := readVerifies(name, data, f.Verifies, false)
	if err != nil {
		return err
	}
	for _, v := range verifies {
		if err := s.addVerify(v, provider); err != nil {
			return err
		}
	}
	return nil
}

func (s *Set) sort() {
	slices.SortFunc(s.Rules, func(a, b *Rule) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(s.Providers, func(a, b *Provider) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(s.Verifies, func(a, b *Verify) int { return cmp.Compare(a.Rules[0], b.Rules[0]) })
}

// The specs are the tables of a file, as they are written. Their fields are
// described in the package documentation.
type (
	providerSpec struct {
		ID      string `toml:"id"`
		Name    string `toml:"name"`
		Console string `toml:"console"`
		Rotate  string `toml:"rotate"`
		Cadence days   `toml:"cadence"`
	}
	ruleSpec struct {
		ID          string      `toml:"id"`
		Provider    string      `toml:"provider"` // in a config only
		Description string      `toml:"description"`
		Severity    severity    `toml:"severity"`
		Confidence  confidence  `toml:"confidence"`
		Pattern     pattern     `toml:"pattern"`
		Literals    []string    `toml:"literals"`
		Path        pattern     `toml:"path"`
		Structured  bool        `toml:"structured"`
		Entropy     float64     `toml:"entropy"`
		Random      bool        `toml:"random"`
		Chosen      bool        `toml:"chosen"`
		Check       string      `toml:"check"`
		Lenient     bool        `toml:"lenient"`
		Source      string      `toml:"source"`
		Match       []string    `toml:"match"`
		NoMatch     []string    `toml:"no_match"`
		Parts       []partSpec  `toml:"part"`
		Allow       []allowSpec `toml:"allow"`
	}
	partSpec struct {
		Name     string  `toml:"name"`
		Pattern  pattern `toml:"pattern"`
		Within   int     `toml:"within"`
		Required bool    `toml:"required"`
	}
	allowSpec struct {
		Description string    `toml:"description"`
		All         bool      `toml:"all"`
		Rules       []string  `toml:"rules"`
		Paths       []pattern `toml:"paths"`
		Values      []pattern `toml:"values"`
		Target      target    `toml:"target"`
		StopWords   []string  `toml:"stop_words"`
		Commits     []string  `toml:"commits"`
	}
)

// kebab is the form of ids.
var kebab = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func (p *providerSpec) provider() (*Provider, error) {
	switch {
	case !kebab.MatchString(p.ID):
		return nil, fmt.Errorf("provider %q: the id must be lower-case words joined by hyphens", p.ID)
	case p.Name == "":
		return nil, fmt.Errorf("provider %q: no name", p.ID)
	case p.Console != "" && !isWebAddress(p.Console):
		return nil, fmt.Errorf("provider %q: console %q is no https address", p.ID, p.Console)
	}
	return &Provider{p.ID, p.Name, p.Console, strings.TrimSpace(p.Rotate), time.Duration(p.Cadence)}, nil
}

// rule checks all that can be told of the rule by itself. The rule has no
// provider yet.
func (r *ruleSpec) rule() (*Rule, error) {
	switch {
	case !kebab.MatchString(r.ID):
		return nil, errors.New("the id must be lower-case words joined by hyphens")
	case r.Description == "":
		return nil, errors.New("no description")
	case r.Severity.Severity == "":
		return nil, errors.New("no severity")
	case r.Pattern.Pattern == nil && r.Path.Pattern == nil && !r.Structured:
		return nil, errors.New("neither pattern nor path")
	case r.Structured && r.ID != ConfigPassword && r.ID != ConfigSecret:
		return nil, errors.New("structured: only the built-in rules that are found by reading files by their formats are")
	case r.Pattern.Pattern != nil && r.Pattern.matchesEmpty():
		return nil, errors.New("the pattern matches the empty text")
	case r.Source != "" && !isWebAddress(r.Source):
		return nil, fmt.Errorf("source %q is no https address", r.Source)
	case r.Source == "" && r.Confidence.Confidence == Sure:
		return nil, errors.New("confidence high needs a source: without the vendor's page, medium is the most")
	case r.Entropy < 0 || r.Entropy > 8:
		return nil, fmt.Errorf("entropy %v: want bits per character, 0 to 8", r.Entropy)
	case r.Lenient && r.Check == "":
		return nil, errors.New("lenient without a check")
	}
	if _, known := check.Lookup(r.Check); r.Check != "" && !known {
		return nil, fmt.Errorf("unknown check %q: want one of %s", r.Check, strings.Join(check.Names(), ", "))
	}
	rule := &Rule{
		ID:          r.ID,
		Description: r.Description,
		Severity:    r.Severity.Severity,
		Confidence:  cmp.Or(r.Confidence.Confidence, defaultConfidence(r.Source)),
		Pattern:     r.Pattern.Pattern,
		Literals:    r.Literals,
		Path:        r.Path.Pattern,
		Structured:  r.Structured,
		Entropy:     r.Entropy,
		Random:      r.Random,
		Chosen:      r.Chosen,
		Check:       r.Check,
		Lenient:     r.Lenient,
		Source:      r.Source,
		Match:       r.Match,
		NoMatch:     r.NoMatch,
	}
	for _, spec := range r.Parts {
		part, err := spec.part()
		if err != nil {
			return nil, err
		}
		rule.Parts = append(rule.Parts, part)
	}
	for _, spec := range r.Allow {
		if len(spec.Rules) > 0 {
			return nil, errors.New("allow: rules names other rules, which only a config's own [[allow]] may do")
		}
		allow, err := spec.allow()
		if err != nil {
			return nil, err
		}
		rule.Allow = append(rule.Allow, allow)
	}
	return rule, nil
}

func defaultConfidence(source string) Confidence {
	if source == "" {
		return Likely
	}
	return Sure
}

func (p *partSpec) part() (Part, error) {
	switch {
	case p.Name == "":
		return Part{}, errors.New("part: no name")
	case p.Pattern.Pattern == nil:
		return Part{}, fmt.Errorf("part %q: no pattern", p.Name)
	case p.Within < 0 || p.Within > WholeText:
		return Part{}, fmt.Errorf("part %q: within %d: want a number of lines, 0 to %d", p.Name, p.Within, WholeText)
	}
	return Part{p.Name, p.Pattern.Pattern, p.Within, p.Required}, nil
}

func (a *allowSpec) allow() (Allow, error) {
	if len(a.Paths)+len(a.Values)+len(a.StopWords)+len(a.Commits) == 0 {
		return Allow{}, fmt.Errorf("allow %q: no condition", a.Description)
	}
	if slices.Contains(a.StopWords, "") {
		return Allow{}, fmt.Errorf("allow %q: an empty stop word would allow everything", a.Description)
	}
	return Allow{
		Description: a.Description,
		All:         a.All,
		Rules:       slices.Sorted(slices.Values(a.Rules)),
		Paths:       patterns(a.Paths),
		Values:      patterns(a.Values),
		Target:      a.Target.Target,
		StopWords:   a.StopWords,
		Commits:     a.Commits,
	}, nil
}

func isWebAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "https" && u.Host != ""
}
