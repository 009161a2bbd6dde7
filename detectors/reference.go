package detectors

import (
	"regexp"
	"strings"

	"github.com/secretsweep/secretsweep/detectors/judge"
	"github.com/secretsweep/secretsweep/detectors/match"
	"github.com/secretsweep/secretsweep/rules"
)

// Reference says that a text takes a secret from elsewhere. It is no leak: the text is
// one of those that a rotation of the secret must reach. Start and End are its span in
// the chunk's Data.
type Reference struct {
	System     string // who keeps the secret: "env", "github-actions", "vault"
	Name       string // what it is called there
	Start, End int
}

// spelling is one way in which references to a system's secrets are written.
type spelling struct {
	system  string
	pattern string // the group "name" is what the secret is called
	in      string // matches the paths of the only files in which it means that; "": any
	// named: not all that is written so is a secret; the name tells.
	named bool
}

// Files in which spellings mean what they mean nowhere else.
const (
	inActions    = `(?:^|/)(?:\.(?:github|gitea|forgejo)/|action\.ya?ml$)`
	inAzure      = `(?i)azure[^/]*\.ya?ml$|(?:^|/)\.?(?:azure|vsts)[^/]*/`
	inCircle     = `(?:^|/)\.circleci/`
	inJenkins    = `(?i)jenkins|\.groovy$`
	inKubernetes = `\.(?:ya?ml|json|tpl)$`
	inSettings   = `(?i)\.ya?ml(?:\.|$)|(?:^|/)[^/]*\.env(?:\.[^/]*)?$`
)

// spellings are all of them.
var spellings = []spelling{
	{"github-actions", `\bsecrets\.(?P<name>[A-Za-z_]\w*)\s*(?:\}\}|\|\||&&|[=!]=|[,)])`, inActions, false},
	{"github-actions", `\bsecrets\[\s*['"](?P<name>[A-Za-z_]\w*)['"]\s*\]`, inActions, false},
	{"drone", `\bfrom_secret["']?\s*:\s*["']?(?P<name>[\w./-]+)`, "", false}, // Woodpecker's, too
	{"azure-pipelines", `\$\((?P<name>[A-Za-z][\w.-]*)\)`, inAzure, true},
	{"circleci", `\bcontext:\s*(?:\[\s*|-\s+)?["']?(?P<name>[A-Za-z][\w-]*)`, inCircle, false},
	{"jenkins", `\bcredentials\(\s*['"](?P<name>[\w.-]+)['"]\s*\)`, inJenkins, false},
	{"jenkins", `\bcredentialsId\s*:\s*['"](?P<name>[\w.-]+)['"]`, inJenkins, false},

	{"kubernetes", `\bexistingSecret(?:Name)?["']?:[ \t]*["']?(?P<name>[a-z0-9][a-z0-9.-]*)`, inKubernetes, false},
	{"kubernetes", `\bsecretName["']?:[ \t]*["']?(?P<name>[a-z0-9][a-z0-9.-]*)`, inKubernetes, false},
	{"kubernetes", `\bsecret(?:Key)?Ref["']?:[\s{]*(?:["']?(?:key|optional)["']?:[^\n]*\n\s*){0,2}["']?name["']?:[ \t]*["']?(?P<name>[a-z0-9][a-z0-9.-]*)`, inKubernetes, false},

	{"vault", `\bvault:(?://)?(?P<name>[\w-]+(?:/[\w.-]+)+(?:#[\w.-]+)?)`, "", false},
	{"vault", `\bvault:[ \t]+["']?(?P<name>[\w-]+(?:/[\w.-]+)+@[\w./-]+)`, "", false}, // of GitLab
	{"1password", `\bop://(?P<name>[^/\n"'<>]+/[^/\n"'<>]+/[\w.-]+(?:/[\w.-]+)?)`, "", false},
	{"aws-secrets-manager", `\barn:aws[\w-]*:secretsmanager:[\w-]*:\d*:secret:(?P<name>[\w/+=.@-]+)`, "", false},
	{"aws-secrets-manager", `\{\{resolve:secretsmanager:(?P<name>[\w/+=.@-]+)(?::SecretString\b|\}\})`, "", false},
	{"aws-parameter-store", `\$\{ssm(?:\([\w-]+\))?:(?P<name>[\w/.-]+)`, "", false},
	{"aws-parameter-store", `\{\{resolve:ssm(?:-secure)?:(?P<name>[\w/.-]+)`, "", false},
	{"google-secret-manager", `\bprojects/[\w.:-]+/secrets/(?P<name>[\w-]+)`, "", false},
	{"azure-key-vault", `@Microsoft\.KeyVault\(VaultName=[\w-]+;\s*SecretName=(?P<name>[\w-]+)`, "", false},
	{"azure-key-vault", `\.vault\.(?:azure\.(?:net|cn)|usgovcloudapi\.net)/secrets/(?P<name>[\w-]+)`, "", false},

	// These stand encrypted where they are used, and have the name that they go by there.
	{"ansible-vault", `(?P<name>[\w.-]+)["']?:\s*!vault\b`, "", false},
	{"sops", `(?P<name>[\w.-]+)["']?\s*[:=]\s*["']?ENC\[AES256_GCM,`, "", true},
	{"puppet", `(?P<name>[\w:.-]+)["']?\s*:\s*(?:>-?\s*)?["']?ENC\[(?:PKCS7|GPG),`, "", false},

	{"env", `\b(?:process|import\.meta)\.env\.(?P<name>\w+)`, "", true},
	{"env", `\bprocess\.env\[\s*['"](?P<name>\w+)`, "", true},
	{"env", `\bos\.environ(?:\.get\(|\[)\s*['"](?P<name>\w+)`, "", true},
	{"env", `(?:[gG]et_?[eE]nv|GETENV|LookupEnv|EnvironmentVariable)\(\s*['"](?P<name>\w+)`, "", true},
	{"env", `\bENV(?:\.fetch\(|\[)\s*['"](?P<name>\w+)`, "", true},
	{"env", `\$_(?:ENV|SERVER)\[\s*['"](?P<name>\w+)`, "", true},
	{"env", `\$ENV\{\s*['"]?(?P<name>\w+)`, "", true},
	{"env", `\benv\(\s*['"](?P<name>\w+)`, "", true},
	{"env", `\benv::var(?:_os)?\(\s*"(?P<name>\w+)`, "", true},
	{"env", `\bDeno\.env\.get\(\s*['"](?P<name>\w+)`, "", true},
	{"env", `%env\((?:\w+:)*(?P<name>\w+)\)%`, "", true},
	{"env", `\$\{(?P<name>[A-Za-z_]\w*)(?::?[?+-][^}\n]*)?\}`, inSettings, true},
}

// newSpellings makes rules of all spellings. A rule's id is the system, and it is told
// whether the name must mean a secret.
func newSpellings() map[*rules.Rule]bool {
	all := make(map[*rules.Rule]bool)
	for _, s := range spellings {
		r := &rules.Rule{ID: s.system, Pattern: regexp.MustCompile(s.pattern)}
		if s.in != "" {
			r.Path = regexp.MustCompile(s.in)
		}
		all[r] = s.named
	}
	return all
}

// reference gives what a spelling's rule found, unless it refers to no secret.
func reference(data []byte, f match.Found, named bool) (Reference, bool) {
	r := Reference{f.Rule.ID, string(data[f.NameStart:f.NameEnd]), f.Start, f.End}
	switch {
	case named && judge.NameOf(r.Name) < judge.Key:
		return r, false
	case r.System == "github-actions" && strings.EqualFold(r.Name, "GITHUB_TOKEN"):
		return r, false // each run has its own
	}
	return r, true
}
