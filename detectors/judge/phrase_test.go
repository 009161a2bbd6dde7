package judge

import "testing"

func TestPhrase(t *testing.T) {
	for value, want := range map[string]Choice{
		"harbor mist stones":                Phrase,
		"Harbor Mist":                       Phrase,
		"harbor.mist.stones":                Phrase,
		"übermut und kälte":                 Phrase,
		"harbor.mist 7":                     Chosen,
		"Harbor.Mist.7":                     Chosen,
		"new password":                      None,
		"enter it here":                     None,
		"neues Kennwort":                    None,
		"mot de passe oublié":               None,
		"user.credentials":                  None,
		"config.database.host":              None,
		"mist fog":                          None, // too short
		"harbor, mist":                      None,
		"a harbor between mist and stones":  None,
		"one two three four five six seven": None,
	} {
		if got := PasswordOf(value); got != want {
			t.Errorf("%q: %d, want %d", value, got, want)
		}
	}
}
