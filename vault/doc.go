// Package vault keeps secrets: sealed, versioned, by role, audited.
package vault
