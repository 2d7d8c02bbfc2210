// Package sim is a simulated multiprocessor with a memory model.
package sim
