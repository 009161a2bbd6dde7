package rules

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Config is what a user's file changes about a set of rules and a scan. Apply it
// with [Set.With].
type Config struct {
	Name string // of the file, for messages
	// UseDefault keeps the rules and allows that the config is added to.
	UseDefault bool
	// Extend is the path, relative to this file, of a config of the same format
	// that this one adds to: apply that one first. Only gitleaks configs have it.
	Extend string

	Include     []string   // globs of what to scan; none: all
	Exclude     []string   // globs of what not to scan
	MaxFileSize int64      // in bytes; 0: not said
	Confidence  Confidence // least that is reported; "": not said
	Vault       Vault      // no business of a scan

	disable   []string
	providers []*Provider
	rules     []configRule
	allow     []Allow
	verifies  []*Verify
	warnings  []Warning
	gitleaks  bool
}

// configRule is a rule that has not met the set it will be part of.
type configRule struct {
	rule     *Rule
	where    string // file, line and id, for messages
	provider string // an id; "": customProvider
	// Of gitleaks rules only:
	requires []required // other rules that must match near
	hidden   bool       // it is only there for others to require
	extends  bool       // it only adds allows to a rule of the same id
}

// Vault is where a folder's secrets are in a vault, as far as its config says so. It is for
// the caller to decide whether to follow it.
type Vault struct {
	Project string `toml:"project"`
	Env     string `toml:"env"`
}

// Trust is whose word a config is.
type Trust int

const (
	// Repository is for a config that was found in what is scanned: it may add
	// rules and allows and disable rules, all of which the repository's owner
	// could as well do by other means. It may say nothing of providers, whose
	// addresses people follow, nor how secrets are verified, which sends them to
	// an address, and not pass its own rule off as a built-in one.
	Repository Trust = iota
	// User is for a config that the user named or keeps at home: it may also add
	// and replace providers, replace rules by using their ids, and say how secrets
	// are verified, at hosts that have to be allowed all the same (Verify.FromConfig).
	User
)

// Warning says what of a config has no effect.
type Warning string

// customProvider is whose the rules are that name no provider.
var customProvider = Provider{
	ID:     "custom",
	Name:   "Custom",
	Rotate: "Issue a new secret where the old one came from, move its users, then revoke the old one.",
}

// configFile is a .secretsweep.toml as it is written.
type configFile struct {
	UseDefault *bool          `toml:"use_default"`
	Disable    []string       `toml:"disable"`
	Scan       scanSpec       `toml:"scan"`
	Vault      Vault          `toml:"vault"`
	Providers  []providerSpec `toml:"provider"`
	Rules      []ruleSpec     `toml:"rule"`
	Allow      []allowSpec    `toml:"allow"`
	Verifies   []verifySpec   `toml:"verify"`
}

type scanSpec struct {
	Include     []string   `toml:"include"`
	Exclude     []string   `toml:"exclude"`
	MaxFileSize size       `toml:"max_file_size"`
	Confidence  confidence `toml:"confidence"`
}

// ReadConfig reads a .secretsweep.toml:
//
//	use_default = true              # keep the built-in rules; this is the default
//	disable = ["jwt"]               # ids of rules not to use
//
//	[scan]
//	include = ["src"]               # globs, as --include and --exclude take them
//	exclude = ["*.min.js"]
//	max_file_size = "20MB"
//	confidence = "low"              # report what is at least so sure
//
//	[vault]                         # the default of commands that use a vault
//	project = "web"
//	env = "dev"
//
//	[[rule]]                        # as in a built-in file, and
//	provider = "github"             # a known provider; optional
//
//	[[allow]]                       # as in a rule, and
//	rules = ["generic-secret"]      # the rules that it is for; none: all
//
//	[[provider]]                    # as in a built-in file
//
//	[[verify]]                      # as in a built-in file, but the address may begin with http://
//
// Its errors begin with the file's name and, where it is known, the line.
func ReadConfig(name string, data []byte) (*Config, error) {
	var f configFile
	if err := decode(name, data, &f); err != nil {
		return nil, err
	}
	c := &Config{
		Name:        name,
		UseDefault:  f.UseDefault == nil || *f.UseDefault,
		Include:     f.Scan.Include,
		Exclude:     f.Scan.Exclude,
		MaxFileSize: int64(f.Scan.MaxFileSize),
		Confidence:  f.Scan.Confidence.Confidence,
		Vault:       f.Vault,
		disable:     f.Disable,
	}
	for i, spec := range f.Providers {
		provider, err := spec.provider()
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, tableLines(data, "provider").at(i), err)
		}
		c.providers = append(c.providers, provider)
	}
	at := tableLines(data, "rule")
	for i, spec := range f.Rules {
		where := fmt.Sprintf("%s:%d: rule %q", name, at.at(i), spec.ID)
		rule, err := spec.rule()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", where, err)
		}
		if err := c.add(configRule{rule: rule, where: where, provider: spec.Provider}); err != nil {
			return nil, err
		}
	}
	for i, spec := range f.Allow {
		allow, err := spec.allow()
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, tableLines(data, "allow").at(i), err)
		}
		c.allow = append(c.allow, allow)
	}
	var err error
	if c.verifies, err = readVerifies(name, data, f.Verifies, true); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Config) add(r configRule) error {
	if slices.ContainsFunc(c.rules, func(other configRule) bool { return other.rule.ID == r.rule.ID }) {
		return fmt.Errorf("%s: the id is taken by another rule of the file", r.where)
	}
	c.rules = append(c.rules, r)
	return nil
}

// With gives the set as a config changes it. The set itself stays as it is.
func (s *Set) With(c *Config, trust Trust) (*Set, []Warning, error) {
	res := &Set{Providers: slices.Clone(s.Providers)}
	if c.UseDefault {
		res.Rules, res.Allow = slices.Clone(s.Rules), slices.Clone(s.Allow)
	}
	for _, p := range c.providers {
		if trust == Repository {
			return nil, nil, fmt.Errorf("%s: provider %q: a config inside the scanned repository can't define providers; put it in your own config", c.Name, p.ID)
		}
		res.Providers = slices.DeleteFunc(res.Providers, func(old *Provider) bool { return old.ID == p.ID })
		res.Providers = append(res.Providers, p)
	}

	warnings := slices.Clone(c.warnings)
	unknown := map[string]bool{}
	for _, id := range c.disable {
		if _, known := s.Rule(id); !known {
			unknown[id] = true
		}
		res.Rules = slices.DeleteFunc(res.Rules, func(r *Rule) bool { return r.ID == id })
	}
	warnings = append(warnings, unknownIDs(c.Name, "can't be disabled", unknown)...)

	more, err := res.addRules(c, trust)
	if err != nil {
		return nil, nil, err
	}
	warnings = append(warnings, more...)

	more, err = res.addVerifies(s, c, trust)
	if err != nil {
		return nil, nil, err
	}
	warnings = append(warnings, more...)

	unknown = map[string]bool{}
	for _, allow := range c.allow {
		for _, id := range allow.Rules {
			_, known := res.Rule(id)
			_, disabled := s.Rule(id)
			if !known && !disabled {
				unknown[id] = true
			}
		}
	}
	warnings = append(warnings, unknownIDs(c.Name, "can't be allowed", unknown)...)
	res.Allow = append(res.Allow, c.allow...)
	res.sort()
	return res, warnings, nil
}

// addRules adds a config's rules to the set.
func (s *Set) addRules(c *Config, trust Trust) ([]Warning, error) {
	var warnings []Warning
	unknown := map[string]bool{}
	for _, r := range c.rules {
		rule := *r.rule // With may be called again, for another set
		old, taken := s.Rule(rule.ID)
		switch {
		case r.hidden:
			continue
		case r.extends && !taken:
			unknown[rule.ID] = true
			continue
		case r.extends:
			extended := *old
			extended.Allow = slices.Concat(old.Allow, rule.Allow)
			s.replace(&extended)
			continue
		case taken && trust == Repository && c.gitleaks:
			rule.ID = "gitleaks-" + rule.ID
			warnings = append(warnings, Warning(fmt.Sprintf("%s: there is a built-in rule of this id, which stays; this one is called %q", r.where, rule.ID)))
		case taken && trust == Repository:
			return nil, fmt.Errorf("%s: there is a built-in rule of this id, which a config inside the scanned repository can't replace; choose another id, and disable the built-in rule if it must not run", r.where)
		}
		var err error
		if rule.Provider, err = s.providerFor(r.provider); err != nil {
			return nil, fmt.Errorf("%s: %w", r.where, err)
		}
		for _, req := range r.requires {
			part, ok := c.requiredPart(s, req)
			if !ok {
				warnings = append(warnings, Warning(fmt.Sprintf("%s: requires rule %q, which there is not; it is reported without", r.where, req.ID)))
				continue
			}
			rule.Parts = append(slices.Clip(rule.Parts), part)
		}
		s.replace(&rule)
	}
	return append(warnings, unknownIDs(c.Name, "can't be extended", unknown)...), nil
}

// replace puts a rule in the place of one with the same id, or at the end.
func (s *Set) replace(rule *Rule) {
	i := slices.IndexFunc(s.Rules, func(r *Rule) bool { return r.ID == rule.ID })
	if i < 0 {
		s.Rules = append(s.Rules, rule)
		return
	}
	s.Rules[i] = rule
}

func (s *Set) providerFor(id string) (*Provider, error) {
	if id == "" {
		id = customProvider.ID
	}
	if p, known := s.Provider(id); known {
		return p, nil
	}
	if id != customProvider.ID {
		return nil, fmt.Errorf("unknown provider %q", id)
	}
	custom := customProvider
	s.Providers = append(s.Providers, &custom)
	return &custom, nil
}

// unknownIDs is one warning for all rule ids that name nothing, or none.
func unknownIDs(file, consequence string, ids map[string]bool) []Warning {
	if len(ids) == 0 {
		return nil
	}
	noun := "rule"
	if len(ids) > 1 {
		noun = "rules"
	}
	list := strings.Join(slices.Sorted(maps.Keys(ids)), ", ")
	return []Warning{Warning(fmt.Sprintf("%s: unknown %s %s: %s", file, noun, consequence, list))}
}

// size is a number of bytes, as [ParseSize] reads it.
type size int64

// UnmarshalText reads the text form.
func (s *size) UnmarshalText(text []byte) error {
	n, err := ParseSize(string(text))
	*s = size(n)
	return err
}

// ParseSize reads a number of bytes such as "20MB". Units are powers of 1024.
func ParseSize(text string) (int64, error) {
	number := strings.TrimSuffix(strings.TrimSuffix(strings.ToUpper(strings.TrimSpace(text)), "B"), "I")
	shift := 0
	for i, unit := range []string{"K", "M", "G", "T"} {
		if n, ok := strings.CutSuffix(number, unit); ok {
			number, shift = n, 10*(i+1)
		}
	}
	n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64-shift)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%q is no size: want a number of bytes, such as 500K or 20MB", text)
	}
	return n << shift, nil
}
