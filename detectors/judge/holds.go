package judge

import "strings"

// MayHold tells whether what has a name may hold a secret: it means one, or it is the
// address of something that one logs in to, such as DATABASE_URL and SENTRY_DSN.
func MayHold(name string) bool {
	if NameOf(name) >= Key {
		return true
	}
	if len(name) > maxName || strings.ContainsAny(name, "<>") {
		return false
	}
	all := words(name)
	for i, w := range all {
		rest := all[i+1:]
		if len(rest) > 1 || anyOf(rest, aboutSecrets) || anyOf(rest, publicEndings) { // an environment's word may follow
			continue
		}
		switch w = bare(w); {
		case w == "dsn", w == "connectionstring", w == "string" && i > 0 && all[i-1] == "connection":
			return true
		case w == "url" || w == "uri":
			return anyDoor(all[:i])
		}
	}
	return false
}

// anyDoor tells whether one of some words means something that one logs in to.
func anyDoor(words []string) bool {
	for _, w := range words {
		if w = bare(w); doors[w] || strings.HasSuffix(w, "db") || strings.HasSuffix(w, "sql") {
			return true
		}
	}
	return false
}

// doors are words for what one logs in to by an address: databases, queues, mail; and what
// whoever knows the address may use.
var doors = set(`
	amqp broker celery clickhouse cloudamqp connection database elastic elasticsearch jdbc kafka ldap mail mailer
	memcached mongo nats neo pg postgres rabbitmq redis rediscloud redistogo smtp sqlalchemy sqlserver webhook
`)
