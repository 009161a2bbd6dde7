package judge

import (
	"maps"
	"slices"
	"strings"
)

// Meaning is what a name says of the value under it.
type Meaning uint8

const (
	Nothing  Meaning = iota // neither that it is a secret nor that it is none
	Public                  // that it is none: a hash, an id, where the secret is
	Key                     // a key, token or other secret, which a machine makes
	Password                // a password, which a person may have chosen
)

// maxName is the length past which a text is no name.
const maxName = 120

// NameOf tells what a name means, however it is written: DB_PASSWORD, dbPassword,
// spring.datasource.password, Contraseña.
func NameOf(name string) Meaning {
	if len(name) > maxName || strings.ContainsAny(name, "<>") { // markup
		return Nothing
	}
	all := words(name)
	meaning, rest := meaningOf(all)
	switch {
	case meaning == Nothing:
		var after string
		meaning, after = foreignMeaning(strings.ToLower(name))
		rest = words(after)
	case asked[all[0]], meaning == Password && acts[all[0]]:
		return Public
	}
	switch {
	case meaning == Nothing:
		return Nothing
	case isFile(name):
		return Public
	case namesPublic(all), anyOf(rest, aboutSecrets):
		return Public
	case meaning == Key && anyOf(all, wireless):
		return Password
	}
	return meaning
}

// NameIn tells what a name may mean with what leads to it: the key of jwt, each of tokens.
func NameIn(name string) Meaning {
	if meaning := NameOf(name); meaning >= Key {
		return meaning
	}
	return NameOf("its_" + strings.TrimSuffix(name, "s"))
}

// isFile tells whether a name is that of a file.
func isFile(name string) bool {
	i := strings.LastIndexByte(name, '.')
	return i >= 0 && (strings.Contains(name, "/") || sources[name[i:]])
}

// meaningOf tells what the words of a name mean that stand for a secret, and gives the
// words after the last one of these.
func meaningOf(all []string) (meaning Meaning, rest []string) {
	for i, w := range all {
		w = bare(w)
		switch {
		case isPasswordWord(w):
			meaning = Password
		case w == "token" && i > 0 && otherTokensOf[all[i-1]]:
			continue
		case isKeyWord(w),
			w == "key" && i > 0 && !otherKeys[all[i-1]],
			(w == "salt" || w == "pepper") && i > 0 && !slices.Contains(all, "password"):
			if meaning != Password || w == "key" || w == "token" { // a secret of a password is one
				meaning = Key
			}
		default:
			continue
		}
		rest = all[i+1:]
	}
	return meaning, rest
}

// foreignMeaning tells what a name in lower case means that words can't tell of, and
// gives what follows in it.
func foreignMeaning(lower string) (meaning Meaning, after string) {
	for _, w := range foreignPasswords {
		if _, after, ok := strings.Cut(lower, w); ok {
			return Password, after
		}
	}
	for _, w := range foreignKeys {
		if _, after, ok := strings.Cut(lower, w); ok {
			return Key, after
		}
	}
	return Nothing, ""
}

// EndsAsPassword tells whether a name ends in a word that means a password: nothing in
// it says that the value is of another kind.
func EndsAsPassword(name string) bool {
	all := words(name)
	return len(all) > 0 && isPasswordWord(bare(all[len(all)-1]))
}

// isPasswordWord tells whether a word, without digits after it, means a password.
func isPasswordWord(w string) bool {
	if passwordWords[w] || passwordWordsElsewhere[w] {
		return true
	}
	for _, end := range passwordEnds {
		if strings.HasSuffix(w, end) {
			return true
		}
	}
	for _, end := range [...]string{"pass", "pwd", "pw"} {
		if of, ok := strings.CutSuffix(w, end); ok && passOf[of] {
			return true
		}
	}
	return false
}

// isKeyWord tells whether a word, without digits after it, means a secret that a machine
// makes.
func isKeyWord(w string) bool {
	return keyWords[w] || strings.HasSuffix(w, "secret") || strings.HasSuffix(w, "apikey") ||
		strings.HasSuffix(w, "token") && !otherTokens[w]
}

// namesPublic tells whether the words of a name say that what it names is no secret,
// though it may look like one: a hash, an id, a public key, where the secret is.
func namesPublic(all []string) bool {
	if len(all) == 0 {
		return false
	}
	last := all[len(all)-1]
	if anyOf(all, publicWords) {
		signs := slices.Contains(all, "secret") || last == "key"
		return !signs || !slices.Contains(all, "csrf") // what signs such tokens is a secret
	}
	if meaning, _ := meaningOf(all); meaning == Nothing && last == "key" && len(all) > 1 {
		return true // it opens nothing, as otherKeys say
	}
	if last == "id" && len(all) > 1 && all[len(all)-2] == "secret" {
		return false // a Vault AppRole's secret_id is one
	}
	return publicEndings[last]
}

// Stems gives texts, in lower case, of which every name has one that means a secret.
func Stems() []string {
	return slices.Concat(stems, slices.Sorted(maps.Keys(passwordWordsElsewhere)), foreignPasswords, foreignKeys)
}
