package judge

// noValues are words that stand where a password could: types, ways to log in, and
// settings. Shorter ones than [shortestPassword] need not be listed, nor what
// [isPlaceholder] knows.
var noValues = set(`
	array base64 bool boolean integer number object string text uuid value varchar void

	basic bearer digest dynamic gssapi kerberos ldap oauth oauth2 opaque plain saml scram static

	always auto body cookie default disabled empty enabled external false file generic header hidden internal
	masked never optional prompt query read readonly required rotate secret sensitive true unset write
`)

// stock are the passwords that lists of the most common ones begin with, the defaults
// of common software, and words that say what they stand for, in English and in other
// languages. They stand here without hyphens, underscores and signs for letters.
var stock = set(`
	abc abcd admin administrator azerty bar baz dragon foo foobar guest hunter iloveyou letmein manager
	monkey qwerty qwertz root service system test tester testing testuser toor user username welcome

	airflow cacti django docker drupal elastic forge gitea gitlab grafana graylog hadoop hive homestead
	jenkins joomla kafka keycloak kibana laravel magento mariadb minio minioadmin mongo mongodb mysql nagios
	neo4j nextcloud nexus odoo oracle postgres postgresql rabbitmq rails redis sa sail sonar spark superset
	symfony tomcat vagrant wordpress zabbix

	adminpass adminpassword changeit changeme changethis dbpass dbpassword default demo dev development
	devpass devpassword dummy example fake insecure local localdev masterpassword mock mypass mypassword
	mysecret notsecret notsecure pass passwd password placeholder prod production pw pwd rootpass
	rootpassword sample secret secretpassword staging supersecret temp temporary testpass testpassword
	topsecret userpass userpassword verysecret yourpassword

	aendern cambiame cambiar changezmoi contraseña geheim haslo heslo motdepasse mudar passwort secreto
	segreto senha trocar wachtwoord wijzigmij zmienmnie ändermich ändern
`)
