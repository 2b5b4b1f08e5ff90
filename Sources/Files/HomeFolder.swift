import Glibc

/// `path` as a user types it: a leading `~/`, or `~` alone, stands for the folder in `HOME`.
///
/// A shell replaces `~` at the beginning of a word only: not in `--set data.path=~/images`, in `--out=~/runs`, in
/// quotes, or in a configuration file. `~user` is a name like any other, and so is `~` if `HOME` is not set;
/// `./~` names a file or folder called `~`.
package func expandingHome(_ path: String) -> String {
  guard path == "~" || path.hasPrefix("~/"), let home = getenv("HOME"), home.pointee != 0 else { return path }
  return expandingHome(path, home: String(cString: home))
}

/// The same with `home` in place of the value of `HOME`.
package func expandingHome(_ path: String, home: String) -> String {
  guard path == "~" || path.hasPrefix("~/") else { return path }
  let rest = path.dropFirst()
  return home.hasSuffix("/") ? home + rest.drop { $0 == "/" } : home + rest
}
