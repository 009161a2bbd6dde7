// Package identity holds the keys of people and machines.
package identity
