package judge

import (
	"regexp"
	"strings"
)

// phrase matches words, of which the marks between are all the same: spaces or dots.
var phrase = regexp.MustCompile(`^\pL[\pL\d]*(?:(?: [\pL\d]+){1,6}|(?:\.[\pL\d]+){1,6})$`)

// phraseOrNone tells whether a value is a few words that could be a passphrase, and are no
// label, no sentence about passwords and no member of something.
func phraseOrNone(value string) Choice {
	const least = 10 // bytes
	if len(value) < least || !phrase.MatchString(value) {
		return None
	}
	for w := range strings.FieldsFuncSeq(strings.ToLower(value), func(c rune) bool { return c == ' ' || c == '.' }) {
		if phraseless[w] || isPasswordWord(bare(w)) || isKeyWord(w) || foreignMeans(w) {
			return None
		}
	}
	return Phrase
}

func foreignMeans(word string) bool {
	meaning, _ := foreignMeaning(word)
	return meaning != Nothing
}

// phraseless are words that texts and code have, and hardly a passphrase.
var phraseless = set(`
	a an and are as at be by can cannot do does for from has have if in is it may must no not of on or should that the
	this to was when will with you your

	account app application args auth bytes change check choose cli click client cloud com config confirm context
	created credentials current data database default domain email encrypted enter env error event example field
	file form generated get go host html http id input insert internal invalid io item js json key keys label length
	local login mail max min name net new none obj object old opt option options org page param params please
	process prop props repeat req request required res response result secret self server set settings sign spec
	state strong system test text this type update url use used user username users util value values var vars weak
	wrong www

	das der die ein eine ihr muss neu neues bitte de el la le les nouveau nouvelle nueva nuevo votre
`)
