// Package barriers says which barriers and tests of a kernel carry weight: it deletes each in turn, in the Go source, and
// verifies what is left.
//
// A site is a barrier, or a test that ends in a goto or a return, in one of the functions in which kernels differ. Each is
// deleted from a copy of its function, and the copies are rows of the table of kernels in a program of their own, which go
// build makes from the source tree with an overlay: nothing in the tree is changed, and kernel code needs no hooks.
package barriers
