package rules

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"regexp"
	"regexp/syntax"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// The tables of a gitleaks config, as far as they are documented.
type (
	gitleaksFile struct {
		Title       string              `toml:"title"`
		Description string              `toml:"description"`
		MinVersion  string              `toml:"minVersion"`
		Extend      gitleaksExtend      `toml:"extend"`
		Rules       []gitleaksRule      `toml:"rules"`
		Allowlist   *gitleaksAllowlist  `toml:"allowlist"`
		Allowlists  []gitleaksAllowlist `toml:"allowlists"`
	}
	gitleaksExtend struct {
		UseDefault    bool     `toml:"useDefault"`
		Path          string   `toml:"path"`
		URL           string   `toml:"url"`
		DisabledRules []string `toml:"disabledRules"`
	}
	gitleaksRule struct {
		ID          string              `toml:"id"`
		Description string              `toml:"description"`
		Regex       string              `toml:"regex"`
		SecretGroup int                 `toml:"secretGroup"`
		Entropy     float64             `toml:"entropy"`
		Path        pattern             `toml:"path"`
		Keywords    []string            `toml:"keywords"`
		Tags        []string            `toml:"tags"`
		SkipReport  bool                `toml:"skipReport"`
		Allowlist   *gitleaksAllowlist  `toml:"allowlist"`
		Allowlists  []gitleaksAllowlist `toml:"allowlists"`
		Required    []required          `toml:"required"`
	}
	gitleaksAllowlist struct {
		Description string    `toml:"description"`
		Condition   string    `toml:"condition"`
		Commits     []string  `toml:"commits"`
		Paths       []pattern `toml:"paths"`
		Regexes     []pattern `toml:"regexes"`
		RegexTarget string    `toml:"regexTarget"`
		StopWords   []string  `toml:"stopwords"`
		TargetRules []string  `toml:"targetRules"`
	}
	// required names another rule that must match near.
	required struct {
		ID            string `toml:"id"`
		WithinLines   *int   `toml:"withinLines"`
		WithinColumns *int   `toml:"withinColumns"`
	}
)

// ReadGitleaks reads a gitleaks config as it is. What it says is done by our own
// means: useDefault keeps our rules, a keyword that is not part of the pattern
// must be somewhere in the text, a required rule becomes a part of the one that
// requires it. What has no effect here is a warning of [Set.With].
//
// A config that extends another by address is refused: no request leaves the
// machine. One that extends another by path has it in Extend.
func ReadGitleaks(name string, data []byte) (*Config, error) {
	var f gitleaksFile
	warnings, err := decodeForeign(name, data, &f)
	if err != nil {
		return nil, err
	}
	if f.Extend.URL != "" {
		return nil, fmt.Errorf("%s: extend.url is not followed, because a scan makes no requests; download the config and name it in extend.path", name)
	}
	c := &Config{
		Name:       name,
		UseDefault: f.Extend.UseDefault || f.Extend.Path != "",
		Extend:     f.Extend.Path,
		disable:    f.Extend.DisabledRules,
		warnings:   warnings,
		gitleaks:   true,
	}
	at := tableLines(data, "rules")
	for i := range f.Rules {
		where := fmt.Sprintf("%s:%d: rule %q", name, at.at(i), f.Rules[i].ID)
		r, err := f.Rules[i].rule(where)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", where, err)
		}
		for _, req := range f.Rules[i].Required {
			if req.WithinColumns != nil {
				c.warn("%s: withinColumns is not looked at", where)
			}
		}
		if err := c.add(r); err != nil {
			return nil, err
		}
	}
	c.allow, err = allowlists(f.Allowlist, f.Allowlists)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return c, nil
}

func (c *Config) warn(format string, args ...any) {
	c.warnings = append(c.warnings, Warning(fmt.Sprintf(format, args...)))
}

// decodeForeign reads TOML of which an unknown field is no error.
func decodeForeign(name string, data []byte, into any) ([]Warning, error) {
	var warnings []Warning
	d := toml.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if unknown, ok := errors.AsType[*toml.StrictMissingError](err); ok {
		for _, field := range unknown.Errors {
			line, _ := field.Position()
			warnings = append(warnings, Warning(fmt.Sprintf("%s:%d: unknown field %q has no effect", name, line, strings.Join(field.Key(), "."))))
		}
		err = toml.Unmarshal(data, into)
	}
	return warnings, atLine(name, err)
}

// rule turns a rule into one of ours.
func (g *gitleaksRule) rule(where string) (configRule, error) {
	if g.ID == "" {
		return configRule{}, errors.New("no id")
	}
	rule := &Rule{
		ID:          g.ID,
		Description: g.Description,
		Severity:    High,
		Confidence:  Likely,
		Path:        g.Path.Pattern,
	}
	if rule.Description == "" {
		rule.Description = g.ID
	}
	if g.Entropy > 0 {
		// gitleaks wants more than the number, a Rule at least it.
		rule.Entropy = math.Nextafter(g.Entropy, math.Inf(1))
	}
	var err error
	if rule.Allow, err = allowlists(g.Allowlist, g.Allowlists); err != nil {
		return configRule{}, err
	}
	if g.Regex != "" {
		if rule.Pattern, err = valuePattern(g.Regex, g.SecretGroup); err != nil {
			return configRule{}, err
		}
		if part, ok := keywordPart(g.Regex, g.Keywords); ok {
			rule.Parts = append(rule.Parts, part)
		}
	}
	return configRule{
		rule:     rule,
		where:    where,
		requires: g.Required,
		hidden:   g.SkipReport,
		extends:  rule.Pattern == nil && rule.Path == nil,
	}, nil
}

// valuePattern parses a pattern so that the given group is the value. Names of
// groups mean nothing to gitleaks, so none may stay that mean something to us.
func valuePattern(expr string, group int) (*Pattern, error) {
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, err
	}
	if group < 0 || group > tree.MaxCap() {
		return nil, fmt.Errorf("secretGroup %d: the pattern has %d groups", group, tree.MaxCap())
	}
	nameGroups(tree, group)
	p, err := ParsePattern(tree.String())
	if err == nil && p.matchesEmpty() {
		err = errors.New("the regex matches the empty text")
	}
	return p, err
}

func nameGroups(tree *syntax.Regexp, value int) {
	if tree.Op == syntax.OpCapture {
		tree.Name = ""
		if tree.Cap == value {
			tree.Name = "value"
		}
	}
	for _, sub := range tree.Sub {
		nameGroups(sub, value)
	}
}

// keywordPart demands one of the keywords anywhere in the text, unless the pattern
// spells them all out and so demands one anyway.
func keywordPart(expr string, keywords []string) (Part, bool) {
	var quoted []string
	spelledOut := true
	for _, word := range keywords {
		if word == "" {
			return Part{}, false
		}
		quoted = append(quoted, regexp.QuoteMeta(word))
		spelledOut = spelledOut && strings.Contains(strings.ToLower(expr), strings.ToLower(word))
	}
	if spelledOut {
		return Part{}, false
	}
	return Part{
		Name:     "keyword",
		Pattern:  MustPattern("(?i)" + strings.Join(quoted, "|")),
		Within:   WholeText,
		Required: true,
	}, true
}

// requiredPart finds the rule that another requires, in the config or the set.
func (c *Config) requiredPart(s *Set, req required) (Part, bool) {
	rule, ok := s.Rule(req.ID)
	for _, r := range c.rules {
		if r.rule.ID == req.ID {
			rule, ok = r.rule, true
		}
	}
	if !ok || rule.Pattern == nil {
		return Part{}, false
	}
	part := Part{Name: req.ID, Pattern: rule.Pattern, Within: WholeText, Required: true}
	if req.WithinLines != nil {
		part.Within = min(max(*req.WithinLines, 0), WholeText)
	}
	return part, true
}

// allowlists turns allowlists into our own; single is the older spelling.
func allowlists(single *gitleaksAllowlist, lists []gitleaksAllowlist) ([]Allow, error) {
	if single != nil {
		lists = append([]gitleaksAllowlist{*single}, lists...)
	}
	var res []Allow
	for _, list := range lists {
		allow, err := list.allow()
		if err != nil {
			return nil, err
		}
		res = append(res, allow)
	}
	return res, nil
}

func (g *gitleaksAllowlist) allow() (Allow, error) {
	spec := allowSpec{
		Description: g.Description,
		Rules:       g.TargetRules,
		Paths:       g.Paths,
		Values:      g.Regexes,
		StopWords:   g.StopWords,
		Commits:     g.Commits,
	}
	switch strings.ToUpper(g.Condition) {
	case "", "OR", "||":
	case "AND", "&&":
		spec.All = true
	default:
		return Allow{}, fmt.Errorf("allowlist %q: condition %q: want AND or OR", g.Description, g.Condition)
	}
	switch strings.ToLower(g.RegexTarget) {
	case "", "secret":
	case "match":
		spec.Target = target{TargetMatch}
	case "line":
		spec.Target = target{TargetLine}
	default:
		return Allow{}, fmt.Errorf("allowlist %q: regexTarget %q: want secret, match or line", g.Description, g.RegexTarget)
	}
	return spec.allow()
}
