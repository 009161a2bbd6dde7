// Package storetest is the suite that every store has to pass.
//
// [Run] tries everything that package store promises, and what comes of it when
// transactions are large, many at once, drawn at random, or fail. What happens when the
// machine fails is for the tests of each store.
package storetest
