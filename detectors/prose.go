package detectors

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/secretsweep/secretsweep/detectors/judge"
	"github.com/secretsweep/secretsweep/internal/place"
)

// isProse tells whether what lies at a place was written to people: in a chat, or about a
// commit.
func isProse(p *place.Place) bool {
	return p.Kind == place.Chat || p.Kind == place.Commit || p.Kind == place.Tag || p.Kind == place.Note
}

// readProse tells what the sentence that leads to a match says of it: "the new prod db
// password is …". What stands before a value as a name does may be a word like any other,
// as in "the key of the bot: …", so that it counts only if it is written as a name, or
// means a secret and says of what.
func (m *Match) readProse(text []byte) {
	before := proseWords(sentenceBefore(text, m.Start))
	m.Env = cmp.Or(m.Env, proseEnv(before))
	subject := subjectOf(before, m.Name)
	switch lower := strings.ToLower(m.Name); {
	case bareNames[lower] && subject == "", !bareNames[lower] && !isWrittenAsName(m.Name):
		m.Name, m.Parent = "", ""
	case subject != "":
		m.Parent = subject
	}
}

// maxSentence is how much of a text before a value is looked at, in bytes.
const maxSentence = 300

// sentenceBefore gives what stands before a place in the same sentence. A line that ends
// with a colon goes on with the next one.
func sentenceBefore(text []byte, at int) string {
	before := strings.ToValidUTF8(string(text[max(0, at-maxSentence):at]), " ")
	for i := len(before) - 1; i > 0; i-- {
		head := strings.TrimRight(before[:i], " \t\r\n`>*")
		switch c := before[i]; {
		case c == '\n' && strings.TrimSpace(before[i:]) != "" && !strings.HasSuffix(head, ":"),
			(c == ' ' || c == '\n') && head != "" && strings.IndexByte(".!?;", head[len(head)-1]) >= 0:
			return before[i+1:]
		}
	}
	return before
}

// proseWords gives the words of a sentence.
func proseWords(sentence string) []string {
	return strings.FieldsFunc(sentence, func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '_' && c != '-' && c != '\'' && c != '’'
	})
}

// proseEnv gives the environment that words name last. "test this" names none.
func proseEnv(words []string) string {
	for i, word := range slices.Backward(words) {
		env := Environment(word)
		if env != "" && !(i+1 < len(words) && notNouns[strings.ToLower(words[i+1])]) {
			return env
		}
	}
	return ""
}

// subjectOf gives what a name that stands last in a sentence is of: "db" for the
// password in "the prod db password is". It is "" if nothing says that.
func subjectOf(words []string, name string) string {
	at := len(words) - 1
	for at >= 0 && !strings.EqualFold(words[at], name) {
		at--
	}
	for i := at - 1; i >= 0 && isNoun(words[i]); i-- {
		if !kindsOfKeys[strings.ToLower(words[i])] {
			return strings.ToLower(strings.Join(words[i:at], "_")) // GitHub is one word
		}
	}
	return ""
}

// isNoun tells whether a word may be what a key is of. It has letters alone: else it may be
// a password.
func isNoun(word string) bool {
	const long = 20
	return len(word) <= long && !notNouns[strings.ToLower(word)] && Environment(word) == "" &&
		!strings.ContainsFunc(word, func(c rune) bool { return !unicode.IsLetter(c) })
}

// isWrittenAsName tells whether a word is written as programs have names, or means a
// secret. Providers have capitals in the middle, too: OpenAI.
func isWrittenAsName(word string) bool {
	first, _ := utf8.DecodeRuneInString(word)
	return strings.ContainsRune(word, '_') || judge.NameOf(word) != judge.Nothing ||
		unicode.IsLower(first) && strings.ContainsFunc(word, unicode.IsUpper)
}

var (
	// bareNames mean a secret, and say nothing of which one it is.
	bareNames = setOf("password", "passwd", "passphrase", "passcode", "pass", "pwd", "pw", "key", "apikey", "api-key", "token", "secret", "credentials", "login")
	// kindsOfKeys stand between a key and what it is of.
	kindsOfKeys = setOf("api", "access", "auth", "secret", "private")
	notNouns    = setOf(
		"the", "a", "an", "this", "that", "these", "it", "its", "my", "our", "your", "his", "her", "their", "new", "old", "current", "latest", "same", "other", "right", "wrong", "temporary",
		"is", "are", "was", "be", "and", "or", "but", "for", "of", "to", "in", "on", "at", "with", "by", "as", "from", "if", "whether", "here", "use", "set", "export", "try", "have", "has", "need", "no", "not", "what", "which",
	)
)
