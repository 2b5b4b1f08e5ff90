import Foundation

/// The environment that this process was started with. Tests of MPI in this process make Open MPI set variables of its own
/// for a while (PMIX_NAMESPACE, OMPI_MCA_ess and others), and an mpirun that inherits them ends with code 1 and no message.
package let initialEnvironment: [String: String] = {
  let bytes = FileManager.default.contents(atPath: "/proc/self/environ") ?? Data()
  let entries = bytes.split(separator: 0).map { entry in
    let parts = String(decoding: entry, as: UTF8.self).split(separator: "=", maxSplits: 1)
    return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
  }
  return Dictionary(entries) { first, _ in first }
}()
