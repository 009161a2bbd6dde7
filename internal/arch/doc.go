// Package arch keeps the code as its design says it is: which package may import
// which, where each heavy library lives, who may see the text of a secret. It has
// tests and nothing else. Who adds a package adds it to their table.
package arch
