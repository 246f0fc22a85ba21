/// Takes the place of Swift's own in this folder, whose code is run to see that it runs.
func print(_ items: Any...) {}
