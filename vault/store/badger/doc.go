// Package badger is a store on disk.
package badger
