package mm

// patchV614Rc4 is 6.14-rc4: slab pages have no reference count, and get_page and
// put_page do not know.
func patchV614Rc4() *Kernel {
	return &Kernel{
		Name:                   "v6.14-rc4",
		Parent:                 "v6.14",
		Changes:                "get_page and put_page count references to slab pages, and I/O takes them",
		Source:                 "before b9c0e49abfca (March 2025)",
		Also:                   []string{bugKpageflags, bugScanned, bugIsolatedAsFree, bugIsolatedAsMovable, bugGetUnreferenced},
		getPage:                v60{}.getPage,
		putPage:                v60{}.putPage,
		__iovIterGetPagesAlloc: v60{}.__iovIterGetPagesAlloc,
	}
}
