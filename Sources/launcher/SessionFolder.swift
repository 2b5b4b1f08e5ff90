import Glibc

/// The folder in which mpirun and its ranks of one host keep files that they share.
package struct SessionFolder: Equatable {
  package let path: String
  /// The variable that names it; nil for the default.
  package let variable: String?

  /// As Open MPI chooses it.
  package init(environment: [String: String]) {
    for name in ["OMPI_MCA_orte_tmpdir_base", "TMPDIR", "TEMP", "TMP"] {
      guard let path = environment[name], !path.isEmpty else { continue }
      (self.path, variable) = (path, name)
      return
    }
    (path, variable) = ("/tmp", nil)
  }

  /// What a user needs to know of it if mpirun hangs.
  package var report: String {
    let name = variable.map { "\($0)=\(path)" } ?? "\(path) (TMPDIR is not set)"
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return "\(name) cannot be read: \(String(cString: strerror(errno)))" }
    func megabytes(_ blocks: UInt) -> UInt { blocks * status.f_frsize / 1_000_000 }
    return "\(name) has \(megabytes(status.f_bavail)) MB free of \(megabytes(status.f_blocks)) MB"
  }
}
