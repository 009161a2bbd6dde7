package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner/report"
)

// The names of a config in a repository, the first one that exists is used.
const (
	configName   = ".secretsweep.toml"
	gitleaksName = ".gitleaks.toml"
)

// target is where a scan looks for what belongs to what it scans: config, ignore
// files, baseline.
type target struct {
	dirs []string // the scanned folder, and the top of the repository around it
}

// targetOf is the target of a path to scan.
func targetOf(path string) target {
	dir := path
	if path == "-" || path == slackPath {
		dir = "."
	} else if info, err := os.Stat(path); err == nil && !info.IsDir() {
		dir = filepath.Dir(path)
	}
	t := target{dirs: []string{dir}}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return t
	}
	// The way up is spelled as the user spelled the way here.
	for up := dir; ; up = filepath.Join(up, "..") {
		if _, err := os.Lstat(filepath.Join(abs, ".git")); err == nil {
			if up != dir {
				t.dirs = append(t.dirs, up)
			}
			return t
		}
		parent := filepath.Dir(abs)
		if parent == abs {
			return t
		}
		abs = parent
	}
}

// find gives the first file of that name that exists, "" if none does.
func (t target) find(name string) string {
	for _, dir := range t.dirs {
		path := filepath.Join(dir, name)
		// A device or a pipe in a repository would never end.
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path
		}
	}
	return ""
}

// top is where a file that belongs to the target is created.
func (t target) top() string { return t.dirs[len(t.dirs)-1] }

// config is by which rules a scan is made, and what else a config says.
type config struct {
	path        string // "" for none
	set         *rules.Set
	builtin     *rules.Set
	include     []string
	exclude     []string
	maxFileSize int64
	confidence  rules.Confidence // "" where none is asked for
	hints       []string         // for stderr
}

// loadConfig takes the first config there is: the flag's, $SECRETSWEEP_CONFIG's,
// the target's own, the user's. Without one the built-in rules hold.
func loadConfig(sh shell, flag string, t target) (*config, error) {
	path, trust := findConfig(sh, flag, t)
	set, err := rules.Builtin()
	if err != nil {
		return nil, err
	}
	c := &config{path: path, set: set, builtin: set}
	if path == "" {
		return c, nil
	}
	if err := c.add(path, trust, 0); err != nil {
		return nil, err
	}
	return c, nil
}

func findConfig(sh shell, flag string, t target) (path string, trust rules.Trust) {
	if path := flag; path != "" {
		return path, rules.User
	}
	if path := sh.getenv("SECRETSWEEP_CONFIG"); path != "" {
		return path, rules.User
	}
	for _, name := range []string{configName, gitleaksName} {
		if path := t.find(name); path != "" {
			return path, rules.Repository
		}
	}
	if dir := userConfigDir(sh); dir != "" {
		path := filepath.Join(dir, "secretsweep", "config.toml")
		if _, err := os.Stat(path); err == nil {
			return path, rules.User
		}
	}
	return "", rules.User
}

func userConfigDir(sh shell) string {
	if dir := sh.getenv("XDG_CONFIG_HOME"); filepath.IsAbs(dir) {
		return dir
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	return dir
}

// add applies a config file, and first those that it extends.
func (c *config) add(path string, trust rules.Trust, depth int) error {
	const deepest = 8
	if depth > deepest {
		return withHint(fmt.Errorf("config %s: extends itself, or more than %d others", path, deepest), "look at its extend.path")
	}
	file, err := readConfig(path)
	if err != nil {
		return err
	}
	if file.Extend != "" {
		// What is scanned must not make us read files elsewhere.
		if trust == rules.Repository && !filepath.IsLocal(file.Extend) {
			return withHint(fmt.Errorf("config %s: extends %q, outside of the repository", path, file.Extend), "name the config with --config to allow that")
		}
		if err := c.add(filepath.Join(filepath.Dir(path), file.Extend), trust, depth+1); err != nil {
			return err
		}
	}
	set, warnings, err := c.set.With(file, trust)
	if err != nil {
		return withHint(err, "the scan needs a config without errors")
	}
	c.set = set
	c.include = append(c.include, file.Include...)
	c.exclude = append(c.exclude, file.Exclude...)
	if file.MaxFileSize > 0 {
		c.maxFileSize = file.MaxFileSize
	}
	c.confidence = cmp.Or(file.Confidence, c.confidence)
	for _, w := range warnings {
		c.hints = append(c.hints, string(w))
	}
	if n := len(file.Silences()); n > 0 && trust == rules.Repository {
		c.hints = append(c.hints, fmt.Sprintf("%s, which belongs to what is scanned, keeps things from being reported in %s; --config takes another one", path, report.Plural(n, "way")))
	}
	return nil
}

// readConfig reads a config of ours or of gitleaks.
func readConfig(path string) (*rules.Config, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, withHint(fmt.Errorf("config %s: there is no such file", path), "check --config and $SECRETSWEEP_CONFIG")
	}
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	file, err := parseConfig(path, data)
	if err != nil {
		return nil, withHint(fmt.Errorf("config %w", err), "the scan needs a config without errors")
	}
	return file, nil
}

func parseConfig(path string, data []byte) (*rules.Config, error) {
	if isGitleaksConfig(path, data) {
		return rules.ReadGitleaks(path, data)
	}
	return rules.ReadConfig(path, data)
}

// isGitleaksConfig goes by the name, else by tables that only gitleaks has.
func isGitleaksConfig(path string, data []byte) bool {
	return strings.Contains(filepath.Base(path), "gitleaks") ||
		regexp.MustCompile(`(?m)^\s*\[\[?(rules|extend|allowlists?)\b`).Match(data)
}

// enable leaves only the named rules.
func (c *config) enable(ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	only := *c.set
	only.Rules = nil
	for _, r := range c.set.Rules {
		for _, id := range ids {
			if r.ID == id {
				only.Rules = append(only.Rules, r)
				break
			}
		}
	}
	for _, id := range ids {
		if _, err := ruleNamed(c.set, id); err != nil {
			return err
		}
	}
	c.set = &only
	return nil
}

// added picks the rules that are not built in.
func (c *config) added(ids []string) []string {
	return slices.DeleteFunc(ids, func(id string) bool {
		rule, _ := c.set.Rule(id)
		old, ok := c.builtin.Rule(id)
		return ok && old == rule
	})
}

// ruleNamed finds a rule, or suggests one.
func ruleNamed(set *rules.Set, id string) (*rules.Rule, error) {
	if r, ok := set.Rule(id); ok {
		return r, nil
	}
	var ids []string
	for _, r := range set.Rules {
		ids = append(ids, r.ID)
	}
	err := fmt.Errorf("unknown rule %q", id)
	if near := nearest(id, ids); near != "" {
		return nil, withHint(err, "did you mean %s?", near)
	}
	return nil, withHint(err, `"secretsweep rules list" lists them`)
}
