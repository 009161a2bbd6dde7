package judge

import (
	"regexp"
	"strings"
)

// Reference says where a value is that does not stand here.
type Reference struct {
	System string // who keeps it: "env", "github-actions", "vault"
	Name   string // what it is called there; "" if that is not one word
}

// Refers tells whether a value is no value but says where one is: a variable, an
// entry of a vault, a text that was encrypted. A part that is one is enough.
func Refers(value string) (Reference, bool) {
	if !strings.ContainsAny(value, "$%{}<>@#[(:/!_.`") {
		return Reference{}, false
	}
	for _, s := range spellings {
		if m := s.pattern.FindStringSubmatch(value); m != nil {
			r := Reference{System: s.system}
			for _, group := range m[1:] {
				if group != "" {
					r.Name = group
					break
				}
			}
			return r, true
		}
	}
	return Reference{}, false
}

// spelling is how one system's references are written. The first group that matches
// any text is the name.
type spelling struct {
	system  string
	pattern *regexp.Regexp
}

// spellings are tried in this order, the special ones first.
var spellings = []spelling{
	{"github-actions", regexp.MustCompile(`\$\{\{\s*(?:secrets\.|secrets\[')([\w-]+)`)},
	{"github-actions", regexp.MustCompile(`\$\{\{\s*(?:vars|env|github|inputs|steps|needs|matrix|parameters|variables)\.([\w.-]+)`)},
	{"circleci", regexp.MustCompile(`<<\s*(?:pipeline\.)?parameters\.([\w.-]+)\s*>>`)},
	{"vault", regexp.MustCompile(`(?i)^(?:hashi)?vault:(?://)?([\w/.#:-]+)|^\$\{vault:([^}]+)\}`)},
	{"1password", regexp.MustCompile(`^op://(.+)`)},
	{"bitwarden", regexp.MustCompile(`^bws?://(.+)`)},
	{"aws-secrets-manager", regexp.MustCompile(`\{\{\s*resolve:secretsmanager:([\w/.-]+)|^arn:aws[\w-]*:secretsmanager:[\w-]*:\d*:secret:([\w/+=.@-]+)|^(?:aws-?sm|secretsmanager|awssecrets)://?/?([\w/.-]+)`)},
	{"aws-parameter-store", regexp.MustCompile(`\$\{ssm(?:\([\w-]+\))?:([\w/.-]+)|\{\{\s*resolve:ssm(?:-secure)?:([\w/.-]+)|^arn:aws[\w-]*:ssm:[\w-]*:\d*:parameter/([\w/.-]+)|^ssm:(?://)?([\w/.-]+)`)},
	{"google-secret-manager", regexp.MustCompile(`^(?:gcpsm://|sm://)?projects/[\w-]+/secrets/([\w-]+)|^(?:sm|gcpsm)://([\w/.-]+)`)},
	{"azure-key-vault", regexp.MustCompile(`@Microsoft\.KeyVault\((.+)\)|^https://[\w-]+\.vault\.azure\.net/secrets/([\w-]+)|^(?:azkv|keyvault)://?/?([\w/.-]+)`)},
	{"sops", regexp.MustCompile(`^ENC\[AES256_GCM,`)},
	{"puppet", regexp.MustCompile(`^ENC\[(?:PKCS7|GPG),`)},
	{"jasypt", regexp.MustCompile(`^ENC\(.+\)$`)},
	{"spring-cloud-config", regexp.MustCompile(`^\{cipher\}`)},
	{"ansible-vault", regexp.MustCompile(`^\$ANSIBLE_VAULT;`)},
	{"digitalocean", regexp.MustCompile(`^EV\[1:`)},
	{"codemagic", regexp.MustCompile(`^Encrypted\(.+\)$`)},
	{"cirrus", regexp.MustCompile(`^ENCRYPTED\[`)},
	{"jenkins", regexp.MustCompile(`^\{AQAAABAAAA|\bcredentials\(\s*['"]([\w.-]+)`)},
	{"teamcity", regexp.MustCompile(`^credentialsJSON:([\w-]+)`)},
	{"maven", regexp.MustCompile(`^\$\{(?:env|settings|project)\.([\w.-]+)\}$`)},
	{"maven", regexp.MustCompile(`^\{[\w+/]{16,}={0,2}\}$`)}, // encrypted
	{"ref", regexp.MustCompile(`^(?:secret)?ref\+\w+://(.+)|^secretref:([\w-]+)|^secret://(.+)|^@?secret:([\w/.-]+)$`)},
	{"terraform", regexp.MustCompile(`^\$?\{?(?:var|local|data|module|each|random_\w+|aws_\w+|google_\w+|azurerm_\w+)\.([\w.\[\]"*-]+)\}?$`)},
	{"env", regexp.MustCompile(`(?:process\.env|import\.meta\.env)\.(\w+)|process\.env\[['"](\w+)|os\.environ(?:\.get)?[\[(]\s*['"](\w+)|(?i:getenv)\(\s*['"](\w+)|(?i:\benv)(?:\.fetch)?[\[(]\s*['"](\w+)|\$_(?:ENV|SERVER)\[['"](\w+)|Deno\.env\.get\(\s*['"](\w+)|Environment\.GetEnvironmentVariable\(\s*['"](\w+)|^(?:env|ENV)[:.](?://)?(\w+)$|^%env\((?:\w+:)*(\w+)\)%$|^\$env:(\w+)`)},
	{"file", regexp.MustCompile(`^(?:file:|\$__file\{|@/|/run/secrets/|/var/run/secrets/|/etc/|/opt/|/home/|/usr/|/var/|/mnt/|/secrets/|~/|\./|\.\./)(.*)`)},
	{"template", regexp.MustCompile(`\{\{-?\s*(.*?)\s*-?\}\}|\{%.*%\}|<%=?\s*(.*?)\s*%>|^<<\s*(\w+)\s*>>$|^__(\w+)__$|^@@?([\w.-]+)@@?$|^#\{(.+)\}#?$|^%\(([\w.-]+)\)s|^\[\[\s*(.+)\s*\]\]$`)},
	{"env", regexp.MustCompile(`^\$\{?(?:env[:.])?!?(\w+)[}]?$|\$\{(?:env[:.])?([A-Za-z_][\w.-]*)(?:[:?=+-][^}]*)?\}|^%(\w+)%$|^!(\w+)!$|^\$\$?\(([\w.-]+)\)$|\$\(\w|^\x60.+\x60$`)},
	{"env", regexp.MustCompile(`^"?\$([A-Za-z_]\w*)"?$`)},
}

// DefaultOf gives the value that a reference falls back on: the text after the sign in
// ${NAME:-text}, ${NAME-text} and ${NAME:text}. It has none if that is a reference, too.
func DefaultOf(value string) (text string, start int, ok bool) {
	m := fallback.FindStringSubmatchIndex(value)
	if m == nil {
		return "", 0, false
	}
	return value[m[2]:m[3]], m[2], true
}

var fallback = regexp.MustCompile(`^\$\{[\w.]+(?::[-=]?|-)([^${}=-][^${}]*)\}$`)
