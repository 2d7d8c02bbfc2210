// Package fuzz is the harness: programs for the simulated kernel in package mm, ways to pick their schedules, a
// shrinker, a trace table, and Go's native fuzz targets.
//
// A Program says what each CPU does and where the machine departs from the dull path; a Runner runs it. Bytes, text and
// chance are three ways to get a program, and a Chooser is a way to pick a schedule for it. Everything here is
// deterministic: the same program gives the same run, the same seed the same hunt.
package fuzz
