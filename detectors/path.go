package detectors

import (
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/internal/ascii"
)

// What the words in a path say of what lies there.

// isMark tells whether a character stands between the words of a path.
func isMark(c rune) bool { return c == '/' || c == '.' || c == '_' || c == '-' }

// words gives the words of a path that is in lower case.
func words(lower string) iter.Seq[string] { return strings.FieldsFuncSeq(lower, isMark) }

// Exemplary tells whether a path is that of an example, a test or a translation, of what
// is built from other files, or of what others wrote.
func Exemplary(p string) bool {
	lower := strings.ToLower(p)
	for word := range words(lower) {
		if exemplaryWords[word] {
			return true
		}
	}
	if exemplaryExtensions[path.Ext(lower)] {
		return true
	}
	for folder := range strings.SplitSeq(path.Dir(lower), "/") {
		if foreignFolders[folder] {
			return true
		}
	}
	base := path.Base(p)
	stem := strings.TrimSuffix(base, path.Ext(base))
	for _, end := range [...]string{"Test", "Tests", "Spec", "Specs"} { // UserServiceTest.java
		if stem != base && strings.HasSuffix(stem, end) {
			return true
		}
	}
	n := len(stem)
	return stem != base && n > 2 && stem[n-2:] == "IT" && ascii.IsLower(stem[n-3]) // LoginIT.java
}

// allExemplary tells whether all paths are of what is hardly in use.
func allExemplary(paths []string) bool {
	return len(paths) > 0 && !slices.ContainsFunc(paths, func(p string) bool { return !Exemplary(p) })
}

var (
	exemplaryWords = setOf(
		"test", "tests", "testing", "testdata", "spec", "specs", "e2e", "fixture", "fixtures", "mock", "mocks", "stub", "stubs",
		"example", "examples", "sample", "samples", "demo", "demos", "dist", "placeholder", "skeleton", "tutorial", "tutorials", "quickstart",
		"snapshot", "snapshots", "cassette", "cassettes", "benchmark", "benchmarks", "sandbox", "playground", "storybook", "cypress",
		"locale", "locales", "i18n", "l10n", "translation", "translations", "language", "languages",
	)
	exemplaryExtensions = setOf(".map", ".template", ".tmpl", ".tpl", ".po", ".pot", ".xlf", ".arb", ".strings")
	foreignFolders      = setOf("vendor", "node_modules", "thirdparty", "third-party", "third_party")
)

func setOf(words ...string) map[string]bool {
	set := map[string]bool{}
	for _, w := range words {
		set[w] = true
	}
	return set
}

// Environment tells which environment a path, or the name of a section, is of: "prod",
// "staging", "dev" or "test", or "" if it doesn't say. It is that of the first word that is
// the name of one, in the path's last part or else in the folder that is nearest to it.
func Environment(text string) string {
	lower := strings.ToLower(text)
	for end := len(lower); end > 0; {
		start := strings.LastIndexByte(lower[:end], '/') + 1
		if env := environmentIn(lower, start, end); env != "" {
			return env
		}
		end = start - 1
	}
	return ""
}

// environmentIn is Environment for one part of a path that is in lower case.
func environmentIn(lower string, start, end int) string {
	before := ""
	for word := range words(lower[start:end]) {
		switch env := environmentOfWord[word]; {
		case env == "prod" && before == "pre":
			return "staging"
		case word == "ci" && isPipeline(lower): // it is the tool's name
		case word == "local" && strings.HasSuffix(lower[:start], "usr/"):
		case env != "":
			return env
		}
		before = word
	}
	return ""
}

// environmentOfWord has the usual names of environments.
var environmentOfWord = map[string]string{
	"prod": "prod", "production": "prod", "live": "prod", "prd": "prod",
	"staging": "staging", "stage": "staging", "stg": "staging", "uat": "staging", "preprod": "staging",
	"dev": "dev", "development": "dev", "devel": "dev", "local": "dev", "localhost": "dev",
	"test": "test", "tests": "test", "testing": "test", "ci": "test", "qa": "test",
}

// isPipeline tells whether a path is that of a file of a CI system or of Docker Compose,
// whose services mostly have passwords that are thrown away with them.
func isPipeline(p string) bool {
	lower := strings.ToLower(p)
	for part := range strings.SplitSeq(lower, "/") {
		for _, system := range [...]string{".github", ".gitlab", ".circleci", ".travis", ".drone", ".woodpecker", ".buildkite", ".semaphore"} {
			if strings.HasPrefix(part, system) {
				return true
			}
		}
	}
	base := path.Base(lower)
	for _, name := range [...]string{"pipeline", "cloudbuild", "buildspec", "codemagic", "bitrise", "appveyor", "jenkinsfile", "docker-compose"} {
		if strings.Contains(base, name) {
			return true
		}
	}
	return base == "compose.yml" || base == "compose.yaml"
}
