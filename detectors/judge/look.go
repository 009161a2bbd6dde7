package judge

// Look says in few words how a value looks, as a predicate such as "looks random", and
// whether a secret looks so.
func Look(value string, s Surroundings) (look string, secret bool) {
	if Random(value, s) {
		return "looks random", true
	}
	if namesPublic(words(s.Name)) {
		return "has a name that says that it is no secret", false
	}
	if r, refers := Refers(value); refers {
		return "says where the value is (" + r.System + ")", false
	}
	switch PasswordOf(value) {
	case Stock:
		return "is a password that everybody knows", false
	case Chosen:
		return "looks like a password that a person chose", true
	case Phrase:
		return "is a few words", false
	}
	switch {
	case len(value) < leastRandom:
		return "is too short", false
	case isPlaceholder(value):
		return "is a placeholder, or made up", false
	case IsDerived(value):
		return "is a hash, a public key or a picture", false
	case IsUUID(value):
		return "is a UUID", false
	case isStructured(value):
		return "has the form of a number, an address, a version or a path", false
	case hasForm(code, value), isExpression(value, s):
		return "is a piece of code", false
	case !isPrintable(value):
		return "has characters that a machine would not choose", false
	case isRegular(value):
		return "is regular", false
	}
	return "looks like words", false
}

// Quoted are the surroundings of a value as a program sees it: in quotes, so that it is
// no code.
func Quoted(name, value string) Surroundings {
	quoted := []byte(`"` + value + `"`)
	return Surroundings{Name: name, Text: quoted, Start: 1, End: len(quoted) - 1}
}
