internal import Glibc

extension Terminal {
    /// Columns and rows of the terminal that standard output goes to; nil where it goes elsewhere.
    public static var outputSize: (columns: Int, rows: Int)? {
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return (100, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }
}
