package judge

import (
	"regexp"
	"strings"
)

// Reference says where a value is that does not stand here.
type Reference struct {
	System string // who keeps it: "env", "github-actions", "vault"
	Name   string // what it is called there; "" if that can't be told
}

// Refers tells whether a value is no value but says where one is: a variable, an
// entry of a vault, a text that was encrypted. A part that is one is enough.
func Refers(value string) (Reference, bool) {
	if !strings.ContainsAny(value, "$%{<@[(:/!_.`") {
		return Reference{}, false
	}
	lower := strings.ToLower(value)
	for i := range spellings {
		s := &spellings[i]
		if !strings.Contains(lower, s.has) {
			continue
		}
		if m := s.pattern.FindStringSubmatch(value); m != nil {
			r := Reference{System: s.system}
			if len(m) > 1 {
				r.Name = m[1]
			}
			return r, true
		}
	}
	return Reference{}, false
}

// refers is Refers for who doesn't ask where.
func refers(value string) bool {
	_, ok := Refers(value)
	return ok
}

// spelling is a way to write a system's references. Its group, if it has one, is the
// name.
type spelling struct {
	system  string
	has     string // what every such text has in it, in lower case: the quick test
	pattern *regexp.Regexp
}

// spellings are tried in this order, the special ones first.
var spellings = []spelling{
	{"github-actions", "${{", regexp.MustCompile(`\$\{\{\s*secrets(?:\.|\[['"])([\w-]+)`)},
	{"github-actions", "${{", regexp.MustCompile(`\$\{\{\s*(?:env|github|inputs|matrix|needs|parameters|steps|variables|vars)\.([\w.-]+)`)},
	{"circleci", "<<", regexp.MustCompile(`<<\s*(?:pipeline\.)?parameters\.([\w.-]+)\s*>>`)},

	{"vault", "vault:", regexp.MustCompile(`(?i)^(?:hashi)?vault:(?://)?([\w/.#:-]+)`)},
	{"vault", "${vault:", regexp.MustCompile(`(?i)^\$\{vault:([^}]+)\}`)},
	{"1password", "op://", regexp.MustCompile(`^op://(.+)`)},
	{"bitwarden", "bw", regexp.MustCompile(`^bws?://(.+)`)},
	{"aws-secrets-manager", "resolve:", regexp.MustCompile(`\{\{\s*resolve:secretsmanager:([\w/.-]+)`)},
	{"aws-secrets-manager", ":secretsmanager:", regexp.MustCompile(`^arn:aws[\w-]*:secretsmanager:[\w-]*:\d*:secret:([\w/+=.@-]+)`)},
	{"aws-secrets-manager", ":/", regexp.MustCompile(`^(?:aws-?sm|awssecrets|secretsmanager):/{1,3}([\w/.-]+)`)},
	{"aws-parameter-store", "${ssm", regexp.MustCompile(`\$\{ssm(?:\([\w-]+\))?:([\w/.-]+)`)},
	{"aws-parameter-store", "resolve:", regexp.MustCompile(`\{\{\s*resolve:ssm(?:-secure)?:([\w/.-]+)`)},
	{"aws-parameter-store", ":ssm:", regexp.MustCompile(`^arn:aws[\w-]*:ssm:[\w-]*:\d*:parameter/([\w/.-]+)`)},
	{"aws-parameter-store", "ssm:", regexp.MustCompile(`^ssm:(?://)?([\w/.-]+)`)},
	{"google-secret-manager", "/secrets/", regexp.MustCompile(`^(?:(?:gcp)?sm://)?projects/[\w-]+/secrets/([\w-]+)`)},
	{"google-secret-manager", "sm://", regexp.MustCompile(`^(?:gcp)?sm://([\w/.-]+)`)},
	{"azure-key-vault", "@microsoft.keyvault(", regexp.MustCompile(`@Microsoft\.KeyVault\((.+)\)`)},
	{"azure-key-vault", ".vault.azure.net/", regexp.MustCompile(`^https://[\w-]+\.vault\.azure\.net/secrets/([\w-]+)`)},
	{"azure-key-vault", ":/", regexp.MustCompile(`^(?:azkv|keyvault):/{1,3}([\w/.-]+)`)},
	{"teamcity", "credentialsjson:", regexp.MustCompile(`^credentialsJSON:([\w-]+)`)},
	{"jenkins", "credentials(", regexp.MustCompile(`\bcredentials\(\s*['"]([\w.-]+)`)},
	{"ref", "ref+", regexp.MustCompile(`^(?:secret)?ref\+\w+://(.+)`)}, // of vals
	{"ref", "secretref:", regexp.MustCompile(`^secretref:([\w-]+)`)},
	{"ref", "secret://", regexp.MustCompile(`^secret://(.+)`)},
	{"ref", "secret:", regexp.MustCompile(`^@?secret:([\w/.-]+)$`)},

	// Texts that were encrypted.
	{"sops", "enc[", regexp.MustCompile(`^ENC\[AES256_GCM,`)},
	{"puppet", "enc[", regexp.MustCompile(`^ENC\[(?:PKCS7|GPG),`)},
	{"jasypt", "enc(", regexp.MustCompile(`^ENC\(.+\)$`)},
	{"spring-cloud-config", "{cipher}", regexp.MustCompile(`^\{cipher\}`)},
	{"ansible-vault", "$ansible_vault;", regexp.MustCompile(`^\$ANSIBLE_VAULT;`)},
	{"digitalocean", "ev[1:", regexp.MustCompile(`^EV\[1:`)},
	{"codemagic", "encrypted(", regexp.MustCompile(`^Encrypted\(.+\)$`)},
	{"cirrus", "encrypted[", regexp.MustCompile(`^ENCRYPTED\[`)},
	{"jenkins", "{aqaaabaaaa", regexp.MustCompile(`^\{AQAAABAAAA`)},
	{"maven", "{", regexp.MustCompile(`^\{[\w+/]{16,}={0,2}\}$`)},

	{"maven", "${", regexp.MustCompile(`^\$\{(?:env|project|settings)\.([\w.-]+)\}$`)},
	{"terraform", ".", regexp.MustCompile(`^\$?\{?(?:data|each|local|module|var|(?:aws|azurerm|google|random)_\w+)\.([\w.\[\]"*-]+)\}?$`)},

	// The environment, as programs read it.
	{"env", "env.", regexp.MustCompile(`(?:process\.env|import\.meta\.env)\.(\w+)`)},
	{"env", "process.env[", regexp.MustCompile(`process\.env\[['"](\w+)`)},
	{"env", "os.environ", regexp.MustCompile(`os\.environ(?:\.get)?[\[(]\s*['"](\w+)`)},
	{"env", "getenv(", regexp.MustCompile(`(?i)getenv\(\s*['"](\w+)`)},
	{"env", "env", regexp.MustCompile(`(?i)\benv(?:\.fetch)?[\[(]\s*['"](\w+)`)},
	{"env", "$_", regexp.MustCompile(`\$_(?:ENV|SERVER)\[['"](\w+)`)},
	{"env", "deno.env.get(", regexp.MustCompile(`Deno\.env\.get\(\s*['"](\w+)`)},
	{"env", "getenvironmentvariable(", regexp.MustCompile(`Environment\.GetEnvironmentVariable\(\s*['"](\w+)`)},
	{"env", "env", regexp.MustCompile(`^(?:env|ENV)[:.](?://)?(\w+)$`)},
	{"env", "%env(", regexp.MustCompile(`^%env\((?:\w+:)*(\w+)\)%$`)}, // of Symfony
	{"env", "$env:", regexp.MustCompile(`(?i)^\$env:(\w+)`)},          // of PowerShell

	{"file", "file:", regexp.MustCompile(`^file:(.*)`)},
	{"file", "$__file{", regexp.MustCompile(`^\$__file\{([^}]*)`)}, // of Grafana
	{"file", "/", regexp.MustCompile(`^(?:(?:/var)?/run/secrets/|/(?:etc|home|mnt|opt|secrets|usr|var)/|~/|\.\.?/|@/)(.*)`)},

	// Places that a template leaves open.
	{"template", "{{", regexp.MustCompile(`\{\{-?\s*(.*?)\s*-?\}\}`)},
	{"template", "{%", regexp.MustCompile(`\{%.*%\}`)},
	{"template", "<%", regexp.MustCompile(`<%=?\s*(.*?)\s*%>`)},
	{"template", "<<", regexp.MustCompile(`^<<\s*(\w+)\s*>>$`)},
	{"template", "__", regexp.MustCompile(`^__(\w+)__$`)},
	{"template", "@", regexp.MustCompile(`^@@?([\w.-]+)@@?$`)},
	{"template", "#{", regexp.MustCompile(`^#\{(.+)\}#?$`)},
	{"template", "%(", regexp.MustCompile(`^%\(([\w.-]+)\)s`)},
	{"template", "[[", regexp.MustCompile(`^\[\[\s*(.+?)\s*\]\]$`)},

	// Variables of shells and of what replaces them as shells do.
	{"env", "$", regexp.MustCompile(`^"?\$\$?\{?(?:env[:.])?!?(\w+)\}?"?$`)},
	{"env", "${", regexp.MustCompile(`\$\{(?:env[:.])?([A-Za-z_][\w.-]*)(?:[:?=+-][^}]*)?\}`)},
	{"template", "${", regexp.MustCompile(`^\$\{(.+)\}$`)},
	{"env", "%", regexp.MustCompile(`^%(\w+)%$`)}, // of cmd.exe, as the next one
	{"env", "!", regexp.MustCompile(`^!(\w+)!$`)},
	{"env", "$(", regexp.MustCompile(`^\$\$?\(([\w.-]+)\)$`)},
	{"env", "$(", regexp.MustCompile(`\$\(\w`)}, // the output of a command, as the next one
	{"env", "`", regexp.MustCompile("^`.+`$")},
}

// DefaultOf gives the value that a reference falls back on: the text after the sign in
// ${NAME:-text}, ${NAME-text}, ${NAME:=text} and ${NAME:text}. It has none if that is a
// reference, too.
func DefaultOf(value string) (text string, start int, ok bool) {
	if !strings.HasPrefix(value, "${") {
		return "", 0, false
	}
	m := fallback.FindStringSubmatchIndex(value)
	if m == nil {
		return "", 0, false
	}
	return value[m[2]:m[3]], m[2], true
}

var fallback = regexp.MustCompile(`^\$\{[\w.]+(?::[-=]?|-)([^${}=-][^${}]*)\}$`)
