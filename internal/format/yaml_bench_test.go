package format

import (
	"strings"
	"testing"
)

// BenchmarkYAML reads the sorts of files that there are most of.
func BenchmarkYAML(b *testing.B) {
	benchmarks := []struct{ name, text string }{
		{"manifest", `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web, tier: "front"}
spec:
  template:
    spec:
      containers:
        - name: web
          image: registry.example.com/web:1.2.3
          env:
            - name: DB_HOST
              value: db.example.com # the primary
            - name: DB_USER
              value: "web"
          # livenessProbe: none
          args: ["serve", "--port", "8080"]
---
`},
		{"values", `# How many there are
replicaCount: 1

image:
  repository: registry.example.com/web
  ## what is pulled
  tag: "1.2.3"
  pullPolicy: IfNotPresent

auth:
  # existingSecret: name
  username: 'web'
  database: {{ .Values.database | quote }}
`},
		{"blocks", "data:\n  file.conf: |\n" + strings.Repeat("    listen on port 8080 and say that it is so\n", 40)},
		{"JSON", `{"name": "web", "list": [1, 2, 3], "nested": {"key": "value", "other": null}}` + "\n"},
	}
	for _, bb := range benchmarks {
		b.Run(bb.name, func(b *testing.B) { benchmarkReader(b, YAML, bb.text) })
	}
}
