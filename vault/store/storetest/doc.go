// Package storetest is the suite that every store has to pass.
package storetest
