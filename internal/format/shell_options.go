package format

import (
	"iter"
	"strings"
)

// shellForm says where a command has a secret.
type shellForm uint8

const (
	shellNext   shellForm = iota // after the option: -p x, -px, -p=x
	shellStuck                   // in the option's word alone: -px
	shellColon                   // after the option, past a colon: -u user:x
	shellSign                    // after the option, past a percent sign: -U user%x
	shellPass                    // after the option, as openssl-passphrase-options(1) say: -passin pass:x
	shellPair                    // after the option, with its name: -e NAME=x
	shellHeader                  // after the option, with its name: -H 'Name: x'
	shellPairs                   // in arguments with their names: NAME=x
	shellSecond                  // in the second argument, the first is its name
	shellFirst                   // in the first argument
	shellLast                    // in the last argument, if the option is given
)

// shellOption is where a command has a secret. Of options with long names only those
// are listed that the name doesn't give away, or that have more than the secret.
type shellOption struct {
	command string // its name, and the words that have to follow it
	option  string
	name    string // what the secret is, unless the command says
	form    shellForm
}

// shellOptions follows the commands' manuals, which are named behind them.
var shellOptions = []shellOption{
	{"mysql", "-p", "password", shellStuck},              // mysql(1): no space between -p and the password
	{"mysqldump", "-p", "password", shellStuck},          // mysqldump(1)
	{"mysqladmin", "-p", "password", shellStuck},         // mysqladmin(1)
	{"mysqladmin password", "", "password", shellFirst},  // mysqladmin(1): password new_password
	{"mysqlimport", "-p", "password", shellStuck},        // mysqlimport(1)
	{"mysqlshow", "-p", "password", shellStuck},          // mysqlshow(1)
	{"mysqlcheck", "-p", "password", shellStuck},         // mysqlcheck(1)
	{"mysqlslap", "-p", "password", shellStuck},          // mysqlslap(1)
	{"mysqlpump", "-p", "password", shellStuck},          // mysqlpump(1)
	{"mysqlbinlog", "-p", "password", shellStuck},        // mysqlbinlog(1)
	{"mariadb", "-p", "password", shellStuck},            // mariadb(1)
	{"mariadb-dump", "-p", "password", shellStuck},       // mariadb-dump(1)
	{"mariadb-admin", "-p", "password", shellStuck},      // mariadb-admin(1)
	{"sshpass", "-p", "password", shellNext},             // sshpass(1)
	{"docker login", "-p", "password", shellNext},        // docker-login(1)
	{"podman login", "-p", "password", shellNext},        // podman-login(1)
	{"buildah login", "-p", "password", shellNext},       // buildah-login(1)
	{"skopeo login", "-p", "password", shellNext},        // skopeo-login(1)
	{"skopeo", "--creds", "password", shellColon},        // skopeo-copy(1): --creds username[:password]
	{"skopeo", "--src-creds", "password", shellColon},    // skopeo-copy(1)
	{"skopeo", "--dest-creds", "password", shellColon},   // skopeo-copy(1)
	{"podman", "--creds", "password", shellColon},        // podman-pull(1)
	{"buildah", "--creds", "password", shellColon},       // buildah-pull(1)
	{"http", "", "", shellPairs},                         // httpie.io: http URL name=value
	{"helm registry login", "-p", "password", shellNext}, // helm.sh: helm registry login
	{"oc login", "-p", "password", shellNext},            // OpenShift CLI: oc login
	{"az login", "-p", "password", shellNext},            // learn.microsoft.com: az login
	{"az acr login", "-p", "password", shellNext},        // learn.microsoft.com: az acr login
	{"cf login", "-p", "password", shellNext},            // cli.cloudfoundry.org: cf login
	{"curl", "-u", "password", shellColon},               // curl(1): -u, --user <user:password>
	{"curl", "--user", "password", shellColon},
	{"curl", "-U", "password", shellColon}, // curl(1): -U, --proxy-user <user:password>
	{"curl", "--proxy-user", "password", shellColon},
	{"curl", "-H", "", shellHeader}, // curl(1): -H, --header <header>
	{"curl", "--header", "", shellHeader},
	{"wget", "--header", "", shellHeader},                                 // wget(1)
	{"http", "-a", "password", shellColon},                                // httpie.io: -a, --auth USER[:PASS]
	{"http", "--auth", "password", shellColon},                            // httpie.io
	{"ab", "-A", "password", shellColon},                                  // ab(1): -A auth-username:password
	{"htpasswd", "-b", "password", shellLast},                             // htpasswd(1): the password is an argument
	{"redis-cli", "-a", "password", shellNext},                            // redis-cli(1): -a, --pass
	{"mongo", "-p", "password", shellNext},                                // mongodb.com: mongo
	{"mongosh", "-p", "password", shellNext},                              // mongodb.com: mongosh options
	{"mongodump", "-p", "password", shellNext},                            // mongodb.com: mongodump
	{"mongorestore", "-p", "password", shellNext},                         // mongodb.com: mongorestore
	{"mongoexport", "-p", "password", shellNext},                          // mongodb.com: mongoexport
	{"mongoimport", "-p", "password", shellNext},                          // mongodb.com: mongoimport
	{"ldapsearch", "-w", "password", shellNext},                           // ldapsearch(1): -w passwd
	{"ldapadd", "-w", "password", shellNext},                              // ldapadd(1)
	{"ldapmodify", "-w", "password", shellNext},                           // ldapmodify(1)
	{"ldapdelete", "-w", "password", shellNext},                           // ldapdelete(1)
	{"ldapwhoami", "-w", "password", shellNext},                           // ldapwhoami(1)
	{"ldappasswd", "-w", "password", shellNext},                           // ldappasswd(1)
	{"ldappasswd", "-s", "password", shellNext},                           // ldappasswd(1): -s newPasswd
	{"sqlcmd", "-P", "password", shellNext},                               // learn.microsoft.com: sqlcmd
	{"bcp", "-P", "password", shellNext},                                  // learn.microsoft.com: bcp
	{"smbclient", "-U", "password", shellSign},                            // smbclient(1): -U, --user=[DOMAIN\]USERNAME[%PASSWORD]
	{"smbclient", "--user", "password", shellSign},                        // smbclient(1)
	{"rpcclient", "-U", "password", shellSign},                            // rpcclient(1)
	{"net", "-U", "password", shellSign},                                  // net(8)
	{"openssl", "-passin", "password", shellPass},                         // openssl-passphrase-options(1)
	{"openssl", "-passout", "password", shellPass},                        // openssl-passphrase-options(1)
	{"openssl", "-pass", "password", shellPass},                           // openssl-enc(1)
	{"keytool", "-storepass", "password", shellNext},                      // keytool(1)
	{"keytool", "-keypass", "password", shellNext},                        // keytool(1)
	{"jarsigner", "-storepass", "password", shellNext},                    // jarsigner(1)
	{"jarsigner", "-keypass", "password", shellNext},                      // jarsigner(1)
	{"zip", "-P", "password", shellNext},                                  // zip(1)
	{"unzip", "-P", "password", shellNext},                                // unzip(1)
	{"7z", "-p", "password", shellStuck},                                  // 7z(1)
	{"7za", "-p", "password", shellStuck},                                 // 7za(1)
	{"rar", "-p", "password", shellStuck},                                 // rar(1)
	{"unrar", "-p", "password", shellStuck},                               // unrar(1)
	{"snmpget", "-A", "password", shellNext},                              // snmpcmd(1): -A authPassword
	{"snmpget", "-X", "password", shellNext},                              // snmpcmd(1): -X privPassword
	{"snmpwalk", "-A", "password", shellNext},                             // snmpcmd(1)
	{"snmpwalk", "-X", "password", shellNext},                             // snmpcmd(1)
	{"snmpset", "-A", "password", shellNext},                              // snmpcmd(1)
	{"snmpset", "-X", "password", shellNext},                              // snmpcmd(1)
	{"ipmitool", "-P", "password", shellNext},                             // ipmitool(1)
	{"rabbitmqctl add_user", "", "", shellSecond},                         // rabbitmqctl(8): add_user username password
	{"rabbitmqctl change_password", "", "", shellSecond},                  // rabbitmqctl(8)
	{"gh secret set", "-b", "secret", shellNext},                          // cli.github.com: gh secret set -b, --body
	{"gh secret set", "--body", "secret", shellNext},                      // cli.github.com
	{"npm config set", "", "", shellSecond},                               // docs.npmjs.com: npm config set key value
	{"npm config set", "", "", shellPairs},                                // docs.npmjs.com: npm config set key=value
	{"yarn config set", "", "", shellSecond},                              // yarnpkg.com: yarn config set
	{"pip config set", "", "", shellSecond},                               // pip.pypa.io: pip config set
	{"poetry config", "", "", shellSecond},                                // python-poetry.org: poetry config key value
	{"git config", "", "", shellSecond},                                   // git-config(1)
	{"aws configure set", "", "", shellSecond},                            // docs.aws.amazon.com: aws configure set
	{"vault kv put", "", "", shellPairs},                                  // developer.hashicorp.com: vault kv put
	{"vault kv patch", "", "", shellPairs},                                // developer.hashicorp.com: vault kv patch
	{"vault write", "", "", shellPairs},                                   // developer.hashicorp.com: vault write
	{"vault login", "", "token", shellFirst},                              // developer.hashicorp.com: vault login
	{"heroku config:set", "", "", shellPairs},                             // devcenter.heroku.com: heroku config:set
	{"heroku config:add", "", "", shellPairs},                             // devcenter.heroku.com
	{"fly secrets set", "", "", shellPairs},                               // fly.io: fly secrets set
	{"flyctl secrets set", "", "", shellPairs},                            // fly.io
	{"kubectl set env", "", "", shellPairs},                               // kubernetes.io: kubectl set env
	{"kubectl create secret", "--from-literal", "", shellPair},            // kubernetes.io: kubectl create secret
	{"kubectl create secret", "--docker-password", "password", shellNext}, // kubernetes.io: kubectl create secret docker-registry
	{"kubectl create configmap", "--from-literal", "", shellPair},         // kubernetes.io: kubectl create configmap
	{"kubectl run", "--env", "", shellPair},                               // kubernetes.io: kubectl run
	{"oc create secret", "--from-literal", "", shellPair},                 // OpenShift CLI
	{"docker", "-e", "", shellPair},                                       // docker-run(1): -e, --env
	{"docker", "--env", "", shellPair},                                    // docker-run(1)
	{"docker", "--build-arg", "", shellPair},                              // docker-build(1)
	{"podman", "-e", "", shellPair},                                       // podman-run(1)
	{"podman", "--env", "", shellPair},                                    // podman-run(1)
	{"podman", "--build-arg", "", shellPair},                              // podman-build(1)
	{"helm", "--set", "", shellPair},                                      // helm.sh: helm install
	{"helm", "--set-string", "", shellPair},                               // helm.sh
	{"terraform", "-var", "", shellPair},                                  // developer.hashicorp.com: terraform plan
	{"ansible-playbook", "-e", "", shellPair},                             // ansible-playbook(1)
	{"ansible-playbook", "--extra-vars", "", shellPair},                   // ansible-playbook(1)
	{"make", "", "", shellPairs},                                          // make(1): variables on the command line
	{"convertto-securestring", "", "password", shellFirst},                // learn.microsoft.com: ConvertTo-SecureString
}

// shellRow is a row of shellOptions, whose command is the map's key.
type shellRow struct {
	follow string // the words that have to follow the command
	shellOption
}

var shellByName = func() map[string][]shellRow {
	rows := make(map[string][]shellRow)
	for _, o := range shellOptions {
		name, follow, _ := strings.Cut(o.command, " ")
		rows[name] = append(rows[name], shellRow{follow, o})
	}
	return rows
}()

// shellScript reads a program that a command is given.
type shellScript func(text []byte, depth int) iter.Seq[Entry]

// shellInterpreter is a command that takes a program as the argument of an option, as
// any of its arguments if there is no option, and as its standard input.
type shellInterpreter struct {
	option string
	read   shellScript
}

func shellSource(text []byte, _ int) iter.Seq[Entry] { return Source(text) }

func shellDotenv(text []byte, _ int) iter.Seq[Entry] { return Dotenv(text) }

// shellInterpreterOf tells how a command is given a program.
func shellInterpreterOf(name string) (i shellInterpreter, ok bool) {
	switch name {
	case "sh", "bash", "zsh", "dash", "ksh", "fish", "su", "runuser":
		return shellInterpreter{"-c", shellRead}, true
	case "powershell", "pwsh":
		return shellInterpreter{"-command", shellRead}, true
	case "cmd":
		return shellInterpreter{"/c", shellRead}, true
	case "eval", "ssh", "watch", "trap":
		return shellInterpreter{"", shellRead}, true
	case "echo", "printf": // into a file of assignments, most often
		return shellInterpreter{"", shellRead}, true
	case "psql", "python", "python3":
		return shellInterpreter{"-c", shellSource}, true
	case "mysql", "mariadb", "node", "ruby", "perl":
		return shellInterpreter{"-e", shellSource}, true
	case "mongo", "mongosh":
		return shellInterpreter{"--eval", shellSource}, true
	case "php":
		return shellInterpreter{"-r", shellSource}, true
	case "sqlcmd":
		return shellInterpreter{"-q", shellSource}, true
	case "sqlite3", "sqlplus":
		return shellInterpreter{"", shellSource}, true
	}
	return shellInterpreter{}, false
}

// shellDocumentReader gives the reader of what a command gets as its standard input.
func shellDocumentReader(words []shellWord) shellScript {
	for _, w := range words {
		if i, ok := shellInterpreterOf(shellCommandName(w.value)); ok {
			return i.read
		}
	}
	if len(words) == 0 { // docker's RUN <<EOF
		return shellRead
	}
	return shellDotenv
}
