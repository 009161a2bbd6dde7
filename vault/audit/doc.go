// Package audit is an append-only, tamper-evident log.
package audit
