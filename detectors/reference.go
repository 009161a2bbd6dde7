package detectors

import (
	"slices"
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
	inJenkins    = `(?i)jenkins|\.groovy$`
	inKubernetes = `\.(?:ya?ml|json|tpl)$`
)

// spellings are all of them.
var spellings = []spelling{
	{"github-actions", `\bsecrets\.(?P<name>[A-Za-z_]\w*)\s*(?:\}\}|\|\||&&|[=!]=|[,)])`, inActions, false},
	{"github-actions", `\bsecrets\[\s*['"](?P<name>[A-Za-z_]\w*)['"]\s*\]`, inActions, false},
	{"drone", `\bfrom_secret["']?\s*:\s*["']?(?P<name>[\w./-]+)`, "", false},
	{"jenkins", `\bcredentials\(\s*['"](?P<name>[\w.-]+)['"]\s*\)`, inJenkins, false},
	{"jenkins", `\bcredentialsId\s*:\s*['"](?P<name>[\w.-]+)['"]`, inJenkins, false},

	{"kubernetes", `\bexistingSecret(?:Name)?["']?:[ \t]*["']?(?P<name>[a-z0-9][a-z0-9.-]*)`, inKubernetes, false},
	{"kubernetes", `\bsecretName["']?:[ \t]*["']?(?P<name>[a-z0-9][a-z0-9.-]*)`, inKubernetes, false},
	{"kubernetes", `\bsecretRef["']?:[\s{]*(?:["']?optional["']?:[^\n]*\n\s*)?["']?name["']?:[ \t]*["']?(?P<name>[a-z0-9][a-z0-9.-]*)`, inKubernetes, false},

	{"vault", `\bvault:(?://)?(?P<name>[\w-]+(?:/[\w.-]+)+(?:#[\w.-]+)?)`, "", false},
	{"vault", `\bvault:[ \t]+["']?(?P<name>[\w-]+(?:/[\w.-]+)+@[\w./-]+)`, "", false}, // of GitLab
	{"1password", `\bop://(?P<name>[^/\n"'<>]+/[^/\n"'<>]+/[\w.-]+(?:/[\w.-]+)?)`, "", false},
	{"aws-secrets-manager", `\barn:aws[\w-]*:secretsmanager:[\w-]*:\d*:secret:(?P<name>[\w/+=.@-]+(?::[\w.-]+)?)`, "", false},
	{"aws-secrets-manager", `\{\{resolve:secretsmanager:(?P<name>[\w/+=.@-]+)(?::SecretString\b|\}\})`, "", false},
	{"aws-parameter-store", `\barn:aws[\w-]*:ssm:[\w-]*:\d*:parameter(?P<name>/[\w/.-]+)`, "", false},
	{"aws-parameter-store", `\$\{ssm(?:\([\w-]+\))?:(?P<name>[\w/.-]+)`, "", false},
	{"aws-parameter-store", `\{\{resolve:ssm(?:-secure)?:(?P<name>[\w/.-]+)`, "", false},
	{"google-secret-manager", `\bprojects/[\w.:-]+/secrets/(?P<name>[\w-]+)`, "", false},
	{"azure-key-vault", `@Microsoft\.KeyVault\(VaultName=[\w-]+;\s*SecretName=(?P<name>[\w-]+)`, "", false},
	{"azure-key-vault", `\.vault\.(?:azure\.(?:net|cn)|usgovcloudapi\.net)/secrets/(?P<name>[\w-]+)`, "", false},

	// These stand encrypted where they are used, and have the name that they go by there.
	{"ansible-vault", `(?P<name>[\w.-]+)["']?:\s*!vault\b`, "", false},
	{"sops", `(?P<name>[\w.-]+)["']?\s*[:=]\s*["']?ENC\[AES256_GCM,`, "", true},
	{"puppet", `(?P<name>[\w:.-]+)["']?\s*:\s*(?:>-?\s*)?["']?ENC\[(?:PKCS7|GPG),`, "", false},

	{"env", `\b(?:process|import\.meta|Bun)\.env\??\.(?P<name>\w+)`, "", true},
	{"env", `\b(?:process|import\.meta|Bun)\.env(?:\?\.)?\[\s*['"](?P<name>\w+)`, "", true},
	{"env", `\benviron\.(?:get|pop)\(\s*['"](?P<name>\w+)`, "", true},
	{"env", `\benviron\[\s*['"](?P<name>\w+)`, "", true},
	{"env", `(?:[gG]et_?[eE]nv|GETENV|LookupEnv|EnvironmentVariable|fetch_env!)\(\s*['"](?P<name>\w+)`, "", true},
	{"env", `\bENV(?:\.fetch[ (]|\[)\s*['"](?P<name>\w+)`, "", true},
	{"env", `\$_(?:ENV|SERVER)\[\s*['"](?P<name>\w+)`, "", true},
	{"env", `\$ENV\{\s*['"]?(?P<name>\w+)`, "", true},
	{"env", `\benv\(\s*['"](?P<name>\w+)`, "", true},
	{"env", `\benv\.(?:str|url|db|db_url|cache|cache_url|email_url)\(\s*['"](?P<name>\w+)`, "", true}, // of django-environ
	{"env", `\benv!\(\s*"(?P<name>\w+)`, "", true},
	{"env", `\benv::var(?:_os)?\(\s*"(?P<name>\w+)`, "", true},
	{"env", `\bDeno\.env\.get\(\s*['"](?P<name>\w+)`, "", true},
	{"env", `%env\((?:\w+:)*(?P<name>\w+)\)%`, "", true},

	{"env-file", `\bEnvironmentFile=-?(?P<name>/[\w./@-]+)`, "", false},
	{"systemd", `\bLoadCredential(?:Encrypted)?=(?P<name>[\w.-]+)`, "", false},
}

// newSpellings makes rules of all spellings. A rule's id is the system, and it is told
// whether the name must mean a secret.
func newSpellings() map[*rules.Rule]bool {
	all := make(map[*rules.Rule]bool)
	for _, s := range spellings {
		r := &rules.Rule{ID: s.system, Pattern: rules.MustPattern(s.pattern)}
		if s.in != "" {
			r.Path = rules.MustPattern(s.in)
		}
		all[r] = s.named
	}
	return all
}

// references takes out what the spellings' rules found, and gives the references that
// it is, and those to variables.
func (d *Rules) references(c *Chunk, found []match.Found) (rest []match.Found, references []Reference) {
	rest = slices.DeleteFunc(found, func(f match.Found) bool {
		named, ok := d.spellings[f.Rule]
		if !ok || c.Binary {
			return ok
		}
		r := Reference{f.Rule.ID, string(c.Data[f.NameStart:f.NameEnd]), f.Start, f.End}
		if r.System == "drone" && slices.ContainsFunc(c.paths(), isOfWoodpecker) { // which grew out of it
			r.System = "woodpecker"
		}
		ofRun := r.System == "github-actions" && strings.EqualFold(r.Name, "GITHUB_TOKEN") // which ends with it
		if !ofRun && (!named || judge.MayHold(r.Name)) {
			references = append(references, r)
		}
		return true
	})
	if c.Binary {
		return rest, nil
	}
	paths := c.paths()
	for _, v := range variables {
		if slices.ContainsFunc(paths, v.file) {
			references = append(references, v.in(c)...)
		}
	}
	if slices.ContainsFunc(paths, isJavaScript) {
		references = append(references, unpacked(c)...)
	}
	if c.Whole && slices.ContainsFunc(paths, isDocument) {
		references = append(references, inDocument(c, paths)...)
	}
	return rest, references
}

func isOfCircle(p string) bool { return strings.Contains("/"+p, "/.circleci/") }

func isOfWoodpecker(p string) bool { return strings.Contains("/"+p, "/.woodpecker") }
