package importers

import (
	"path"
	"slices"
	"strings"
	"time"

	"github.com/secretsweep/secretsweep/internal/place"
)

// rank says how much a place's word counts where two values claim one name: what programs
// read at their start before what is deployed, that before other configuration, then source
// code, then what somebody wrote in a chat. What lies in old commits alone says nothing of
// what is in use.
type rank int

const (
	ofNoSecret rank = iota // a setting, or a name without a value
	inHistory
	inChat
	inCode
	inConfiguration
	inDeployment
	inEnvironmentFile
)

// rankOf gives the rank of an item, by the place that it is from.
func rankOf(item *Item) rank {
	name := item.At.Name()
	switch {
	case item.Setting, item.Value.IsEmpty():
		return ofNoSecret
	case !item.inUse():
		return inHistory
	case item.At.Kind != place.File:
		return inChat
	case isBackup(name):
		return inCode
	case isEnvironmentFile(name):
		return inEnvironmentFile
	case isDeployment(name):
		return inDeployment
	case configurations[strings.ToLower(path.Ext(name))]:
		return inConfiguration
	}
	return inCode
}

// inUse tells whether something may still read an item where it lies. What lies in old
// commits says nothing of what is in use, nor does what git keeps for itself. What somebody
// asked for is.
func (i *Item) inUse() bool {
	return i.Finding == nil || i.Asked || i.At.Live() && !slices.Contains(strings.Split(i.At.Path, "/"), ".git")
}

// folderOf gives the folder of a file, from where the scan began.
func folderOf(p *place.Place) string { return path.Dir(path.Join(p.Root, p.Name())) }

// isBackup tells whether a path is that of an older copy of a file.
func isBackup(p string) bool {
	return backups[strings.ToLower(path.Ext(p))] || strings.HasSuffix(p, "~")
}

// isEnvironmentFile tells whether a path is that of a .env file, as programs read them
// where they are started.
func isEnvironmentFile(p string) bool {
	base := strings.ToLower(path.Base(p))
	return base == ".env" || base == ".envrc" || base == ".dev.vars" || strings.HasPrefix(base, ".env.") || strings.HasSuffix(base, ".env")
}

// isCompose tells whether a path is that of a file of Docker Compose.
func isCompose(p string) bool {
	base := strings.ToLower(path.Base(p))
	return strings.HasPrefix(base, "docker-compose") || strings.HasPrefix(base, "compose.")
}

// isDeployment tells whether a path is that of a file of a CI system, of Docker Compose or
// of Kubernetes.
func isDeployment(p string) bool {
	lower := strings.ToLower(p)
	for part := range strings.SplitSeq(lower, "/") {
		switch {
		case deployments[part]:
			return true
		case strings.HasSuffix(part, ".gitlab-ci.yml"), strings.HasPrefix(part, "azure-pipelines"), strings.HasPrefix(part, "cloudbuild"):
			return true
		}
	}
	return isCompose(p)
}

var (
	deployments = setOf(
		".github", ".gitlab", ".circleci", ".drone.yml", ".woodpecker", ".woodpecker.yml", ".buildkite", ".travis.yml", ".semaphore", "jenkinsfile",
		"appveyor.yml", ".cirrus.yml", "bitbucket-pipelines.yml", "codemagic.yaml", "bitrise.yml", "buildspec.yml",
		"k8s", "kubernetes", "kube", "manifests", "helm", "charts",
	)
	backups        = setOf(".bak", ".backup", ".old", ".orig", ".save", ".swp", ".tmp")
	configurations = setOf(
		".yml", ".yaml", ".json", ".toml", ".ini", ".cfg", ".conf", ".config", ".properties", ".xml", ".plist", ".tf", ".tfvars", ".hcl", ".env", ".csv",
	)
)

func setOf(words ...string) map[string]bool {
	set := make(map[string]bool, len(words))
	for _, w := range words {
		set[w] = true
	}
	return set
}

// dated is when a place got its value: when it was committed or said. What isn't committed
// yet is newer than all that is.
func dated(p *place.Place) time.Time {
	switch {
	case p.Message != nil:
		return p.Message.Time
	case p.Commit != nil:
		return p.Commit.Date
	}
	return time.Unix(1<<40, 0)
}
