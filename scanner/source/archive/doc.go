// Package archive is a source around a source: it unpacks what the other one comes upon
// packed, and gives what lies in it as texts of their own.
//
// Their places are that of the archive, with the way within it as the Member. An archive
// in an archive is unpacked too. What a hit in an archive in git history means (which
// commits and paths have it) is still the inner source's to say.
//
//	unpack.go      what is unpacked, and what becomes of a member
//	kind.go        formats, by how their files begin
//	zip.go tar.go compressed.go gzip.go   a format each
//	image.go       container images, layer by layer
//	overlay.go     which layer hides what
//	manifest.go    which images there are
//	imagefile.go layout.go   images in a tar archive, and in a folder
//	limits.go      how much an archive may unpack to
//	spool.go       what has to be read from anywhere and comes as a stream
//
// # Hostile archives
//
// Nothing is ever written to where an archive says. Memory is bounded by what package
// scanner holds of a text, by the list of a ZIP's members and by the names in images,
// which are limited, by what is kept of a stream and by the windows of the decompressors.
// An archive that unpacks to too much, has too many members or goes too deep is given up:
// a Problem that names it. So is each member whose name leads out of the archive, or that
// is not what it says. Links in archives are left out.
package archive
