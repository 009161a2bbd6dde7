// Package detectors finds secrets in text: a [Chunk] goes in, each [Match] with
// its exact span comes out. Nothing here reads a file or keeps state.
//
// [New] makes a [Detector] of rules. Package match does the searching; here its
// matches become secrets: their values are decoded, their names told, and of
// matches that overlap the most specific one is kept.
package detectors
