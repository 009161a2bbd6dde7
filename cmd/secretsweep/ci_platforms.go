package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// platform is a CI system, as far as a gate needs to know it.
type platform struct {
	name string
	// is tells, from the environment, whether this job runs on it.
	is func(getenv func(string) string) bool
	// change says what the job is about.
	change func(getenv func(string) string) (change, error)
	// deepen is what to write, and where, so that the clone has the base.
	deepen string
	// annotate writes one finding's place in the log in the platform's own
	// form; nil if it has none.
	annotate func(annotation) string
	// summarize hands a summary in Markdown to the platform; nil if it takes none.
	summarize func(sh shell, markdown string) error
}

// change is what a merge request or a push brings.
type change struct {
	// Base and Head are commits: what Head has and Base does not is new. Base is
	// "" where the platform doesn't tell it.
	Base, Head string
	// Target is the branch that the change goes to, or that it left; "" if unknown.
	Target string
	// Nothing is set if the job is about no commit, such as a deleted branch.
	Nothing bool
}

// platforms lists the CI systems, the ones that pretend to be another first.
func platforms() []platform {
	return []platform{
		{
			name:      "GitHub Actions",
			is:        isSet("GITHUB_ACTIONS"),
			change:    githubChange,
			deepen:    `give actions/checkout "with: {fetch-depth: 0}"`,
			annotate:  githubCommand,
			summarize: githubSummary,
		},
		{
			name:   "GitLab CI",
			is:     isSet("GITLAB_CI"),
			change: gitlabChange,
			deepen: `set "variables: {GIT_DEPTH: 0}" in the job`,
		},
		{
			name:   "CircleCI",
			is:     isSet("CIRCLECI"),
			change: circleChange,
			deepen: `make the step "checkout: {method: full}"`,
		},
		{
			name:      "Azure Pipelines",
			is:        isSet("TF_BUILD"),
			change:    azureChange,
			deepen:    `add the step "- {checkout: self, fetchDepth: 0}"`,
			annotate:  azureCommand,
			summarize: azureSummary,
		},
		{
			name:   "Bitbucket Pipelines",
			is:     isSet("BITBUCKET_BUILD_NUMBER"),
			change: bitbucketChange,
			deepen: `set "clone: {depth: full}" in the step`,
		},
		{
			name:      "Buildkite",
			is:        isSet("BUILDKITE"),
			change:    buildkiteChange,
			deepen:    `take --depth out of BUILDKITE_GIT_CLONE_FLAGS and BUILDKITE_GIT_FETCH_FLAGS`,
			summarize: buildkiteSummary,
		},
		{
			name:   "Jenkins",
			is:     isSet("JENKINS_URL"),
			change: jenkinsChange,
			deepen: `check out with "extensions: [cloneOption(shallow: false, noTags: false)]"`,
		},
	}
}

// currentPlatform gives the CI system that this job runs on.
func currentPlatform(getenv func(string) string) (platform, bool) {
	for _, p := range platforms() {
		if p.is(getenv) {
			return p, true
		}
	}
	return platform{}, false
}

func isSet(name string) func(func(string) string) bool {
	return func(getenv func(string) string) bool {
		v := getenv(name)
		return v != "" && !strings.EqualFold(v, "false")
	}
}

// githubChange reads the event that started the workflow: the environment has
// the branches of a pull request, but not its base commit.
// https://docs.github.com/en/webhooks/webhook-events-and-payloads
func githubChange(getenv func(string) string) (change, error) {
	c := change{Head: getenv("GITHUB_SHA"), Target: getenv("GITHUB_BASE_REF")}
	var event struct {
		Before, After string
		Deleted       bool
		Repository    struct {
			DefaultBranch string `json:"default_branch"`
		}
		PullRequest *struct {
			Base, Head struct{ SHA string }
		} `json:"pull_request"`
		MergeGroup *struct {
			BaseSHA string `json:"base_sha"`
			HeadSHA string `json:"head_sha"`
		} `json:"merge_group"`
	}
	if path := getenv("GITHUB_EVENT_PATH"); path != "" {
		data, err := os.ReadFile(path)
		if err != nil {
			return c, fmt.Errorf("read the event of GITHUB_EVENT_PATH: %w", err)
		}
		if err := json.Unmarshal(data, &event); err != nil {
			return c, fmt.Errorf("read the event of GITHUB_EVENT_PATH: %q: %w", path, err)
		}
	}
	switch {
	case event.PullRequest != nil:
		c.Base, c.Head = event.PullRequest.Base.SHA, event.PullRequest.Head.SHA
	case event.MergeGroup != nil:
		c.Base, c.Head = event.MergeGroup.BaseSHA, event.MergeGroup.HeadSHA
	case getenv("GITHUB_EVENT_NAME") == "push":
		c.Base, c.Nothing = event.Before, event.Deleted
		c.Target = other(event.Repository.DefaultBranch, getenv("GITHUB_REF_NAME"))
	}
	return c.normal(), nil
}

// https://docs.gitlab.com/ci/variables/predefined_variables/
func gitlabChange(getenv func(string) string) (change, error) {
	c := change{
		Base:   getenv("CI_MERGE_REQUEST_DIFF_BASE_SHA"),
		Head:   getenv("CI_COMMIT_SHA"),
		Target: getenv("CI_MERGE_REQUEST_TARGET_BRANCH_NAME"),
	}
	if c.Base == "" && c.Target == "" {
		c.Base, c.Target = getenv("CI_COMMIT_BEFORE_SHA"), other(getenv("CI_DEFAULT_BRANCH"), getenv("CI_COMMIT_BRANCH"))
	}
	return c.normal(), nil
}

// CircleCI tells no base in the environment; its pipeline value
// pipeline.git.base_revision can be given to --base.
// https://circleci.com/docs/reference/variables/
func circleChange(getenv func(string) string) (change, error) {
	return change{Head: getenv("CIRCLE_SHA1")}.normal(), nil
}

// https://learn.microsoft.com/en-us/azure/devops/pipelines/build/variables
func azureChange(getenv func(string) string) (change, error) {
	c := change{Head: getenv("BUILD_SOURCEVERSION")}
	if target := getenv("SYSTEM_PULLREQUEST_TARGETBRANCH"); target != "" {
		c.Target = strings.TrimPrefix(target, "refs/heads/")
		if source := getenv("SYSTEM_PULLREQUEST_SOURCECOMMITID"); source != "" {
			c.Head = source
		}
	}
	return c.normal(), nil
}

// https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/
func bitbucketChange(getenv func(string) string) (change, error) {
	return change{
		Base:   getenv("BITBUCKET_PR_DESTINATION_COMMIT"),
		Head:   getenv("BITBUCKET_COMMIT"),
		Target: getenv("BITBUCKET_PR_DESTINATION_BRANCH"),
	}.normal(), nil
}

// https://buildkite.com/docs/pipelines/configure/environment-variables
func buildkiteChange(getenv func(string) string) (change, error) {
	c := change{Head: getenv("BUILDKITE_COMMIT"), Target: getenv("BUILDKITE_PULL_REQUEST_BASE_BRANCH")}
	if c.Target == "" {
		c.Target = other(getenv("BUILDKITE_PIPELINE_DEFAULT_BRANCH"), getenv("BUILDKITE_BRANCH"))
	}
	return c.normal(), nil
}

// https://www.jenkins.io/doc/book/pipeline/jenkinsfile/ and the Git plugin's own
// variables: GIT_PREVIOUS_COMMIT is the last commit that was built on the branch.
func jenkinsChange(getenv func(string) string) (change, error) {
	c := change{Head: getenv("GIT_COMMIT"), Target: getenv("CHANGE_TARGET")}
	if c.Target == "" {
		c.Base = getenv("GIT_PREVIOUS_SUCCESSFUL_COMMIT")
	}
	return c.normal(), nil
}

// other gives the default branch, "" if it is the very one that is built: compared
// with itself nothing would be new.
func other(defaultBranch, built string) string {
	if defaultBranch == built {
		return ""
	}
	return defaultBranch
}

// normal takes git's "no commit", a number of zeros, for what it means.
func (c change) normal() change {
	if strings.Trim(c.Base, "0") == "" {
		c.Base = ""
	}
	if strings.Trim(c.Head, "0") == "" {
		c.Head = "HEAD"
	}
	return c
}
