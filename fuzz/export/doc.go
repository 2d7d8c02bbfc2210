// Package export turns a run into what other programs read.
//
//	litmus.go    a C litmus test, for herd7 and mmfuzz litmus
//	perfetto.go  a Chrome trace, for ui.perfetto.dev
//	html.go      a page to step through, for a browser (page.html, .css, .js)
//
// It is apart from package fuzz, which is linked into the native fuzz targets.
package export
