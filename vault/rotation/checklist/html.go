package checklist

import (
	"html/template"
	"io"

	"github.com/secretsweep/secretsweep/internal/printable"
)

// writeHTML writes one page that needs nothing else, runs nothing, and can be printed.
func writeHTML(w io.Writer, l List) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		"text": printable.Text,
		"due":  Item.dueText,
		"fate": Place.text,
		"box": func(done bool) string {
			if done {
				return "☑"
			}
			return "☐"
		},
		"done": func(c Consumer) bool { return c.done },
	}).Parse(page)
	if err != nil {
		return err
	}
	return t.Execute(w, l)
}

const page = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Leaked secrets to rotate</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; background: #fff; }
h2 { border-bottom: 1px solid #999; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; margin: 0; }
dd { margin: 0; overflow-wrap: anywhere; }
ul { list-style: none; padding: 0; }
li { overflow-wrap: anywhere; }
ol { margin: 0; padding-left: 3.5rem; color: #444; }
ol li { list-style: decimal; }
.overdue { color: #a00; font-weight: bold; }
@media print { body { margin: 0; max-width: none; } section { break-inside: avoid-page; } }
</style>
</head>
<body>
<h1>Leaked secrets to rotate</h1>
<p>{{.Open}} open, {{.Overdue}} overdue, as of {{.Made.Format "2006-01-02"}}.</p>
{{- range .Items}}
<section>
<h2>{{text .Title}}</h2>
<dl>
<dt>Record</dt><dd>{{.ID}}</dd>
{{- with .Severity}}
<dt>Severity</dt><dd>{{text .}}</dd>
{{- end}}
<dt>State</dt><dd>{{text .State}}</dd>
{{- with .Blocked}}
<dt>Blocked</dt><dd>{{text .}}</dd>
{{- end}}
<dt>Owner</dt><dd>{{with .Owner}}{{text .}}{{else}}nobody{{end}}</dd>
<dt>Due</dt><dd{{if .Overdue}} class="overdue"{{end}}>{{due .}}</dd>
{{- with .Provider}}
<dt>Provider</dt><dd>{{text .}}</dd>
{{- end}}
{{- with .Console}}
<dt>Managed at</dt><dd><a href="{{.}}" rel="noreferrer">{{text .}}</a></dd>
{{- end}}
</dl>
<h3>Steps</h3>
<ul>
{{- range .Steps}}
<li>{{box .Done}} {{text .Text}}
{{- with .Guide}}
<ol>
{{- range .}}
<li>{{text .}}</li>
{{- end}}
</ol>
{{- end}}</li>
{{- end}}
</ul>
{{- with .Consumers}}
<h3>Who uses it</h3>
<ul>
{{- range .}}
<li>{{box (done .)}} {{text .Name}}: {{text .Status}}</li>
{{- end}}
</ul>
{{- end}}
{{- if .Places}}
<h3>Where it lies</h3>
<ul>
{{- range .Places}}
<li>{{box (ne .Status "lies")}} {{text .Where}}: {{text (fate .)}}</li>
{{- end}}
{{- with .More}}
<li>and {{.}} places more</li>
{{- end}}
</ul>
{{- end}}
</section>
{{- end}}
</body>
</html>
`
