package detectors

import (
	"slices"
	"testing"

	"github.com/secretsweep/secretsweep/internal/place"
)

func TestAllExemplary(t *testing.T) {
	tests := []struct {
		paths []string
		want  bool
	}{
		{nil, false},
		{[]string{"tests/a.go"}, true},
		{[]string{"tests/a.go", "docs/b.tmpl"}, true},
		{[]string{"tests/a.go", "cmd/a.go"}, false},
		{[]string{"UserServiceTest.java"}, true},
		{[]string{"LoginIT.java"}, true},
		{[]string{"attestation.go"}, false},
		{[]string{"AUDIT.go"}, false},
	}
	for _, test := range tests {
		if got := allExemplary(test.paths); got != test.want {
			t.Errorf("%q: got %t, want %t", test.paths, got, test.want)
		}
	}
}

func TestEnvOf(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "app.yml": "", "product/app.yml": "", "device.yml": "", "contest": "",
		".env.production": "prod", "deploy/live/app.yml": "prod", "application-prd.properties": "prod",
		"config/staging.yml": "staging", "uat": "staging", "app-pre-prod.yml": "staging",
		".env.local": "dev", "development": "dev", "settings_dev.py": "dev",
		"tests/a.yml": "test", "ci/a.yml": "test", "QA": "test",
		"dev/prod.yml": "prod", "prod/app/dev.d/a.yml": "dev", "staging.d/prod/app.yml": "prod", "prod/": "prod", "/": "",
		".gitlab-ci.yml": "", ".github/workflows/ci.yml": "", ".github/workflows/ci-staging.yml": "staging", "deploy-ci": "test",
		"usr/local/etc/app.conf": "", "/usr/local/prod/app.conf": "prod", "local/app.conf": "dev",
	} {
		if got := Environment(text); got != want {
			t.Errorf("Environment(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestIsPipeline(t *testing.T) {
	for path, want := range map[string]bool{
		"": false, "app.yml": false, "deploy/compose.yml": true, "compose.yml.md": false, "docker-compose.prod.yml": true,
		".github/workflows/a.yml": true, "sub/.gitlab-ci.yml": true, "github/a.yml": false, "Jenkinsfile": true,
		"azure-pipelines.yml": true, "cloudbuild.yaml": true, "build/cloudbuild/a.yml": false,
	} {
		if got := isPipeline(path); got != want {
			t.Errorf("%q: got %t, want %t", path, got, want)
		}
	}
}

// TestArchivesHaveNoPathOfTheirOwn looks at what lies in an archive: that of the archive
// tells nothing of it.
func TestArchivesHaveNoPathOfTheirOwn(t *testing.T) {
	c := &Chunk{At: place.Place{Kind: place.File, Path: "app.tar", Member: "tests/a.go"}, Names: []string{"app.tar!/tests/a.go"}}
	if got := c.paths(); !slices.Equal(got, c.Names) {
		t.Errorf("got %q, want %q", got, c.Names)
	}
	c.At.Kind, c.At.Member = place.Chat, ""
	if got := c.paths(); !slices.Equal(got, c.Names) {
		t.Errorf("chat: got %q, want %q", got, c.Names)
	}
	c.At.Kind = place.File
	if got, want := c.paths(), []string{"app.tar!/tests/a.go", "app.tar"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
