package importers

import (
	"net/url"

	"github.com/secretsweep/secretsweep/detectors/judge"
)

// isSetting tells whether what stands among secrets looks like none: it only says where a
// value is, or its name doesn't mean a secret and its value is neither random nor a URL
// with a password.
func isSetting(name, value string) bool {
	if _, refers := judge.Refers(value); refers {
		return true
	}
	switch judge.NameOf(name) {
	case judge.Key, judge.Password:
		return false
	case judge.Public:
		return true
	}
	if u, err := url.Parse(value); err == nil {
		if _, has := u.User.Password(); has {
			return false
		}
	}
	return !judge.Random(value, judge.Quoted(name, value))
}
