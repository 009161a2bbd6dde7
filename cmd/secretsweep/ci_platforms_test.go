package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPlatformChange(t *testing.T) {
	const zero = "0000000000000000000000000000000000000000"
	event := func(text string) string {
		path := filepath.Join(t.TempDir(), "event.json")
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, test := range []struct {
		name string
		env  map[string]string
		on   string
		want change
	}{
		{
			"GitHub pull request",
			map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_SHA": "merge", "GITHUB_BASE_REF": "main", "GITHUB_EVENT_NAME": "pull_request",
				"GITHUB_EVENT_PATH": event(`{"pull_request": {"base": {"sha": "base"}, "head": {"sha": "head"}}}`)},
			"GitHub Actions", change{Base: "base", Head: "head", Target: "main"},
		},
		{
			"GitHub push",
			map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_SHA": "after", "GITHUB_EVENT_NAME": "push",
				"GITHUB_EVENT_PATH": event(`{"before": "before", "repository": {"default_branch": "trunk"}}`)},
			"GitHub Actions", change{Base: "before", Head: "after", Target: "trunk"},
		},
		{
			"GitHub push of a new branch",
			map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_SHA": "after", "GITHUB_EVENT_NAME": "push",
				"GITHUB_EVENT_PATH": event(`{"before": "` + zero + `", "repository": {"default_branch": "trunk"}}`)},
			"GitHub Actions", change{Head: "after", Target: "trunk"},
		},
		{
			"GitHub push of a new default branch",
			map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_SHA": "after", "GITHUB_EVENT_NAME": "push", "GITHUB_REF_NAME": "trunk",
				"GITHUB_EVENT_PATH": event(`{"before": "` + zero + `", "repository": {"default_branch": "trunk"}}`)},
			"GitHub Actions", change{Head: "after"},
		},
		{
			"GitHub merge queue",
			map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_SHA": "x", "GITHUB_EVENT_NAME": "merge_group",
				"GITHUB_EVENT_PATH": event(`{"merge_group": {"base_sha": "base", "head_sha": "head"}}`)},
			"GitHub Actions", change{Base: "base", Head: "head"},
		},
		{
			"GitHub schedule",
			map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_SHA": "x", "GITHUB_EVENT_NAME": "schedule"},
			"GitHub Actions", change{Head: "x"},
		},
		{
			"GitLab merge request",
			map[string]string{"GITLAB_CI": "true", "CI_COMMIT_SHA": "head", "CI_COMMIT_BEFORE_SHA": zero,
				"CI_MERGE_REQUEST_DIFF_BASE_SHA": "base", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"},
			"GitLab CI", change{Base: "base", Head: "head", Target: "main"},
		},
		{
			"GitLab push",
			map[string]string{"GITLAB_CI": "true", "CI_COMMIT_SHA": "head", "CI_COMMIT_BEFORE_SHA": "before", "CI_DEFAULT_BRANCH": "main"},
			"GitLab CI", change{Base: "before", Head: "head", Target: "main"},
		},
		{
			"GitLab schedule on the default branch",
			map[string]string{"GITLAB_CI": "true", "CI_COMMIT_SHA": "head", "CI_COMMIT_BEFORE_SHA": zero, "CI_DEFAULT_BRANCH": "main", "CI_COMMIT_BRANCH": "main"},
			"GitLab CI", change{Head: "head"},
		},
		{
			"CircleCI",
			map[string]string{"CIRCLECI": "true", "CIRCLE_SHA1": "head"},
			"CircleCI", change{Head: "head"},
		},
		{
			"Azure pull request",
			map[string]string{"TF_BUILD": "True", "BUILD_SOURCEVERSION": "merge", "SYSTEM_PULLREQUEST_SOURCECOMMITID": "head",
				"SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/release/1"},
			"Azure Pipelines", change{Head: "head", Target: "release/1"},
		},
		{
			"Azure push",
			map[string]string{"TF_BUILD": "True", "BUILD_SOURCEVERSION": "head"},
			"Azure Pipelines", change{Head: "head"},
		},
		{
			"Bitbucket pull request",
			map[string]string{"BITBUCKET_BUILD_NUMBER": "1", "BITBUCKET_COMMIT": "head", "BITBUCKET_PR_DESTINATION_COMMIT": "base", "BITBUCKET_PR_DESTINATION_BRANCH": "main"},
			"Bitbucket Pipelines", change{Base: "base", Head: "head", Target: "main"},
		},
		{
			"Buildkite branch",
			map[string]string{"BUILDKITE": "true", "BUILDKITE_COMMIT": "head", "BUILDKITE_PULL_REQUEST": "false", "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "", "BUILDKITE_PIPELINE_DEFAULT_BRANCH": "main"},
			"Buildkite", change{Head: "head", Target: "main"},
		},
		{
			"Buildkite default branch",
			map[string]string{"BUILDKITE": "true", "BUILDKITE_COMMIT": "head", "BUILDKITE_BRANCH": "main", "BUILDKITE_PIPELINE_DEFAULT_BRANCH": "main"},
			"Buildkite", change{Head: "head"},
		},
		{
			"Jenkins multibranch",
			map[string]string{"JENKINS_URL": "https://x.example", "GIT_COMMIT": "head", "CHANGE_TARGET": "main", "GIT_PREVIOUS_SUCCESSFUL_COMMIT": "old"},
			"Jenkins", change{Head: "head", Target: "main"},
		},
		{
			"Jenkins branch",
			map[string]string{"JENKINS_URL": "https://x.example", "GIT_PREVIOUS_SUCCESSFUL_COMMIT": "old"},
			"Jenkins", change{Base: "old", Head: "HEAD"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			getenv := func(name string) string { return test.env[name] }
			on, ok := currentPlatform(getenv)
			if !ok || on.name != test.on {
				t.Fatalf("platform %q, %v; want %q", on.name, ok, test.on)
			}
			got, err := on.change(getenv)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if on, ok := currentPlatform(noEnvironment); ok {
		t.Errorf("no environment is taken for %s", on.name)
	}
}

// Every platform says how to get what a shallow clone lacks.
func TestPlatformsDeepen(t *testing.T) {
	all := platforms()
	if len(all) != 7 {
		t.Errorf("%d platforms, want 7", len(all))
	}
	for _, p := range all {
		if p.deepen == "" || strings.HasSuffix(p.deepen, ".") {
			t.Errorf("%s: deepen is %q", p.name, p.deepen)
		}
	}
}

func TestSilencersIn(t *testing.T) {
	for _, test := range []struct {
		name, path, before, after string
		want                      []string
	}{
		{"ignore file", ".secretsweepignore", "path: a\n", "# why\npath: b\n\npath: a\n", []string{".secretsweepignore:2: path: b"}},
		{"in a folder", "sub/.gitleaksignore", "", "a:b:1\n", []string{"sub/.gitleaksignore:1: a:b:1"}},
		{"baseline", ".secretsweep-baseline.json", "{\n  \"version\": 1\n}\n", "{\n  \"v1:00\": {},\n  \"version\": 1\n}\n", []string{`.secretsweep-baseline.json:2: "v1:00": {}`}},
		{"baseline by flag", "known.json", "", "{\n  \"v1:00\": {},\n  \"version\": 1\n}\n", []string{`known.json:2: "v1:00": {}`}},
		{"config", ".secretsweep.toml", "disable = ['a']", "disable = ['b', 'a', 'a']", []string{`.secretsweep.toml: rule "b" is disabled`, `.secretsweep.toml: rule "a" is disabled`}},
		{"gitleaks config", ".gitleaks.toml", "", "[extend]\nuseDefault = true\n[allowlist]\npaths = ['x']", []string{".gitleaks.toml: allow path x"}},
		{"comment", "a.go", "b // gitleaks:allow\n", "a // secretsweep:allow\nb // gitleaks:allow\n", []string{"a.go:1: secretsweep:allow"}},
		{"moved", "a.go", "b // gitleaks:allow\nx\n", "x\n\tb // gitleaks:allow\n", nil},
		{"repeated", "a.go", "b // gitleaks:allow\n", "b // gitleaks:allow\nb // gitleaks:allow\n", []string{"a.go:2: gitleaks:allow"}},
		{"other file", "a.txt", "", "v1:00\npath: x\n", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, s := range silencersIn(test.path, []byte(test.before), []byte(test.after), "./known.json") {
				got = append(got, s.String())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
