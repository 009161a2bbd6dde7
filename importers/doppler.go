package importers

// doppler reads what Doppler's CLI prints: "doppler secrets download --no-file --format
// json", which has names and values, and "doppler secrets --json", which has a value as it
// is written and as it comes out with its references filled in; the latter is taken. What
// Doppler adds itself says which environment it is, and is no secret.
//
// https://docs.doppler.com/docs/accessing-secrets
func doppler() Format {
	return Format{
		Name:  "doppler",
		About: "secrets from Doppler, as JSON",
		Accepts: func(_ string, text []byte) bool {
			if d := jsonOf(text, "DOPPLER_PROJECT", "DOPPLER_CONFIG"); len(d) == 1 {
				return d[0].has("DOPPLER_PROJECT", "DOPPLER_CONFIG")
			}
			d := jsonOf(text, "computed", "raw")
			return len(d) == 1 && len(d[0].nodes) > 0 && d[0].nodes[0].has("computed", "raw")
		},
		Read: reading(readJSON, (*list).doppler),
	}
}

func (l *list) doppler(all *node) {
	env := all.any("DOPPLER_ENVIRONMENT", "DOPPLER_CONFIG")
	if env.has("computed") {
		env = env.child("computed")
	}
	for _, c := range all.nodes {
		switch c.name {
		case "DOPPLER_PROJECT", "DOPPLER_CONFIG", "DOPPLER_ENVIRONMENT":
			continue
		}
		value := c
		if c.has("computed") {
			value = c.child("computed")
		}
		item := Item{Name: c.name, Env: env.text(), Note: c.child("note").text()}
		switch {
		case value.isNull(): // one may know of it, and not see it
			l.add(item, "", value)
		case !value.isString():
			l.fail(c.start, "the value of %s is no text", c.name)
		case value.value != "":
			l.add(item, value.value, value)
		}
	}
}
