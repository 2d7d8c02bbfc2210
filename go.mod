module github.com/mmfuzz/mmfuzz

go 1.25.0
